package acceptance

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestR6R7AdoptionOverAProvenDomain(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "editor", "Ada"))
		d := a.directory("Entra")
		id := m.ID.UUID.UUID()
		d.want(http.StatusNotFound, "GET", "/Users/"+id, nil)
		if got := d.want(http.StatusOK, "GET", "/Users", nil); got["totalResults"] != 0.0 {
			t.Errorf("the directory lists %v users before it adopted any", got["totalResults"])
		}
		if got := d.create("Ada@ACME.example", "e1"); got != id {
			t.Errorf("adopted id = %s, want the member's own %s", got, id)
		}
		d.refused(http.StatusConflict, "exists already", "POST", "/Users", user("ada@acme.example", "e1"))
		a.role(id, "editor", roster.RuleSetByAdmin)
		a.access(id, "on")
		if n := a.count("member.adopted"); n != 1 {
			t.Errorf("%d member.adopted events, want 1", n)
		}
	})
}

func TestR6NeverThroughAnUnprovenAddress(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@elsewhere.example", "", ""))
		d := a.directory("Entra")
		id := d.create("ada@elsewhere.example", "e1")
		if id == m.ID.UUID.UUID() {
			t.Fatal("a directory took over a member through an address nobody proved")
		}
		a.access(id, "awaiting_proof")
		a.access(m.ID.UUID.UUID(), "on")
	})
}

func TestConflictDomainNotProvenThenTrusted(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		if got := d.want(http.StatusOK, "GET", "/Users/"+id, nil); got["active"] != true {
			t.Errorf("active = %v, want the pushed true", got["active"])
		}
		a.access(id, "awaiting_proof")
		a.trust("acme.example")
		a.access(id, "on")
	})
}

func TestConflictAdoptedAdminNeedsConfirmation(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "boss@acme.example", "admin", ""))
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "deputy@acme.example", "admin", ""))
		d := a.directory("Entra")
		id := d.create("boss@acme.example", "e1", object{"active": false})
		if id != m.ID.UUID.UUID() {
			t.Fatalf("adopted id = %s, want %s", id, m.ID.UUID.UUID())
		}
		a.access(id, "on") // the directory's "no" waits
		if got := a.explain(id).Member.Conflict; got != roster.CodeNeedsConfirmation {
			t.Errorf("conflict = %q, want needs_confirmation", got)
		}
		do[roster.Member](t)(g.roster.Confirm(t.Context(), a.admin, m.ID, true))
		a.access(id, "deactivated_by_directory")
	})
}

func TestConflictSCIMChangesTheEmail(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id, other := d.create("ada@acme.example", "e1"), d.create("bo@acme.example", "e2")
		mail := func(to string) object { return replace(`emails[type eq "work"].value`, to) }

		d.want(http.StatusOK, "PATCH", "/Users/"+id, mail("ada.berg@acme.example"))
		m := a.explain(id).Member
		if m.Email != "ada.berg@acme.example" || len(m.Aliases) != 1 || m.Aliases[0].Email != "ada@acme.example" {
			t.Errorf("email = %q, aliases = %v; want the new one, and the old one as alias", m.Email, m.Aliases)
		}
		d.refused(http.StatusConflict, "", "PATCH", "/Users/"+other, mail("ada.berg@acme.example"))
		d.refused(http.StatusBadRequest, "domain", "PATCH", "/Users/"+other, mail("bo@victim.example"))
		both := object{"Operations": []object{
			{"op": "replace", "path": "active", "value": "False"},
			{"op": "replace", "path": `emails[type eq "work"].value`, "value": "bo@victim.example"},
		}}
		d.refused(http.StatusBadRequest, "deactivation", "PATCH", "/Users/"+other, both)
		a.access(other, "deactivated_by_directory")
		if got := a.explain(other).Member.Email; got != "bo@acme.example" {
			t.Errorf("email = %q after a refused change, want bo@acme.example", got)
		}
	})
}

func TestConflictDomainRemoved(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("bolt")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		do[tenant.Domain](t)(g.roster.RemoveDomain(t.Context(), a.staff, "acme.example"))
		a.access(id, "on") // members stay
		d.refused(http.StatusBadRequest, "domain", "POST", "/Users", user("new@acme.example", "e2"))
		_, err := g.roster.TrustDomain(t.Context(), b.staff, "acme.example")
		if err == nil {
			t.Fatal("another tenant took a domain that is held for its former owner")
		}
		g.clock.advance(tenant.HoldPeriod + time.Hour)
		b.trust("acme.example")
	})
}

