package storage

import (
	"context"

	"rollcall/internal/roster"
)

// Member implements roster.Reader.
func (r *reader) Member(ctx context.Context, s roster.Scope, id roster.MemberID, withGroups bool) (roster.Member, error) {
	columns := memberColumns
	if withGroups {
		columns += ", " + groupsOf(r.db.dialect, s)
	}
	sql := `SELECT ` + columns + ` FROM members m WHERE m.tenant_id = $1 AND m.id = $2`
	return r.member(ctx, s, statement{sql: sql, args: []any{r.me(), ident(id.UUID)}, brief: true}, withGroups)
}

func (r *reader) member(ctx context.Context, s roster.Scope, st statement, withGroups bool) (roster.Member, error) {
	var m roster.Member
	found := false
	st.each = func(row row) (err error) {
		found = true
		m, err = scanMember(row, withGroups)
		return err
	}
	if err := r.run(ctx, "find member", st); err != nil {
		return roster.Member{}, err
	}
	if !found || !sees(s, m.Directory, m.Removed()) {
		return roster.Member{}, notFound("member")
	}
	return m, nil
}

// Admins implements roster.Reader.
func (r *reader) Admins(ctx context.Context, role string, except roster.MemberID) (int, error) {
	n := 0
	err := r.run(ctx, "count admins", statement{
		sql:  `SELECT count(*) FROM members WHERE tenant_id = $1 AND role = $2 AND state = 'active' AND id <> $3`,
		args: []any{r.me(), role, except.UUID.UUID()},
		each: func(row row) error { return row.Scan(&n) },
	})
	return n, err
}
