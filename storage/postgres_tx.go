package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/internal/tenant"
)

const (
	beginView = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
	begin     = `BEGIN`
	commit    = `COMMIT`
	// setTenant and the tenant's lock in one: each statement has its price.
	setTenantShared    = `SELECT set_config('rollcall.tenant', $1, true), pg_advisory_xact_lock_shared($2)`
	setTenantExclusive = `SELECT set_config('rollcall.tenant', $1, true), pg_advisory_xact_lock($2)`
)

func (b *pgBackend) view(ctx context.Context, id tenant.ID, f func(session) error) error {
	t := &pgTx{pool: b.pool, opening: []statement{{sql: beginView}, setTenantTo(id)}, horizon: statement{sql: setViewHorizon}}
	return t.do(ctx, func() error { return f(t) })
}

func (b *pgBackend) update(ctx context.Context, id tenant.ID, f func(writing) error) error {
	first := &draft{b: b, id: id}
	if done, err := first.try(ctx, f); done {
		if first.whole == nil {
			b.shared.Add(1)
		} else {
			b.whole.Add(1)
		}
		return err
	}
	b.whole.Add(1)
	t := b.transaction(id)
	return t.do(ctx, func() error { return f(t) })
}

// transaction makes one that has not begun yet.
func (b *pgBackend) transaction(id tenant.ID) *pgTx {
	lock := statement{sql: setTenantShared, args: []any{id.UUID.UUID(), lockKey(id)}}
	t := &pgTx{pool: b.pool, horizon: horizonOf(id)}
	version := configVersion(ident(id.UUID), &t.version)
	t.opening = []statement{{sql: begin}, lock, version}
	return t
}

// pgTx is a transaction that costs as few round trips as it can: it begins together with its first
// statement, and what need not be answered at once leaves together with COMMIT.
type pgTx struct {
	pool    *pgxpool.Pool
	conn    *pgxpool.Conn // nil before the first round trip
	opening []statement
	waiting []statement
	version int64     // of the configuration
	horizon statement // sets that of the feed
	failed  error     // of the first statement that failed; nothing is committed then
}

func (t *pgTx) configVersion() int64 { return t.version }

func (t *pgTx) draft() *draft { return nil }

func (t *pgTx) exclusive() { t.opening[1].sql = setTenantExclusive }

func (t *pgTx) later(_ context.Context, list ...statement) error {
	t.waiting = append(t.waiting, list...)
	return nil
}

// forgetGrants tells the listeners of all processes once the transaction is committed.
func (t *pgTx) forgetGrants(ctx context.Context) error {
	id, _ := t.opening[1].args[0].(string)
	return t.later(ctx, statement{sql: `SELECT pg_notify($1, $2)`, args: []any{grantsChannel, id}})
}

func (t *pgTx) run(ctx context.Context, list ...statement) error {
	all := make([]statement, 0, len(t.opening)+len(t.waiting)+len(list))
	if t.conn == nil {
		conn, err := t.pool.Acquire(ctx)
		if err != nil {
			return fmt.Errorf("take a connection: %w", err)
		}
		t.conn = conn
		all = append(all, t.opening...)
	}
	all = append(append(all, t.waiting...), list...)
	t.waiting = nil
	err := send(ctx, t.conn.Conn(), all)
	if t.failed == nil {
		t.failed = err
	}
	return err
}

// do runs f, then commits. A transaction that was never begun and has nothing to write costs
// nothing.
func (t *pgTx) do(ctx context.Context, f func() error) error {
	defer t.release()
	if err := f(); err != nil {
		return err
	}
	return t.finish(ctx)
}

// finish commits.
func (t *pgTx) finish(ctx context.Context) error {
	if t.failed != nil {
		return t.failed // whatever f made of it: PostgreSQL answers COMMIT with a quiet ROLLBACK now
	}
	if t.conn == nil && len(t.waiting) == 0 {
		return nil
	}
	return t.run(ctx, statement{sql: commit})
}

// rollbackTime bounds the way back of a transaction whose context has ended already.
const rollbackTime = 5 * time.Second

// release gives the connection back, out of any transaction. Where that can't be had the pool
// throws the connection away.
func (t *pgTx) release() {
	if t.conn == nil {
		return
	}
	leave(t.conn.Conn())
	t.conn.Release()
}

func leave(conn *pgx.Conn) {
	if conn.IsClosed() || conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), rollbackTime)
	defer cancel()
	_, _ = conn.Exec(ctx, "ROLLBACK") // in vain: the pool closes the connection, which rolls back too
}

// send runs statements in one round trip, after preparing those that this connection has not seen.
// The first error ends the batch; what was sent behind it did not happen.
func send(ctx context.Context, conn *pgx.Conn, list []statement) error {
	batch, err := queue(ctx, conn, list)
	if err != nil {
		return err
	}
	results := conn.SendBatch(ctx, batch)
	err = receive(results, list)
	// Close reads what is left, so that the connection can be used again.
	if closing := results.Close(); err == nil && closing != nil {
		err = fmt.Errorf("end a batch: %w", closing)
	}
	return err
}

// queue makes a batch of statements, and prepares those that the connection has not seen.
func queue(ctx context.Context, conn *pgx.Conn, list []statement) (*pgx.Batch, error) {
	batch := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(list))}
	for _, s := range list {
		if !s.once {
			if _, err := conn.Prepare(ctx, s.sql, s.sql); err != nil {
				leave(conn)
				return nil, fmt.Errorf("prepare a statement: %w", err)
			}
		}
		batch.Queue(s.sql, s.args...)
	}
	return batch, nil
}

func receive(results pgx.BatchResults, list []statement) error {
	for _, s := range list {
		if err := receiveOne(results, s); err != nil {
			return err
		}
	}
	return nil
}

func receiveOne(results pgx.BatchResults, s statement) error {
	rows, err := results.Query()
	if err != nil {
		return err //nolint:wrapcheck // the caller says what it was doing
	}
	for s.each != nil && rows.Next() {
		if err = s.each(rows); err != nil {
			err = fmt.Errorf("read a row: %w", err)
			break
		}
	}
	rows.Close()
	return errors.Join(err, rows.Err())
}
