package acceptance

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// heldUp makes a directory of 16 people that holds mass changes back, and turns off ten: none of these is too many.
func heldUp(t *testing.T, g *gateway) (*account, *directory, []string) {
	t.Helper()
	a, d, ids := staffed(g, 16)
	do[tenant.Directory](t)(g.roster.SetHold(t.Context(), a.admin, d.id, true))
	for _, id := range ids[:10] {
		d.setActive(id, false)
	}
	a.access(ids[9], "deactivated_by_directory")
	return a, d, ids
}

func TestConflictMassChangeIsHeldBack(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, d, ids := heldUp(t, g)
		staff := d.group("Staff", ids[11])
		d.setActive(ids[10], false) // 200
		d.want(http.StatusNoContent, "DELETE", "/Users/"+ids[11], nil)
		a.access(ids[10], "on")
		a.access(ids[11], "on")
		if got := d.want(http.StatusOK, "GET", "/Users/"+ids[10], nil); got["active"] != false {
			t.Errorf("active = %v, want the directory's own false (R2)", got["active"])
		}
		d.want(http.StatusNotFound, "GET", "/Users/"+ids[11], nil) // it deleted it
		if n := a.count("tenant.mass_change"); n != 1 {
			t.Errorf("%d alerts, want one at the start", n)
		}
		if lines := a.explain(ids[10]).Lines; !contains(lines[len(lines)-1], "held back") {
			t.Errorf("lines = %v, want one that tells of the hold", lines)
		}
		if back := d.create("p11@acme.example", "e11"); back != ids[11] {
			t.Errorf("created again as %s, want the same %s", back, ids[11])
		}
		got := d.want(http.StatusOK, "GET", "/Groups/"+staff, nil)
		if members, _ := got["members"].([]any); len(members) != 1 {
			t.Errorf("members = %v, want the one whose removal was taken back", got["members"])
		}
		d.want(http.StatusNoContent, "DELETE", "/Users/"+ids[11], nil)
		d.setActive(ids[12], false)
		d.setActive(ids[12], true) // taken back by the directory
		g.clock.advance(roster.HoldFor - time.Minute)
		if n := do[int](t)(g.roster.ApplyHeld(t.Context())); n != 0 {
			t.Errorf("%d changes applied too early", n)
		}
		g.clock.advance(2 * time.Minute)
		if n := do[int](t)(g.roster.ApplyHeld(t.Context())); n != 2 {
			t.Errorf("%d changes applied when due, want 2", n)
		}
		a.access(ids[10], "deactivated_by_directory")
		a.access(ids[11], "removed")
		a.access(ids[12], "on")
		if n := do[int](t)(g.roster.ApplyHeld(t.Context())); n != 0 {
			t.Errorf("%d changes applied twice", n)
		}
	})
}

func TestConflictHeldChangeReleasedOrRefused(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, d, ids := heldUp(t, g)
		for _, id := range ids[10:13] {
			d.setActive(id, false)
		}
		d.want(http.StatusNoContent, "DELETE", "/Users/"+ids[13], nil)
		// One leaver is urgent.
		if n := do[int](t)(g.roster.ReleaseHeld(t.Context(), a.admin, d.id, []roster.MemberID{a.member(ids[10])})); n != 1 {
			t.Errorf("%d released, want 1", n)
		}
		a.access(ids[10], "deactivated_by_directory")
		a.access(ids[11], "on")
		refused := []roster.MemberID{a.member(ids[11]), a.member(ids[13])}
		if n := do[int](t)(g.roster.RefuseHeld(t.Context(), a.admin, d.id, refused)); n != 2 {
			t.Errorf("%d refused, want 2", n)
		}
		a.access(ids[11], "on")
		a.access(ids[13], "on")
		d.setActive(ids[11], false) // the next sync says the same
		a.access(ids[11], "on")
		if n := do[int](t)(g.roster.ReleaseHeld(t.Context(), a.admin, d.id, nil)); n != 1 {
			t.Errorf("%d released, want the one that is left", n)
		}
		a.access(ids[12], "deactivated_by_directory")
		page := do[roster.Page[roster.Held]](t)(g.roster.HeldChanges(t.Context(), a.admin, roster.HeldQuery{Directory: d.id}))
		if len(page.Items) != 0 {
			t.Errorf("%d changes are held still", len(page.Items))
		}
		d.setActive(ids[14], false) // the rest of the run may come through
		a.access(ids[14], "deactivated_by_directory")
		d.setActive(ids[11], true)
		g.clock.advance(2 * time.Hour)
		d.setActive(ids[11], false) // a new word
		a.access(ids[11], "deactivated_by_directory")
	})
}

