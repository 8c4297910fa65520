package roster_test

import (
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestReviewDue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	ago := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	done := func(days int) roster.Review { return roster.Review{StartedAt: ago(days), FinishedAt: ago(days - 1)} }
	for _, c := range []struct {
		name   string
		months int
		status tenant.Status
		age    int
		last   []roster.Review
		want   bool
	}{
		{"nobody asked for reviews", 0, tenant.Active, 400, nil, false},
		{"a young tenant", 3, tenant.Active, 20, nil, false},
		{"the first one", 3, tenant.Active, 100, nil, true},
		{"the last one was lately", 3, tenant.Active, 400, []roster.Review{done(80)}, false},
		{"the last one is a quarter old", 3, tenant.Active, 400, []roster.Review{done(93)}, true},
		{"one is open", 3, tenant.Active, 400, []roster.Review{{StartedAt: ago(200)}}, false},
		{"a suspended tenant", 3, tenant.Suspended, 400, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := tenant.Tenant{Status: c.status, CreatedAt: ago(c.age), Policy: tenant.Policy{ReviewMonths: c.months}}
			if got := roster.ReviewDue(x, c.last, now); got != c.want {
				t.Errorf("ReviewDue = %v, want %v", got, c.want)
			}
		})
	}
}
