package acceptance

import (
	"net/http"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// adopted makes an admin whom a directory wants to take over, beside another admin.
func adopted(t *testing.T, a *account, d *directory) string {
	t.Helper()
	m := do[roster.Member](t)(a.g.roster.AddMember(t.Context(), a.staff, "boss@acme.example", "admin", ""))
	do[roster.Member](t)(a.g.roster.AddMember(t.Context(), a.staff, "deputy@acme.example", "admin", ""))
	if id := d.create("boss@acme.example", "e1"); id != m.ID.UUID.UUID() {
		t.Fatalf("adopted id = %s, want %s", id, m.ID.UUID.UUID())
	}
	return m.ID.UUID.UUID()
}

func TestConflictDeleteOfAnUnconfirmedAdoptionLetsGo(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := adopted(t, a, d)
		group := d.group("Staff", id)
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		d.want(http.StatusNotFound, "GET", "/Users/"+id, nil)
		a.access(id, "on") // no effect on access until an admin decides
		a.role(id, "admin", roster.RuleSetByOperator)
		if n := a.count("member.released"); n != 1 {
			t.Errorf("%d member.released events, want 1: %v", n, a.events())
		}
		got := d.want(http.StatusOK, "GET", "/Groups/"+group, nil)
		if members, _ := got["members"].([]any); len(members) > 0 {
			t.Errorf("members = %v, want none: the directory does not manage the member", members)
		}
		if again := d.create("boss@acme.example", "e1"); again != id {
			t.Errorf("adopted again as %s, want %s", again, id)
		}
		if got := a.explain(id).Member.Conflict; got != roster.CodeNeedsConfirmation {
			t.Errorf("conflict = %q, want needs_confirmation", got)
		}
	})
}

func TestConflictDeleteAndCreateDoNotConfirm(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		d.want(http.StatusNoContent, "DELETE", "/Users/"+d.create("ada@acme.example", "e1"), nil)
		waiting := d.create("ada@acme.example", "e2")
		a.access(waiting, "external_id_conflict")
		d.want(http.StatusNoContent, "DELETE", "/Users/"+waiting, nil)
		a.access(d.create("ada@acme.example", "e2"), "external_id_conflict")
	})
}

func TestR1RefusedConfirmationGivesNoAccess(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		d.want(http.StatusNoContent, "DELETE", "/Users/"+d.create("ada@acme.example", "e1"), nil)
		waiting := d.create("ada@acme.example", "e2")
		group := d.group("Staff", waiting)
		// A role that an admin had in mind for the newcomer does not make a member.
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.admin, a.member(waiting), "editor"))
		do[roster.Member](t)(g.roster.Confirm(t.Context(), a.admin, a.member(waiting), false))
		a.access(waiting, "removed")
		if n := a.count("member.removed"); n != 2 {
			t.Errorf("%d member.removed events, want 2: %v", n, a.events())
		}
		got := d.want(http.StatusOK, "GET", "/Groups/"+group, nil)
		if members, _ := got["members"].([]any); len(members) > 0 {
			t.Errorf("members = %v, want none", members)
		}
	})
}

func TestConflictInactiveAdminIsAdoptedWithConfirmation(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "deputy@acme.example", "admin", ""))
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "boss@acme.example", "admin", ""))
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, m.ID, false))
		id := a.directory("Entra").create("boss@acme.example", "e1")
		if got := a.explain(id).Member.Conflict; got != roster.CodeNeedsConfirmation {
			t.Errorf("conflict = %q, want needs_confirmation: the member is an admin", got)
		}
	})
}

func TestConflictDirectoryRemovedWhileMembersWait(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		boss := adopted(t, a, d)
		d.want(http.StatusOK, "PATCH", "/Users/"+boss, replace("active", false))
		d.want(http.StatusNoContent, "DELETE", "/Users/"+d.create("ada@acme.example", "e2"), nil)
		waiting := d.create("ada@acme.example", "e3")
		do[tenant.Directory](t)(g.roster.RemoveDirectory(t.Context(), a.staff, d.id, true))
		a.access(boss, "on")                      // the directory's "no" never counted
		a.access(waiting, "deactivated_by_admin") // nobody ever let this one in
	})
}

func TestP7TombstoneProvesNoOtherAddress(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("victim")
		a.trust("acme.example")
		b.trust("victim.example")
		ceo := b.directory("Okta").create("ceo@victim.example", "v1")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.admin, a.member(id), "editor"))
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		if back := d.create("ceo@victim.example", "e1"); back != id {
			t.Fatalf("re-hired as %s, want %s", back, id)
		}
		a.access(id, "awaiting_proof")
		if m := a.explain(id).Member; m.Proven || m.Person == b.explain(ceo).Member.Person {
			t.Errorf("proven %v, person %s: another tenant's person through an address that nobody proved", m.Proven, m.Person)
		}
	})
}
