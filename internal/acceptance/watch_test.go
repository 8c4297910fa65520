package acceptance

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

// alarms are the events about directories' health, in order.
func (a *account) alarms() []roster.EventKind {
	a.g.t.Helper()
	events, err := a.g.roster.Store.Reader(a.id).Events(a.g.t.Context(), roster.Cursor{}, 10_000)
	if err != nil {
		a.g.t.Fatal(err)
	}
	var out []roster.EventKind
	for _, e := range events {
		switch e.Kind {
		case roster.DirectorySilent, roster.DirectoryBack, roster.DirectoryFailing:
			out = append(out, e.Kind)
		}
	}
	return out
}

func (d *directory) health() roster.Health {
	d.a.g.t.Helper()
	d.logged(roster.ExchangeQuery{})
	all, err := d.a.g.roster.Healths(d.a.g.t.Context(), d.a.id)
	if err != nil {
		d.a.g.t.Fatal(err)
	}
	for _, h := range all {
		if h.Directory == d.id {
			return h
		}
	}
	d.a.g.t.Fatal("the directory has no health")
	return roster.Health{}
}

func TestADirectoryThatFallsSilentIsToldOfOnce(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		watch := func() {
			t.Helper()
			d.logged(roster.ExchangeQuery{})
			if _, err := g.roster.WatchDirectories(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		state := func(want roster.HealthState) {
			t.Helper()
			watch()
			if got := d.health().State; got != want {
				t.Errorf("state %s, want %s", got, want)
			}
		}
		state(roster.HealthNever)
		for range 10 {
			d.want(http.StatusOK, "GET", "/Users", nil)
			g.clock.advance(time.Hour)
		}
		state(roster.HealthHealthy)
		g.clock.advance(4 * time.Hour)
		state(roster.HealthSilent)
		watch() // tells nothing new
		d.want(http.StatusOK, "GET", "/Users", nil)
		state(roster.HealthHealthy)
		for range 30 {
			d.ask("GET", "/Users?filter=nonsense", nil)
		}
		state(roster.HealthFailing)
		watch()
		if diff := cmp.Diff([]roster.EventKind{roster.DirectorySilent, roster.DirectoryBack, roster.DirectoryFailing}, a.alarms()); diff != "" {
			t.Errorf("alarms mismatch (-want +got)\n%s", diff)
		}
		good := d.token
		d.token = "made up"
		g.clock.advance(26 * time.Hour)
		d.ask("GET", "/Users", nil)
		state(roster.HealthLockedOut)
		d.token = good
	})
}

func TestTheLogIsPruned(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		d.want(http.StatusOK, "GET", "/Users", nil)
		g.clock.advance(20 * 24 * time.Hour)
		d.want(http.StatusOK, "GET", "/Users?count=1", nil)
		g.clock.advance(11 * 24 * time.Hour)
		d.logged(roster.ExchangeQuery{})
		n, err := g.roster.PruneExchanges(t.Context())
		if n != 1 || err != nil {
			t.Errorf("PruneExchanges = %d, %v, want 1", n, err)
		}
		if left := d.logged(roster.ExchangeQuery{}); len(left) != 1 {
			t.Errorf("%d entries are left, want 1", len(left))
		}
		if h := d.health(); h.FirstAt.IsZero() || h.LastAt.Before(h.FirstAt) {
			t.Errorf("the health did not survive: %+v", h)
		}
		if _, err := g.roster.SetLogBounds(t.Context(), a.staff, d.id, 5, 0); err != nil {
			t.Fatal(err)
		}
		if n, err := g.roster.PruneExchanges(t.Context()); n != 1 || err != nil {
			t.Errorf("PruneExchanges = %d, %v, want 1", n, err)
		}
		if _, err := g.roster.SetLogBounds(t.Context(), a.staff, d.id, 500, 0); err == nil {
			t.Error("a log may be kept for 500 days")
		}
	})
}
