package acceptance

import (
	"net/http"
	"slices"
	"testing"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

func TestRuleDomainRemoved(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"), verified("k2", "bo@acme.example"), verified("k3", "cy@acme.example"))
		b := i.in("ada@acme.example")
		bo := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "bo@acme.example", "", "")) // who never signed in
		d := a.directory("Entra")
		do[tenant.Domain](t)(g.roster.RemoveDomain(t.Context(), a.staff, "acme.example"))
		p.stays(b, "with the domain removed") // members stay
		i.refused("cy@acme.example", roster.CodeDomainNotProven)
		i.refused("bo@acme.example", roster.CodeDomainNotProven)
		d.refused(http.StatusBadRequest, "domain", "POST", "/Users", user("di@acme.example", "e9"))
		g.clock.advance(6 * day)
		i.in("ada@acme.example") // who is linked has seven days
		g.clock.advance(day)
		a.access(uuidOf(a.byEmail("ada@acme.example")), "on")
		a.access(uuidOf(bo), "on")
		i.refused("ada@acme.example", roster.CodeDomainNotProven)
		rival := g.tenant("rival")
		if _, err := g.roster.TrustDomain(t.Context(), rival.staff, "acme.example"); err == nil {
			t.Error("another tenant got the domain within 30 days")
		}
		a.trust("acme.example")
		i.in("ada@acme.example")
	})
}

func TestRuleProofLost_J10(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a := g.dns(), g.tenant("acme")
		mine := a.prove(w, "acme.example")
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.staff, mine.Name, tenant.AutoJoinOn, ""))
		p := g.portal()
		i := p.provider(a, verified("k1", "ada@acme.example"), verified("k2", "bo@acme.example"), verified("k3", "cy@acme.example"))
		i.in("ada@acme.example")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "bo@acme.example", "", ""))
		w.drop(mine)
		for range 4 {
			g.clock.advance(25 * hour)
			g.check()
		}
		if got := a.domain(mine.Name).Status; got != tenant.DomainStale {
			t.Fatalf("after four days the domain is %s", got)
		}
		i.refused("cy@acme.example", roster.CodeUserNotProvisioned) // auto-join stops
		i.in("ada@acme.example")
		i.in("bo@acme.example") // the domain is the tenant's still
		g.clock.advance(31 * day)
		g.check()
		if got := a.domain(mine.Name).Status; got != tenant.DomainUnproven {
			t.Fatalf("after 30 days more the domain is %s", got)
		}
		i.refused("cy@acme.example", roster.CodeDomainNotProven)
		i.in("ada@acme.example")
		g.clock.advance(7 * day)
		i.refused("ada@acme.example", roster.CodeDomainNotProven)
		a.prove(w, mine.Name)
		i.in("ada@acme.example")
		i.in("cy@acme.example")
	})
}

const hour = day / 24

// TestRuleDomainMoved has another tenant prove a domain: who joined the former owner by it is signed out and joins the
// new one, whose member they are beside it.
func TestRuleDomainMoved_J9(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		w, a, b := g.dns(), g.tenant("acme"), g.tenant("bolt")
		mine := a.prove(w, "acme.example")
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.staff, mine.Name, tenant.AutoJoinOn, ""))
		a.joins("acme.test.example", tenant.AutoJoinOn, "")
		p := g.portal()
		i := p.provider(a, verified("k1", "ada@acme.example"), verified("k2", "bo@acme.example"), verified("k3", "cy@acme.example"), verified("k4", "di@acme.test.example"))
		managed := a.directory("Entra").create("bo@acme.example", "k2")
		joined, kept, other := i.in("ada@acme.example"), i.in("bo@acme.example"), i.in("di@acme.test.example")
		ada := a.byEmail("ada@acme.example")

		theirs := b.add(mine.Name)
		w.set(theirs)
		if got := b.verify(mine.Name); got.Status != tenant.DomainProven {
			t.Fatalf("the other tenant's domain is %s", got.Status)
		}
		p.ended(joined, "with the domain moved")
		if got := a.endings(ada.ID); !slices.Equal(got, []roster.EndReason{roster.EndDomainMoved}) {
			t.Errorf("the session ended by %v", got)
		}
		p.stays(kept, "managed by a directory, with the domain moved")
		p.stays(other, "of another domain")
		a.access(uuidOf(ada), "on") // nobody is moved
		a.access(managed, "on")
		i.refused("cy@acme.example", roster.CodeDomainNotProven) // auto-join stops at once

		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), b.staff, mine.Name, tenant.AutoJoinOn, ""))
		next := p.provider(b, verified("k1", "ada@acme.example"), verified("k3", "cy@acme.example"))
		next.in("ada@acme.example")
		next.in("cy@acme.example")
		if got := b.byEmail("ada@acme.example"); got.ID == ada.ID {
			t.Error("two tenants share a member")
		}
		g.clock.advance(7 * day)
		i.refused("ada@acme.example", roster.CodeDomainNotProven)
	})
}

