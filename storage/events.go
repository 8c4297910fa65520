package storage

import (
	"context"
	"fmt"
	"math"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Events implements roster.Reader.
func (r *reader) Events(ctx context.Context, after roster.Cursor, limit int) ([]roster.Event, error) {
	if limit <= 0 {
		return nil, nil
	}
	var out []roster.Event
	err := r.s.feed(ctx, statement{
		sql: `SELECT epoch, seq, at, kind, member_id, group_id, actor_source, actor_id, version, request_id, data FROM events
			WHERE tenant_id = $1 AND (epoch, seq) > ($2, $3)` + r.db.dialect.horizon() + ` ORDER BY epoch, seq LIMIT $4`,
		args: []any{r.me(), int64(after.Epoch), after.Seq, limit}, // transaction ids never come near the sign
		each: func(row row) error {
			e, err := scanEvent(row)
			out = append(out, e)
			return err
		},
	})
	if err != nil {
		return nil, fmt.Errorf("read events: %w", explain(err))
	}
	return out, nil
}

func scanEvent(r row) (roster.Event, error) {
	var e roster.Event
	var epoch int64
	var at instant
	var kind, source string
	var member, group ident
	var data []byte
	err := r.Scan(&epoch, &e.Position.Seq, &at, &kind, &member, &group, &source, &e.Actor.ID, &e.Version, &e.RequestID, &data)
	e.Position.Epoch = uint64(epoch)
	e.At, e.Kind, e.Actor.Source = at.time(), roster.EventKind(kind), roster.Source(source)
	e.Member.UUID, e.Group.UUID = tenant.UUID(member), tenant.UUID(group)
	if len(data) > 0 {
		e.Data = data
	}
	return e, err //nolint:wrapcheck // the caller does
}

// AppendEvent implements roster.Tx.
func (t *tx) AppendEvent(ctx context.Context, e roster.Event) error {
	return t.later(ctx, "append event", statement{
		part: partEvent, sql: `INSERT INTO events (tenant_id, at, kind, member_id, group_id, actor_source, actor_id, version, request_id, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		args: []any{
			t.me(), instant(t.now), string(e.Kind), ident(e.Member.UUID), ident(e.Group.UUID),
			string(e.Actor.Source), e.Actor.ID, e.Version, e.RequestID, string(e.Data),
		},
	})
}

// TurnedOff implements roster.Reader.
func (r *reader) TurnedOff(ctx context.Context, a roster.Actor, since time.Time, limit int) ([]roster.MemberID, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	var out []roster.MemberID
	// The kinds are written out: the index holds these only.
	err := r.run(ctx, "list who was turned off", statement{
		sql: `SELECT DISTINCT member_id FROM events WHERE tenant_id = $1 AND actor_id = $2 AND at >= $3 AND actor_source = $4
			AND kind IN ('member.deactivated', 'member.removed') ORDER BY member_id LIMIT $5`,
		args: []any{r.me(), a.ID, instant(since), string(a.Source), limit},
		each: rowsOf(&out, func(r row) (roster.MemberID, error) {
			var id ident
			err := r.Scan(&id)
			return roster.MemberID{UUID: tenant.UUID(id)}, err
		}),
	})
	return out, err
}
