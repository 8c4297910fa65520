package storage

import (
	"context"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// unwild makes a text stand for itself in a pattern of LIKE; likely finds it anywhere.
func unwild(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}
func likely(text string) string { return "%" + unwild(text) + "%" }

// teamWhere narrows what is about members m with their activity a.
func teamWhere(s *narrow, d dialect, q roster.TeamQuery) {
	s.sql += " AND m.removed_at IS NULL"
	if q.Text != "" {
		like := s.argument(likely(roster.Fold(q.Text)))
		s.sql += ` AND (m.label_fold LIKE ` + like + ` ESCAPE '\' OR m.email LIKE ` + like + ` ESCAPE '\' OR m.external_id = ` + s.argument(q.Text) + `)`
	}
	if q.State != "" {
		s.and("m.state = ?", string(q.State))
	}
	if q.Role != "" {
		s.and("m.role = ?", q.Role)
	}
	if q.Domain != "" {
		s.and(`m.email LIKE ? ESCAPE '\'`, "%@"+unwild(q.Domain))
	}
	if !q.Group.IsZero() {
		s.and(`m.id IN (SELECT gm.member_id FROM group_members gm WHERE gm.tenant_id = $1 AND gm.group_id = ?)`, ident(q.Group.UUID))
	}
	if !q.AwaySince.IsZero() {
		s.and("(a.seen_at IS NULL OR a.seen_at < ?)", instant(q.AwaySince))
	}
	teamOrigin(s, q.Origin)
}

// teamOrigin is roster.Member.Origin in SQL: claims are kept as JSON that package storage wrote.
func teamOrigin(s *narrow, origin roster.Source) {
	if origin == "" {
		return
	}
	if origin == roster.SourceDirectory {
		s.sql += " AND m.directory_id IS NOT NULL"
		return
	}
	s.sql += " AND m.directory_id IS NULL"
	for _, source := range []roster.Source{roster.SourceInvite, roster.SourceSignIn} {
		has := `m.claims LIKE '%"source":"` + string(source) + `"%'`
		if origin == source {
			s.sql += " AND " + has
			return
		}
		s.sql += " AND NOT " + has
	}
}

const teamFrom = ` FROM members m LEFT JOIN member_activity a ON a.tenant_id = m.tenant_id AND a.member_id = m.id WHERE m.tenant_id = $1`

// teamOrder sorts; what ties is in the order of names.
func teamOrder(by roster.TeamSort) string {
	switch by {
	case roster.TeamByActivity:
		return ` ORDER BY a.seen_at NULLS FIRST, m.label_fold, m.id`
	case roster.TeamByJoined:
		return ` ORDER BY m.id DESC`
	case roster.TeamByName:
	}
	return ` ORDER BY m.label_fold, m.id`
}

// Team implements roster.TeamReader.
func (r *reader) Team(ctx context.Context, q roster.TeamQuery) (roster.Page[roster.TeamMember], error) {
	var page roster.Page[roster.TeamMember]
	d := r.db.dialect
	list := narrowed(`SELECT `+memberColumns+`, `+groupsOf(d, roster.Scope{})+`, a.seen_at`+teamFrom, r.me())
	teamWhere(list, d, q)
	list.sql += teamOrder(q.Sort) + ` LIMIT ` + list.argument(q.Limit+1) + ` OFFSET ` + list.argument(q.Offset)
	count := narrowed(`SELECT count(*)`+teamFrom, r.me())
	teamWhere(count, d, q)
	err := r.run(ctx, "list the team",
		statement{sql: list.sql, args: list.args, each: func(row row) error {
			if len(page.Items) == q.Limit {
				page.More = true
				return nil
			}
			m, err := scanTeamMember(row)
			page.Items = append(page.Items, m)
			return err
		}},
		statement{sql: count.sql, args: count.args, each: func(row row) error { return row.Scan(&page.Total) }})
	return page, err
}

func scanTeamMember(r row) (roster.TeamMember, error) {
	var m memberRow
	var seen instant
	if err := r.Scan(append(m.dest(true), &seen)...); err != nil {
		return roster.TeamMember{}, err //nolint:wrapcheck // the caller does
	}
	member, err := m.member()
	return roster.TeamMember{Member: member, LastActive: seen.time()}, err
}

// TeamCounts implements roster.TeamReader.
func (r *reader) TeamCounts(ctx context.Context, now time.Time) (roster.TeamCounts, error) {
	out := roster.TeamCounts{States: map[roster.State]int{}, Roles: map[string]int{}}
	err := r.run(ctx, "count the team",
		statement{
			sql:  `SELECT m.state, m.role, count(*) FROM members m WHERE m.tenant_id = $1 AND m.removed_at IS NULL GROUP BY m.state, m.role`,
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
