package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/internal/tenant"
	"rollcall/storage/shortlived"
)

func TestLimiterBoundsEachDirectoryAlone(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l := limiter{shortlived.NewMemory(func() time.Time { return now }, 0), 10}
	one, two := tenant.DirectoryID{UUID: tenant.UUID{1}}, tenant.DirectoryID{UUID: tenant.UUID{2}}
	for i := range burst * 10 {
		if d := l.wait(t.Context(), one); d != 0 {
			t.Fatalf("request %d must wait %v", i, d)
		}
	}
	if d := l.wait(t.Context(), one); d != 100*time.Millisecond {
		t.Errorf("the next one must wait %v, want 100ms", d)
	}
	if d := l.wait(t.Context(), two); d != 0 {
		t.Errorf("another directory must wait %v", d)
	}
	now = now.Add(100 * time.Millisecond)
	if d := l.wait(t.Context(), one); d != 0 {
		t.Errorf("after the wait it must wait %v more", d)
	}
}

// away is a store of limits that can't be asked.
type away struct{}

func (away) Allow(context.Context, shortlived.Key, shortlived.Rate, int) (shortlived.Decision, error) {
	return shortlived.Decision{}, errors.New("away")
}

func TestLimiterLetsPassWhenNobodyCanCount(t *testing.T) {
	t.Parallel()
	for _, l := range []limiter{{away{}, 10}, {nil, 0}} {
		if d := l.wait(t.Context(), tenant.DirectoryID{}); d != 0 {
			t.Errorf("must wait %v", d)
		}
	}
}
