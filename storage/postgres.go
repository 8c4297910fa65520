package storage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"rollcall/internal/tenant"
)

// pgBackend is PostgreSQL.
type pgBackend struct {
	pool    *pgxpool.Pool
	migrant *pgx.ConnConfig // who migrates
	appRole string
	log     *slog.Logger
	// forMigrate: see Config.
	forMigrate bool
	stop       context.CancelFunc // of the listener
	running    sync.WaitGroup
	shut       func() error // of bun's view of the pool
	// reads and writes share round trips.
	reads, writes together
	merged        merger
	warm          warmConns
	shared, whole atomic.Int64 // Updates
}

// fewestConns is the size of the pool where nobody chose one and the machine is small: most of them
// wait for the disk at a time.
const fewestConns = 16

func (db *DB) openPostgres(ctx context.Context, c Config) error {
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return errors.New("the PostgreSQL URL can't be read") // err may show the password
	}
	migrant := config.ConnConfig.Copy()
	if c.MigrateURL != "" {
		owner, err := pgxpool.ParseConfig(c.MigrateURL) // which knows pool_… parameters too
		if err != nil {
			return errors.New("the PostgreSQL URL for migrations can't be read")
		}
		migrant = owner.ConnConfig
	}
	if !strings.Contains(c.URL, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, fewestConns)
	}
	if c.MaxConns > 0 {
		config.MaxConns = int32(min(c.MaxConns, 10_000))
	}
	if _, named := config.ConnConfig.RuntimeParams["application_name"]; !named {
		config.ConnConfig.RuntimeParams["application_name"] = "rollcall"
	}
	// What is prepared is looked up by keys: one plan fits all values, and planning would cost more
	// than running it. Compiling a plan pays for reports only.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	config.ConnConfig.RuntimeParams["jit"] = "off"
	// Each statement of a transaction sees what was committed before it; feed.go relies on it.
	config.ConnConfig.RuntimeParams["default_transaction_isolation"] = "read committed"
	// Statements that are kept are prepared by name (see send); all others, which bun built with
	// their values in them, run once and must not be prepared first.
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error { return takeRole(ctx, conn, c.AppRole) }
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("make the pool: %w", err)
	}
	// The listener outlives ctx: it ends with close.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	std := stdlib.OpenDBFromPool(pool)
	b := &pgBackend{pool: pool, migrant: migrant, appRole: c.AppRole, forMigrate: c.ForMigrate, log: c.Logger, stop: stop, shut: std.Close}
	b.warm.most, b.warm.now = warmOf(config.MaxConns), db.now
	b.reads = together{ease: readEase, trips: mostTrips, long: longTrip, most: mostTogether, now: db.now, run: b.readTogether}
	b.writes = together{ease: writeEase, trips: mostTrips, long: longTrip, most: mostTogether, now: db.now, run: b.writeTogether}
	if err := b.check(ctx); err != nil {
		stop()
		err = errors.Join(err, std.Close())
		pool.Close()
		return err
	}
	db.backend, db.dialect, db.build = b, postgres, bun.NewDB(std, pgdialect.New())
	db.grants = newGrantCache(db.now)
	b.running.Go(func() { listen(background, config.ConnConfig, db.grants, c.Logger) })
	return nil
}

func (b *pgBackend) close() error {
	b.stop()
	b.running.Wait()
	b.warm.end()
	err := b.shut()
	b.pool.Close()
	return err //nolint:wrapcheck // nothing to add
}

func (b *pgBackend) ping(ctx context.Context) error { return b.pool.Ping(ctx) } //nolint:wrapcheck // Ping does

func (b *pgBackend) stats() Stats {
	s := b.pool.Stat()
	return Stats{
		Max: int(s.MaxConns()), Open: int(s.TotalConns()), Busy: max(0, int(s.AcquiredConns())-b.warm.waiting()),
		Acquired: s.AcquireCount(), Waited: s.EmptyAcquireCount(), WaitTime: s.AcquireDuration(),
		Shared: b.shared.Load(), Whole: b.whole.Load(),
	}
}

// setTenant opens the door of row-level security to one tenant, until the transaction ends. A
// batch without BEGIN is a transaction too, so one round trip is enough.
const setTenant = `SELECT set_config('rollcall.tenant', $1, true)`

func setTenantTo(id tenant.ID) statement {
	return statement{sql: setTenant, args: []any{id.UUID.UUID()}}
}

// lockKey is the number of a tenant's advisory lock: the random half of its id.
func lockKey(id tenant.ID) int64 {
	return int64(binary.BigEndian.Uint64(id.UUID[8:]))
}

func (b *pgBackend) reader(id tenant.ID) session { return pgReader{b, id} }

// pgReader runs each call in a transaction of its own.
type pgReader struct {
	b  *pgBackend
	id tenant.ID
}

func (r pgReader) run(ctx context.Context, list ...statement) error {
	if len(list) == 1 && list[0].brief {
		return r.b.readShared(ctx, r.id, list)
	}
	all := append(make([]statement, 0, len(list)+3), setTenantTo(r.id))
	if len(list) > 1 {
		// Several statements see one state only in a transaction that says so.
		all = append(all[:0], statement{sql: beginView}, setTenantTo(r.id))
		all = append(append(all, list...), statement{sql: commit})
	} else {
		all = append(all, list...)
	}
	return r.b.once(ctx, all)
}

// readShared runs statements together with those of others, or alone when another one spoiled that.
func (b *pgBackend) readShared(ctx context.Context, id tenant.ID, list []statement) error {
	err := b.reads.do(id, &unit{ctx: ctx, list: list})
	if errors.Is(err, errShared) {
		err = b.once(ctx, append([]statement{setTenantTo(id)}, list...))
	}
	return err
}

// once runs statements on any connection, as one transaction.
func (b *pgBackend) once(ctx context.Context, list []statement) error {
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer conn.Release()
	defer leave(conn.Conn())
	return send(ctx, conn.Conn(), list)
}

func (b *pgBackend) locate(ctx context.Context, kind, key string, s statement) error {
	const become = `SELECT set_config('rollcall.tenant', (SELECT tenant_id::text FROM locator WHERE kind = $1 AND key = $2), true)`
	return b.once(ctx, []statement{{sql: become, args: []any{kind, key}}, s})
}

// tenants asks as one tenant after the other, because that is all the role may do.
func (b *pgBackend) tenants(ctx context.Context, which slugs, s statement) error {
	var ids []tenant.ID
	err := b.once(ctx, []statement{{
		sql:  `SELECT tenant_id FROM locator WHERE kind = 'slug' AND key > $1 ORDER BY key LIMIT nullif($2, 0)`,
		args: []any{which.after, int64(which.limit)},
		each: func(r row) error {
			var id ident
			err := r.Scan(&id)
			ids = append(ids, tenant.ID{UUID: tenant.UUID(id)})
			return err
		},
	}})
	if err != nil {
		return err
	}
	const chunk = 500
	for len(ids) > 0 {
		n := min(chunk, len(ids))
		list := make([]statement, 0, 2*n)
		for _, id := range ids[:n] {
			list = append(list, setTenantTo(id), s)
		}
		if err := b.once(ctx, list); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}
