package storage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// View implements roster.Store.
func (db *DB) View(ctx context.Context, id tenant.ID, f func(roster.Reader) error) error {
	return db.repeat(ctx, func(int) error {
		return db.backend.view(ctx, id, func(s session) error {
			return f(&reader{db: db, tenant: id, s: s})
		})
	})
}

// Update implements roster.Store.
func (db *DB) Update(ctx context.Context, id tenant.ID, f func(roster.Tx) error) error {
	return db.update(ctx, id, func(t *tx) error { return f(t) })
}

func (db *DB) update(ctx context.Context, id tenant.ID, f func(*tx) error) error {
	var last *tx
	err := db.repeat(ctx, func(attempt int) error {
		return db.backend.update(ctx, id, func(w writing) error {
			if attempt > patience {
				w.exclusive()
			}
			last = &tx{
				reader: reader{db: db, tenant: id, s: w}, w: w, now: truncate(db.now()),
				members: map[roster.MemberID]int64{}, groups: map[roster.GroupID]int64{},
				people: map[roster.Email]roster.PersonID{}, invites: map[roster.Email][]roster.Invite{},
			}
			return f(last)
		})
	})
	if last != nil && last.grants && db.grants != nil {
		db.grants.forget(id) // the notice of PostgreSQL comes a little later
	}
	return err
}

// A transaction that lost against others is begun anew this often, after a wait of up to
// firstPause, which doubles each time.
// After patience of them it keeps all others of its tenant out, so that it can't lose to those again.
const (
	attempts   = 6
	patience   = 2
	firstPause = 10 * time.Millisecond
)

func (db *DB) repeat(ctx context.Context, f func(attempt int) error) error {
	pause := firstPause
	for i := 1; ; i++ {
		err := f(i)
		if err == nil || !repeatable(err) {
			return explain(err)
		}
		if i == attempts {
			return unavailable(fmt.Errorf("give up after %d attempts: %w", i, err))
		}
		// Random, so that two that met do not meet again.
		wait := time.NewTimer(rand.N(pause)) //nolint:gosec // no secret
		select {
		case <-ctx.Done():
			wait.Stop()
			return fmt.Errorf("wait to repeat a transaction: %w", ctx.Err())
		case <-wait.C:
		}
		pause *= 2
	}
}
