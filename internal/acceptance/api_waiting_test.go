package acceptance

import (
	"fmt"
	"net/http"
	"testing"
)

// TestAPIConflictsAndPreviews decides on what waits for an admin, and looks before it leaps.
func TestAPIConflictsAndPreviews(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "ada@acme.example", "role": "admin"})
		d := a.directory("Entra")
		path := "/tenants/acme/directories/" + d.id.String()
		plan := g.must(http.StatusOK, "POST", path+"/preview", object{"people": []object{{"userName": "ada@acme.example", "externalId": "1"}, {"userName": "bea@acme.example"}}})
		if outlooks, _ := plan.body["outlooks"].(object); plan.body["listed"] != 2.0 || outlooks["new"] != 1.0 || outlooks["doubtful"] != 1.0 {
			t.Errorf("the preview is %s, want one new and one doubtful", plan.text)
		}

		ada := d.create("ada@acme.example", "1")
		waiting := g.must(http.StatusOK, "GET", "/tenants/acme/conflicts", nil).items()
		if len(waiting) != 1 || waiting[0]["code"] != "needs_confirmation" {
			t.Fatalf("conflicts are %v, want the admin who was taken over", waiting)
		}
		conflict := "/tenants/acme/conflicts/" + fmt.Sprint(waiting[0]["id"])
		g.must(http.StatusUnprocessableEntity, "POST", conflict+"/decide", object{"decision": "maybe"})
		if done := g.must(http.StatusOK, "POST", conflict+"/decide", object{"decision": "confirm"}); done.get("decision") != "confirm" {
			t.Errorf("the decided conflict is %s", done.text)
		}
		if left := g.must(http.StatusOK, "GET", "/tenants/acme/conflicts", nil).items(); len(left) != 0 {
			t.Errorf("conflicts are %v, want none", left)
		}

		team := d.group("Team", ada, d.create("bea@acme.example", "2"))
		preview := g.must(http.StatusOK, "POST", path+"/mappings/preview", object{"mappings": []object{{"group": team, "role": "editor"}}})
		if preview.get("refused") != "last_admin" {
			t.Errorf("the preview is %s, want it to tell that no admin would be left", preview.text)
		}
		if now := g.must(http.StatusOK, "GET", path+"/mappings", nil); now.body["mappings"] == nil || len(now.body["mappings"].([]any)) != 0 {
			t.Errorf("after a preview the mappings are %s, want none", now.text)
		}

		if paused := g.must(http.StatusOK, "POST", path+"/pause", nil); paused.get("status") != "paused" {
			t.Errorf("the directory is %s, want it paused", paused.text)
		}
		d.want(http.StatusServiceUnavailable, "POST", "/Users", user("cem@acme.example", "3"))
		g.must(http.StatusOK, "POST", path+"/resume", nil)
		d.create("cem@acme.example", "3")
	})
}

// TestAPIHeldChanges has a directory turn off too many, and decides for some of them.
func TestAPIHeldChanges(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		path := "/tenants/acme/directories/" + d.id.String()
		g.must(http.StatusOK, "PATCH", path, object{"hold": true})
		var people []string
		for i := range 20 {
			people = append(people, d.create(fmt.Sprintf("m%02d@acme.example", i), fmt.Sprint(i)))
		}
		for _, id := range people {
			d.setActive(id, false)
		}
		held := g.must(http.StatusOK, "GET", path+"/held", nil).items()
		if len(held) == 0 || held[0]["change"] != "deactivate" || held[0]["email"] == "" {
			t.Fatalf("held changes are %v", held)
		}
		g.must(http.StatusUnprocessableEntity, "POST", path+"/held/release", object{"members": []string{}})
		one := g.must(http.StatusOK, "POST", path+"/held/refuse", object{"members": []any{held[0]["member"]}})
		rest := g.must(http.StatusOK, "POST", path+"/held/release", nil)
		if one.body["people"] != 1.0 || rest.body["people"] != float64(len(held)-1) {
			t.Errorf("refused %s and released %s, want one and the other %d", one.text, rest.text, len(held)-1)
		}
		if left := g.must(http.StatusOK, "GET", path+"/held", nil).items(); len(left) != 0 {
			t.Errorf("held changes are %v, want none", left)
		}
	})
}
