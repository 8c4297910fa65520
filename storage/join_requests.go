package storage

import (
	"context"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const requestColumns = `q.id, q.connection_id, q.subject, q.email, q.names, q.role, q.state, q.asked_at, q.seen_at, q.decided_at,
	q.actor_source, q.actor_id, q.member_id`

func scanRequest(r row) (roster.JoinRequest, error) {
	var q roster.JoinRequest
	var id, connection, member ident
	var email, names, state, source string
	var asked, seen, decided instant
	err := r.Scan(&id, &connection, &q.Subject, &email, &names, &q.Role, &state, &asked, &seen, &decided, &source, &q.DecidedBy.ID, &member)
	if err != nil {
		return q, err //nolint:wrapcheck // the caller does
	}
	q.ID.UUID, q.Connection.UUID, q.Member.UUID = tenant.UUID(id), tenant.UUID(connection), tenant.UUID(member)
	q.Email, q.State, q.DecidedBy.Source = roster.Email(email), roster.JoinRequestState(state), roster.Source(source)
	q.AskedAt, q.SeenAt, q.DecidedAt = asked.time(), seen.time(), decided.time()
	return q, undocument([]byte(names), &q.Names)
}

// JoinRequests implements roster.SignInReader.
func (r *reader) JoinRequests(ctx context.Context, q roster.JoinRequestQuery) ([]roster.JoinRequest, error) {
	s := narrowed(`SELECT `+requestColumns+` FROM join_requests q WHERE q.tenant_id = $1`, r.me())
	if q.State != "" {
		s.and("q.state = ?", string(q.State))
	}
	if !q.After.IsZero() {
		s.and("q.id > ?", ident(q.After))
	}
	s.sql += ` ORDER BY q.id LIMIT ` + s.argument(limited(q.Limit))
	var out []roster.JoinRequest
	err := r.run(ctx, "list join requests", statement{sql: s.sql, args: s.args, each: rowsOf(&out, scanRequest)})
	return out, err
}

// JoinRequest implements roster.SignInReader.
func (r *reader) JoinRequest(ctx context.Context, id roster.JoinRequestID) (roster.JoinRequest, error) {
	var out []roster.JoinRequest
	err := r.run(ctx, "find join request", statement{
		sql:  `SELECT ` + requestColumns + ` FROM join_requests q WHERE q.tenant_id = $1 AND q.id = $2`,
		args: []any{r.me(), ident(id.UUID)}, each: rowsOf(&out, scanRequest),
	})
	return first(out, err, "join request")
}

// PutJoinRequest implements roster.SignInTx.
func (t *tx) PutJoinRequest(ctx context.Context, q roster.JoinRequest) error {
	if err := storableText("subject", q.Subject); err != nil {
		return fmt.Errorf("put join request: %w", err)
	}
	names, err := document(q.Names)
	if err == nil {
		err = storableJSON([]byte(names))
	}
	if err != nil {
		return fmt.Errorf("put join request: %w", err)
	}
	return t.later(ctx, "put join request", statement{
		sql: `INSERT INTO join_requests (tenant_id, id, connection_id, subject, email, names, role, state, asked_at, seen_at, decided_at,
			  actor_source, actor_id, member_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			ON CONFLICT (tenant_id, id) DO UPDATE SET state = excluded.state, seen_at = excluded.seen_at, decided_at = excluded.decided_at,
			  actor_source = excluded.actor_source, actor_id = excluded.actor_id, member_id = excluded.member_id`,
		args: []any{
			t.me(), ident(q.ID.UUID), ident(q.Connection.UUID), q.Subject, string(q.Email), names, q.Role, string(q.State),
			instant(q.AskedAt), instant(q.SeenAt), instant(q.DecidedAt), string(q.DecidedBy.Source), q.DecidedBy.ID, ident(q.Member.UUID),
		},
		taken: &taken{field: takenRequest},
	})
}
