package fair_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"rollcall/internal/fair"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv"
	"rollcall/storage/shortlived"
)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// stored counts in a real store of what is short-lived, and how often it was asked.
type stored struct {
	shortlived.Limits
	mu    sync.Mutex
	asked int
	err   error
}

func (s *stored) Take(ctx context.Context, k fair.Key, r fair.Rate, n int) (bool, int, time.Duration, error) {
	s.mu.Lock()
	s.asked++
	err := s.err
	s.mu.Unlock()
	if err != nil {
		return false, 0, 0, err
	}
	d, err := s.Allow(ctx, shortlived.Key{Use: k.Use, Name: string(k.ID[:])}, shortlived.Rate{Count: r.PerSecond, Per: time.Second, Burst: r.Burst}, n)
	return d.Allowed, d.Remaining, d.RetryAfter, err
}

func (s *stored) away(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func memory(c *clock) *stored { return &stored{Limits: shortlived.NewMemory(c.Now, 0)} }

// counters are the stores that a limiter may count in.
func counters() map[string]func(t *testing.T, c *clock) *stored {
	return map[string]func(t *testing.T, c *clock) *stored{
		"memory": func(_ *testing.T, c *clock) *stored { return memory(c) },
		"redis": func(t *testing.T, c *clock) *stored {
			t.Helper()
			mini := miniredis.RunT(t)
			mini.SetTime(c.Now())
			r, err := shortlived.OpenRedis("redis://"+mini.Addr(), "")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = r.Close() })
			return &stored{Limits: timed{r, mini, c}}
		},
	}
}

// timed has miniredis follow a clock.
type timed struct {
	shortlived.Limits
	mini  *miniredis.Miniredis
	clock *clock
}

func (m timed) Allow(ctx context.Context, k shortlived.Key, r shortlived.Rate, n int) (shortlived.Decision, error) {
	m.mini.SetTime(m.clock.Now())
	return m.Limits.Allow(ctx, k, r, n)
}

func key(n byte) fair.Key { return fair.Key{Use: "directory", ID: tenant.UUID{n}} }

// passing counts how many requests pass at one moment.
func passing(t *testing.T, l *fair.Limiter, k fair.Key, r fair.Rate) int {
	t.Helper()
	for n := range 1_000_000 {
		if l.Wait(t.Context(), k, r, 1) > 0 {
			return n
		}
	}
	t.Fatal("no limit")
	return 0
}

func TestLimiterP14(t *testing.T) {
	t.Parallel()
	for store, open := range counters() {
		for _, tt := range []struct {
			name        string
			rate        fair.Rate
			first, then int // how many pass at once, and how many a second later
			asked       int // of the store, at most
		}{
			{"a rate and a burst", fair.Rate{PerSecond: 500, Burst: 5000}, 5000, 500, 230},
			{"a small one", fair.Rate{PerSecond: 2, Burst: 5}, 5, 2, 20},
			{"a burst that no batch divides", fair.Rate{PerSecond: 333, Burst: 1007}, 1007, 333, 140},
			{"a rate alone", fair.Rate{PerSecond: 10}, 20, 10, 60},
		} {
			t.Run(store+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				c := newClock()
				s := open(t, c)
				l := &fair.Limiter{Own: s, Now: c.Now}
				got := []int{passing(t, l, key(1), tt.rate), passing(t, l, key(1), tt.rate)}
				c.pass(time.Second)
				got = append(got, passing(t, l, key(1), tt.rate), passing(t, l, key(2), tt.rate))
				// A permit's time is rounded to the microsecond: at most one more comes of it.
				if got[2] == tt.then+1 {
					got[2]--
				}
				if diff := cmp.Diff([]int{tt.first, 0, tt.then, tt.first}, got); diff != "" {
					t.Errorf("passed mismatch (-want +got):\n%s", diff)
				}
				if s.asked > tt.asked {
					t.Errorf("the store was asked %d times, want at most %d", s.asked, tt.asked)
				}
			})
		}
	}
}

// TestLimiterEN21 holds that what is told to wait passes after the wait, and not before.
func TestLimiterEN21(t *testing.T) {
	t.Parallel()
	for store, open := range counters() {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			l := &fair.Limiter{Own: open(t, c), Now: c.Now}
			r := fair.Rate{PerSecond: 20, Burst: 100}
			passing(t, l, key(1), r)
			for range 3 {
				wait := l.Wait(t.Context(), key(1), r, 1)
				if wait <= 0 || wait > 50*time.Millisecond {
					t.Errorf("told to wait %v, want at most 50ms", wait)
				}
				c.pass(wait - time.Millisecond)
				if l.Wait(t.Context(), key(1), r, 1) == 0 {
					t.Error("passed before the wait was over")
				}
				c.pass(time.Millisecond)
				if wait := l.Wait(t.Context(), key(1), r, 1); wait > 0 {
					t.Errorf("after the wait it is told to wait %v more", wait)
				}
			}
		})
	}
}

