package storage

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// InConflict implements roster.Reader.
func (r *reader) InConflict(ctx context.Context, q roster.ConflictQuery) ([]roster.Member, error) {
	s := narrowed(`SELECT `+memberColumns+` FROM members m WHERE m.tenant_id = $1 AND m.conflict <> '' AND m.removed_at IS NULL`, r.me())
	if !q.After.IsZero() {
		s.and("m.id > ?", ident(q.After))
	}
	if !q.Directory.IsZero() {
		s.and("m.directory_id = ?", ident(q.Directory.UUID))
	}
	if q.Code != "" {
		s.and("m.conflict = ?", string(q.Code))
	}
	s.sql += ` ORDER BY m.id LIMIT ` + s.argument(q.Limit)
	var out []roster.Member
	err := r.run(ctx, "list members in conflict", statement{
		sql: s.sql, args: s.args, each: rowsOf(&out, func(row row) (roster.Member, error) { return scanMember(row, false) }),
	})
	return out, err
}

// SameNames implements roster.Reader. It begins with the groups that are kept by hand, which are few.
func (r *reader) SameNames(ctx context.Context, q roster.ConflictQuery) ([]roster.SameName, error) {
	s := narrowed(`SELECT g.id, h.id FROM groups h
		JOIN directories d ON d.tenant_id = h.tenant_id AND d.status <> 'removed'
		JOIN groups g ON g.tenant_id = h.tenant_id AND g.directory_id = d.id AND g.name_fold = h.name_fold
		LEFT JOIN decisions x ON x.tenant_id = g.tenant_id AND x.subject_id = g.id AND x.decision = 'separate'
		WHERE h.tenant_id = $1 AND h.directory_id IS NULL AND x.subject_id IS NULL`, r.me())
	if !q.After.IsZero() {
		s.and("g.id > ?", ident(q.After))
	}
	if !q.Directory.IsZero() {
		s.and("g.directory_id = ?", ident(q.Directory.UUID))
	}
	s.sql += ` ORDER BY g.id LIMIT ` + s.argument(q.Limit)
	var pairs [][2]roster.GroupID
	err := r.run(ctx, "list groups of one name", statement{sql: s.sql, args: s.args, each: rowsOf(&pairs, func(row row) ([2]roster.GroupID, error) {
		var pushed, byHand ident
		err := row.Scan(&pushed, &byHand)
		return [2]roster.GroupID{{UUID: tenant.UUID(pushed)}, {UUID: tenant.UUID(byHand)}}, err
	})})
	if err != nil {
		return nil, err
	}
	out := make([]roster.SameName, len(pairs))
	for i, p := range pairs {
		if out[i].Pushed, err = r.Group(ctx, roster.Scope{}, p[0]); err != nil {
			return nil, err
		}
		if out[i].ByHand, err = r.Group(ctx, roster.Scope{}, p[1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Matches implements roster.Reader.
func (r *reader) Matches(ctx context.Context, m roster.Match) ([]roster.Member, error) {
	var out []roster.Member
	err := r.run(ctx, "find matching members", statement{
		sql:  matches(r.db.dialect, ""),
		args: matchArgs(r.me(), m),
		each: rowsOf(&out, func(row row) (roster.Member, error) { return scanMember(row, false) }),
	})
	return out, err
}

// Decision implements roster.Reader.
func (r *reader) Decision(ctx context.Context, subject tenant.UUID) (roster.Decided, error) {
	var out []roster.Decided
	err := r.run(ctx, "find decision", statement{
		sql:  `SELECT code, decision, other_id, actor_source, actor_id, at FROM decisions WHERE tenant_id = $1 AND subject_id = $2`,
		args: []any{r.me(), ident(subject)}, each: rowsOf(&out, func(row row) (roster.Decided, error) {
			d := roster.Decided{Subject: subject}
			var other ident
			var at instant
			var code, decision, source string
			err := row.Scan(&code, &decision, &other, &source, &d.By.ID, &at)
			d.Code, d.Decision, d.By.Source = roster.Code(code), roster.Decision(decision), roster.Source(source)
			d.Other, d.At = tenant.UUID(other), at.time()
			return d, err
		}),
	})
	return first(out, err, "decision")
}

// PutDecision implements roster.Tx.
func (t *tx) PutDecision(ctx context.Context, d roster.Decided) error {
	return t.later(ctx, "put decision", statement{
		sql: `INSERT INTO decisions (tenant_id, subject_id, code, decision, other_id, actor_source, actor_id, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (tenant_id, subject_id) DO UPDATE SET code = excluded.code, decision = excluded.decision,
			  other_id = excluded.other_id, actor_source = excluded.actor_source, actor_id = excluded.actor_id, at = excluded.at`,
		args: []any{
			t.me(), ident(d.Subject), string(d.Code), string(d.Decision), ident(d.Other), string(d.By.Source), d.By.ID, instant(d.At),
		},
	})
}
