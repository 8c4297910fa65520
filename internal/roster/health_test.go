package roster

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
)

func TestJudgeHealth(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 20, 12, 30, 0, 0, time.UTC)
	ago := func(h int) time.Time { return now.Add(-time.Duration(h) * time.Hour) }
	// every makes an hour with traffic each so many hours, from 200 hours ago until one.
	every := func(step, until, requests, failures int) []DirectoryHour {
		var out []DirectoryHour
		for h := 200; h >= until; h -= step {
			out = append(out, DirectoryHour{Hour: ago(h).Truncate(time.Hour), Requests: requests, Failures: failures})
		}
		return out
	}
	denied := []DirectoryHour{{Hour: ago(1).Truncate(time.Hour), Denied: map[AuthFailure]int{AuthExpired: 3}}}
	for _, tt := range []struct {
		name   string
		status tenant.DirectoryStatus
		seen   Sighting
		hours  []DirectoryHour
		want   HealthState
		silent time.Duration
	}{
		{name: "removed", status: tenant.DirectoryRemoved, seen: Sighting{LastAt: now}, want: HealthRemoved},
		{name: "paused", status: "paused", seen: Sighting{LastAt: now}, want: HealthPaused},
		{name: "nobody called", want: HealthNever},
		{name: "called for the first time", seen: Sighting{LastAt: ago(1)}, hours: every(300, 1, 1, 0), want: HealthHealthy},
		{name: "no habit yet", seen: Sighting{LastAt: ago(90)}, hours: every(60, 1, 1, 0)[:2], want: HealthHealthy},
		{name: "every hour, lately", seen: Sighting{LastAt: ago(2)}, hours: every(1, 2, 1, 0), want: HealthHealthy, silent: 3 * time.Hour},
		{name: "every hour, but not for four", seen: Sighting{LastAt: ago(4)}, hours: every(1, 4, 1, 0), want: HealthSilent, silent: 3 * time.Hour},
		{name: "every six hours, not for ten", seen: Sighting{LastAt: ago(10)}, hours: every(6, 10, 1, 0), want: HealthHealthy, silent: 18 * time.Hour},
		{name: "one in four fails", seen: Sighting{LastAt: ago(1)}, hours: every(1, 1, 4, 1), want: HealthFailing, silent: 3 * time.Hour},
		{name: "one in five fails", seen: Sighting{LastAt: ago(1)}, hours: every(1, 1, 5, 1), want: HealthHealthy, silent: 3 * time.Hour},
		{name: "all of a few fail", seen: Sighting{LastAt: ago(1)}, hours: every(12, 1, 1, 1), want: HealthHealthy, silent: 36 * time.Hour},
		{name: "only refused tokens", seen: Sighting{LastDeniedAt: ago(1)}, hours: denied, want: HealthLockedOut},
		{name: "the token ended yesterday", seen: Sighting{LastAt: ago(30), LastDeniedAt: ago(1)}, hours: denied, want: HealthLockedOut},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := tenant.Directory{Status: tenant.DirectoryActive, Provider: tenant.Entra}
			if tt.status != "" {
				d.Status = tt.status
			}
			got := JudgeHealth(d, tt.seen, tt.hours, now)
			if diff := cmp.Diff([]any{tt.want, tt.silent}, []any{got.State, got.SilentAfter}); diff != "" {
				t.Errorf("JudgeHealth mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func TestHealthHintsAtAnotherProduct(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		provider, vendor tenant.Provider
		want             bool
	}{
		{tenant.Entra, "", false},
		{tenant.Entra, tenant.Entra, false},
		{tenant.Entra, tenant.Okta, true},
		{tenant.Generic, tenant.Okta, true},
		{tenant.Generic, tenant.OneLogin, true},
	} {
		h := JudgeHealth(tenant.Directory{Provider: tt.provider}, Sighting{Vendor: tt.vendor}, nil, time.Time{})
		if (h.Hint != "") != tt.want {
			t.Errorf("%s called by %s: hint %q", tt.provider, tt.vendor, h.Hint)
		}
	}
}