// TestLimiterTwoGateways holds that gateways share a rate.
func TestLimiterTwoGateways(t *testing.T) {
	t.Parallel()
	r, err := shortlived.OpenRedis(testenv.Redis(t), "fair:")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := newClock()
	rate, passed := fair.Rate{PerSecond: 1, Burst: 1000}, 0
	var l [2]*fair.Limiter
	for i := range l {
		l[i] = &fair.Limiter{Shared: &stored{Limits: r}, Own: memory(c), Now: c.Now, Changed: func(_ context.Context, err error) { t.Errorf("away: %v", err) }}
	}
	for i := range 1100 {
		if l[i%2].Wait(t.Context(), key(9), rate, 1) == 0 {
			passed++
		}
	}
	if passed < 1000 || passed > 1010 { // the server's clock goes on meanwhile
		t.Errorf("%d passed two gateways, want 1000", passed)
	}
}

// TestLimiterGoesOnAlone takes the shared counter away and gives it back.
func TestLimiterGoesOnAlone(t *testing.T) {
	t.Parallel()
	c := newClock()
	shared := memory(c)
	down := errors.New("down")
	var told []error
	l := &fair.Limiter{Shared: shared, Own: memory(c), Now: c.Now, Changed: func(_ context.Context, err error) { told = append(told, err) }}
	rate := fair.Rate{PerSecond: 1, Burst: 10}
	shared.away(down)
	passing(t, l, key(1), rate)
	passing(t, l, key(2), rate)
	if shared.asked != 1 || l.Alone() == 0 {
		t.Errorf("the counter that is away was asked %d times, want once; counted alone %d times", shared.asked, l.Alone())
	}
	c.pass(6 * time.Second)
	l.Wait(t.Context(), key(1), rate, 1) // still away: asked again, told once
	shared.away(nil)
	c.pass(6 * time.Second)
	if got := passing(t, l, key(1), rate); got != 10 {
		t.Errorf("%d passed once the counter was back, want its whole burst of 10", got)
	}
	if diff := cmp.Diff([]error{down, nil}, told, cmp.Comparer(errors.Is)); diff != "" {
		t.Errorf("told mismatch (-want +got):\n%s", diff)
	}
}

func TestLimiterFollowsANewRate(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := &fair.Limiter{Own: memory(c), Now: c.Now}
	passing(t, l, key(1), fair.Rate{PerSecond: 1, Burst: 10})
	if wait := l.Wait(t.Context(), key(1), fair.Rate{PerSecond: 1, Burst: 100}, 1); wait > 0 {
		t.Errorf("with a larger burst it must wait %v", wait)
	}
	if wait := l.Wait(t.Context(), key(1), fair.Rate{}, 1); wait > 0 {
		t.Errorf("without a limit it must wait %v", wait)
	}
}

func TestLimiterReturn(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := &fair.Limiter{Own: memory(c), Now: c.Now}
	rate := fair.Rate{PerSecond: 1, Burst: 10}
	passing(t, l, key(1), rate)
	l.Return(key(1), rate, 1)
	l.Return(key(1), fair.Rate{}, 1)
	if got := passing(t, l, key(1), rate); got != 1 {
		t.Errorf("%d passed after one permit was given back", got)
	}
}

// TestLimiterCountsOperations: a bulk request takes as many permits as it holds operations.
func TestLimiterCountsOperations(t *testing.T) {
	t.Parallel()
	for store, open := range counters() {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			l := &fair.Limiter{Own: open(t, c), Now: c.Now}
			r := fair.Rate{PerSecond: 100, Burst: 1000}
			for i, tt := range []struct {
				n    int
				want time.Duration
			}{
				{1, 0}, {900, 0}, {100, 10 * time.Millisecond}, {99, 0}, {1, 10 * time.Millisecond}, {0, 0}, {5000, 10 * time.Second},
			} {
				// What of a batch lies here makes a wait a little shorter.
				if got := l.Wait(t.Context(), key(1), r, tt.n); got > tt.want || (got > 0) != (tt.want > 0) {
					t.Errorf("%d: %d permits must wait %v, want %v", i, tt.n, got, tt.want)
				}
			}
		})
	}
}

func BenchmarkLimiter(b *testing.B) {
	c := newClock()
	l := &fair.Limiter{Own: memory(c), Now: c.Now}
	b.ReportAllocs()
	for b.Loop() {
		c.pass(time.Millisecond)
		l.Wait(b.Context(), key(1), fair.Rate{PerSecond: 5000, Burst: 300_000}, 1)
	}
}
