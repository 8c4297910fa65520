package storage

import (
	"context"
	"fmt"

	"rollcall/internal/tenant"
)

// An event's number is given at its insert but seen at the commit, so a reader that went by numbers
// alone could pass over one that commits late. On PostgreSQL each event bears the id of its
// transaction (epoch), events are read in the order of (epoch, seq), and only below a horizon: the
// oldest transaction that may still add events of this tenant.
//
// Each Update holds the tenant's advisory lock from before its first write to its end. So the horizon
// is the least transaction id among the holders of that lock, or else the next id to be given out.
// A long transaction of somebody else in the same cluster holds nothing up.
//
// The order matters: first the next id (x), then the locks, then the snapshot that reads events. A
// writer with an id below x either shows in the locks, and is at or above the horizon, or ended before
// they were looked at; PostgreSQL makes a transaction visible before it releases its locks, so the
// later snapshot sees its events. The three are two statements of one batch, each with a snapshot of
// its own because the isolation level is read committed.
//
// pg_locks shows ids without their upper half, which x lends them.
const setHorizon = `
	WITH next AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS x),
	  held AS MATERIALIZED (SELECT locktype, database, classid, objid, objsubid, transactionid, virtualtransaction FROM pg_locks WHERE granted),
	  writers AS (
	    SELECT (x - t.transactionid::text::bigint) & 4294967295 AS age
	    FROM next, held l JOIN held t ON t.virtualtransaction = l.virtualtransaction AND t.locktype = 'transactionid'
	    WHERE l.locktype = 'advisory' AND l.classid = ($1::bigint >> 32 & 4294967295)::oid AND l.objid = ($1 & 4294967295)::oid AND l.objsubid = 1
	      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
	SELECT set_config('rollcall.horizon', (x - coalesce((SELECT max(age) FROM writers WHERE age < 2147483648), 0))::text, true) FROM next`

// setViewHorizon is for a transaction with one snapshot, taken before anybody could look at the
// locks: the oldest transaction of the whole cluster is all it knows for sure.
const setViewHorizon = `SELECT set_config('rollcall.horizon', pg_snapshot_xmin(pg_current_snapshot())::text, true)`

func horizonOf(id tenant.ID) statement {
	return statement{sql: setHorizon, args: []any{lockKey(id)}}
}

func (r pgReader) feed(ctx context.Context, s statement) error {
	return r.b.once(ctx, []statement{setTenantTo(r.id), horizonOf(r.id), s})
}

func (t *pgTx) feed(ctx context.Context, s statement) error {
	if err := t.run(ctx, t.horizon, s); err != nil {
		return fmt.Errorf("within a transaction: %w", err)
	}
	return nil
}
