package storage

import (
	"context"
	"fmt"
	"math"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const linkColumns = `l.id, l.connection_id, l.subject, l.member_id, l.email, l.group_ids, l.created_at, l.seen_at, l.ended_at`

func scanLink(r row) (roster.Link, error) {
	var l roster.Link
	var id, connection, member ident
	var email, groups string
	var created, seen, ended instant
	if err := r.Scan(&id, &connection, &l.Subject, &member, &email, &groups, &created, &seen, &ended); err != nil {
		return l, err //nolint:wrapcheck // the caller does
	}
	l.ID.UUID, l.Connection.UUID, l.Member.UUID = tenant.UUID(id), tenant.UUID(connection), tenant.UUID(member)
	l.Email = roster.Email(email)
	l.CreatedAt, l.SeenAt, l.EndedAt = created.time(), seen.time(), ended.time()
	return l, undocument([]byte(groups), &l.Groups)
}

// Links implements roster.SignInReader.
func (r *reader) Links(ctx context.Context, q roster.LinkQuery) ([]roster.Link, error) {
	s := narrowed(`SELECT `+linkColumns+` FROM links l WHERE l.tenant_id = $1`, r.me())
	if !q.Member.IsZero() {
		s.and("l.member_id = ?", ident(q.Member.UUID))
	}
	if !q.Connection.IsZero() {
		s.and("l.connection_id = ?", ident(q.Connection.UUID))
	}
	if !q.After.IsZero() {
		s.and("l.id > ?", ident(q.After))
	}
	if !q.Ended {
		s.sql += " AND l.ended_at IS NULL"
	}
	s.sql += ` ORDER BY l.id LIMIT ` + s.argument(limited(q.Limit))
	var out []roster.Link
	err := r.run(ctx, "list links", statement{sql: s.sql, args: s.args, each: rowsOf(&out, scanLink)})
	return out, err
}

// limited is a limit for a statement, where 0 asks for all.
func limited(limit int) int {
	if limit <= 0 {
		return math.MaxInt32
	}
	return limit
}

// Link implements roster.SignInReader.
func (r *reader) Link(ctx context.Context, id roster.LinkID) (roster.Link, error) {
	var out []roster.Link
	err := r.run(ctx, "find link", statement{
		sql:  `SELECT ` + linkColumns + ` FROM links l WHERE l.tenant_id = $1 AND l.id = $2`,
		args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&out, scanLink),
	})
	return first(out, err, "link")
}

// PutLink implements roster.SignInTx.
func (t *tx) PutLink(ctx context.Context, l roster.Link) error {
	if err := storableText("subject", l.Subject); err != nil {
		return fmt.Errorf("put link: %w", err)
	}
	groups, err := document(l.Groups)
	if err != nil {
		return fmt.Errorf("put link: %w", err)
	}
	return t.later(ctx, "put link", statement{
		sql: `INSERT INTO links (tenant_id, id, connection_id, subject, member_id, email, group_ids, created_at, seen_at, ended_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (tenant_id, id) DO UPDATE SET member_id = excluded.member_id, group_ids = excluded.group_ids,
			  seen_at = excluded.seen_at, ended_at = excluded.ended_at`,
		args: []any{
			t.me(), ident(l.ID.UUID), ident(l.Connection.UUID), l.Subject, ident(l.Member.UUID), string(l.Email), groups,
			instant(l.CreatedAt), instant(l.SeenAt), instant(l.EndedAt),
		},
		taken: &taken{field: takenLink},
	})
}

// MoveLinks implements roster.SignInTx.
func (t *tx) MoveLinks(ctx context.Context, from, to roster.MemberID, at time.Time) error {
	return t.later(ctx, "move links",
		statement{
			sql: `UPDATE links SET ended_at = $4 WHERE tenant_id = $1 AND member_id = $2 AND ended_at IS NULL AND connection_id IN (
				SELECT connection_id FROM links WHERE tenant_id = $1 AND member_id = $3 AND ended_at IS NULL)`,
			args: []any{t.me(), ident(from.UUID), ident(to.UUID), instant(at)},
		},
		statement{
			sql:  `UPDATE links SET member_id = $3 WHERE tenant_id = $1 AND member_id = $2 AND ended_at IS NULL`,
			args: []any{t.me(), ident(from.UUID), ident(to.UUID)},
		})
}
