package acceptance

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/nameserver"
)

func TestDomainMoves_J9(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a, b := g.dns(), g.tenant("acme"), g.tenant("bolt")
		mine := a.prove(w, "acme.example")
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.staff, mine.Name, tenant.AutoJoinOn, ""))
		id := a.directory("Entra").create("ada@acme.example", "e1")
		theirs := b.add(mine.Name)
		w.put(tenant.ChallengeHost(mine.Name), nameserver.Reply{Texts: []string{mine.Challenge, theirs.Challenge}})
		_, err := g.roster.VerifyDomain(t.Context(), b.staff, mine.Name)
		refusal(t, err, roster.CodeDomainHeld)
		_, err = g.roster.VerifyDomain(t.Context(), b.staff, mine.Name)
		refusal(t, err, roster.CodeDomainHeld)
		if got := b.domain(mine.Name); got.Owned() || got.Proof.Report.Finding != tenant.FoundHeld {
			t.Errorf("the other tenant's domain is %s, finding %s", got.Status, got.Proof.Report.Finding)
		}
		if n := a.count("domain.contested"); n != 1 {
			t.Errorf("the owner was told %d times, want once a day", n)
		}
		if got := a.domain(mine.Name); got.Status != tenant.DomainProven || got.Joins() != tenant.AutoJoinOn {
			t.Errorf("the owner's domain is %s", got.Status)
		}
		// A fresh record, and the owner's gone, but not on both servers yet.
		w.one.Set(tenant.ChallengeHost(mine.Name), theirs.Challenge)
		_, err = g.roster.VerifyDomain(t.Context(), b.staff, mine.Name)
		refusal(t, err, roster.CodeDomainHeld)
		w.set(theirs)
		if got := b.verify(mine.Name); got.Status != tenant.DomainProven {
			t.Errorf("the other tenant's domain is %s", got.Status)
		}
		if got := a.domain(mine.Name); got.Status != tenant.DomainReleased || got.Joins() != tenant.AutoJoinOff || got.LostAt.IsZero() {
			t.Errorf("the former owner's domain is %s, auto-join %s", got.Status, got.Joins())
		}
		if n := a.count("domain.transferred"); n != 1 {
			t.Errorf("%d events domain.transferred, want 1", n)
		}
		a.access(id, "on") // members are not moved
		// The operator's word does not lapse.
		c := g.tenant("corp")
		c.trust("corp.example")
		w.set(b.add("corp.example"))
		_, err = g.roster.VerifyDomain(t.Context(), b.staff, "corp.example")
		refusal(t, err, roster.CodeDomainHeld)
		// The owner gives it up.
		do[tenant.Domain](t)(g.roster.ReleaseDomain(t.Context(), c.staff, "corp.example"))
		if got := b.verify("corp.example"); got.Status != tenant.DomainProven {
			t.Errorf("after it was given up the domain is %s", got.Status)
		}
	})
}

func TestSubDomains_J4(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a, b := g.dns(), g.tenant("acme"), g.tenant("bolt")
		d := a.directory("Entra")
		bob := d.create("bob@eu.corp.example", "e1")
		a.prove(w, "corp.example")
		a.access(bob, "awaiting_proof")
		on, off := true, false
		do[tenant.Domain](t)(g.roster.ConfigureDomain(t.Context(), a.staff, "corp.example", roster.DomainSettings{SubDomains: &on}))
		a.access(bob, "on")
		a.access(d.create("eve@deep.eu.corp.example", "e2"), "on")
		a.access(d.create("eve@notcorp.example", "e3"), "awaiting_proof")
		a.access(d.create("eve@corp.example.evil.example", "e4"), "awaiting_proof")

		theirs := b.add("eu.corp.example")
		w.set(theirs)
		if got := b.verify(theirs.Name); got.Owned() || got.Proof.Report.Finding != tenant.FoundNoConsent || got.Proof.Report.FoundAt != "_rollcall-challenge.corp.example" {
			t.Errorf("without the parent's record the sub-domain is %s, finding %s at %s", got.Status, got.Proof.Report.Finding, got.Proof.Report.FoundAt)
		}
		parent := a.domain("corp.example")
		w.put(tenant.ChallengeHost(parent.Name), nameserver.Reply{Texts: []string{parent.Challenge, theirs.Challenge}})
		if got := b.verify(theirs.Name); got.Status != tenant.DomainProven {
			t.Errorf("with the parent's record the sub-domain is %s: %s", got.Status, got.Proof.Report.Finding)
		}
		a.access(d.create("new@eu.corp.example", "e5"), "awaiting_proof")
		a.access(d.create("new@x.eu.corp.example", "e6"), "awaiting_proof")
		a.access(d.create("new@us.corp.example", "e7"), "on")
		a.access(bob, "on") // members stay
		if n := a.count("domain.sub_claimed"); n != 1 {
			t.Errorf("%d events domain.sub_claimed, want 1", n)
		}

		c := g.tenant("clay")
		c.trust("us.corp.example") // the operator's word
		a.access(d.create("two@us.corp.example", "e8"), "awaiting_proof")
		if diff := cmp.Diff([]string{"eu.corp.example", "us.corp.example"}, a.domain("corp.example").Proof.Apart); diff != "" {
			t.Errorf("apart mismatch (-want +got)\n%s", diff)
		}
		do[tenant.Domain](t)(g.roster.ReleaseDomain(t.Context(), c.staff, "us.corp.example"))
		g.clock.advance(26 * time.Hour)
		g.check()
		a.access(d.create("three@us.corp.example", "e9"), "on")
		do[tenant.Domain](t)(g.roster.ConfigureDomain(t.Context(), a.staff, "corp.example", roster.DomainSettings{SubDomains: &off}))
		a.access(d.create("four@us.corp.example", "e10"), "awaiting_proof")
	})
}

func TestClaimsAboveSubDomainsOfOthers_J4(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a, b := g.dns(), g.tenant("acme"), g.tenant("bolt")
		b.prove(w, "eu.corp.example")
		a.prove(w, "corp.example")
		on := true
		do[tenant.Domain](t)(g.roster.ConfigureDomain(t.Context(), a.staff, "corp.example", roster.DomainSettings{SubDomains: &on}))
		d := a.directory("Entra")
		a.access(d.create("bob@eu.corp.example", "e1"), "awaiting_proof")
		a.access(d.create("bob@us.corp.example", "e2"), "on")
	})
}

func TestTwoTenantsProveOneDomain_J9(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w := g.dns()
		accounts := []*account{g.tenant("acme"), g.tenant("bolt"), g.tenant("clay"), g.tenant("dune")}
		var values []string
		for _, a := range accounts {
			values = append(values, a.add("acme.example").Challenge)
		}
		w.put("_rollcall-challenge.acme.example", nameserver.Reply{Texts: values})
		errs := make([]error, len(accounts))
		var all sync.WaitGroup
		for i, a := range accounts {
			all.Go(func() { _, errs[i] = g.roster.VerifyDomain(t.Context(), a.staff, "acme.example") })
		}
		all.Wait()
		owners := 0
		for i, a := range accounts {
			owned := a.domain("acme.example").Owned()
			if owned {
				owners++
			}
			if owned != (errs[i] == nil) || errs[i] != nil && !errors.Is(errs[i], roster.Conflict) {
				t.Errorf("%s: owned %v, %v", a.staff.Tenant, owned, errs[i])
			}
		}
		if owners != 1 {
			t.Errorf("%d tenants own the domain, want 1", owners)
		}
	})
}