func TestConflictHeldMassChangeUndone(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, d, ids := heldUp(t, g)
		d.setActive(ids[10], false)
		d.want(http.StatusNoContent, "DELETE", "/Users/"+ids[11], nil)
		if n := do[int](t)(g.roster.UndoMassChange(t.Context(), a.admin, d.id)); n != 12 {
			t.Errorf("%d people brought back, want 12", n)
		}
		for _, id := range ids[:12] {
			a.access(id, "on")
			if got := d.want(http.StatusOK, "GET", "/Users/"+id, nil); got["active"] != true {
				t.Errorf("active = %v after the undo, want true", got["active"])
			}
		}
	})
}

func TestConflictMassRemovalUndoneWithGroups(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, d, ids := staffed(g, 12)
		writers, gone := d.group("Writers", ids...), d.group("Gone", ids[0])
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", writers)}))
		for _, id := range ids {
			d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		}
		empty := d.want(http.StatusOK, "GET", "/Groups/"+writers, nil)
		if members, _ := empty["members"].([]any); len(members) > 0 {
			t.Errorf("members = %v of those who are removed, want none", members)
		}
		d.want(http.StatusNoContent, "DELETE", "/Groups/"+gone, nil)
		again := d.create("p00@acme.example", "e0") // an ordinary re-hire: the directory sends the groups again
		a.role(again, "viewer", roster.RuleTenantDefault)
		if n := do[int](t)(g.roster.UndoMassChange(t.Context(), a.admin, d.id)); n != 11 {
			t.Errorf("%d people brought back, want 11", n)
		}
		got := d.want(http.StatusOK, "GET", "/Groups/"+writers, nil)
		if members, _ := got["members"].([]any); len(members) != 11 {
			t.Errorf("%d members after the undo, want 11", len(members))
		}
		if cmp.Equal(got["meta"], empty["meta"]) {
			t.Errorf("meta %v before and after the undo, which changed the members", empty["meta"])
		}
		a.role(ids[5], "editor", roster.RuleGroupMapping)
	})
}

func TestDirectoryPausedWritesComeAgain(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		group := d.group("Staff", id)
		do[tenant.Directory](t)(g.roster.PauseDirectory(t.Context(), a.admin, d.id))
		d.want(http.StatusOK, "GET", "/Users/"+id, nil)
		d.want(http.StatusOK, "GET", "/Users?filter=userName%20eq%20%22ada@acme.example%22", nil)
		d.refused(http.StatusServiceUnavailable, "paused", "PATCH", "/Users/"+id, replace("active", false))
		d.want(http.StatusServiceUnavailable, "DELETE", "/Users/"+id, nil)
		d.want(http.StatusServiceUnavailable, "POST", "/Users", user("bo@acme.example", "e2"))
		d.want(http.StatusServiceUnavailable, "DELETE", "/Groups/"+group, nil)
		a.access(id, "on")
		do[tenant.Directory](t)(g.roster.ResumeDirectory(t.Context(), a.admin, d.id))
		d.setActive(id, false)
		a.access(id, "deactivated_by_directory")
		if p, r := a.count("directory.paused"), a.count("directory.resumed"); p != 1 || r != 1 {
			t.Errorf("%d directory.paused and %d directory.resumed events, want one each", p, r)
		}
	})
}

func TestConflictHeldRemovalIsTakenBackAfterTheHoldIsOff(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, d, ids := heldUp(t, g)
		d.want(http.StatusNoContent, "DELETE", "/Users/"+ids[11], nil)
		do[tenant.Directory](t)(g.roster.SetHold(t.Context(), a.admin, d.id, false))
		other := object{"emails": []object{{"value": "other@acme.example", "type": "work", "primary": true}}}
		if back := d.create("p11@acme.example", "e11", other); back != ids[11] {
			t.Errorf("created again under its name as %s, want the same %s", back, ids[11])
		}
		g.clock.advance(roster.HoldFor + time.Minute)
		if n := do[int](t)(g.roster.ApplyHeld(t.Context())); n != 0 {
			t.Errorf("%d held changes applied, want none: it was taken back", n)
		}
		a.access(ids[11], "on")
	})
}
