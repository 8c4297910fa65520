package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/storage/shortlived"
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

// perSecond is a number of requests; an empty text is 0, as of a variable that
// is not set.
type perSecond int

// UnmarshalText reads a number.
func (n *perSecond) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	v, err := strconv.ParseUint(string(b), 10, 20)
	if err != nil {
		return fmt.Errorf("%q is not a number of requests per second", b)
	}
	*n = perSecond(v)
	return nil
}

// limiter bounds the requests of each directory, so that one that runs wild does
// not take the others' turn.
type limiter struct {
	limits shortlived.Limits
	rate   perSecond
}

// burst is how many seconds' worth of requests may come at once.
const burst = 2

// wait says how long a directory must wait before its next request; 0: it need
// not. When nobody can count, everybody may pass: a lost limit is better than a
// lost deactivation.
func (l limiter) wait(ctx context.Context, id tenant.DirectoryID) time.Duration {
	return l.more(ctx, id, 1)
}

// more says the same of a request that stands for n. One that is larger than what may come at once
// takes all of that.
func (l limiter) more(ctx context.Context, id tenant.DirectoryID, n int) time.Duration {
	if l.rate == 0 || n <= 0 {
		return 0
	}
	rate := shortlived.Rate{Count: int(l.rate), Per: time.Second, Burst: burst * int(l.rate)}
	d, err := l.limits.Allow(ctx, shortlived.Key{Use: "scim_requests", Name: id.String()}, rate, min(n, rate.Burst))
	switch {
	case err != nil:
		web.From(ctx).Fail(fmt.Errorf("count requests: %w", err))
		return 0
	case d.Allowed:
		return 0
	}
	web.From(ctx).Fail(&roster.Error{Kind: roster.RateLimited})
	return max(d.RetryAfter, time.Millisecond)
}
