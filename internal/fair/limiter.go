package fair

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/internal/tenant"
)

// Rate is how many requests a second may come in the long run, and how many of them at once.
type Rate struct {
	PerSecond int // 0: no limit
	Burst     int // 0: as many as come in two seconds
}

// Limited says whether there is a limit at all.
func (r Rate) Limited() bool { return r.PerSecond > 0 }

func (r Rate) burst() int {
	if r.Burst > 0 {
		return r.Burst
	}
	return 2 * r.PerSecond
}

// Key names whose requests are counted. Use is what the id is of: "directory", "tenant".
type Key struct {
	Use string
	ID  tenant.UUID
}

// Counter counts permits, for this process or for several. Its burst is never 0.
type Counter interface {
	// Take takes n permits, all or none. Where it did not, there are left permits at once, and retry is how long
	// it takes until n are there. An error says that nothing could be counted.
	Take(ctx context.Context, k Key, r Rate, n int) (taken bool, left int, retry time.Duration, err error)
}

// Limiter says whether a request is within its rate. It takes permits from the shared counter in
// small batches and hands them out itself, so that a request costs no round trip. While the shared
// counter is away it counts alone: a limit that is a little off is better than a lost deactivation.
// It is safe for concurrent use.
type Limiter struct {
	// Shared counts for all gateways; nil: Own does.
	Shared Counter
	// Own counts for this one. It must not fail.
	Own Counter
	Now func() time.Time
	// Changed is called when the shared counter goes away (with the reason) and when it is back (nil).
	Changed func(ctx context.Context, away error)

	mu     sync.RWMutex
	leases map[Key]*lease
	// awayUntil is when the shared counter is asked again, in Unix nanoseconds; 0: it answers.
	awayUntil      atomic.Int64
	alone, refused atomic.Int64
}

const (
	// askAgain is how long a counter that did not answer is left alone.
	askAgain = 5 * time.Second
	// maxLeases bounds what is remembered; beyond it all is forgotten, which costs each a question.
	maxLeases = 20_000
	// maxBatch is the most permits that this gateway holds unused of one key.
	maxBatch = 100
)

// lease is what this gateway holds of one key.
type lease struct {
	mu      sync.Mutex
	rate    Rate
	permits int
	until   time.Time // nothing is asked for before: it was refused
}

// Wait takes n permits and returns 0, or says how long to wait until they are there. More than the
// burst are as many as the burst: no waiting would help.
func (l *Limiter) Wait(ctx context.Context, k Key, r Rate, n int) time.Duration {
	if !r.Limited() || n <= 0 {
		return 0
	}
	r.Burst = r.burst()
	n = min(n, r.Burst)
	e := l.lease(k)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.rate != r { // somebody has set another
		e.rate, e.permits, e.until = r, 0, time.Time{}
	}
	if e.permits >= n {
		e.permits -= n
		return 0
	}
	now := l.Now()
	if wait := e.until.Sub(now); wait > 0 {
		l.refused.Add(1)
		return wait
	}
	permits, retry := l.fetch(ctx, k, r, n-e.permits)
	if permits == 0 {
		l.refused.Add(1)
		if n == 1 { // what is smaller may pass earlier
			e.until = now.Add(retry)
		}
		return max(retry, time.Millisecond)
	}
	e.permits += permits - n
	return 0
}

// Return gives back the permits of a request that another limit refused.
func (l *Limiter) Return(k Key, r Rate, n int) {
	if !r.Limited() || n <= 0 {
		return
	}
	r.Burst = r.burst()
	e := l.lease(k)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.rate == r {
		e.permits += min(n, r.Burst)
	}
}

// Alone returns how often permits were counted here because the shared counter was away.
func (l *Limiter) Alone() int64 { return l.alone.Load() }

// Refused returns how often there was no permit.
func (l *Limiter) Refused() int64 { return l.refused.Load() }

func (l *Limiter) lease(k Key) *lease {
	l.mu.RLock()
	e := l.leases[k]
	l.mu.RUnlock()
	if e != nil {
		return e
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leases == nil || len(l.leases) >= maxLeases {
		l.leases = map[Key]*lease{}
	}
	if e = l.leases[k]; e == nil {
		e = &lease{}
		l.leases[k] = e
	}
	return e
}

// batch is how many permits are taken at a time: what comes in a tenth of a second, and so little
// of the burst that what lies unused in each gateway does not matter.
func (r Rate) batch() int {
	return max(1, min(r.PerSecond/10, r.Burst/50, maxBatch))
}

// fetch takes a batch of permits, or as many as there are, but no fewer than need; without them it
// says when they will be there.
func (l *Limiter) fetch(ctx context.Context, k Key, r Rate, need int) (permits int, retry time.Duration) {
	ctx = context.WithoutCancel(ctx) // who hangs up at the right moment must not pass for an outage
	for n := max(need, r.batch()); ; {
		taken, left, wait := l.take(ctx, k, r, n)
		switch {
		case taken:
			return n, 0
		case n == need:
			return 0, wait
		}
		n = max(need, min(left, n-1))
	}
}

func (l *Limiter) take(ctx context.Context, k Key, r Rate, n int) (taken bool, left int, retry time.Duration) {
	if l.Shared != nil {
		if l.Now().UnixNano() >= l.awayUntil.Load() {
			taken, left, retry, err := l.Shared.Take(ctx, k, r, n)
			l.note(ctx, err)
			if err == nil {
				return taken, left, retry
			}
		}
		l.alone.Add(1)
	}
	taken, left, retry, err := l.Own.Take(ctx, k, r, n)
	if err != nil {
		return true, 0, 0
	}
	return taken, left, retry
}

// note remembers whether the shared counter answers, and tells of changes.
func (l *Limiter) note(ctx context.Context, err error) {
	until := int64(0)
	if err != nil {
		until = l.Now().Add(askAgain).UnixNano()
	}
	if was := l.awayUntil.Swap(until); (was == 0) != (until == 0) {
		l.Changed(ctx, err)
	}
}
