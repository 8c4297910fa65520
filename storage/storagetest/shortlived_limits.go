package storagetest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/storage/shortlived"
)

func limitRate(t *testing.T, s ShortLived) {
	rate := shortlived.Rate{Count: 60, Per: time.Minute, Burst: 3}
	for i, step := range []struct {
		after time.Duration
		n     int
		want  shortlived.Decision
	}{
		{0, 0, shortlived.Decision{Allowed: true, Remaining: 3}},
		{0, 1, shortlived.Decision{Allowed: true, Remaining: 2}},
		{0, 2, shortlived.Decision{Allowed: true}},
		{0, 1, shortlived.Decision{RetryAfter: time.Second}},
		{0, 3, shortlived.Decision{RetryAfter: 3 * time.Second}},
		{500 * time.Millisecond, 1, shortlived.Decision{RetryAfter: 500 * time.Millisecond}},
		{500 * time.Millisecond, 1, shortlived.Decision{Allowed: true}},
		{2 * time.Second, 3, shortlived.Decision{Remaining: 2, RetryAfter: time.Second}},
		{0, 0, shortlived.Decision{Allowed: true, Remaining: 2}},
		{time.Hour, 3, shortlived.Decision{Allowed: true}},
	} {
		if step.after > 0 {
			if s.Advance == nil {
				return
			}
			s.Advance(step.after)
		}
		got, err := s.Store.Allow(t.Context(), keyOf("k"), rate, step.n)
		if err != nil {
			t.Fatalf("Allow: %v", err)
		}
		if s.Advance == nil && got.RetryAfter > 0 && got.RetryAfter <= step.want.RetryAfter {
			got.RetryAfter = step.want.RetryAfter // its clock goes on
		}
		wantSame(t, fmt.Sprintf("step %d", i), step.want, got)
	}
}

func limitRace(t *testing.T, s ShortLived) {
	var allowed atomic.Int64
	rate := shortlived.Rate{Count: 1, Per: 24 * time.Hour, Burst: 25}
	allWell(t, together(writers, func(int) error {
		for range 5 {
			d, err := s.Store.Allow(t.Context(), keyOf("k"), rate, 1)
			if err != nil {
				return err
			}
			if d.Allowed {
				allowed.Add(1)
			}
		}
		return nil
	}))
	wantSame(t, "permits given", int64(25), allowed.Load())
}

func limitsInvalid(t *testing.T, s ShortLived) {
	ctx, k := t.Context(), keyOf("k")
	good := shortlived.Rate{Count: 1, Per: time.Second, Burst: 1}
	for _, c := range []struct {
		rate shortlived.Rate
		n    int
	}{
		{shortlived.Rate{Per: time.Second, Burst: 1}, 1},
		{shortlived.Rate{Count: 1, Burst: 1}, 1},
		{shortlived.Rate{Count: 1, Per: time.Second}, 1},
		{good, 2},
		{good, -1},
		{shortlived.Rate{Count: 1, Per: 1 << 62, Burst: 1 << 40}, 1},
	} {
		_, err := s.Store.Allow(ctx, k, c.rate, c.n)
		wantKind(t, fmt.Sprintf("Allow(%+v, %d)", c.rate, c.n), roster.Invalid, err)
	}
	for _, ttl := range []time.Duration{0, -time.Second, time.Microsecond, 1 << 62} {
		wantKind(t, fmt.Sprintf("Put for %v", ttl), roster.Invalid, s.Store.Put(ctx, k, nil, ttl))
		_, err := s.Store.FirstTime(ctx, k, ttl)
		wantKind(t, fmt.Sprintf("FirstTime for %v", ttl), roster.Invalid, err)
	}
	wantKind(t, "Put of too much", roster.TooLarge, s.Store.Put(ctx, k, make([]byte, shortlived.MaxValue+1), time.Hour))
}