func TestRuleDomainGivenUp_J9(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"), verified("k2", "bo@eu.acme.example"))
		on := true
		do[tenant.Domain](t)(g.roster.ConfigureDomain(t.Context(), a.staff, "acme.example", roster.DomainSettings{SubDomains: &on}))
		ada, bo := i.in("ada@acme.example"), i.in("bo@eu.acme.example")
		do[tenant.Domain](t)(g.roster.RemoveDomain(t.Context(), a.staff, "acme.example"))
		p.stays(ada, "with the domain removed, and held")
		do[tenant.Domain](t)(g.roster.ReleaseDomain(t.Context(), a.staff, "acme.example"))
		p.ended(ada, "with the domain given up")
		p.ended(bo, "of a sub-domain, with the domain given up")
	})
}

func TestRuleTenantSuspended(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"), verified("k2", "bo@acme.example"), verified("k3", "cy@acme.example"))
		d := a.directory("Entra")
		id := d.create("bo@acme.example", "k2")
		ada, bo := i.in("ada@acme.example"), i.in("bo@acme.example")
		g.must(http.StatusOK, "POST", "/tenants/acme/suspend", nil)
		p.ended(ada, "with the tenant suspended")
		p.ended(bo, "with the tenant suspended")
		a.unchanged("", func() {
			for _, who := range []string{"ada", "bo", "cy"} {
				page := i.comes(chrome.New(t, nil), who+"@acme.example")
				p.turnedAway(page, http.StatusForbidden, roster.CodeTenantSuspended)
			}
		})
		d.setActive(id, false) // the directory is heard meanwhile
		g.must(http.StatusOK, "POST", "/tenants/acme/resume", nil)
		p.ended(ada, "with the tenant resumed, the old session")
		i.in("ada@acme.example")
		i.refused("bo@acme.example", roster.CodeDeactivatedByDirectory)
		if got := a.endings(a.byEmail("ada@acme.example").ID); got[0] != roster.EndTenantSuspended {
			t.Errorf("the session ended by %v", got)
		}
	})
}

// TestRuleTenantSuspendedOnTheWay suspends it while somebody is at the provider.
func TestRuleTenantSuspendedOnTheWay_S40(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		for _, c := range []struct {
			code    roster.Code
			off, on func()
		}{
			{roster.CodeTenantSuspended, func() { g.must(http.StatusOK, "POST", "/tenants/acme/suspend", nil) }, func() { g.must(http.StatusOK, "POST", "/tenants/acme/resume", nil) }},
			{
				roster.CodeConnectionDisabled,
				func() { do[tenant.Connection](t)(g.roster.DisableConnection(t.Context(), a.admin, i.con.ID)) },
				func() { do[tenant.Connection](t)(g.roster.ActivateConnection(t.Context(), a.admin, i.con.ID)) },
			},
		} {
			b := chrome.New(t, nil)
			to := i.back(b, "ada@acme.example")
			c.off()
			a.unchanged(c.code, func() { p.turnedAway(b.Get(to), http.StatusForbidden, c.code) })
			c.on()
			p.ended(b, string(c.code))
		}
		i.in("ada@acme.example")
	})
}

func TestRuleConnectionDisabledEndsItsSessions_S40(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		other := p.provider(a, op.Account{Subject: "z1", Email: "bo@acme.example", Verified: true})
		ada, bo := i.in("ada@acme.example"), other.in("bo@acme.example")
		g.must(http.StatusOK, "POST", "/tenants/acme/connections/"+i.con.ID.String()+"/disable", nil)
		p.ended(ada, "with its connection disabled")
		p.stays(bo, "of another connection")
		a.unchanged("", func() {
			p.turnedAway(i.comes(chrome.New(t, nil), "ada@acme.example"), http.StatusForbidden, roster.CodeConnectionDisabled)
		})
		g.must(http.StatusOK, "POST", "/tenants/acme/connections/"+i.con.ID.String()+"/activate", nil)
		p.ended(ada, "with its connection active again")
		i.in("ada@acme.example")
	})
}
