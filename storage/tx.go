package storage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// tx implements roster.Tx.
type tx struct {
	reader
	w   writing
	now time.Time
	// members and groups are the versions of the rows that this transaction has locked.
	members map[roster.MemberID]int64
	groups  map[roster.GroupID]int64
	people  map[roster.Email]roster.PersonID // those looked for; zero: there is none
	grants  bool                             // something that credentials or the configuration depend on was written
	indexes []tenant.AttributeIndex
	indexed bool                             // indexes are read
	alone   bool                             // see Exclusive
	mailed  bool                             // a job that sends mails is enqueued
	invites map[roster.Email][]roster.Invite // the pending ones of addresses that were looked for
}

// Config implements roster.TenantReader. The version came with the transaction's first round trip.
// What this transaction has changed is not remembered: it may never be committed.
func (t *tx) Config(ctx context.Context) (tenant.Config, error) {
	if t.grants {
		e, err := t.load(ctx)
		return e.config, err
	}
	if d := t.w.draft(); d != nil {
		e, ok := t.db.configs.latest(t.tenant)
		if ok {
			d.config = e.version
			return e.config, nil
		}
		d.become()
		return t.config(ctx, 0)
	}
	return t.config(ctx, t.w.configVersion())
}

// Now implements roster.Tx.
func (t *tx) Now() time.Time { return t.now }

// Exclusive implements roster.Tx. The lock is taken with the first statement.
func (t *tx) Exclusive(context.Context) error {
	t.w.exclusive()
	t.alone = true
	return nil
}

func (t *tx) later(ctx context.Context, doing string, list ...statement) error {
	if err := t.w.later(ctx, list...); err != nil {
		return fmt.Errorf("%s: %w", doing, explain(err))
	}
	return nil
}

// Members implements roster.Reader. While the transaction is alone nobody else can change what it
// lists, so that UpdateMember need not lock each first.
func (t *tx) Members(ctx context.Context, q roster.Query) (roster.Page[roster.Member], error) {
	page, err := t.reader.Members(ctx, q)
	if t.alone {
		for _, m := range page.Items {
			if _, known := t.members[m.ID]; !known {
				t.members[m.ID] = m.Version
			}
		}
	}
	return page, err
}

// LockMember implements roster.Tx.
func (t *tx) LockMember(ctx context.Context, s roster.Scope, id roster.MemberID) (roster.Member, error) {
	if d := t.w.draft(); d.fresh() { // nothing is locked: the write finds out whether the version is still the same
		m, err := t.Member(ctx, s, id, true)
		if err == nil {
			d.unlocked(m)
			t.members[id] = m.Version
		}
		return m, err
	}
	found, err := t.lockMembers(ctx, s, func(column string) string { return column + " = $2" }, ident(id.UUID))
	return first(found, err, "member")
}

// LockMembers implements roster.Tx.
func (t *tx) LockMembers(ctx context.Context, s roster.Scope, ids []roster.MemberID) ([]roster.Member, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	d := t.db.dialect
	return t.lockMembers(ctx, s, func(column string) string { return d.in(column, "$2") }, d.list(memberIdents(ids)))
}

// lockMembers locks members first and reads their groups with a second statement of the same trip:
// whoever held the lock before may have changed both, and only a statement that begins afterwards
// sees that of other tables than the locked one.
func (t *tx) lockMembers(ctx context.Context, s roster.Scope, which func(column string) string, argument any) ([]roster.Member, error) {
	d := t.db.dialect
	args := []any{t.me(), argument}
	seen, groupArgs := "", args
	if !s.Directory.IsZero() { // it sees its own groups only (R7)
		seen = ` AND g.directory_id = $3`
		groupArgs = append(slices.Clone(args), ident(s.Directory.UUID))
	}
	var found []roster.Member
	groups := map[roster.MemberID][]roster.GroupRef{}
	err := t.run(ctx, "lock members",
		statement{
			sql:  `SELECT ` + memberColumns + ` FROM members m WHERE m.tenant_id = $1 AND ` + which("m.id") + ` ORDER BY m.id` + d.forUpdate("m"),
			args: args,
			each: func(r row) error {
				m, err := scanMember(r, false)
				if sees(s, m.Directory, m.Removed()) {
					found = append(found, m)
					t.members[m.ID] = m.Version
				}
				return err
			},
		},
		statement{
			sql: `SELECT gm.member_id, g.id, g.name FROM group_members gm JOIN groups g ON g.tenant_id = gm.tenant_id AND g.id = gm.group_id
				WHERE gm.tenant_id = $1 AND ` + which("gm.member_id") + seen + ` ORDER BY g.id`,
			args: groupArgs,
			each: func(r row) error {
				var member, group ident
				var ref roster.GroupRef
				err := r.Scan(&member, &group, &ref.Name)
				ref.ID.UUID = tenant.UUID(group)
				id := roster.MemberID{UUID: tenant.UUID(member)}
				groups[id] = append(groups[id], ref)
				return err
			},
		})
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].Groups = groups[found[i].ID]
	}
	return found, nil
}

// matches reads five indexes, one arm each: those of the live and those of the removed are apart.
// On PostgreSQL the ids are gathered first: joined with the table they would, while that is small,
// make the planner read all of it, and the plan would be kept.
func matches(d dialect, lock string) string {
	ids := `SELECT id FROM members WHERE tenant_id = $1 AND directory_id = $2 AND login_fold = $3 AND removed_at IS NULL
	  UNION ALL
	  SELECT id FROM members WHERE tenant_id = $1 AND directory_id = $2 AND login_fold = $3 AND removed_at IS NOT NULL
	  UNION ALL
	  SELECT id FROM members WHERE tenant_id = $1 AND directory_id = $2 AND external_id = $4 AND external_id <> '' AND removed_at IS NULL
	  UNION ALL
	  SELECT id FROM members WHERE tenant_id = $1 AND directory_id = $2 AND external_id = $4 AND external_id <> '' AND removed_at IS NOT NULL
	  UNION ALL
	  SELECT member_id FROM member_emails WHERE tenant_id = $1 AND email_fold = $5 AND kind IN ('primary', 'alias')`
	which := `IN (` + ids + `)`
	if d == postgres {
		which = `= ANY (ARRAY(` + ids + `))`
	}
	return `SELECT ` + memberColumns + ` FROM members m WHERE m.tenant_id = $1 AND m.id ` + which + ` ORDER BY m.id` + lock
}

func matchArgs(me ident, m roster.Match) []any {
	return []any{me, ident(m.Directory.UUID), roster.Fold(m.Login), m.ExternalID, string(m.Email)}
}

// LockMatches implements roster.Tx. It looks for the person of the e-mail on the same trip.
func (t *tx) LockMatches(ctx context.Context, m roster.Match) ([]roster.Member, error) {
	var out []roster.Member
	lock := t.db.dialect.forUpdate("m")
	d := t.w.draft()
	if !d.fresh() {
		d = nil
	} else {
		lock = ""
	}
	list := []statement{{
		sql: matches(t.db.dialect, lock), brief: d != nil,
		args: matchArgs(t.me(), m),
		each: func(r row) error {
			found, err := scanMember(r, false)
			out = append(out, found)
			t.members[found.ID] = found.Version
			if d != nil {
				d.unlocked(found)
			}
			return err
		},
	}}
	if _, looked := t.people[m.Email]; m.Email != "" && !looked {
		list = append(list, t.findPerson(m.Email, d != nil)...)
	}
	if m.Email != "" {
		list = append(list, t.findInvite(m.Email))
	}
	err := t.run(ctx, "find matching members", list...)
	return out, err
}
