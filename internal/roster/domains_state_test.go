package roster

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
)

// TestAfterLook_J10 goes through what a look does in each state.
func TestAfterLook_J10(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC)
	since := func(d time.Duration) time.Time { return now.Add(-d) }
	type state struct {
		Status   tenant.DomainStatus
		Misses   int
		MissedAt time.Time
		StaleAt  time.Time
	}
	missing := []tenant.Finding{tenant.FoundNothing, tenant.FoundOther, tenant.FoundAlias, tenant.FoundDoubled, tenant.FoundAtApex}
	uncertain := []tenant.Finding{tenant.FoundErrors, tenant.FoundDisagree, tenant.FoundHeld, tenant.FoundNoConsent}
	found := []tenant.Finding{tenant.FoundProof}
	tests := []struct {
		name         string
		findings     []tenant.Finding
		before, want state
	}{
		{"pending is found", found, state{Status: tenant.DomainPending}, state{Status: tenant.DomainProven}},
		{"pending is missing", missing, state{Status: tenant.DomainPending}, state{Status: tenant.DomainPending}},
		{"pending is uncertain", uncertain, state{Status: tenant.DomainPending}, state{Status: tenant.DomainPending}},
		{"trusted is found", found, state{Status: tenant.DomainTrusted}, state{Status: tenant.DomainTrusted}},
		{"trusted is missing", missing, state{Status: tenant.DomainTrusted}, state{Status: tenant.DomainTrusted}},
		{"the first miss", missing, state{Status: tenant.DomainProven}, state{tenant.DomainProven, 1, now, time.Time{}}},
		{"many misses in a short time", missing, state{tenant.DomainProven, 50, since(71 * time.Hour), time.Time{}}, state{tenant.DomainProven, 51, since(71 * time.Hour), time.Time{}}},
		{"two misses in a long time", missing, state{tenant.DomainProven, 1, since(900 * time.Hour), time.Time{}}, state{tenant.DomainProven, 2, since(900 * time.Hour), time.Time{}}},
		{"three misses over 72 hours", missing, state{tenant.DomainProven, 2, since(72 * time.Hour), time.Time{}}, state{tenant.DomainStale, 3, since(72 * time.Hour), now}},
		{"uncertain between misses", uncertain, state{tenant.DomainProven, 2, since(72 * time.Hour), time.Time{}}, state{tenant.DomainProven, 2, since(72 * time.Hour), time.Time{}}},
		{"found after misses", found, state{tenant.DomainProven, 2, since(72 * time.Hour), time.Time{}}, state{Status: tenant.DomainProven}},
		{"stale is found", found, state{tenant.DomainStale, 9, since(200 * time.Hour), since(100 * time.Hour)}, state{Status: tenant.DomainProven}},
		{"stale is missing", missing, state{tenant.DomainStale, 9, since(200 * time.Hour), since(29 * 24 * time.Hour)}, state{tenant.DomainStale, 10, since(200 * time.Hour), since(29 * 24 * time.Hour)}},
		{"stale for 30 days", missing, state{tenant.DomainStale, 9, since(800 * time.Hour), since(30 * 24 * time.Hour)}, state{tenant.DomainUnproven, 10, since(800 * time.Hour), since(30 * 24 * time.Hour)}},
		{"stale for a year, uncertain", uncertain, state{tenant.DomainStale, 9, since(9000 * time.Hour), since(8800 * time.Hour)}, state{tenant.DomainStale, 9, since(9000 * time.Hour), since(8800 * time.Hour)}},
		{"lost is found", found, state{Status: tenant.DomainUnproven}, state{Status: tenant.DomainUnproven}},
		{"removed is found", found, state{Status: tenant.DomainRemoved}, state{Status: tenant.DomainRemoved}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, f := range tt.findings {
				d := tenant.Domain{Status: tt.before.Status, Proof: tenant.Proof{Misses: tt.before.Misses, MissedAt: tt.before.MissedAt, StaleAt: tt.before.StaleAt}}
				d = afterLook(d, tenant.ProofReport{Finding: f}, now)
				if diff := cmp.Diff(tt.want, state{d.Status, d.Proof.Misses, d.Proof.MissedAt, d.Proof.StaleAt}); diff != "" {
					t.Errorf("after %s mismatch (-want +got)\n%s", f, diff)
				}
				if !d.CheckedAt.Equal(now) || d.Proof.Report.Finding != f {
					t.Errorf("after %s: looked at %v, report %v", f, d.CheckedAt, d.Proof.Report)
				}
			}
		})
	}
}
