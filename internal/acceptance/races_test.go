package acceptance

import (
	"net/http"
	"sync"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// atOnce sends requests side by side and counts the answers by status.
func atOnce(requests ...func() (int, object)) map[int]int {
	var wg sync.WaitGroup
	statuses := make([]int, len(requests))
	for i, ask := range requests {
		wg.Go(func() { statuses[i], _ = ask() })
	}
	wg.Wait()
	counts := map[int]int{}
	for _, s := range statuses {
		counts[s]++
	}
	return counts
}

func TestConflictLastTwoAdminsAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		do[tenant.Tenant](t)(g.roster.SetTenantPolicy(t.Context(), a.staff, tenant.Policy{ProtectLastAdmin: true}))
		d := a.directory("Entra")
		one, two := d.create("ada@acme.example", "e1"), d.create("bo@acme.example", "e2")
		admins := d.group("Admins", one, two)
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("admin", admins)}))
		off := func(id string) func() (int, object) {
			return func() (int, object) { return d.ask("PATCH", "/Users/"+id, replace("active", false)) }
		}
		leave := func(id string) func() (int, object) {
			return func() (int, object) { return d.ask("DELETE", "/Users/"+id, nil) }
		}
		got := atOnce(off(one), leave(two))
		if got[http.StatusConflict] != 1 || got[http.StatusOK]+got[http.StatusNoContent] != 1 {
			t.Errorf("answers %v, want one 409 and one that went through", got)
		}
		if a.explain(one).Access == a.explain(two).Access {
			t.Errorf("access of both admins is %v, want one of them to stay", a.explain(one).Access)
		}
	})
}

func TestR6TwoDirectoriesWantOneMemberAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "", ""))
		d, other := a.directory("Entra"), a.directory("Okta")
		post := func(d *directory, login string) func() (int, object) {
			return func() (int, object) { return d.ask("POST", "/Users", user(login, "x1")) }
		}
		got := atOnce(post(d, "ada@acme.example"), post(other, "ada@acme.example"))
		if got[http.StatusCreated] != 1 || got[http.StatusConflict] != 1 {
			t.Errorf("answers to two adoptions %v, want one 201 and one 409", got)
		}
		if a.explain(m.ID.UUID.UUID()).Member.Directory.IsZero() {
			t.Error("nobody manages the member")
		}
		got = atOnce(
			func() (int, object) { return d.ask("POST", "/Users", user("new@acme.example", "n1")) },
			func() (int, object) { return other.ask("POST", "/Users", user("new@acme.example", "n2")) })
		if got[http.StatusCreated] != 1 || got[http.StatusConflict] != 1 {
			t.Errorf("answers to two creates %v, want one 201 and one 409", got)
		}
	})
}

func TestR9LateWritesDoNotBringALeaverBack(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Okta")
		id := d.create("ada@acme.example", "e1")
		group := d.group("Staff")
		add := object{"Operations": []object{{"op": "add", "path": "members", "value": []object{{"value": id}}}}}
		put := func() (int, object) { return d.ask("PUT", "/Users/"+id, user("ada@acme.example", "e1")) }
		join := func() (int, object) { return d.ask("PATCH", "/Groups/"+group, add) }
		leave := func() (int, object) { return d.ask("DELETE", "/Users/"+id, nil) }
		got := atOnce(put, join, leave, put, join)
		for status := range got {
			switch status {
			case http.StatusOK, http.StatusNoContent, http.StatusNotFound, http.StatusBadRequest:
			default:
				t.Errorf("answers %v, want 200, 204, 400 or 404", got)
			}
		}
		a.access(id, "removed")
		listed := d.want(http.StatusOK, "GET", "/Groups/"+group, nil)
		if members, _ := listed["members"].([]any); len(members) > 0 {
			t.Errorf("members = %v, want none: the member was removed", members)
		}
	})
}
