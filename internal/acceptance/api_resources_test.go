package acceptance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAPISetsATenantUp goes the way of an operator's program: tenant, domain, directory, token, push.
func TestAPISetsATenantUp(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.must(http.StatusCreated, "POST", "/tenants", object{"slug": "acme", "name": "Acme", "role_set": "content"})
		pending := g.must(http.StatusCreated, "POST", "/tenants/acme/domains", object{"domain": "acme.example"})
		if pending.get("status") != "pending" || pending.get("record_name") != "_rollcall-challenge.acme.example" {
			t.Errorf("the new domain is %s", pending.text)
		}
		g.must(http.StatusOK, "POST", "/tenants/acme/domains/acme.example/trust", nil)
		g.must(http.StatusOK, "PATCH", "/tenants/acme/domains/acme.example", object{"default_role": "contributor"})
		dir := g.must(http.StatusCreated, "POST", "/tenants/acme/directories", object{"provider": "entra"})
		path := "/tenants/acme/directories/" + dir.get("id")
		token := g.must(http.StatusCreated, "POST", path+"/tokens", object{"label": "first"})
		d := &directory{a: &account{g: g}, token: token.get("token")}
		if err := d.id.UnmarshalText([]byte(dir.get("id"))); err != nil {
			t.Fatal(err)
		}
		if want := "https://gateway.example/scim/v2/" + d.id.UUID.UUID(); dir.get("base_url") != want || token.get("base_url") != want {
			t.Errorf("base_url is %q and %q, want %q", dir.get("base_url"), token.get("base_url"), want)
		}

		ada := d.create("ada@acme.example", "a1")
		team := d.group("Team", ada)
		g.must(http.StatusOK, "PUT", path+"/mappings", object{"mappings": []object{{"group": team, "role": "editor"}}})
		m := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada, nil)
		if m.get("role") != "editor" || m.body["active"] != true || m.get("directory") != dir.get("id") {
			t.Errorf("the pushed member is %s, want an active editor", m.text)
		}
		groups := g.must(http.StatusOK, "GET", "/tenants/acme/groups?q=tea", nil).items()
		if len(groups) != 1 || groups[0]["name"] != "Team" {
			t.Errorf("groups with tea in their name are %v, want Team", groups)
		}
		if in := g.must(http.StatusOK, "GET", "/tenants/acme/groups/"+team+"/members", nil).items(); len(in) != 1 || in[0]["id"] != m.get("id") {
			t.Errorf("the group's members are %v, want %s", in, m.get("id"))
		}
		why := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada+"/explain", nil)
		if rank, _ := why.body["rank"].(object); rank["rule"] != "R4 directory group mapping" {
			t.Errorf("the role is explained by %v", why.body["rank"])
		}

		g.must(http.StatusConflict, "PUT", "/tenants/acme/members/"+ada+"/role", object{"role": "viewer"})
		off := g.must(http.StatusOK, "POST", "/tenants/acme/members/"+ada+"/deactivate", nil)
		if off.body["active"] != false || off.get("reason") != "deactivated_by_operator" {
			t.Errorf("the member is %s, want it off by the operator", off.text)
		}
		g.must(http.StatusOK, "POST", "/tenants/acme/members/"+ada+"/activate", nil)

		gone := g.must(http.StatusOK, "DELETE", path+"/credentials/"+token.get("id")+"?force=true", nil)
		if gone.get("status") != "revoked" {
			t.Errorf("the token is %s, want it revoked", gone.text)
		}
		d.want(http.StatusUnauthorized, "GET", "/Users", nil)
		if r := g.must(http.StatusOK, "DELETE", path+"?people=off", nil); r.get("status") != "removed" {
			t.Errorf("the directory is %s, want it removed", r.text)
		}
		g.must(http.StatusOK, "POST", path+"/restore", nil)
		if now := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada, nil); now.body["active"] != true {
			t.Errorf("after the directory came back the member is %s, want it active", now.text)
		}
		g.must(http.StatusOK, "POST", "/tenants/acme/suspend", nil)
		if now := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada, nil); now.get("reason") != "tenant_suspended" {
			t.Errorf("the member of a suspended tenant is %s", now.text)
		}
		g.must(http.StatusOK, "POST", "/tenants/acme/resume", nil)
	})
}

