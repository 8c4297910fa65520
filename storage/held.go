package storage

import (
	"context"
	"math"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// heldChanges are the statements that make the row of a held change follow its member.
func (t *tx) heldChanges(before, after roster.Member) []statement {
	had, was := before.Hold()
	has, is := after.Hold()
	switch {
	case is && (!was || had != has || before.Login != after.Login || before.ExternalID != after.ExternalID):
		return []statement{{
			sql: `INSERT INTO held (tenant_id, member_id, directory_id, removal, login_fold, external_id, since, due)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
				ON CONFLICT (tenant_id, member_id) DO UPDATE SET directory_id = excluded.directory_id, removal = excluded.removal,
				  login_fold = excluded.login_fold, external_id = excluded.external_id, since = excluded.since, due = excluded.due`,
			args: []any{
				t.me(), ident(after.ID.UUID), ident(has.Directory.UUID), has.Removal, roster.Fold(after.Login), after.ExternalID,
				instant(has.Since), instant(has.Due),
			},
		}}
	case was && !is:
		return []statement{{sql: `DELETE FROM held WHERE tenant_id = $1 AND member_id = $2`, args: []any{t.me(), ident(after.ID.UUID)}}}
	}
	return nil
}

// Held implements roster.Reader. The conditions that a query leaves out are left out of the text, so
// that each form has a plan of its own.
func (r *reader) Held(ctx context.Context, q roster.HeldQuery) ([]roster.Held, error) {
	if q.Limit <= 0 {
		q.Limit = math.MaxInt32
	}
	s := narrowed(`SELECT member_id, directory_id, removal, since, due FROM held WHERE tenant_id = $1`, r.me())
	if !q.After.IsZero() {
		s.and("member_id > ?", ident(q.After.UUID))
	}
	if !q.Directory.IsZero() {
		s.and("directory_id = ?", ident(q.Directory.UUID))
	}
	if !q.DueBy.IsZero() {
		s.and("due <= ?", instant(q.DueBy))
	}
	if q.Login != "" || q.ExternalID != "" {
		s.and("removal AND (login_fold = ?", roster.Fold(q.Login))
		s.sql += " OR external_id <> '' AND external_id = " + s.argument(q.ExternalID) + ")"
	}
	s.sql += ` ORDER BY member_id LIMIT ` + s.argument(q.Limit)
	var out []roster.Held
	err := r.run(ctx, "list held changes", statement{sql: s.sql, args: s.args, each: rowsOf(&out, scanHeld)})
	return out, err
}

func scanHeld(r row) (roster.Held, error) {
	var h roster.Held
	var member, directory ident
	var since, due instant
	err := r.Scan(&member, &directory, &h.Removal, &since, &due)
	h.Member.UUID, h.Directory.UUID = tenant.UUID(member), tenant.UUID(directory)
	h.Since, h.Due = since.time(), due.time()
	return h, err //nolint:wrapcheck // the caller does
}

// ParkGroups implements roster.Tx.
func (t *tx) ParkGroups(ctx context.Context, id roster.MemberID, groups []roster.GroupID) error {
	list := make([]statement, len(groups))
	for i, g := range groups {
		list[i] = statement{
			sql: `INSERT INTO parked_groups (tenant_id, member_id, group_id, at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (tenant_id, member_id, group_id) DO UPDATE SET at = excluded.at`,
			args: []any{t.me(), ident(id.UUID), ident(g.UUID), instant(t.now)},
		}
	}
	return t.later(ctx, "park groups", list...)
}

// UnparkGroups implements roster.Tx.
func (t *tx) UnparkGroups(ctx context.Context, ids []roster.MemberID, since time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	d := t.db.dialect
	list := d.list(memberIdents(ids))
	clear(t.groups) // some have another version now
	return t.later(ctx, "unpark groups",
		statement{
			sql: `UPDATE groups SET version = version + 1, changed_at = $4 WHERE tenant_id = $1 AND id IN (
				SELECT p.group_id FROM parked_groups p
				WHERE p.tenant_id = $1 AND ` + d.in("p.member_id", "$2") + ` AND p.at >= $3 AND NOT EXISTS (
				  SELECT 1 FROM group_members gm
				  WHERE gm.tenant_id = p.tenant_id AND gm.group_id = p.group_id AND gm.member_id = p.member_id))`,
			args: []any{t.me(), list, instant(since), instant(t.now)},
		},
		statement{
			sql: `INSERT INTO group_members (tenant_id, group_id, member_id)
				SELECT p.tenant_id, p.group_id, p.member_id FROM parked_groups p
				JOIN groups g ON g.tenant_id = p.tenant_id AND g.id = p.group_id
				WHERE p.tenant_id = $1 AND ` + d.in("p.member_id", "$2") + ` AND p.at >= $3
				ON CONFLICT (tenant_id, group_id, member_id) DO NOTHING`,
			args: []any{t.me(), list, instant(since)},
		},
		statement{
			sql:  `DELETE FROM parked_groups WHERE tenant_id = $1 AND ` + d.in("member_id", "$2"),
			args: []any{t.me(), list},
		})
}

// ForgetGroups implements roster.Tx.
func (t *tx) ForgetGroups(ctx context.Context, id roster.MemberID) error {
	return t.later(ctx, "forget parked groups", statement{
		sql: `DELETE FROM parked_groups WHERE tenant_id = $1 AND member_id = $2`, args: []any{t.me(), ident(id.UUID)},
	})
}
