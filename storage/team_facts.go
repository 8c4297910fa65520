package storage

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TeamCounts implements roster.TeamReader.
func (r *reader) TeamCounts(ctx context.Context, now time.Time) (roster.TeamCounts, error) {
	out := roster.TeamCounts{States: map[roster.State]int{}, Roles: map[string]int{}}
	err := r.run(ctx, "count the team",
		statement{
			sql:  `SELECT m.state, m.role, count(*) FROM members m` + r.db.dialect.indexed("members_standing") + ` WHERE m.tenant_id = $1 AND m.removed_at IS NULL GROUP BY m.state, m.role`,
			args: []any{r.me()},
			each: func(row row) error {
				var state, role string
				var n int
				err := row.Scan(&state, &role, &n)
				out.States[roster.State(state)] += n
				out.Roles[role] += n
				return err
			},
		},
		statement{
			sql:  `SELECT count(*) FROM invites i WHERE i.tenant_id = $1 AND i.state = 'pending' AND i.expires_at > $2`,
			args: []any{r.me(), instant(now)}, each: func(row row) error { return row.Scan(&out.Invited) },
		},
		statement{
			sql:  `SELECT count(*) FROM join_requests q WHERE q.tenant_id = $1 AND q.state = 'pending'`,
			args: []any{r.me()}, each: func(row row) error { return row.Scan(&out.Requests) },
		})
	return out, err
}

// LastActive implements roster.TeamReader.
func (r *reader) LastActive(ctx context.Context, id roster.MemberID) (time.Time, error) {
	var seen instant
	found := false
	err := r.run(ctx, "find when a member was there last", statement{
		sql:  `SELECT a.seen_at FROM member_activity a WHERE a.tenant_id = $1 AND a.member_id = $2`,
		args: []any{r.me(), ident(id.UUID)}, each: one(&found, &seen), brief: true,
	})
	return seen.time(), err
}

// MemberEvents implements roster.TeamReader. It shows what is committed at once: the order is that of the feed, and
// nobody goes on from the last one.
func (r *reader) MemberEvents(ctx context.Context, id roster.MemberID, limit int) ([]roster.Event, error) {
	var out []roster.Event
	err := r.run(ctx, "list the events of a member", statement{
		sql: `SELECT e.epoch, e.seq, e.at, e.kind, e.member_id, e.group_id, e.actor_source, e.actor_id, e.version, e.request_id, e.data
			FROM events e WHERE e.tenant_id = $1 AND e.member_id = $2 ORDER BY e.epoch DESC, e.seq DESC LIMIT $3`,
		args: []any{r.me(), ident(id.UUID), limited(limit)}, each: rowsOf(&out, scanEvent),
	})
	return out, err
}

// GroupSizes implements roster.TeamReader.
func (r *reader) GroupSizes(ctx context.Context, ids []roster.GroupID) (map[roster.GroupID]int, error) {
	out := make(map[roster.GroupID]int, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	d := r.db.dialect
	err := r.run(ctx, "count members of groups", statement{
		sql:  `SELECT gm.group_id, count(*) FROM group_members gm WHERE gm.tenant_id = $1 AND ` + d.in("gm.group_id", "$2") + ` GROUP BY gm.group_id`,
		args: []any{r.me(), d.list(groupIdents(ids))},
		each: func(row row) error {
			var id ident
			n := 0
			err := row.Scan(&id, &n)
			out[roster.GroupID{UUID: tenant.UUID(id)}] = n
			return err
		},
	})
	return out, err
}
