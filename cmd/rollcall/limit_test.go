package main

import (
	"log/slog"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/storage/shortlived"
)

func at(n int) quantity { return quantity{n, true} }

// grantOf is what a token of the tenant's directory opens.
func grantOf(customer, directory byte, s tenant.DirectorySettings) *roster.Grant {
	return &roster.Grant{
		Tenant:    tenant.Tenant{ID: tenant.ID{UUID: tenant.UUID{customer}}},
		Directory: tenant.Directory{ID: tenant.DirectoryID{UUID: tenant.UUID{customer, directory}}, Settings: s},
	}
}

// TestGateP14Rates counts how many requests pass at one moment.
func TestGateP14Rates(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	pass := func(t *testing.T, g *gate, by *roster.Grant, want int) {
		t.Helper()
		got := 0
		for got < want+1 && g.Allow(t.Context(), by, 1) == 0 {
			got++
		}
		if got != want {
			t.Errorf("%v: %d requests passed, want %d", by.Directory.ID, got, want)
		}
	}
	for _, tt := range []struct {
		name   string
		flags  shareFlags
		by     *roster.Grant
		passes int
		then   int // how many more after a second
	}{
		{"a first sync of 100,000 people", shareFlags{}, grantOf(1, 1, tenant.DirectorySettings{}), 300_000, 500},
		{"a rate of one's own", shareFlags{DirectoryRate: at(10), DirectoryBurst: at(20)}, grantOf(1, 1, tenant.DirectorySettings{Rate: 50, Burst: 100}), 100, 50},
		{"a burst of one's own", shareFlags{DirectoryRate: at(10), DirectoryBurst: at(20)}, grantOf(1, 1, tenant.DirectorySettings{Burst: 30}), 30, 10},
		{"no limit of one's own, but the tenant's", shareFlags{DirectoryRate: at(10), TenantRate: at(40), TenantBurst: at(80)}, grantOf(1, 1, tenant.DirectorySettings{Rate: -1}), 80, 40},
		{"a rate without a burst", shareFlags{DirectoryRate: at(10), DirectoryBurst: at(0)}, grantOf(1, 1, tenant.DirectorySettings{}), 20, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now := start
			clock := func() time.Time { return now }
			g := tt.flags.newGate(shortlived.NewMemory(clock, 0), 4, clock, slog.New(slog.DiscardHandler))
			pass(t, g, tt.by, tt.passes)
			pass(t, g, grantOf(2, 1, tt.by.Directory.Settings), tt.passes) // another tenant's is not touched
			now = now.Add(time.Second)
			pass(t, g, tt.by, tt.then)
		})
	}
}

// TestGateP14Together holds that the directories of a tenant share its rate, and that one that the
// tenant's rate refuses keeps its own permits.
func TestGateP14Together(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	flags := shareFlags{DirectoryRate: at(1), DirectoryBurst: at(10), TenantRate: at(20), TenantBurst: at(15)}
	g := flags.newGate(shortlived.NewMemory(clock, 0), 4, clock, slog.New(slog.DiscardHandler))
	one, two := grantOf(1, 1, tenant.DirectorySettings{}), grantOf(1, 2, tenant.DirectorySettings{})
	passed := map[*roster.Grant]int{}
	for _, by := range []*roster.Grant{one, two, two} {
		for range 12 {
			if g.Allow(t.Context(), by, 1) == 0 {
				passed[by]++
			}
		}
	}
	if passed[one] != 10 || passed[two] != 5 {
		t.Errorf("%d and %d passed, want 10 and 5", passed[one], passed[two])
	}
	now = now.Add(250 * time.Millisecond) // of the tenant's 20 a second
	for range 12 {
		if g.Allow(t.Context(), two, 1) == 0 {
			passed[two]++
		}
	}
	if passed[two] != 10 {
		t.Errorf("afterwards %d passed, want 10: its own burst", passed[two])
	}
}

func TestQuantity(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]quantity{"": {}, "0": at(0), "25": at(25), "1000000": at(1_000_000)} {
		var q quantity
		if err := q.UnmarshalText([]byte(text)); err != nil || q != want {
			t.Errorf("%q = %+v, %v", text, q, err)
		}
	}
	for _, text := range []string{"-1", "1.5", "many", "1000001", "99999999999999999999"} {
		if err := new(quantity).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
