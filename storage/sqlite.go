package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync/atomic"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"rollcall/internal/tenant"
)

// pragmas of every connection. WAL lets readers go on beside the one writer. synchronous FULL
// syncs the log at each commit: NORMAL would survive a killed process, but not a power cut, and the
// answer to the directory was given by then. busy_timeout is for other processes, such as the
// command line beside a running gateway.
const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-8000)"

// liteBackend is SQLite: one connection that writes and several that read.
type liteBackend struct {
	path    string
	db      *sql.DB
	writer  chan *liteConn
	readers chan *liteConn
	closed  chan struct{}

	acquired, waited atomic.Int64
}

func (db *DB) openSQLite(ctx context.Context, c Config, path string) error {
	if path == "" || path == ":memory:" {
		return errors.New("name a file: sqlite://FILE (a database in memory only isn't offered)")
	}
	// Made here so that only its owner can read it: it holds people's data.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make the SQLite file: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("make the SQLite file: %w", err)
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	if c.MaxConns > 1 {
		readers = c.MaxConns - 1
	}
	std, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+pragmas)
	if err != nil {
		return fmt.Errorf("open the SQLite file: %w", err)
	}
	b := &liteBackend{
		path: path, db: std, writer: make(chan *liteConn, 1), readers: make(chan *liteConn, readers), closed: make(chan struct{}),
	}
	for i := range 1 + readers {
		conn, err := std.Conn(ctx)
		if err != nil {
			return errors.Join(explain(fmt.Errorf("open the SQLite file: %w", err)), std.Close())
		}
		lc := &liteConn{conn: conn, kept: map[string]*sql.Stmt{}}
		if i == 0 {
			b.writer <- lc
		} else {
			b.readers <- lc
		}
	}
	db.backend, db.dialect, db.build = b, sqlite, bun.NewDB(std, sqlitedialect.New())
	return nil
}

func (b *liteBackend) take(ctx context.Context, from chan *liteConn) (*liteConn, error) {
	b.acquired.Add(1)
	select {
	case c := <-from:
		return c, nil
	default:
	}
	b.waited.Add(1)
	select {
	case c := <-from:
		return c, nil
	case <-b.closed:
		return nil, sql.ErrConnDone
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a connection: %w", ctx.Err())
	}
}

func (b *liteBackend) withReader(ctx context.Context, f func(*liteConn) error) error {
	c, err := b.take(ctx, b.readers)
	if err != nil {
		return err
	}
	defer func() { b.readers <- c }()
	return f(c)
}

// transact runs f in the one writing transaction.
func (b *liteBackend) transact(ctx context.Context, f func(*liteConn) error) error {
	c, err := b.take(ctx, b.writer)
	if err != nil {
		return err
	}
	defer func() { b.writer <- c }()
	return c.within(ctx, "BEGIN IMMEDIATE", f)
}

func (b *liteBackend) reader(tenant.ID) session { return liteReader{b} }

// liteReader runs each call on any of the reading connections.
type liteReader struct{ b *liteBackend }

func (r liteReader) run(ctx context.Context, list ...statement) error {
	return r.b.withReader(ctx, func(c *liteConn) error {
		if len(list) == 1 {
			return c.run(ctx, list...)
		}
		return c.within(ctx, "BEGIN", func(c *liteConn) error { return c.run(ctx, list...) })
	})
}

func (r liteReader) feed(ctx context.Context, s statement) error { return r.run(ctx, s) }

func (b *liteBackend) view(ctx context.Context, _ tenant.ID, f func(session) error) error {
	return b.withReader(ctx, func(c *liteConn) error {
		return c.within(ctx, "BEGIN", func(c *liteConn) error { return f(c) })
	})
}

func (b *liteBackend) update(ctx context.Context, _ tenant.ID, f func(writing) error) error {
	return b.transact(ctx, func(c *liteConn) error { return f(c) })
}

// locate needs no tenant: there is no row-level security.
func (b *liteBackend) locate(ctx context.Context, _, _ string, s statement) error {
	return liteReader{b}.run(ctx, s)
}

func (b *liteBackend) tenants(ctx context.Context, _ slugs, s statement) error {
	return liteReader{b}.run(ctx, s)
}

func (b *liteBackend) ping(ctx context.Context) error {
	return liteReader{b}.run(ctx, statement{sql: `SELECT 1`})
}

func (b *liteBackend) stats() Stats {
	n := cap(b.readers) + cap(b.writer)
	return Stats{
		Max: n, Open: n, Busy: n - len(b.readers) - len(b.writer),
		Acquired: b.acquired.Load(), Waited: b.waited.Load(),
	}
}

func (b *liteBackend) close() error {
	close(b.closed)
	var err error
	for range cap(b.readers) {
		err = errors.Join(err, (<-b.readers).close())
	}
	err = errors.Join(err, (<-b.writer).close())
	return errors.Join(err, b.db.Close())
}
