package storage

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"rollcall/internal/tenant"
)

const (
	// What is under way at once for one tenant in one gateway: readEase and writeEase trips, and up to
	// mostTrips where each takes longer than longTrip. On a machine of its own a trip takes a tenth of
	// that.
	readEase  = 2
	writeEase = 1
	mostTrips = 4
	longTrip  = 4 * time.Millisecond
	// mostTogether bounds a trip, so that the first of its units need not wait long for the last.
	mostTogether = 32
	// tripTime bounds a trip: those who share it may not end it for each other.
	tripTime = 30 * time.Second
)

// errShared says that a unit was not run, or undone, because of another one of the same trip.
var errShared = errors.New("another unit of the same trip failed")

// errOutdated says that a unit rests on another version of the configuration than its fellows.
var errOutdated = errors.New("the configuration may be out of date")

// readTogether runs the statements of several readers as one transaction that writes nothing. Each
// statement sees what was committed before it began, so that what was read before a failure stands.
func (b *pgBackend) readTogether(id tenant.ID, units []*unit) {
	n := 1
	for _, u := range units {
		n += len(u.list)
	}
	all := append(make([]statement, 0, n), setTenantTo(id))
	for _, u := range units {
		all = append(all, u.list...)
	}
	err := b.trip(all, func(results pgx.BatchResults) error {
		if err := receiveOne(results, all[0]); err != nil {
			return err
		}
		for _, u := range units {
			if u.err = receive(results, u.list); u.err != nil {
				return u.err
			}
		}
		return nil
	})
	if err != nil {
		blame(units, err)
	}
}

// blame gives an error that ended a trip to those who can't try alone: the only unit, and all of
// them when the database could not be reached.
func blame(units []*unit, err error) {
	for _, u := range units {
		if errors.Is(u.err, errShared) && (!undone(err) || len(units) == 1) {
			u.err = err
		}
	}
}

// trip sends statements and reads the answers, on a connection of the pool and for nobody in
// particular.
func (b *pgBackend) trip(list []statement, answers func(pgx.BatchResults) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), tripTime)
	defer cancel()
	conn, err := b.warm.take(ctx, b.pool)
	if err != nil {
		return fmt.Errorf("take a connection: %w", err)
	}
	defer b.warm.give(conn)
	batch, err := queue(ctx, conn.Conn.Conn(), list)
	if err != nil {
		return err
	}
	results := conn.SendBatch(ctx, batch)
	err = answers(results)
	if closing := results.Close(); err == nil && closing != nil {
		err = fmt.Errorf("end a batch: %w", closing)
	}
	return err
}

// writeTogether runs the writes of several drafts as one transaction; it uses their lists up. When
// one of them can't be written none is, and each is tried by itself.
func (b *pgBackend) writeTogether(id tenant.ID, units []*unit) {
	all := []statement{{sql: setTenantShared, args: []any{id.UUID.UUID(), lockKey(id)}}}
	var config int64
	sums := tallySums{}
	for _, u := range units {
		switch {
		case u.ctx.Err() != nil:
			u.err = fmt.Errorf("wait to write: %w", u.ctx.Err())
			continue
		case u.config != 0 && config != 0 && u.config != config:
			u.err = errOutdated
			continue
		case u.config != 0 && config == 0:
			config = u.config
			all = append(all, statement{sql: expectConfig, args: []any{ident(id.UUID), config}})
		}
		all = append(all, b.merged.merge(sums.take(u.list))...)
	}
	all = append(all, sums.statements(ident(id.UUID))...)
	if len(all) == 1 {
		return
	}
	err := b.trip(all, func(results pgx.BatchResults) error { return receive(results, all) })
	if err != nil {
		blame(units, err)
		return
	}
	for _, u := range units {
		if errors.Is(u.err, errShared) {
			u.err = nil
		}
	}
}

// warmConns keeps the connections of trips, the last one used on top: the pool goes through all of
// its own in turn, and the processes behind them would find nothing of the last trip in their caches.
// It keeps few enough that others find one.
type warmConns struct {
	most int // that are kept
	now  func() time.Time

	mu    sync.Mutex
	idle  []warmConn
	ended bool
}

type warmConn struct {
	*pgxpool.Conn
	trips int
	since time.Time // it is idle
}

const (
	mostWarm  = readEase + writeEase
	warmTrips = 10_000 // then the pool may look after the connection
	// longIdle is how long a connection may have been idle to be taken for alive, as the pool has it.
	longIdle = time.Second
)

// warmOf is how many of a pool's connections are kept.
func warmOf(pool int32) int { return min(mostWarm, int(pool)/4) }

func (w *warmConns) take(ctx context.Context, pool *pgxpool.Pool) (warmConn, error) {
	w.mu.Lock()
	if n := len(w.idle); n > 0 {
		c := w.idle[n-1]
		w.idle = w.idle[:n-1]
		w.mu.Unlock()
		alive := !c.Conn.Conn().IsClosed()
		if alive && w.now().Sub(c.since) > longIdle {
			alive = c.Ping(ctx) == nil
		}
		if alive {
			return c, nil
		}
		c.Release()
		return w.take(ctx, pool)
	}
	w.mu.Unlock()
	conn, err := pool.Acquire(ctx)
	return warmConn{Conn: conn}, err //nolint:wrapcheck // the caller does
}

func (w *warmConns) give(c warmConn) {
	leave(c.Conn.Conn())
	c.trips++
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended || len(w.idle) >= w.most || c.trips >= warmTrips || c.Conn.Conn().PgConn().TxStatus() != 'I' {
		c.Release()
		return
	}
	c.since = w.now()
	w.idle = append(w.idle, c)
}

// waiting is how many connections are kept and not in use.
func (w *warmConns) waiting() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.idle)
}

// end gives all back to the pool.
func (w *warmConns) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	for _, c := range w.idle {
		c.Release()
	}
	w.idle = nil
}
