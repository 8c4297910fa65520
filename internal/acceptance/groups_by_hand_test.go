package acceptance

import (
	"net/http"
	"testing"

	"rollcall/internal/roster"
)

// TestGroupsByHand keeps groups as an admin does, beside those that a directory pushes.
func TestGroupsByHand(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		ann, ben := d.create("ann@acme.example", "a1"), d.create("ben@acme.example", "b1")
		pushed := d.group("Team", ann)
		made := g.must(http.StatusCreated, "POST", "/tenants/acme/groups", object{"name": "Team"}) // a pushed group may bear the name
		id := made.get("id")
		g.must(http.StatusConflict, "POST", "/tenants/acme/groups", object{"name": "team"})
		g.must(http.StatusUnprocessableEntity, "POST", "/tenants/acme/groups", object{"name": ""})
		path := "/tenants/acme/groups/" + id
		for range 2 { // one who is in it stays
			g.must(http.StatusOK, "PUT", path+"/members/"+ann, nil)
		}
		g.must(http.StatusOK, "PUT", path+"/members/"+ben, nil)
		if n := len(g.must(http.StatusOK, "GET", path+"/members", nil).items()); n != 2 {
			t.Errorf("the group has %d members, want 2", n)
		}
		g.must(http.StatusNotFound, "PUT", path+"/members/mem_01m80zcbqred5s41afh3sgxrr2", nil)
		g.must(http.StatusOK, "DELETE", path+"/members/"+ben, nil)
		if got := g.must(http.StatusOK, "PATCH", path, object{"name": "Crew"}).get("name"); got != "Crew" {
			t.Errorf("the renamed group is %q, want Crew", got)
		}
		stale := g.call("PATCH", path, object{"name": "Late"}, "If-Match", `"1"`)
		if stale.status != http.StatusPreconditionFailed {
			t.Errorf("a change of an old version = %d, want 412", stale.status)
		}
		for method, p := range map[string]string{"PATCH": "/tenants/acme/groups/" + pushed, "DELETE": "/tenants/acme/groups/" + pushed, "PUT": "/tenants/acme/groups/" + pushed + "/members/" + ben} {
			var body any
			if method == "PATCH" {
				body = object{"name": "Mine"}
			}
			if r := g.call(method, p, body); r.status != http.StatusConflict || r.get("code") != string(roster.CodeManagedByDirectory) {
				t.Errorf("%s of a pushed group = %d %s, want 409 managed_by_directory", method, r.status, r.text)
			}
		}
		g.must(http.StatusNoContent, "DELETE", path, nil)
		g.must(http.StatusNotFound, "GET", path, nil)
		kinds := map[string]int{}
		for _, e := range g.must(http.StatusOK, "GET", "/tenants/acme/events?limit=100", nil).items() {
			if e["group"] == id {
				kinds[e["kind"].(string)]++
			}
		}
		want := map[string]int{"group.created": 1, "group.members": 3, "group.updated": 1, "group.removed": 1}
		for k, n := range want {
			if kinds[k] != n {
				t.Errorf("%d events %s, want %d", kinds[k], k, n)
			}
		}
	})
}
