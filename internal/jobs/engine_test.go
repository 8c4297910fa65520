package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"rollcall/internal/jobs"
	"rollcall/internal/roster"
)

func TestJobOfACommittedTransactionRunsOnce(t *testing.T) {
	both(t, func(s *site) {
		s.enqueue(errors.New("rolled back"), "never")
		s.enqueue(nil, "before the engines")
		ran := make(chan string, 100)
		kind := notes(ran, func(_ context.Context, j jobs.Job) error {
			if j.Tenant != s.tenant || j.Attempt != 1 {
				s.t.Errorf("job = %+v, want the first attempt of %v", j, s.tenant)
			}
			return nil
		})
		one, two := s.start(jobs.Config{Kinds: []jobs.Kind{kind}}), s.start(jobs.Config{Kinds: []jobs.Kind{kind}})
		s.enqueue(errors.New("rolled back"), "never")
		s.enqueue(nil, "a", "b", "c")
		got := map[string]int{}
		for range 4 {
			got[next(s.t, ran)]++
		}
		if err := errors.Join(one(), two()); err != nil {
			s.t.Error(err)
		}
		close(ran)
		for name := range ran {
			got[name]++
		}
		want := map[string]int{`{"name":"a"}`: 1, `{"name":"b"}`: 1, `{"name":"c"}`: 1, `{"name":"before the engines"}`: 1}
		if diff := cmp.Diff(want, unspaced(got)); diff != "" {
			s.t.Errorf("runs mismatch (-want +got):\n%s", diff)
		}
	})
}

// unspaced undoes how jsonb is printed.
func unspaced(in map[string]int) map[string]int {
	out := map[string]int{}
	for k, n := range in {
		if len(k) > 8 && k[8] == ' ' {
			k = k[:8] + k[9:]
		}
		out[k] += n
	}
	return out
}

func TestJobThatFailsIsTriedAgain(t *testing.T) {
	both(t, func(s *site) {
		ran, ended := make(chan string, 10), make(chan jobs.Outcome, 10)
		s.start(jobs.Config{
			Kinds: []jobs.Kind{notes(ran, func(_ context.Context, j jobs.Job) error {
				switch j.Attempt {
				case 1:
					return &roster.Error{Kind: roster.Unavailable}
				case 2:
					panic("oops")
				}
				return jobs.GiveUp(errors.New("in vain"))
			})},
			Observe: func(_ string, o jobs.Outcome, _ time.Duration) { ended <- o },
		})
		s.enqueue(nil, "it")
		var got []jobs.Outcome
		for range 3 {
			got = append(got, next(s.t, ended))
		}
		if diff := cmp.Diff([]jobs.Outcome{jobs.Retried, jobs.Retried, jobs.Failed}, got); diff != "" {
			s.t.Errorf("outcomes mismatch (-want +got):\n%s", diff)
		}
	})
}

// TestJobOfAKilledWorkerIsTriedAgain leaves a job as a worker that was killed in the midst of it leaves it.
func TestJobOfAKilledWorkerIsTriedAgain(t *testing.T) {
	both(t, func(s *site) {
		s.enqueue(nil, "it")
		pool, err := s.db.OpenJobs(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		if pool.Postgres != nil {
			_, err = pool.Postgres.Exec(s.t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = '{killed}', attempted_at = now() - interval '1 hour'`)
		} else {
			_, err = pool.SQLite.ExecContext(s.t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = json('["killed"]'), attempted_at = datetime('now', 'subsec', '-1 hour')`)
		}
		if err := errors.Join(err, pool.Close()); err != nil {
			s.t.Fatal(err)
		}
		attempts := make(chan int, 10)
		s.start(jobs.Config{Kinds: []jobs.Kind{{Name: "note", Work: func(_ context.Context, j jobs.Job) error {
			attempts <- j.Attempt
			return nil
		}}}})
		if got := next(s.t, attempts); got != 2 {
			s.t.Errorf("attempt = %d, want 2", got)
		}
	})
}

func TestPeriodicJobRunsOnceAcrossReplicas(t *testing.T) {
	both(t, func(s *site) {
		ran := make(chan string, 100)
		kind := jobs.Kind{Name: "hourly", Every: 365 * 24 * time.Hour, Work: func(_ context.Context, j jobs.Job) error {
			if !j.Tenant.IsZero() {
				s.t.Errorf("a job of the gateway has the tenant %v", j.Tenant)
			}
			ran <- j.Kind
			return nil
		}}
		marker := notes(ran, nil)
		config := jobs.Config{Kinds: []jobs.Kind{kind, marker}}
		one := s.start(config)
		s.start(config)
		if got := next(s.t, ran); got != "hourly" {
			s.t.Errorf("%q ran, want hourly", got)
		}
		// The next leader finds that this period has had its run. A third replica comes late.
		if err := one(); err != nil {
			s.t.Error(err)
		}
		s.start(config)
		s.enqueue(nil, "marker")
		if got := next(s.t, ran); got == "hourly" {
			s.t.Error("the periodic job ran twice in its period")
		}
	})
}

func TestRunLetsJobsEnd(t *testing.T) {
	both(t, func(s *site) {
		ran, release := make(chan string, 1), make(chan struct{})
		ended := make(chan jobs.Outcome, 1)
		stop := s.start(jobs.Config{
			Kinds: []jobs.Kind{notes(ran, func(ctx context.Context, _ jobs.Job) error {
				<-release
				return ctx.Err()
			})},
			Observe: func(_ string, o jobs.Outcome, _ time.Duration) { ended <- o },
		})
		s.enqueue(nil, "slow")
		next(s.t, ran)
		stopped := make(chan error, 1)
		go func() { stopped <- stop() }()
		close(release)
		if err := next(s.t, stopped); err != nil {
			s.t.Errorf("Run = %v", err)
		}
		if got := next(s.t, ended); got != jobs.Done {
			s.t.Errorf("the job under way was %s", got)
		}
	})
}

func TestOldest(t *testing.T) {
	both(t, func(s *site) {
		pool, err := s.db.OpenJobs(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		defer pool.Close()
		wait, due, err := pool.Oldest(s.t.Context())
		if wait != 0 || due != 0 || err != nil {
			s.t.Errorf("Oldest without jobs = %v, %d, %v", wait, due, err)
		}
		s.enqueue(nil, "a", "b")
		err = s.db.Update(s.t.Context(), s.tenant, func(tx roster.Tx) error {
			return tx.Enqueue(s.t.Context(), "note", nil, tx.Now().Add(time.Hour))
		})
		wait, due, oerr := pool.Oldest(s.t.Context())
		if err = errors.Join(err, oerr); wait < 0 || wait > patience || due != 2 || err != nil {
			s.t.Errorf("Oldest = %v, %d, %v; want 2 due", wait, due, err)
		}
	})
}

func TestNewRefusesKinds(t *testing.T) {
	t.Parallel()
	work := func(context.Context, jobs.Job) error { return nil }
	for name, kinds := range map[string][]jobs.Kind{
		"no name": {{Work: work}}, "a name with a space": {{Name: "a b", Work: work}}, "no work": {{Name: "a"}},
		"a name twice": {{Name: "a", Work: work}, {Name: "a", Work: work}}, "too long": {{Name: "a", Work: work, Timeout: time.Hour}},
	} {
		c := jobs.Config{Kinds: kinds, Logger: slog.New(slog.DiscardHandler), Now: time.Now}
		if _, err := jobs.New(riversqlite.New(nil), c); err == nil {
			t.Errorf("%s: New went well", name)
		}
	}
}
