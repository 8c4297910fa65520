package fair_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/fair"
	"rollcall/internal/tenant"
)

func tenantNo(n byte) tenant.ID { return tenant.ID{UUID: tenant.UUID{n}} }

// stage is a queue whose requests run until they are told to end. It lives in a bubble of synctest.
type stage struct {
	t *testing.T
	q *fair.Queue

	mu      sync.Mutex
	running []string // in the order in which their turns came
	refused map[string]error
	end     chan struct{} // each receive ends one request
}

func newStage(t *testing.T, q *fair.Queue) *stage {
	t.Helper()
	return &stage{t: t, q: q, refused: map[string]error{}, end: make(chan struct{})}
}

// come sends a request, and returns when it runs, waits or is refused.
func (s *stage) come(ctx context.Context, name string) {
	s.t.Helper()
	go func() {
		err := s.q.Enter(ctx, tenantNo(name[0]))
		s.mu.Lock()
		if err != nil {
			s.refused[name] = err
			s.mu.Unlock()
			return
		}
		s.running = append(s.running, name)
		s.mu.Unlock()
		<-s.end
		s.q.Leave()
	}()
	synctest.Wait()
}

// leave ends n requests that run.
func (s *stage) leave(n int) {
	for range n {
		s.end <- struct{}{}
		synctest.Wait()
	}
}

func (s *stage) want(turns string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(turns, strings.Join(s.running, " ")); diff != "" {
		s.t.Errorf("turns mismatch (-want +got):\n%s", diff)
	}
}

// TestQueueP14 is the noisy neighbour: however many requests of A wait, one of B is served after one
// of A's at most.
func TestQueueP14(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, fair.NewQueue(1, 0, time.Hour))
		for _, name := range []string{"a1", "a2", "a3", "a4", "a5", "b1", "b2", "c1"} {
			s.come(t.Context(), name)
		}
		s.want("a1")
		s.leave(3)
		s.want("a1 a2 b1 c1")
		s.come(t.Context(), "c2")
		s.leave(5)
		s.want("a1 a2 b1 c1 a3 b2 c2 a4 a5")
		s.leave(1)
		if got, want := s.q.Figures(), (fair.Figures{}); got != want {
			t.Errorf("figures at the end = %+v, want %+v", got, want)
		}
	})
}

// TestQueueP14Bound holds the promise with any number of noisy requests: the k-th of B's line waits for
// k+1 turns of each other tenant at most.
func TestQueueP14Bound(t *testing.T) {
	t.Parallel()
	for _, noise := range []int{1, 10, 200} {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t, fair.NewQueue(4, 0, time.Hour))
			for range noise + 4 {
				s.come(t.Context(), "a")
			}
			for range 3 {
				s.come(t.Context(), "b")
			}
			for k := range 3 {
				s.leave(2)
				if got := strings.Count(strings.Join(s.running, ""), "b"); got < k+1 {
					t.Errorf("noise of %d: after %d turns B had %d", noise, 2*(k+1), got)
				}
			}
			for len(s.q.Lines()) > 0 || s.q.Figures().Running > 0 {
				s.leave(1)
			}
		})
	}
}

func TestQueueLetsAllRunWhileThereIsRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, fair.NewQueue(3, 1, time.Hour))
		s.come(t.Context(), "a1")
		s.come(t.Context(), "a2")
		s.come(t.Context(), "a3")
		s.want("a1 a2 a3")
		s.leave(3)
	})
}

func TestQueueRefusesOnlyWhoseLineIsFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, fair.NewQueue(1, 2, time.Hour))
		for _, name := range []string{"a1", "a2", "a3", "a4", "b1"} {
			s.come(t.Context(), name)
		}
		if diff := cmp.Diff(map[string]error{"a4": fair.ErrFull}, s.refused, cmp.Comparer(errors.Is)); diff != "" {
			t.Errorf("refused mismatch (-want +got):\n%s", diff)
		}
		s.leave(4)
		s.want("a1 a2 b1 a3")
		if got := s.q.Figures().Refused; got != (fair.Refused{Full: 1}) {
			t.Errorf("refused = %+v", got)
		}
	})
}

func TestQueueRefusesWhoWaitsTooLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, fair.NewQueue(1, 0, 4*time.Second))
		s.come(t.Context(), "a1")
		s.come(t.Context(), "a2")
		<-time.After(3 * time.Second) // of the bubble's clock
		s.come(t.Context(), "b1")
		<-time.After(2 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff(map[string]error{"a2": fair.ErrSlow}, s.refused, cmp.Comparer(errors.Is)); diff != "" {
			t.Errorf("refused mismatch (-want +got):\n%s", diff)
		}
		s.leave(2)
		s.want("a1 b1")
	})
}

func TestQueueForgetsWhoHasGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, fair.NewQueue(1, 0, time.Hour))
		s.come(t.Context(), "a1")
		ctx, gone := context.WithCancel(t.Context())
		for _, name := range []string{"b1", "b2"} {
			s.come(ctx, name)
		}
		s.come(t.Context(), "c1")
		s.come(ctx, "c2")
		s.come(t.Context(), "c3")
		gone()
		synctest.Wait()
		if f := s.q.Figures(); f.Waiting != 2 || len(s.q.Lines()) != 1 {
			t.Errorf("figures = %+v in %d lines, want 2 waiting in 1", f, len(s.q.Lines()))
		}
		s.leave(3)
		s.want("a1 c1 c3")
	})
}

// TestQueueKeepsCount lets many come, go and give up at once; -race reads along.
func TestQueueKeepsCount(t *testing.T) {
	t.Parallel()
	const atOnce = 3
	q := fair.NewQueue(atOnce, 5, time.Millisecond)
	var mu sync.Mutex
	var now, most int
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			draw := rand.New(rand.NewPCG(1, uint64(i)))
			for range 200 {
				ctx, cancel := context.WithCancel(t.Context())
				if draw.IntN(4) == 0 {
					go cancel()
				}
				if q.Enter(ctx, tenantNo(byte(i%7))) == nil {
					mu.Lock()
					now++
					most = max(most, now)
					mu.Unlock()
					runtime.Gosched()
					mu.Lock()
					now--
					mu.Unlock()
					q.Leave()
				}
				cancel()
			}
		})
	}
	all.Wait()
	f := q.Figures()
	if f.Running != 0 || f.Waiting != 0 || len(q.Lines()) != 0 || most > atOnce {
		t.Errorf("at the end %+v, %d lines; %d ran at once, want at most %d", f, len(q.Lines()), most, atOnce)
	}
	for range atOnce { // all room is back
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := q.Enter(ctx, tenantNo(1)); err != nil {
			t.Errorf("Enter of an idle queue: %v", err)
		}
	}
}

func TestQueueCostsNothingWhileThereIsRoom(t *testing.T) {
	q := fair.NewQueue(1, 0, 0)
	n := testing.AllocsPerRun(1000, func() {
		if q.Enter(t.Context(), tenantNo(1)) == nil {
			q.Leave()
		}
	})
	if n != 0 {
		t.Errorf("a request that need not wait allocates %v times", n)
	}
}

func BenchmarkQueueWithRoom(b *testing.B) {
	q := fair.NewQueue(8, 0, 0)
	b.ReportAllocs()
	for b.Loop() {
		if q.Enter(b.Context(), tenantNo(1)) == nil {
			q.Leave()
		}
	}
}

func BenchmarkQueueContended(b *testing.B) {
	q := fair.NewQueue(2, 1000, time.Hour)
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		id := tenantNo(byte(rand.IntN(8)))
		for pb.Next() {
			if q.Enter(b.Context(), id) == nil {
				q.Leave()
			}
		}
	})
}