func TestAPIMembersByHand(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.must(http.StatusCreated, "POST", "/tenants", object{"slug": "acme"})
		ada := g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "Ada@Acme.example", "role": "admin", "name": "Ada Berg"})
		if ada.get("email") != "ada@acme.example" || ada.get("role") != "admin" || ada.get("name") != "Ada Berg" || ada.body["active"] != true {
			t.Errorf("the new member is %s", ada.text)
		}
		path := "/tenants/acme/members/" + ada.get("id")
		if r := g.must(http.StatusConflict, "POST", path+"/deactivate", nil); r.get("code") != "last_admin" {
			t.Errorf("turning the last admin off is refused by %s, want last_admin", r.text)
		}
		g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "bea@acme.example", "role": "admin"})
		g.must(http.StatusUnprocessableEntity, "POST", path+"/confirm", object{"accept": true})
		g.must(http.StatusNoContent, "DELETE", path, nil)
		if gone := g.must(http.StatusOK, "GET", path, nil); gone.get("state") != "removed" {
			t.Errorf("the removed member is %s", gone.text)
		}
		if left := g.must(http.StatusOK, "GET", "/tenants/acme/members", nil).items(); len(left) != 1 {
			t.Errorf("members are %v, want one", left)
		}
		if all := g.must(http.StatusOK, "GET", "/tenants/acme/members?removed=true", nil).items(); len(all) != 2 {
			t.Errorf("members with the removed ones are %v, want two", all)
		}
	})
}

// TestAPIPages reads lists page by page and expects each item once.
func TestAPIPages(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		var want []string
		for i := range 11 {
			want = append(want, fmt.Sprintf("m%02d@acme.example", i))
			d.create(want[i], fmt.Sprint("x", i))
			g.must(http.StatusCreated, "POST", "/tenants", object{"slug": fmt.Sprintf("t%02d", i)})
		}
		members := g.pages("/tenants/acme/members?limit=4", "email")
		if diff := cmp.Diff(want, members); diff != "" {
			t.Errorf("members mismatch (-want +got):\n%s", diff)
		}
		if n := len(g.pages("/tenants?limit=5", "slug")); n != 12 {
			t.Errorf("%d tenants were listed, want 12", n)
		}
		found := g.pages("/tenants/acme/members?limit=1&q=M1&state=active&role=viewer&directory="+d.id.String(), "email")
		if diff := cmp.Diff([]string{"m10@acme.example"}, found); diff != "" {
			t.Errorf("filtered members mismatch (-want +got):\n%s", diff)
		}
		for filter, n := range map[string]int{"email=M03@acme.example": 1, "email=m0": 0, "q=berg": 11, "role=admin": 0, "state=removed": 0} {
			if got := g.pages("/tenants/acme/members?"+filter, "email"); len(got) != n {
				t.Errorf("members with %s are %v, want %d", filter, got, n)
			}
		}
		next := g.must(http.StatusOK, "GET", "/tenants/acme/members?limit=4", nil).get("next_cursor")
		for _, query := range []string{"cursor=nonsense", "q=x&cursor=" + next, "cursor=" + next + "x"} {
			g.must(http.StatusBadRequest, "GET", "/tenants/acme/members?"+query, nil)
		}

		events := g.pages("/tenants/acme/events?limit=5", "kind")
		if n := slices.IndexFunc(events, func(k string) bool { return k == "member.created" }); n < 0 || len(events) < 13 {
			t.Errorf("events are %v", events)
		}
		all := g.must(http.StatusOK, "GET", "/tenants/acme/events?limit=1000", nil)
		g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "late@acme.example"})
		later := g.must(http.StatusOK, "GET", "/tenants/acme/events?cursor="+all.get("next_cursor"), nil).items()
		if len(later) != 1 || later[0]["kind"] != "member.created" {
			t.Errorf("events since are %v, want the new member's", later)
		}
	})
}

