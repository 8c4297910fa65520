package shortlived

import (
	"time"

	"rollcall/internal/roster"
)

// check says what is wrong with a question to Limits, or nil.
func (r Rate) check(n int) error {
	switch {
	case r.Count <= 0 || r.Per <= 0 || r.Burst <= 0 || r.interval() > maxTTL/time.Duration(r.Burst):
		return invalid("rate", "A rate needs a count, a time and a burst.")
	case n < 0 || n > r.Burst:
		return invalid("n", "More permits are asked for than the burst allows.")
	}
	return nil
}

// interval is the time that one permit takes to come back. Both stores count in microseconds.
func (r Rate) interval() time.Duration {
	return max((r.Per / time.Duration(max(r.Count, 1))).Truncate(time.Microsecond), time.Microsecond)
}

// take is GCRA: full is when all permits will be back. It returns the new such time. The script of
// Redis does the same.
func (r Rate) take(full, now time.Time, n int) (time.Time, Decision) {
	if full.Before(now) {
		full = now
	}
	interval := r.interval()
	tolerance := interval * time.Duration(r.Burst)
	after := full.Add(interval * time.Duration(n))
	if wait := after.Add(-tolerance).Sub(now); wait > 0 {
		return full, Decision{Remaining: int(max(tolerance-full.Sub(now), 0) / interval), RetryAfter: wait}
	}
	return after, Decision{Allowed: true, Remaining: int((tolerance - after.Sub(now)) / interval)}
}

// maxTTL bounds lifetimes: nothing that may be lost is worth keeping longer.
const maxTTL = 90 * 24 * time.Hour

func checkTTL(ttl time.Duration) error {
	if ttl < time.Millisecond || ttl > maxTTL {
		return invalid("ttl", "A lifetime lies between a millisecond and 90 days.")
	}
	return nil
}

func checkValue(value []byte) error {
	if len(value) > MaxValue {
		return &roster.Error{Kind: roster.TooLarge, Field: "value", Detail: "The value is too large to be kept."}
	}
	return nil
}

func invalid(field, detail string) error {
	return &roster.Error{Kind: roster.Invalid, Field: field, Detail: detail}
}

func unavailable(err error) error {
	return &roster.Error{Kind: roster.Unavailable, Detail: "What is kept for a short time can't be reached. Try again shortly.", Err: err}
}

func notFound() error {
	return &roster.Error{Kind: roster.NotFound, Detail: "It was used already, has expired, or never was."}
}
