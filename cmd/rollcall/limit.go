package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"rollcall/internal/fair"
	"rollcall/internal/metrics"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/scim"
	"rollcall/storage/shortlived"
)

// shareFlags say how much of the gateway a directory and a tenant may have.
type shareFlags struct {
	DirectoryRate  quantity `env:"ROLLCALL_DIRECTORY_RATE" placeholder:"N" help:"The most requests of one directory per second in the long run; beyond it is answered 429. Shared between gateways through Redis; 0: no limit (default: 500)."`
	DirectoryBurst quantity `env:"ROLLCALL_DIRECTORY_BURST" placeholder:"N" help:"How many requests of a directory may come before its rate holds, so that a first sync is not slowed (default: 300000, at most 1000000)."`
	TenantRate     quantity `env:"ROLLCALL_TENANT_RATE" placeholder:"N" help:"The same for all directories of a tenant together (default: 1000)."`
	TenantBurst    quantity `env:"ROLLCALL_TENANT_BURST" placeholder:"N" help:"The same for all directories of a tenant together (default: 600000)."`
	AtOnce         quantity `env:"ROLLCALL_AT_ONCE" placeholder:"N" help:"How many requests are worked on at once; the others wait, and tenants take turns (default: four for each database connection)."`
}

// quantity is a number that may be left out; an empty text leaves it out, as of
// a variable that is not set.
type quantity struct {
	n     int
	given bool
}

// maxQuantity is more than any setting of this kind makes sense with.
const maxQuantity = 1_000_000

// UnmarshalText reads a number.
func (q *quantity) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	v, err := strconv.ParseUint(string(b), 10, 32)
	if err != nil || v > maxQuantity {
		return fmt.Errorf("%q is not a whole number from 0 to %d", b, maxQuantity)
	}
	*q = quantity{int(v), true}
	return nil
}

func (q quantity) or(fallback int) int {
	if q.given {
		return q.n
	}
	return fallback
}

// Defaults of the rates. Entra asks for 25 a second and tenant, and a first sync of 100,000 people
// takes two requests each: neither comes near.
const (
	directoryRate, directoryBurst = 500, 300_000
	tenantRate, tenantBurst       = 2 * directoryRate, 2 * directoryBurst
)

// shortLived opens the store of what may be lost: Redis for several gateways,
// this process's memory for one. Nothing is asked of Redis yet: the gateway
// works without it, and counts alone while it is away.
func (p *program) shortLived() (shortlived.Store, error) {
	if p.RedisURL == "" {
		return shortlived.NewMemory(p.now, 0), nil
	}
	s, err := shortlived.OpenRedis(p.RedisURL, "")
	if err != nil {
		return nil, usage("--redis-url (ROLLCALL_REDIS_URL): %w", err)
	}
	return s, nil
}

// gate is what requests of directories pass before they are worked on.
type gate struct {
	limiter           fair.Limiter
	queue             *fair.Queue
	directory, tenant fair.Rate
}

// turnsPerConnection is how many requests are worked on for each connection to the database: requests
// of a tenant share round trips, so that more of them than there are connections are no burden.
const turnsPerConnection = 4

// newGate makes the gate. short counts the rates, for all gateways when it is Redis. connections are
// those to the database.
func (f shareFlags) newGate(short shortlived.Limits, connections int, now func() time.Time, log *slog.Logger) *gate {
	g := &gate{
		directory: fair.Rate{PerSecond: f.DirectoryRate.or(directoryRate), Burst: f.DirectoryBurst.or(directoryBurst)},
		tenant:    fair.Rate{PerSecond: f.TenantRate.or(tenantRate), Burst: f.TenantBurst.or(tenantBurst)},
		queue:     fair.NewQueue(f.AtOnce.or(turnsPerConnection*connections), 0, 0),
	}
	g.limiter = fair.Limiter{Own: counter{short}, Now: now, Changed: func(ctx context.Context, away error) {
		if away != nil {
			log.WarnContext(ctx, "Redis does not answer: requests are counted by this gateway alone", "error", away)
			return
		}
		log.InfoContext(ctx, "Redis answers again: requests are counted by all gateways together")
	}}
	if _, redis := short.(*shortlived.Redis); redis {
		g.limiter.Shared, g.limiter.Own = counter{short}, counter{shortlived.NewMemory(now, 0)}
	}
	return g
}