// pages reads a list to its end and returns one field of its items.
func (g *gateway) pages(path, field string) []string {
	g.t.Helper()
	var all []string
	for next := path; next != ""; {
		r := g.must(http.StatusOK, "GET", next, nil)
		for _, item := range r.items() {
			all = append(all, fmt.Sprint(item[field]))
		}
		cursor := r.get("next_cursor")
		if next = ""; cursor != "" && len(r.items()) > 0 {
			next = path + "&cursor=" + cursor
		}
	}
	return all
}

// TestAPIIfMatch lets several change one version of a resource: one does.
func TestAPIIfMatch(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.must(http.StatusCreated, "POST", "/tenants", object{"slug": "acme", "role_set": "content"})
		dir := g.must(http.StatusCreated, "POST", "/tenants/acme/directories", object{"provider": "entra"}).get("id")
		member := g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "ada@acme.example"}).get("id")
		tests := []struct {
			method, path, seen string
			body               func(i int) object
		}{
			{"PATCH", "/tenants/acme", "/tenants/acme", func(i int) object { return object{"name": fmt.Sprint("Acme ", i)} }},
			{"PATCH", "/tenants/acme/directories/" + dir, "/tenants/acme/directories/" + dir, func(i int) object { return object{"name": fmt.Sprint("Entra ", i)} }},
			{
				"PUT", "/tenants/acme/members/" + member + "/role", "/tenants/acme/members/" + member,
				func(i int) object { return object{"role": []string{"admin", "editor", "contributor"}[i%3]} },
			},
		}
		for _, tt := range tests {
			seen := g.must(http.StatusOK, "GET", tt.seen, nil).header.Get("ETag")
			if !strings.HasPrefix(seen, `"`) {
				t.Fatalf("GET %s has the ETag %q", tt.seen, seen)
			}
			unchanged := http.StatusNotModified
			if strings.Contains(tt.seen, "/directories/") { // which tells of the traffic too
				unchanged = http.StatusOK
			}
			g.must(unchanged, "GET", tt.seen, nil, "If-None-Match", seen)
			var mu sync.Mutex
			statuses := map[int]int{}
			var wg sync.WaitGroup
			for i := range 6 {
				wg.Go(func() {
					r := g.call(tt.method, tt.path, tt.body(i), "If-Match", seen)
					mu.Lock()
					defer mu.Unlock()
					statuses[r.status]++
				})
			}
			wg.Wait()
			if diff := cmp.Diff(map[int]int{http.StatusOK: 1, http.StatusPreconditionFailed: 5}, statuses); diff != "" {
				t.Errorf("%s %s by six at once mismatch (-want +got):\n%s", tt.method, tt.path, diff)
			}
			g.must(http.StatusOK, "GET", tt.seen, nil, "If-None-Match", seen)
			g.must(http.StatusOK, tt.method, tt.path, tt.body(0), "If-Match", "*")
			g.must(http.StatusPreconditionFailed, tt.method, tt.path, tt.body(1), "If-Match", `"none of ours"`)
		}
	})
}

// TestAPIChangesRoles is what no command does yet: another role set for a tenant that has people.
func TestAPIChangesRoles(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.must(http.StatusCreated, "POST", "/tenants", object{"slug": "acme", "role_set": "content"})
		ada := g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "ada@acme.example", "role": "editor"}).get("id")
		g.must(http.StatusUnprocessableEntity, "PATCH", "/tenants/acme", object{"roles": []string{"boss", "viewer"}})
		g.must(http.StatusUnprocessableEntity, "PATCH", "/tenants/acme", object{"roles": []string{"admin"}})
		changed := g.must(http.StatusOK, "PATCH", "/tenants/acme", object{"roles": []string{"admin", "writer", "viewer"}, "default_role": "writer"})
		if changed.get("role_set") != "custom" || changed.get("default_role") != "writer" {
			t.Errorf("the tenant is %s", changed.text)
		}
		if m := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada, nil); m.get("role") != "writer" {
			t.Errorf("the member whose role is gone is %s, want the default", m.text)
		}
		g.must(http.StatusUnprocessableEntity, "PATCH", "/tenants/acme", object{"roles": []string{"admin", "viewer"}})
	})
}

