package acceptance

import (
	"context"
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

// between is a locator behind which something happens once, between a look around a domain and what is made of it.
type between struct {
	roster.Locator
	then func()
}

// DomainsBelow implements roster.Locator.
func (b *between) DomainsBelow(ctx context.Context, name string) ([]roster.DomainClaim, error) {
	found, err := b.Locator.DomainsBelow(ctx, name)
	if f := b.then; f != nil {
		b.then = nil
		f()
	}
	return found, err
}

// TestSubDomainIsClaimedInBetween_J4: a sub-domain never counts as two tenants', whoever was first.
func TestSubDomainIsClaimedInBetween_J4(t *testing.T) {
	on := true
	for name, act := range map[string]func(w *world, a *account){
		"the domain above is proven meanwhile": func(_ *world, a *account) { a.verify("corp.example") },
		"the domain above is trusted meanwhile": func(_ *world, a *account) {
			do[tenant.Domain](a.g.t)(a.g.roster.TrustDomain(a.g.t.Context(), a.staff, "corp.example"))
		},
		"sub-domains are switched on meanwhile": func(_ *world, a *account) { a.verify("corp.example") },
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, g *gateway) {
				w, a, b, ctx := g.dns(), g.tenant("acme"), g.tenant("bolt"), t.Context()
				theirs := b.add("eu.corp.example")
				w.set(theirs)
				w.set(a.add("corp.example"))
				set := func() {
					do[tenant.Domain](t)(g.roster.ConfigureDomain(ctx, a.staff, "corp.example", roster.DomainSettings{SubDomains: &on}))
				}
				claim := func() {
					if d := a.domain("corp.example"); d.Owned() { // the owner agrees
						w.put(tenant.ChallengeHost(d.Name), nameserver.Reply{Texts: []string{d.Challenge, theirs.Challenge}})
					}
					if d := b.verify(theirs.Name); !d.Owned() {
						t.Errorf("the sub-domain is %s", d.Status)
					}
				}
				locator := g.roster.Locator
				defer func() { g.roster.Locator = locator }()
				if name == "sub-domains are switched on meanwhile" {
					act(w, a)
					g.roster.Locator = &between{locator, claim}
					set()
				} else {
					set()
					g.roster.Locator = &between{locator, claim}
					act(w, a)
				}
				if diff := cmp.Diff([]string{"eu.corp.example"}, a.domain("corp.example").Proof.Apart); diff != "" {
					t.Errorf("apart mismatch (-want +got)\n%s", diff)
				}
			})
		})
	}
}
