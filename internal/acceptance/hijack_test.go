package acceptance

import (
	"net/http"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestLastAdminOutOfADirectorysReach_P6(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.staff, a.member(id), "admin"))
		do[tenant.Tenant](t)(g.roster.SetTenantPolicy(t.Context(), a.staff, tenant.Policy{ProtectLastAdmin: true}))
		d.refused(http.StatusConflict, "admin", "PATCH", "/Users/"+id, replace("active", false))
		d.refused(http.StatusConflict, "admin", "DELETE", "/Users/"+id, nil)
		a.access(id, "on")
	})
}

func TestEmailChangeTakesNobodysPlace_P7(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("victim")
		a.trust("acme.example")
		b.trust("victim.example")
		ceo := b.directory("Okta").create("ceo@victim.example", "v1")
		d := a.directory("Entra")
		id, other := d.create("ada@acme.example", "e1"), d.create("bo@acme.example", "e2")
		mail := func(to string) object { return replace(`emails[type eq "work"].value`, to) }
		d.refused(http.StatusBadRequest, "domain", "PATCH", "/Users/"+id, mail("ceo@victim.example"))
		d.want(http.StatusConflict, "PATCH", "/Users/"+id, mail("bo@acme.example"))
		d.want(http.StatusOK, "PATCH", "/Users/"+id, replace("userName", "ceo@victim.example")) // a name proves nothing
		m := a.explain(id).Member
		if m.Email != "ada@acme.example" || m.Person == b.explain(ceo).Member.Person || m.Person == a.explain(other).Member.Person {
			t.Errorf("email %q, person %s: another's by a change of address", m.Email, m.Person)
		}
	})
}

func TestKeysCollide_P8(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id, other := d.create("ada@acme.example", "e1"), d.create("bo@acme.example", "e2")
		d.want(http.StatusConflict, "POST", "/Users", user("new@acme.example", "e1"))
		d.want(http.StatusConflict, "PATCH", "/Users/"+other, replace("externalId", "e1"))
		got := d.want(http.StatusOK, "PUT", "/Users/"+other, user("bo@acme.example", "e2", object{"id": id}))
		if got["id"] != other {
			t.Errorf("id = %v, want the own %s: it can't be changed", got["id"], other)
		}
	})
}

func TestDeleteThenCreateBringsNoOldAccess_P9(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "root@acme.example", "admin", ""))
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		group := d.group("Staff", id)
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.staff, a.member(id), "admin"))
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		// The same key is the same human (R10), without the old role and groups.
		if back := d.create("ada@acme.example", "e1"); back != id {
			t.Errorf("came back as %s, want %s", back, id)
		}
		a.role(id, "viewer", roster.RuleTenantDefault)
		got := d.want(http.StatusOK, "GET", "/Groups/"+group, nil)
		if members, _ := got["members"].([]any); len(members) > 0 {
			t.Errorf("members = %v, want none", members)
		}
		// Another key is another human until an admin says otherwise: a new id without access.
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		next := d.create("ada@acme.example", "e9")
		if next == id {
			t.Error("another external id came back as the same member")
		}
		a.access(next, "external_id_conflict")
	})
}
