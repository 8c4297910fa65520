package acceptance

import (
	"net/http"
	"testing"

	"rollcall/internal/roster"
)

func TestR1R9LeaverLosesAccessInOneTransaction(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		a.access(id, "on")
		d.setActive(id, false)
		a.access(id, "deactivated_by_directory")
		if n := a.count("member.deactivated"); n != 1 {
			t.Errorf("%d member.deactivated events, want 1", n)
		}
		got := d.want(http.StatusOK, "GET", "/Users/"+id, nil)
		if got["active"] != false {
			t.Errorf("active = %v, want false: an inactive user stays readable", got["active"])
		}
	})
}

func TestR2AdminBlockIsNoSyncLoop(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(id), false))
		a.access(id, "deactivated_by_admin")
		if got := d.want(http.StatusOK, "GET", "/Users/"+id, nil); got["active"] != true {
			t.Errorf("the directory reads active = %v, want its own true", got["active"])
		}
		d.setActive(id, true)
		a.access(id, "deactivated_by_admin")
		d.setActive(id, false)
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(id), true))
		a.access(id, "deactivated_by_directory")
		d.setActive(id, true)
		a.access(id, "on")
	})
}

func TestR3NobodyLiftsAHigherNo(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra ID of Acme")
		id := d.create("ada@acme.example", "e1")
		d.setActive(id, false)
		_, err := g.roster.SetActive(t.Context(), a.admin, a.member(id), true)
		if detail := refusal(t, err, roster.CodeManagedByDirectory); !contains(detail, "Entra ID of Acme") {
			t.Errorf("detail %q does not name the directory", detail)
		}
		d.setActive(id, true)
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.staff, a.member(id), false))
		_, err = g.roster.SetActive(t.Context(), a.admin, a.member(id), true)
		refusal(t, err, roster.CodeDeactivatedByOperator)
		a.access(id, "deactivated_by_operator")
	})
}

func TestR8RefusalsAreRecordedWithTheirCode(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		before := d.want(http.StatusOK, "GET", "/Users/"+id, nil)
		d.refused(http.StatusBadRequest, "domain", "PATCH", "/Users/"+id, replace(`emails[type eq "work"].value`, "ceo@victim.example"))
		if n := a.count("member.refused domain_not_proven"); n != 1 {
			t.Errorf("%d events of the refusal, want 1: %v", n, a.events())
		}
		after := d.want(http.StatusOK, "GET", "/Users/"+id, nil)
		if version(before) != version(after) {
			t.Errorf("version went from %v to %v by a refused change", version(before), version(after))
		}
	})
}

func TestConflictPUTWithoutActiveNeverDeactivates(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Okta")
		for _, active := range []bool{true, false} {
			login := map[bool]string{true: "on@acme.example", false: "off@acme.example"}[active]
			id := d.create(login, "", object{"active": active})
			body := user(login, "", object{"title": "Lead"})
			delete(body, "active")
			got := d.want(http.StatusOK, "PUT", "/Users/"+id, body)
			if got["active"] != active || got["title"] != "Lead" {
				t.Errorf("after PUT active = %v, title = %v; want %v, Lead", got["active"], got["title"], active)
			}
		}
	})
}

func TestConflictTenantSuspended(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		stays, leaves := d.create("ada@acme.example", "e1"), d.create("bo@acme.example", "e2")
		do[any](t)(discard(g.roster.SetTenantStatus(t.Context(), a.staff, "suspended")))
		a.access(stays, "tenant_suspended")
		d.setActive(leaves, false)
		late := d.create("cy@acme.example", "e3")
		a.access(late, "tenant_suspended")
		do[any](t)(discard(g.roster.SetTenantStatus(t.Context(), a.staff, "active")))
		a.access(stays, "on")
		a.access(leaves, "deactivated_by_directory")
		a.access(late, "on")
	})
}
