package storage

import (
	"context"
	"fmt"

	"rollcall/internal/tenant"
)

// An event's number is given at its insert but seen at the commit, so a reader that went by numbers
// alone could pass over one that commits late. On PostgreSQL each event bears the id of its
// transaction (epoch; see feed_base.go for what is added to it), events are read in the order of (epoch, seq), and only below a horizon: the
// oldest transaction that may still add events of this tenant.
//
// Each Update holds the tenant's advisory lock from before its first write to its end. So the horizon
// is the least id among the running transactions that hold that lock, or else the next id to be given
// out. A long transaction of somebody else in the same cluster holds nothing up.
//
// The order matters: first the running transactions (a snapshot), then the locks, then the snapshot
// that reads events. A writer with an id below the horizon ended before the first of them, so the last
// sees its events. The three are two statements of one batch, each with a snapshot of its own because
// the isolation level is read committed.
//
// A transaction locks its own id a moment after it was given it, and PostgreSQL does not say whose an
// id is that nobody has locked. Such a one counts as the tenant's: it is rare and does not last.
//
// pg_locks shows ids without their upper half.
const setHorizon = `
	WITH now AS MATERIALIZED (SELECT pg_current_snapshot() AS snapshot),
	  held AS MATERIALIZED (SELECT locktype, database, classid, objid, objsubid, transactionid, virtualtransaction FROM pg_locks WHERE granted),
	  writers AS (
	    SELECT virtualtransaction FROM held
	    WHERE locktype = 'advisory' AND classid = ($1::bigint >> 32 & 4294967295)::oid AND objid = ($1 & 4294967295)::oid AND objsubid = 1
	      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())),
	  others AS (
	    SELECT transactionid::text::bigint AS id FROM held
	    WHERE locktype = 'transactionid' AND virtualtransaction NOT IN (SELECT virtualtransaction FROM writers)),
	  running AS (SELECT x::text::bigint AS id FROM now, pg_snapshot_xip(snapshot) AS x)
	SELECT set_config('rollcall.horizon', (rollcall_feed_base() + least(
	  pg_snapshot_xmax(snapshot)::text::bigint, pg_current_xact_id_if_assigned()::text::bigint,
	  (SELECT min(id) FROM running WHERE id & 4294967295 NOT IN (SELECT id FROM others))))::text, true) FROM now`

// setViewHorizon is for a transaction with one snapshot, taken before anybody could look at the
// locks: the oldest transaction of the whole cluster is all it knows for sure.
const setViewHorizon = `SELECT set_config('rollcall.horizon', (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + rollcall_feed_base())::text, true)`

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