// TestAPIChangesApps changes what an application is like.
func TestAPIChangesApps(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		made := g.must(http.StatusCreated, "POST", "/apps", object{"name": "Timesheets", "redirect_uris": []string{"https://old.example/cb"}})
		path := "/apps/" + made.get("client_id")
		changed := g.must(http.StatusOK, "PATCH", path, object{"name": "Hours", "redirect_uris": []string{"https://new.example/cb"}, "status": "disabled"})
		if changed.get("name") != "Hours" || changed.get("status") != "disabled" || !strings.Contains(changed.text, "https://new.example/cb") || strings.Contains(changed.text, "old.example") {
			t.Errorf("the app is %s", changed.text)
		}
	})
}

// TestAPICredentials makes, rotates and ends each kind of credential.
func TestAPICredentials(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.must(http.StatusCreated, "POST", "/tenants", object{"slug": "acme"})
		dir := g.must(http.StatusCreated, "POST", "/tenants/acme/directories", object{"provider": "entra", "name": "Entra"}).get("id")
		path := "/tenants/acme/directories/" + dir
		secret := g.must(http.StatusCreated, "POST", path+"/secrets", object{"token_minutes": 90})
		if secret.get("kind") != "secret" || secret.get("client_secret") == "" || secret.get("client_id") == "" || !strings.HasSuffix(secret.get("token_url"), "token") {
			t.Errorf("the new secret is %s", secret.text)
		}
		g.must(http.StatusUnprocessableEntity, "POST", path+"/secrets", object{"token_minutes": 5})
		trust := g.must(http.StatusCreated, "POST", path+"/trusts", object{"issuer": "https://issuer.example", "subject": "job", "keys_url": "https://issuer.example/keys"})
		if trust.get("kind") != "trust" || trust.body["trust"] == nil {
			t.Errorf("the new trust is %s", trust.text)
		}
		g.must(http.StatusUnprocessableEntity, "POST", path+"/trusts", object{"issuer": "https://issuer.example", "subject": "job", "keys": object{"keys": 7}})
		token := g.must(http.StatusCreated, "POST", path+"/tokens", nil)

		rotated := g.must(http.StatusCreated, "POST", path+"/credentials/"+token.get("id")+"/rotate", object{"keep_hours": 1})
		old, _ := rotated.body["old"].(object)
		if rotated.get("token") == "" || old["id"] != token.get("id") || old["expires_at"] == nil {
			t.Errorf("the rotated token is %s", rotated.text)
		}
		g.must(http.StatusUnprocessableEntity, "POST", path+"/credentials/"+trust.get("id")+"/rotate", nil)
		g.must(http.StatusOK, "DELETE", path+"/credentials/"+secret.get("id"), nil)
		listed := g.must(http.StatusOK, "GET", path+"/credentials", nil)
		if len(listed.items()) != 4 || strings.Contains(listed.text, token.get("token")) {
			t.Errorf("credentials are %s, want four without their secrets", listed.text)
		}
		d := &directory{a: &account{g: g}, token: token.get("token")}
		if err := d.id.UnmarshalText([]byte(dir)); err != nil {
			t.Fatal(err)
		}
		d.want(http.StatusOK, "GET", "/Users", nil)
		inUse := g.must(http.StatusConflict, "DELETE", path+"/credentials/"+token.get("id"), nil)
		if inUse.get("code") != "credential_in_use" {
			t.Errorf("ending a token in use is refused by %s", inUse.text)
		}
		g.must(http.StatusOK, "DELETE", path+"/credentials/"+token.get("id")+"?force=true", nil)
		d.want(http.StatusUnauthorized, "GET", "/Users", nil)

		g.must(http.StatusOK, "PATCH", path, object{"rate": 10, "burst": 20})
		g.must(http.StatusUnprocessableEntity, "PATCH", path, object{"burst": -1})
		if now := g.must(http.StatusOK, "GET", path, nil); now.body["rate"] != 10.0 || now.get("name") != "Entra" {
			t.Errorf("the directory is %s, want its rate changed only", now.text)
		}
	})
}
