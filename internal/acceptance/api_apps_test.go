package acceptance

import (
	"net/http"
	"testing"
	"time"
)

// TestAppCredentials makes, limits and ends the credentials of an application.
func TestAppCredentials(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("globex")
		a.somebody("ada@acme.example", "viewer")
		b.somebody("bo@globex.example", "viewer")
		app := "/apps/" + g.must(http.StatusCreated, "POST", "/apps", object{"name": "App", "redirect_uris": []string{"https://app.example/cb"}}).get("client_id")
		add := func(status int, body object) reply {
			t.Helper()
			return g.must(status, "POST", app+"/credentials", body)
		}
		add(http.StatusUnprocessableEntity, object{"label": "x", "scopes": []string{"apps:write"}})
		add(http.StatusUnprocessableEntity, object{"label": "x", "scopes": []string{"operate"}})
		add(http.StatusNotFound, object{"label": "x", "scopes": []string{"members:read"}, "tenants": []string{"nobody"}})
		all := add(http.StatusCreated, object{"label": "all", "scopes": []string{"tenants:read", "members:write"}})
		one := add(http.StatusCreated, object{"label": "one", "scopes": []string{"tenants:read", "members:read", "access:read"}, "tenants": []string{"globex"}})
		slugs := func(token string) (out []any) {
			t.Helper()
			for _, item := range g.must(http.StatusOK, "GET", "/tenants", nil, bearer(token)...).items() {
				out = append(out, item["slug"])
			}
			return out
		}
		if got := slugs(all.get("token")); len(got) != 2 {
			t.Errorf("tenants of the one for all = %v", got)
		}
		if got := slugs(one.get("token")); len(got) != 1 || got[0] != "globex" {
			t.Errorf("tenants of the one for globex = %v", got)
		}
		as := bearer(one.get("token"))
		g.must(http.StatusOK, "GET", "/tenants/globex/members", nil, as...)
		g.must(http.StatusNotFound, "GET", "/tenants/acme/members", nil, as...)
		g.must(http.StatusNotFound, "GET", "/check?tenant=acme&email=ada@acme.example", nil, as...)
		g.must(http.StatusForbidden, "POST", "/tenants/globex/members", object{"email": "new@globex.example"}, as...)
		g.must(http.StatusForbidden, "GET", "/apps", nil, as...)
		made := g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "new@acme.example"}, bearer(all.get("token"))...)
		if made.get("state") != "active" {
			t.Errorf("the member that the application added is %s", made.text)
		}
		for _, c := range g.must(http.StatusOK, "GET", app+"/credentials", nil).items() {
			if c["used_at"] == nil || c["live"] != true || c["token"] != nil {
				t.Errorf("the credential is %v", c)
			}
		}
		g.must(http.StatusNoContent, "DELETE", app+"/credentials/"+one.get("id"), nil)
		g.must(http.StatusNotFound, "DELETE", app+"/credentials/"+one.get("id"), nil)
		g.must(http.StatusUnauthorized, "GET", "/tenants/globex/members", nil, as...)

		short := add(http.StatusCreated, object{"label": "short", "scopes": []string{"members:read"}, "expires_at": g.clock.Now().Add(time.Hour)})
		g.must(http.StatusOK, "GET", "/tenants/acme/members", nil, bearer(short.get("token"))...)
		g.clock.advance(2 * time.Hour)
		g.must(http.StatusUnauthorized, "GET", "/tenants/acme/members", nil, bearer(short.get("token"))...)
		g.must(http.StatusOK, "PATCH", app, object{"status": "disabled"})
		g.must(http.StatusUnauthorized, "GET", "/tenants", nil, bearer(all.get("token"))...)
		g.must(http.StatusOK, "PATCH", app, object{"status": "active"})
		g.must(http.StatusOK, "GET", "/tenants", nil, bearer(all.get("token"))...)
		g.must(http.StatusNoContent, "DELETE", app, nil)
		g.must(http.StatusUnauthorized, "GET", "/tenants", nil, bearer(all.get("token"))...)
	})
}

// TestX5APITakesASessionFromItsOwnPagesOnly sends what other sites can make a browser send.
func TestX5APITakesASessionFromItsOwnPagesOnly(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		boss := a.somebody("boss@acme.example", "admin")
		user := a.somebody("user@acme.example", "viewer")
		text := a.browser(boss)
		off := "/tenants/acme/members/" + user + "/deactivate"
		for _, site := range []string{"cross-site", "same-site"} {
			for _, method := range []string{"GET", "POST"} {
				path := map[string]string{"GET": "/tenants/acme/members", "POST": off}[method]
				r := g.call(method, path, nil, append(page(text), "Sec-Fetch-Site", site)...)
				if r.status != http.StatusForbidden {
					t.Errorf("%s from %s = %d %s, want 403", method, site, r.status, r.text)
				}
			}
		}
		g.must(http.StatusForbidden, "POST", off, nil, append(page(text), "Sec-Fetch-Site", "", "Origin", "https://evil.example")...)
		a.access(user, "on")
		// A credential that is sent on purpose counts before the cookie, also when it is nobody's.
		g.must(http.StatusUnauthorized, "GET", "/me", nil, append(page(text), "Authorization", "Bearer nonsense")...)
		if me := g.must(http.StatusOK, "GET", "/me", nil, page(text)...); me.get("kind") != "session" || me.get("role") != "admin" {
			t.Errorf("me = %s", me.text)
		}
		g.must(http.StatusOK, "POST", off, nil, page(text)...)
		a.access(user, "deactivated_by_admin")
		made := g.must(http.StatusCreated, "POST", "/tenants/acme/api-tokens", object{"label": "mine", "scopes": []string{"members:read"}}, page(text)...)
		if made.get("member") != boss {
			t.Errorf("the token is %s", made.text)
		}
		deputy := a.somebody("deputy@acme.example", "admin")
		g.must(http.StatusForbidden, "POST", "/tenants/acme/api-tokens", object{"label": "theirs", "member": deputy, "scopes": []string{"members:read"}}, page(text)...)
	})
}
