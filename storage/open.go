package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Config says where the roster is kept.
type Config struct {
	// URL is postgres://… (or postgresql://…), or sqlite://FILE with a relative or absolute path.
	URL string
	// MigrateURL is that of the role that owns the tables, for Migrate; empty: URL. PostgreSQL only.
	MigrateURL string
	// AppRole is the role that requests run as; empty: rollcall_app. Migrate makes it where it is
	// missing. When the role of URL could bypass row-level security, each connection becomes AppRole
	// first. PostgreSQL only.
	AppRole string
	// ForMigrate says that Migrate comes first: it mends what else keeps a role from working, such as
	// rights that it lacks. PostgreSQL only.
	ForMigrate bool
	// MaxConns is the most connections in use at a time; 0: a number that fits the machine.
	MaxConns int
	// Logger takes what goes wrong in the background; nil: nothing is logged.
	Logger *slog.Logger
	// Now is the clock; required.
	Now func() time.Time
}

// DB is an open database. It implements roster.Store and roster.Locator.
type DB struct {
	backend backend
	dialect dialect
	build   *bun.DB // builds the statements that vary; runs none
	now     func() time.Time
	log     *slog.Logger
	grants  *grantCache // nil on SQLite
	configs configCache
	touched touches
}

var (
	_ roster.Store   = (*DB)(nil)
	_ roster.Locator = (*DB)(nil)
)

// DefaultAppRole is the PostgreSQL role that requests run as.
const DefaultAppRole = "rollcall_app"

// Open connects to the database. It does not change it: call Migrate next, or see by Pending
// whether that is needed. On PostgreSQL it refuses to work as a role that could bypass row-level
// security. Close it when done.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Now == nil {
		return nil, errors.New("open storage: Config.Now is missing")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.AppRole == "" {
		c.AppRole = DefaultAppRole
	}
	scheme, rest, _ := strings.Cut(c.URL, "://")
	db := &DB{now: c.Now, log: c.Logger}
	var err error
	switch scheme {
	case "postgres", "postgresql":
		err = db.openPostgres(ctx, c)
	case "sqlite":
		err = db.openSQLite(ctx, c, rest)
	default:
		// Not the URL itself: it may hold a password.
		err = fmt.Errorf("the database URL begins with %q; postgres://USER:PASSWORD@HOST/DATABASE and sqlite://FILE work", clip(scheme))
	}
	if err != nil {
		return nil, fmt.Errorf("open storage: %w", err)
	}
	return db, nil
}

func clip(s string) string {
	if u, err := url.Parse(s); err != nil || u.User != nil || len(s) > 20 {
		return "…"
	}
	return s
}

// Migrate brings the tables up to date and returns the names of the migrations that it applied. Two
// processes may call it at once: the second waits and finds nothing to do. A migration whose text
// is not the one that was applied is an error.
func (db *DB) Migrate(ctx context.Context) ([]string, error) {
	applied, err := db.backend.migrate(ctx)
	if err != nil {
		return applied, fmt.Errorf("migrate: %w", explain(err))
	}
	return applied, nil
}

// Pending returns the names of the migrations that Migrate would apply.
func (db *DB) Pending(ctx context.Context) ([]string, error) {
	names, err := db.backend.pending(ctx)
	if err != nil {
		return nil, fmt.Errorf("list pending migrations: %w", explain(err))
	}
	return names, nil
}

// Ping says whether the database answers; Unavailable when not.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.backend.ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", explain(err))
	}
	return nil
}

// Close gives all connections back. Calls that still run are waited for.
func (db *DB) Close() error { return db.backend.close() }

// Stats are figures of the connections, for metrics.
type Stats struct {
	Max      int           // most connections at a time
	Open     int           // connections that exist
	Busy     int           // connections in use
	Acquired int64         // how often one was taken, since Open
	Waited   int64         // how often one had to be waited for, since Open
	WaitTime time.Duration // spent waiting or taking, since Open
	// Shared and Whole are the Updates that wrote together with others' and those that
	// were transactions of their own, since Open. PostgreSQL only.
	Shared, Whole int64
}

// Stats returns the figures of now.
func (db *DB) Stats() Stats { return db.backend.stats() }

// Reader implements roster.Store.
func (db *DB) Reader(id tenant.ID) roster.Reader {
	return &reader{db: db, tenant: id, s: db.backend.reader(id)}
}
