package storage

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rollcall/internal/roster"
)

// likely makes a text the pattern of LIKE that finds it anywhere.
func likely(text string) string { return "%" + escapeLike(text) + "%" }

// sought is a text that columns are compared with. PostgreSQL would take no other; what stands for what no text holds is
// found nowhere.
func sought(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, string(utf8.RuneError)), "\x00", string(utf8.RuneError))
}

// teamWhere narrows what is about members m with their activity a.
func teamWhere(s *narrow, d dialect, q roster.TeamQuery) {
	if q.Text != "" {
		text := sought(q.Text)
		like := s.argument(likely(roster.Fold(text)))
		s.sql += ` AND (m.label_fold LIKE ` + like + ` ESCAPE '\' OR m.email LIKE ` + like + ` ESCAPE '\' OR m.external_id = ` + s.argument(text) + `)`
	}
	if q.State != "" {
		s.and("m.state = ?", string(q.State))
	}
	if q.Role != "" {
		s.and("m.role = ?", q.Role)
	}
	if q.Domain != "" {
		s.and(`m.email LIKE ? ESCAPE '\'`, "%@"+escapeLike(q.Domain))
	}
	if !q.Group.IsZero() {
		s.and(`m.id IN (SELECT gm.member_id FROM group_members gm WHERE gm.tenant_id = $1 AND gm.group_id = ?)`, ident(q.Group.UUID))
	}
	if !q.AwaySince.IsZero() {
		s.and("(a.seen_at IS NULL OR a.seen_at < ?)", instant(q.AwaySince))
	}
	teamOrigin(s, d, q.Origin)
}

// teamOrigin is roster.Member.Origin in SQL: claims are kept as JSON that package storage wrote. A text is looked for as it
// is, for which PostgreSQL takes a third of the time of LIKE.
func teamOrigin(s *narrow, d dialect, origin roster.Source) {
	if origin == "" {
		return
	}
	if origin == roster.SourceDirectory {
		s.sql += " AND m.directory_id IS NOT NULL"
		return
	}
	s.sql += " AND m.directory_id IS NULL"
	for _, source := range []roster.Source{roster.SourceInvite, roster.SourceSignIn} {
		has := d.holds("m.claims", `'"source":"`+string(source)+`"'`)
		if origin == source {
			s.sql += " AND " + has
			return
		}
		s.sql += " AND NOT " + has
	}
}

// teamFrom are the members of a tenant that are not removed, with when they were there last where the query asks for that.
// SQLite is told to read the index that has what most queries ask for: it takes the rows, which are ten times as long, for
// as cheap. By the time of joining they are read in the order of their ids.
func (d dialect) teamFrom(q roster.TeamQuery, counts bool) string {
	from := " FROM members m"
	if counts || q.Sort != roster.TeamByJoined {
		from += d.indexed("members_team")
	}
	if q.Sort == roster.TeamByActivity && !counts || !q.AwaySince.IsZero() {
		from += joinActivity
	}
	return from + ` WHERE m.tenant_id = $1 AND m.removed_at IS NULL`
}

const joinActivity = ` LEFT JOIN member_activity a ON a.tenant_id = m.tenant_id AND a.member_id = m.id`

// Team implements roster.TeamReader. The page's ids are found first, so that the rows of those who are passed over need not
// be read.
func (r *reader) Team(ctx context.Context, q roster.TeamQuery) (roster.Page[roster.TeamMember], error) {
	var page roster.Page[roster.TeamMember]
	d, backwards := r.db.dialect, !q.Before.ID.IsZero()
	list := narrowed(`SELECT `+memberColumns+`, `+groupsOf(d, roster.Scope{})+`, a.seen_at, m.label_fold FROM (SELECT m.id`+d.teamFrom(q, false), r.me())
	teamWhere(list, d, q)
	order, err := orderTeam(q, list)
	if err != nil {
		return page, err
	}
	by := order.by(backwards)
	// The limit is written out, of which there are few: PostgreSQL would take any for a tenth of the table.
	list.sql += by + ` LIMIT ` + strconv.Itoa(q.Limit+1) + `) AS page JOIN members m ON m.tenant_id = $1 AND m.id = page.id` + joinActivity + by
	statements := []statement{{sql: list.sql, args: list.args, each: func(row row) error {
		if len(page.Items) == q.Limit {
			page.More = true
			return nil
		}
		m, err := scanTeamMember(row, q.Sort)
		page.Items = append(page.Items, m)
		return err
	}}}
	if q.Count {
		count := narrowed(`SELECT count(*)`+d.teamFrom(q, true), r.me())
		teamWhere(count, d, q)
		statements = append(statements, statement{sql: count.sql, args: count.args, each: func(row row) error { return row.Scan(&page.Total) }})
	}
	err = r.run(ctx, "list the team", statements...)
	if backwards {
		slices.Reverse(page.Items)
	}
	return page, err
}

func scanTeamMember(r row, by roster.TeamSort) (roster.TeamMember, error) {
	var m memberRow
	var seen instant
	var label string
	if err := r.Scan(append(m.dest(true), &seen, &label)...); err != nil {
		return roster.TeamMember{}, err //nolint:wrapcheck // the caller does
	}
	member, err := m.member()
	return roster.TeamMember{Member: member, LastActive: seen.time(), Place: placeOf(member.ID, seen, label, by)}, err
}