// rateOf is a directory's own rate, if it was given one, or everybody's.
func (g *gate) rateOf(s tenant.DirectorySettings) fair.Rate {
	r := g.directory
	switch {
	case s.Rate < 0:
		return fair.Rate{}
	case s.Rate > 0:
		r.PerSecond = s.Rate
	}
	if s.Burst > 0 {
		r.Burst = s.Burst
	}
	return r
}

// Allow implements scim.Gate. A request that one limit refuses uses up nothing of the other.
func (g *gate) Allow(ctx context.Context, by *roster.Grant, n int) time.Duration {
	own, rate := fair.Key{Use: "directory", ID: by.Directory.ID.UUID}, g.rateOf(by.Directory.Settings)
	if wait := g.limiter.Wait(ctx, own, rate, n); wait > 0 {
		return wait
	}
	wait := g.limiter.Wait(ctx, fair.Key{Use: "tenant", ID: by.Tenant.ID.UUID}, g.tenant, n)
	if wait > 0 {
		g.limiter.Return(own, rate, n)
	}
	return wait
}

// busyPause is what a request is told to wait that did not get its turn.
const busyPause = time.Second

// Enter implements scim.Gate.
func (g *gate) Enter(ctx context.Context, id tenant.ID) (time.Duration, error) {
	err := g.queue.Enter(ctx, id)
	if errors.Is(err, fair.ErrFull) || errors.Is(err, fair.ErrSlow) {
		return busyPause, nil
	}
	return 0, err
}

// Leave implements scim.Gate.
func (g *gate) Leave() { g.queue.Leave() }

// show shows the figures of the gate.
func (g *gate) show(m *metrics.Metrics) {
	m.Gauge("turns_taken", "Requests of directories that are worked on.", func() float64 { return float64(g.queue.Figures().Running) })
	m.Gauge("turns_awaited", "Requests of directories that wait for their tenant's turn.", func() float64 { return float64(g.queue.Figures().Waiting) })
	m.Counter("turns_refused_full_total", "Requests answered 429 because too many of their tenant waited.", func() float64 { return float64(g.queue.Figures().Refused.Full) })
	m.Counter("turns_refused_slow_total", "Requests answered 429 because their turn did not come in time.", func() float64 { return float64(g.queue.Figures().Refused.Slow) })
	m.Counter("rate_refused_total", "Requests answered 429 because of the rate of their directory or tenant.", func() float64 { return float64(g.limiter.Refused()) })
	m.Counter("rate_counted_alone_total", "Times permits were counted by this gateway alone because Redis was away.", func() float64 { return float64(g.limiter.Alone()) })
}

// counter counts permits in a store of what is short-lived.
type counter struct{ shortlived.Limits }

// Take implements fair.Counter.
func (c counter) Take(ctx context.Context, k fair.Key, r fair.Rate, n int) (taken bool, left int, retry time.Duration, err error) {
	key := shortlived.Key{Use: "requests_of_" + k.Use, Name: string(k.ID[:])}
	d, err := c.Allow(ctx, key, shortlived.Rate{Count: r.PerSecond, Per: time.Second, Burst: r.Burst}, n)
	if err != nil {
		return false, 0, 0, fmt.Errorf("count requests: %w", err)
	}
	return d.Allowed, d.Remaining, d.RetryAfter, nil
}

// scimGate is the gate as the door wants it: none where there is none.
func (p *program) scimGate() scim.Gate {
	if p.gate == nil {
		return nil
	}
	return p.gate
}
