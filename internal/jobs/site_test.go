package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"rollcall/internal/jobs"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/migrated"
	"rollcall/storage"
)

// patience bounds each wait; nothing is measured by it.
const patience = time.Minute

// site is a database with a tenant.
type site struct {
	t      *testing.T
	db     *storage.DB
	tenant tenant.ID
}

// both runs a test on both databases. The engine works by the databases' clocks, so these tests do.
func both(t *testing.T, test func(s *site)) {
	t.Helper()
	t.Parallel()
	urls := map[string]func(testing.TB) string{"sqlite": migrated.SQLite, "postgres": migrated.Postgres}
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := storage.Open(t.Context(), storage.Config{URL: url(t), Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			if _, err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			r := roster.Roster{Store: db, Locator: db, Now: time.Now}
			owner, err := r.CreateTenant(t.Context(), "acme", "Acme", tenant.SimpleRoles())
			if err != nil {
				t.Fatal(err)
			}
			test(&site{t, db, owner.ID})
		})
	}
}

// start runs an engine until stop, which returns what Run did. The test ends it otherwise.
func (s *site) start(c jobs.Config) (stop func() error) {
	s.t.Helper()
	pool, err := s.db.OpenJobs(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	c.Logger, c.Now, c.Hasty = slog.New(slog.DiscardHandler), time.Now, true
	var e *jobs.Engine
	if pool.Postgres != nil {
		e, err = jobs.New(riverpgxv5.New(pool.Postgres), c)
	} else {
		e, err = jobs.New(riversqlite.New(pool.SQLite), c)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx, patience) }()
	done := false
	stop = func() error {
		if done {
			return nil
		}
		done = true
		cancel()
		err := <-ended
		return errors.Join(err, pool.Close())
	}
	s.t.Cleanup(func() {
		if err := stop(); err != nil {
			s.t.Errorf("Run = %v", err)
		}
	})
	return stop
}

// enqueue leaves jobs in one transaction, which fails with the error given.
func (s *site) enqueue(with error, names ...string) {
	s.t.Helper()
	err := s.db.Update(s.t.Context(), s.tenant, func(tx roster.Tx) error {
		for _, name := range names {
			if err := tx.Enqueue(s.t.Context(), "note", map[string]string{"name": name}, time.Time{}); err != nil {
				return err
			}
		}
		return with
	})
	if !errors.Is(err, with) {
		s.t.Fatalf("Update = %v", err)
	}
}

// next waits for a value.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// notes is a kind that tells of each run, and does as told.
func notes(ran chan<- string, does jobs.WorkFunc) jobs.Kind {
	return jobs.Kind{Name: "note", Work: func(ctx context.Context, j jobs.Job) error {
		ran <- string(j.Args)
		if does == nil {
			return nil
		}
		return does(ctx, j)
	}}
}
