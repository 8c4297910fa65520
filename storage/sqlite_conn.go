package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// liteConn is a connection to SQLite with the statements that it keeps prepared. It is a session,
// and within a transaction of the writer also a writing one.
type liteConn struct {
	conn *sql.Conn
	kept map[string]*sql.Stmt
	// failed is the error of the transaction's first statement that failed; nothing is committed then.
	failed error
}

func (c *liteConn) close() error {
	var err error
	for _, s := range c.kept {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.conn.Close())
}

// exclusive has nothing to do: there is one writer at a time.
func (c *liteConn) exclusive() {}

// configVersion is not known: to ask costs no round trip here.
func (c *liteConn) configVersion() int64 { return 0 }

func (c *liteConn) draft() *draft { return nil }

// forgetGrants has nothing to do: none are remembered.
func (c *liteConn) forgetGrants(context.Context) error { return nil }

// later runs the statements now: there is no round trip to save.
func (c *liteConn) later(ctx context.Context, list ...statement) error { return c.run(ctx, list...) }

// exec runs a text of one or more statements without arguments.
func (c *liteConn) exec(ctx context.Context, text string) error {
	_, err := c.conn.ExecContext(ctx, text)
	return err //nolint:wrapcheck // the caller does
}

// within runs f between begin and COMMIT, or ROLLBACK when it fails.
func (c *liteConn) within(ctx context.Context, begin string, f func(*liteConn) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err //nolint:wrapcheck // nothing was begun
	}
	// The way back must work when ctx has ended.
	ctx = context.WithoutCancel(ctx)
	if err := c.run(ctx, statement{sql: begin}); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	c.failed = nil
	done := false
	defer func() {
		if !done { // also when f panics
			_ = c.run(ctx, statement{sql: "ROLLBACK"}) // in vain when SQLite did so itself
		}
	}()
	if err := f(c); err != nil {
		return err
	}
	if c.failed != nil {
		return c.failed // whatever f made of it: half of what it wrote may be missing
	}
	if err := c.run(ctx, statement{sql: "COMMIT"}); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	return nil
}

func (c *liteConn) feed(ctx context.Context, s statement) error { return c.run(ctx, s) }

func (c *liteConn) run(ctx context.Context, list ...statement) error {
	for _, s := range list {
		if err := ctx.Err(); err != nil {
			return err //nolint:wrapcheck // the caller's own
		}
		if err := c.runOne(ctx, s); err != nil {
			err = c.conflict(ctx, s.taken, err)
			if c.failed == nil {
				c.failed = err
			}
			return err
		}
	}
	return nil
}

func (c *liteConn) runOne(ctx context.Context, s statement) error {
	if s.once {
		rows, err := c.conn.QueryContext(ctx, s.sql, s.args...)
		return readSQLite(rows, err, s.each)
	}
	// A kept statement takes microseconds. Watching ctx meanwhile would cost more than it.
	ctx = context.WithoutCancel(ctx)
	kept := c.kept[s.sql]
	if kept == nil {
		var err error
		if kept, err = c.conn.PrepareContext(ctx, s.sql); err != nil {
			return fmt.Errorf("prepare a statement: %w", err)
		}
		c.kept[s.sql] = kept
	}
	if s.each == nil {
		_, err := kept.ExecContext(ctx, s.args...)
		return err //nolint:wrapcheck // explain reads it
	}
	rows, err := kept.QueryContext(ctx, s.args...)
	return readSQLite(rows, err, s.each)
}

func readSQLite(rows *sql.Rows, err error, each func(row) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if each == nil {
			continue
		}
		if err := each(rows); err != nil {
			return fmt.Errorf("read a row: %w", err)
		}
	}
	return rows.Err() //nolint:wrapcheck // explain reads it
}

// conflict finds out which unique index refused a row, if one did. Only the words of SQLite's
// message say so, so the row that is in the way is looked for instead.
func (c *liteConn) conflict(ctx context.Context, t *taken, err error) error {
	unique, primary := uniqueSQLite(err)
	switch {
	case t == nil || !unique:
		return err
	case primary && !t.key:
		return conflict(takenID, err)
	case t.probe == nil:
		return conflict(t.field, err)
	}
	found := false
	probe := *t.probe
	probe.each = one(&found, new(int))
	if probing := c.runOne(ctx, probe); probing != nil {
		return errors.Join(err, probing)
	}
	if found {
		return conflict(t.instead, err)
	}
	return conflict(t.field, err)
}