func TestConflictPendingDomainGivenUp(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		do[tenant.Domain](t)(g.roster.AddDomain(t.Context(), a.staff, "acme.example"))
		do[tenant.Domain](t)(g.roster.RemoveDomain(t.Context(), a.staff, "acme.example"))
		id := d.create("ada@acme.example", "e1") // it was never owned, so it was not lost
		a.access(id, "awaiting_proof")
		a.trust("acme.example")
		a.access(id, "on")
	})
}

func TestPublicMailIsNobodysOwn_J1(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		_, err := g.roster.TrustDomain(t.Context(), a.staff, "Gmail.com")
		refusal(t, err, roster.CodePublicDomain)
		_, err = g.roster.AddDomain(t.Context(), a.staff, "acme.onmicrosoft.com")
		refusal(t, err, roster.CodePublicDomain)
		id := a.directory("Entra").create("ada@gmail.com", "e1")
		a.access(id, "awaiting_proof")
	})
}

func TestConflictSamePersonInTwoTenants(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("bolt")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), b.staff, "ada@acme.example", "", ""))
		if mine, other := a.explain(id).Member.Person, m.Person; mine.IsZero() || mine != other {
			t.Errorf("persons %s and %s, want one and the same", mine, other)
		}
		d.setActive(id, false)
		b.access(m.ID.UUID.UUID(), "on")

		g.roster.OneTenantPerEmail = true
		c := g.tenant("corp")
		_, err := g.roster.AddMember(t.Context(), c.staff, "ada@acme.example", "", "")
		if detail := refusal(t, err, roster.CodeEmailExists); contains(detail, "BOLT") || contains(detail, "ACME") {
			t.Errorf("detail %q names another tenant", detail)
		}
	})
}

func TestR10TombstoneAndReHire(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "root@acme.example", "admin", ""))
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.admin, a.member(id), "admin"))
		group := d.group("Staff", id)
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		d.want(http.StatusNotFound, "GET", "/Users/"+id, nil)
		d.want(http.StatusNotFound, "DELETE", "/Users/"+id, nil)
		a.access(id, "removed")
		if back := d.create("ada@acme.example", "e1"); back != id {
			t.Errorf("re-hired as %s, want the same member %s", back, id)
		}
		a.access(id, "on")
		a.role(id, "viewer", roster.RuleTenantDefault) // admin never returns by itself
		if got := d.want(http.StatusOK, "GET", "/Groups/"+group, nil); got["members"] != nil && len(got["members"].([]any)) > 0 {
			t.Errorf("members = %v, want none: groups do not come back with the person", got["members"])
		}
	})
}

func TestConflictReHireUnderAnotherExternalID(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		other := d.create("ada@acme.example", "e2")
		if other == id {
			t.Fatal("two external ids were merged into one member")
		}
		a.access(other, "external_id_conflict")
		do[roster.Member](t)(g.roster.Confirm(t.Context(), a.admin, a.member(other), true))
		a.access(other, "on")
	})
}

func TestConflictReHireByReactivation(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "root@acme.example", "admin", ""))
		id := d.create("ada@acme.example", "e1")
		group := d.group("Staff", id)
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.admin, a.member(id), "admin"))
		d.setActive(id, false)
		d.refused(http.StatusConflict, "exists already", "POST", "/Users", user("ada@acme.example", "e1"))
		d.setActive(id, true)
		a.access(id, "on")
		a.role(id, "viewer", roster.RuleTenantDefault)
		got := d.want(http.StatusOK, "GET", "/Groups/"+group, nil)
		if members, _ := got["members"].([]any); len(members) != 1 {
			t.Errorf("members = %v, want the restored one: memberships are not sent again", got["members"])
		}
	})
}

func TestConflictSameCreateTwiceAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		const racers = 12
		var wg sync.WaitGroup
		statuses := make([]int, racers)
		for i := range racers {
			wg.Go(func() { statuses[i], _ = d.ask("POST", "/Users", user("ada@acme.example", "e1")) })
		}
		wg.Wait()
		made := 0
		for _, s := range statuses {
			switch s {
			case http.StatusCreated:
				made++
			case http.StatusConflict:
			default:
				t.Errorf("status %d, want 201 or 409", s)
			}
		}
		if got := d.want(http.StatusOK, "GET", "/Users", nil); made != 1 || got["totalResults"] != 1.0 {
			t.Errorf("%d answers 201 and %v rows, want one each", made, got["totalResults"])
		}
	})
}

func TestConflictDeleteByAnotherDirectory(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d, other := a.directory("Entra"), a.directory("Okta")
		id := d.create("ada@acme.example", "e1")
		other.want(http.StatusNotFound, "DELETE", "/Users/"+id, nil)
		other.want(http.StatusNotFound, "PATCH", "/Users/"+id, replace("active", false))
		other.refused(http.StatusConflict, "Entra", "POST", "/Users", user("ada@acme.example", "o1"))
		a.access(id, "on")
	})
}
