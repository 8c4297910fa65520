package google_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/internal/google/fake"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestRunGoesOnAfterAStop(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		w.cast()
		for _, g := range []string{"a", "b", "c", "d"} {
			w.account.AddGroup(g+"@acme.example", strings.ToUpper(g), "ann@acme.example")
		}
		w.account.PageSize(1)
		ctx, stop := context.WithCancel(t.Context())
		w.account.Order(fake.Trouble{Path: "/members", Skip: 2, Do: stop})
		out, err := w.puller.Pull(ctx, w.tenant, w.dir, false)
		if err != nil || out.Outcome != roster.PullPartial {
			t.Fatalf("Pull = %+v, %v", out, err)
		}
		p, err := w.roster.FindPull(t.Context(), w.tenant, w.dir)
		if err != nil || !p.Lease.By.IsZero() || p.State.GroupsAfter != "b@acme.example" || p.NextAt.After(w.clock.Now()) {
			t.Fatalf("pull after the stop = %+v, %v", p, err)
		}
		w.account.Calls()
		w.pull()
		w.want("groups", map[string]string{"A": "ann", "B": "ann", "C": "ann", "D": "ann"}, w.teams())
		members := 0
		for _, c := range w.account.Calls() {
			if strings.Contains(c, "/members") {
				members++
			}
		}
		w.want("groups that were left", 2, members)
	})
}

func TestRunWhoseTimeIsOverLeavesTheRest(t *testing.T) {
	onEach(t, func(w *world) {
		for i := range 30 {
			w.account.AddUser(fmt.Sprintf("p%02d@acme.example", i), "P", "Q")
		}
		w.puller.Budget = 100 * time.Millisecond // of a clock that moves one a look
		out := w.run()
		w.want("outcome", roster.PullPartial, out.Outcome)
		if n := len(w.people()); n == 0 || n == 31 {
			t.Fatalf("%d people came, want some", n)
		}
		w.puller.Budget = 0
		w.want("rest", 31-out.People.Created, w.pull().People.Created)
	})
}

func TestKilledRunHoldsOthersUpForItsLeaseOnly(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		// A run that began, and was never heard of again.
		if _, _, err := w.roster.BeginPull(t.Context(), w.tenant, w.dir, tenant.NewUUID(w.clock.Now()), false); err != nil {
			t.Fatal(err)
		}
		_, err := w.puller.Pull(t.Context(), w.tenant, w.dir, false)
		wantKind(t, roster.Conflict, err)
		w.clock.advance(roster.PullHold)
		w.pull()
	})
}

func TestTwoReplicasRunOnce(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		w.cast()
		w.account.AddGroup("staff@acme.example", "Staff", "ann@acme.example")
		n := make([]int, 4)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				var err error
				if n[i], err = (&roster.Roster{Store: w.db, Locator: w.db, Now: w.clock.Now}).DispatchPulls(t.Context()); err != nil {
					t.Errorf("DispatchPulls: %v", err)
				}
			})
		}
		wg.Wait()
		w.want("jobs", 1, n[0]+n[1]+n[2]+n[3])
		// While one is at it, another one does not begin.
		other := w.replica()
		tried := 0
		w.account.Order(fake.Trouble{Path: "/users", Do: func() {
			tried++
			_, err := other.Pull(t.Context(), w.tenant, w.dir, false)
			wantKind(t, roster.Conflict, err)
		}})
		w.pull()
		w.want("tries of the other", 1, tried)
		w.want("people", 4, len(w.people()))
	})
}

func TestChangedSettingsEndTheRunUnderWay(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		w.account.AddGroup("staff@acme.example", "Staff", admin)
		w.account.Order(fake.Trouble{Path: "/groups", Do: func() {
			w.set(roster.PullSettings{Subject: admin, NoGroups: true})
			w.clock.advance(time.Minute)
		}})
		_, err := w.puller.Pull(t.Context(), w.tenant, w.dir, false)
		wantKind(t, roster.Conflict, err)
		w.want("groups", map[string]string{}, w.teams())
		w.pull()
	})
}
