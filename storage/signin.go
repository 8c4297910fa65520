package storage

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// SignIn implements roster.SignInReader.
func (r *reader) SignIn(ctx context.Context, k roster.SignInKey) (roster.SignInRows, error) {
	a := newSignInAnswer()
	err := r.run(ctx, "look up a sign-in", a.statements(r.db.dialect, r.me(), k, "")...)
	return a.rows(), err
}

// LockSignIn implements roster.SignInTx. The members are locked before the links are read: who else signs the
// same person in has committed then, or waits.
func (t *tx) LockSignIn(ctx context.Context, k roster.SignInKey) (roster.SignInRows, error) {
	a := newSignInAnswer()
	list := a.statements(t.db.dialect, t.me(), k, t.db.dialect.forUpdate("m"))
	if _, looked := t.people[k.Email]; k.Email != "" && !looked {
		list = append(list, t.findPerson(k.Email, false)...)
	}
	if err := t.run(ctx, "look up a sign-in", list...); err != nil {
		delete(t.people, k.Email)
		return roster.SignInRows{}, err
	}
	out := a.rows()
	for _, m := range out.Members {
		t.members[m.ID] = m.Version
	}
	return out, nil
}

// signInAnswer gathers what several statements find.
type signInAnswer struct {
	out    roster.SignInRows
	groups map[roster.MemberID][]roster.GroupRef
}

func newSignInAnswer() *signInAnswer {
	return &signInAnswer{groups: map[roster.MemberID][]roster.GroupRef{}}
}

func (a *signInAnswer) rows() roster.SignInRows {
	for i, m := range a.out.Members {
		a.out.Members[i].Groups = a.groups[m.ID]
	}
	return a.out
}

// statements read an index for each way that leads to a member, and then, by their ids, what belongs to them.
func (a *signInAnswer) statements(d dialect, me ident, k roster.SignInKey, lock string) []statement {
	ids := `SELECT member_id FROM links WHERE tenant_id = $1 AND connection_id = $2 AND subject = $3 AND ended_at IS NULL
		UNION ALL
		SELECT member_id FROM member_emails WHERE tenant_id = $1 AND email_fold = $4 AND kind IN ('primary', 'claimed', 'alias')`
	which := ` IN (` + ids + `)`
	if d == postgres { // joined, the planner may read all of a small table, and keep that plan (see matches)
		which = ` = ANY (ARRAY(` + ids + `))`
	}
	args := []any{me, ident(k.Connection.UUID), k.Subject, string(k.Email)}
	list := []statement{
		{
			sql:  `SELECT ` + memberColumns + ` FROM members m WHERE m.tenant_id = $1 AND m.id` + which + ` ORDER BY m.id` + lock,
			args: args, each: rowsOf(&a.out.Members, func(r row) (roster.Member, error) { return scanMember(r, false) }),
		},
		{
			sql:  `SELECT ` + linkColumns + ` FROM links l WHERE l.tenant_id = $1 AND l.ended_at IS NULL AND l.member_id` + which + ` ORDER BY l.id`,
			args: args, each: rowsOf(&a.out.Links, scanLink),
		},
		{
			sql: `SELECT gm.member_id, g.id, g.name FROM group_members gm JOIN groups g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
				WHERE gm.tenant_id = $1 AND gm.member_id` + which + ` ORDER BY g.id`,
			args: args, each: a.group,
		},
		a.requests(args),
	}
	if k.Email != "" {
		list = append(list, a.elsewhere(me, k.Email.Domain()), pendingInvite(me, k.Email, &a.out.Invites))
	}
	if len(k.Groups) > 0 {
		list = append(list, statement{
			sql:  `SELECT g.id, g.name FROM groups g WHERE g.tenant_id = $1 AND g.directory_id IS NULL AND ` + d.in("g.id", "$2") + ` ORDER BY g.id`,
			args: []any{me, d.list(groupIdents(k.Groups))}, each: rowsOf(&a.out.ByHand, func(r row) (roster.GroupRef, error) {
				var id ident
				var g roster.GroupRef
				err := r.Scan(&id, &g.Name)
				g.ID.UUID = tenant.UUID(id)
				return g, err
			}),
		})
	}
	return list
}

func (a *signInAnswer) group(r row) error {
	var member, group ident
	var ref roster.GroupRef
	err := r.Scan(&member, &group, &ref.Name)
	ref.ID.UUID = tenant.UUID(group)
	id := roster.MemberID{UUID: tenant.UUID(member)}
	a.groups[id] = append(a.groups[id], ref)
	return err //nolint:wrapcheck // the caller does
}

// requests finds the latest of the address and the latest of the subject.
func (a *signInAnswer) requests(args []any) statement {
	latest := func(which string) string {
		return `SELECT * FROM (SELECT ` + requestColumns + ` FROM join_requests q WHERE q.tenant_id = $1 AND ` + which + ` ORDER BY q.id DESC LIMIT 1) x`
	}
	return statement{
		sql:  latest(`q.email = $4 AND q.email <> ''`) + ` UNION ` + latest(`q.connection_id = $2 AND q.subject = $3`) + ` ORDER BY 1 DESC`,
		args: args, each: rowsOf(&a.out.Requests, scanRequest),
	}
}

// elsewhere asks whether the domain, or one above it, is another tenant's, or is held for one.
func (a *signInAnswer) elsewhere(me ident, domain string) statement {
	args := []any{me}
	var names []string
	for labels := strings.Split(domain, "."); len(labels) > 1; labels = labels[1:] {
		args = append(args, strings.Join(labels, "."))
		names = append(names, "$"+strconv.Itoa(len(args)))
	}
	return statement{
		sql:  `SELECT 1 FROM locator WHERE kind = 'domain' AND tenant_id <> $1 AND key IN (` + strings.Join(names, ", ") + `) LIMIT 1`,
		args: slices.Clone(args), each: one(&a.out.Elsewhere, new(int)),
	}
}
