package acceptance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// allScopes are those that a token of an admin can have.
var allScopes = []string{
	"tenants:write", "directories:write", "connections:write", "members:write", "invites:write", "contacts:write", "events:read",
	"access:read", "recipients:read",
}

// bearer is the header of a token.
func bearer(token string) []string { return []string{"Authorization", "Bearer " + token} }

// page is the headers of a page of the gateway in a browser.
func page(text string) []string {
	return []string{"Authorization", "", "Cookie", "__Host-rollcall=" + text, "Sec-Fetch-Site", "same-origin"}
}

// somebody makes a member with a role and returns the id.
func (a *account) somebody(email, role string) string {
	a.g.t.Helper()
	return do[roster.Member](a.g.t)(a.g.roster.AddMember(a.g.t.Context(), a.staff, email, role, "")).ID.String()
}

// tokenOf makes a token of an admin and returns its text and its id.
func (g *gateway) tokenOf(slug, admin string, scopes ...string) (text, id string) {
	g.t.Helper()
	made := g.must(http.StatusCreated, "POST", "/tenants/"+slug+"/api-tokens", object{"label": "of the test", "member": admin, "scopes": scopes})
	return made.get("token"), made.get("id")
}

// browser signs a member in and returns the cookie.
func (a *account) browser(member string) string {
	a.g.t.Helper()
	_, text, err := a.begin(member, roster.SessionStart{})
	if err != nil {
		a.g.t.Fatalf("sign in: %v", err)
	}
	return text
}

// TestPromiseA33NoRoleReachesAnotherTenant asks for every operation of another tenant, as an admin by token and by session,
// as a user, and as an application for this tenant only. Nothing is told, and nothing changes.
func TestPromiseA33NoRoleReachesAnotherTenant(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		ids := g.another()
		boss, user := a.somebody("boss@acme.example", "admin"), a.somebody("user@acme.example", "viewer")
		text, _ := g.tokenOf("acme", boss, allScopes...)
		app := g.must(http.StatusCreated, "POST", "/apps", object{"name": "App", "redirect_uris": []string{"https://app.example/cb"}}).get("client_id")
		own := g.must(http.StatusCreated, "POST", "/apps/"+app+"/credentials", object{"label": "acme's", "scopes": allScopes, "tenants": []string{"acme"}}).get("token")
		ids["tenant"] = "theirs"
		ways := map[string][]string{
			"an admin's token": bearer(text), "an admin's session": page(a.browser(boss)), "a user's session": page(a.browser(user)),
			"an application of one tenant": bearer(own),
		}
		before := g.everything("theirs")
		tried := 0
		for _, op := range g.operations() {
			if !strings.Contains(op.path, "{tenant}") {
				continue
			}
			path := inBraces.ReplaceAllStringFunc(op.path, func(s string) string { return ids[strings.Trim(s, "{}")] })
			for name, header := range ways {
				tried++
				r := g.call(op.method, path, bodies()[op.ID], header...)
				if r.status != http.StatusNotFound && r.status != http.StatusForbidden || strings.Contains(r.text, "ada") {
					t.Errorf("%s %s with %s = %d %s, want 404 or 403", op.method, op.path, name, r.status, r.text)
				}
			}
		}
		if tried < 200 {
			t.Errorf("only %d requests were tried", tried)
		}
		for name, header := range ways {
			if r := g.call("GET", "/check?tenant=theirs&email=ada@theirs.example", nil, header...); r.status != http.StatusNotFound && r.status != http.StatusForbidden {
				t.Errorf("check with %s = %d %s", name, r.status, r.text)
			}
			if r := g.call("GET", "/tenants", nil, header...); strings.Contains(r.text, "theirs") {
				t.Errorf("the list of tenants with %s = %s", name, r.text)
			}
		}
		if after := g.everything("theirs"); after != before {
			t.Errorf("the other tenant changed:\n%s\nwant\n%s", after, before)
		}
	})
}

// own are the operations that somebody who is signed in has about themselves.
func own(id string) bool {
	return id == "getSelf" || strings.Contains(id, "Own")
}

// TestPromiseA03A32RegularUserGets403 asks for every operation in the session of a user.
func TestPromiseA03A32RegularUserGets403(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		user := a.somebody("user@acme.example", "viewer")
		inPage := page(a.browser(user))
		before := g.everything("acme")
		mine := 0
		for _, op := range g.operations() {
			path := inBraces.ReplaceAllString(strings.NewReplacer("{tenant}", "acme", "{member}", user).Replace(op.path), "x")
			r := g.call(op.method, path, bodies()[op.ID], inPage...)
			switch {
			case own(op.ID):
				mine++
				if r.status != http.StatusOK {
					t.Errorf("%s %s about oneself = %d %s", op.method, op.path, r.status, r.text)
				}
			case r.status != http.StatusForbidden:
				t.Errorf("%s %s = %d %s, want 403", op.method, op.path, r.status, r.text)
			}
		}
		if mine < 6 {
			t.Errorf("only %d operations are about oneself", mine)
		}
		if after := g.everything("acme"); len(after) < len(before) || !strings.HasPrefix(after, before[:100]) {
			t.Errorf("the tenant is %s, want %s", after, before)
		}
		if m := g.must(http.StatusOK, "GET", "/tenants/acme/members", nil).items(); len(m) != 1 {
			t.Errorf("members are %v", m)
		}
	})
}

// TestAPITokenDiesWithItsAdmin takes the role, the access or the membership, each of which ends the token for good.
func TestAPITokenDiesWithItsAdmin(t *testing.T) {
	for name, c := range map[string]struct {
		take, back func(a *account, id string) error
	}{
		"demoted": {
			take: func(a *account, id string) error {
				_, err := a.g.roster.SetRole(a.g.t.Context(), a.staff, a.member(id), "editor")
				return err
			},
			back: func(a *account, id string) error {
				_, err := a.g.roster.SetRole(a.g.t.Context(), a.staff, a.member(id), "admin")
				return err
			},
		},
		"turned off": {
			take: func(a *account, id string) error {
				_, err := a.g.roster.SetActive(a.g.t.Context(), a.staff, a.member(id), false)
				return err
			},
			back: func(a *account, id string) error {
				_, err := a.g.roster.SetActive(a.g.t.Context(), a.staff, a.member(id), true)
				return err
			},
		},
		"removed": {
			take: func(a *account, id string) error {
				return a.g.roster.RemoveMember(a.g.t.Context(), a.staff, a.member(id))
			},
			back: func(a *account, _ string) error {
				_, err := a.g.roster.AddMember(a.g.t.Context(), a.staff, "boss@acme.example", "admin", "")
				return err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, g *gateway) {
				a := g.tenant("acme")
				a.somebody("deputy@acme.example", "admin")
				boss := a.somebody("boss@acme.example", "admin")
				text, id := g.tokenOf("acme", boss, "members:read")
				g.must(http.StatusOK, "GET", "/tenants/acme/members", nil, bearer(text)...)
				for what, f := range map[string]func(*account, string) error{"take": c.take} {
					if err := f(a, boss); err != nil {
						t.Fatalf("%s: %v", what, err)
					}
				}
				g.must(http.StatusUnauthorized, "GET", "/tenants/acme/members", nil, bearer(text)...)
				if err := c.back(a, boss); err != nil {
					t.Fatal(err)
				}
				g.must(http.StatusUnauthorized, "GET", "/tenants/acme/members", nil, bearer(text)...)
				token := g.must(http.StatusOK, "GET", "/tenants/acme/api-tokens", nil).items()[0]
				if token["id"] != id || token["live"] != false || token["end_reason"] != "not_an_admin" {
					t.Errorf("the token is %v", token)
				}
			})
		})
	}
}

// TestAPITokens makes, uses, limits and ends tokens.
func TestAPITokens(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		boss, user := a.somebody("boss@acme.example", "admin"), a.somebody("user@acme.example", "viewer")
		create := func(status int, body object, header ...string) reply {
			t.Helper()
			return g.must(status, "POST", "/tenants/acme/api-tokens", body, header...)
		}
		good := object{"label": "CI", "member": boss, "scopes": []string{"members:read", "access:read"}}
		with := func(field string, value any) object {
			out := object{field: value}
			for k, v := range good {
				if _, ok := out[k]; !ok {
					out[k] = v
				}
			}
			return out
		}
		create(http.StatusForbidden, with("member", user))
		create(http.StatusUnprocessableEntity, with("scopes", []string{"operate"}))
		create(http.StatusUnprocessableEntity, with("scopes", []string{"apps:read"}))
		create(http.StatusUnprocessableEntity, with("scopes", []string{"tokens:write"}))
		create(http.StatusUnprocessableEntity, with("scopes", []string{"members:read", "members:read"}))
		create(http.StatusUnprocessableEntity, with("expires_at", g.clock.Now().AddDate(1, 1, 0)))
		create(http.StatusUnprocessableEntity, with("expires_at", g.clock.Now()))
		create(http.StatusUnprocessableEntity, with("label", "a\nb"))
		made := create(http.StatusCreated, good)
		text := made.get("token")
		if !strings.Contains(text, ".rct_") || len(text) < 70 || made.get("expires_at") == "" {
			t.Errorf("the token is %s", made.text)
		}
		if listed := g.must(http.StatusOK, "GET", "/tenants/acme/api-tokens", nil); strings.Contains(listed.text, text) {
			t.Errorf("the list shows the token: %s", listed.text)
		}
		me := g.must(http.StatusOK, "GET", "/me", nil, bearer(text)...)
		if me.get("kind") != "token" || me.get("id") != boss || me.get("tenant") != a.id.String() {
			t.Errorf("me = %s", me.text)
		}
		g.must(http.StatusOK, "GET", "/tenants/acme/members", nil, bearer(text)...)
		g.must(http.StatusForbidden, "GET", "/tenants", nil, bearer(text)...)
	})
}

// TestAPITokenIsAsGoodAsItsScopes holds a token to what it was made for.
func TestAPITokenIsAsGoodAsItsScopes(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		boss := a.somebody("boss@acme.example", "admin")
		text, id := g.tokenOf("acme", boss, "members:read", "tenants:write", "directories:write")
		as := bearer(text)
		g.must(http.StatusOK, "GET", "/tenants/acme/members", nil, as...)
		g.must(http.StatusForbidden, "POST", "/tenants/acme/members/"+boss+"/deactivate", nil, as...)
		g.must(http.StatusForbidden, "GET", "/tenants/acme/events", nil, as...)
		g.must(http.StatusForbidden, "POST", "/tenants", object{"slug": "mine"}, as...)
		g.must(http.StatusForbidden, "POST", "/tenants/acme/suspend", nil, as...)
		g.must(http.StatusForbidden, "GET", "/apps", nil, as...)
		g.must(http.StatusForbidden, "POST", "/tenants/acme/api-tokens", object{"label": "x", "scopes": []string{"members:read"}}, as...)
		g.must(http.StatusForbidden, "GET", "/me/contact", nil, as...)
		g.must(http.StatusForbidden, "PATCH", "/tenants/acme", object{"unavailable_roles": []string{"editor"}}, as...)
		g.must(http.StatusOK, "PATCH", "/tenants/acme", object{"name": "Acme"}, as...)
		dir := g.must(http.StatusCreated, "POST", "/tenants/acme/directories", object{"provider": "okta"}, as...).get("id")
		g.must(http.StatusForbidden, "PATCH", "/tenants/acme/directories/"+dir, object{"rate": -1}, as...)
		g.must(http.StatusConflict, "POST", "/tenants/acme/members", object{"email": "ceo@victim.example"}, page(a.browser(boss))...)
		a.trust("acme.example")
		g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "new@acme.example"}, page(a.browser(boss))...)
		if found := g.must(http.StatusOK, "GET", "/tenants", nil, as...).items(); len(found) != 1 || found[0]["slug"] != "acme" {
			t.Errorf("tenants = %v", found)
		}
		events := g.must(http.StatusOK, "GET", "/tenants/acme/events?limit=1000", nil)
		if !strings.Contains(events.text, `"kind":"tenant.changed","actor":{"source":"admin","id":"`+boss+`"}`) {
			t.Errorf("events don't name the admin: %s", events.text)
		}
		token := g.must(http.StatusOK, "GET", "/tenants/acme/api-tokens", nil).items()[0]
		if used, _ := token["used_at"].(string); used == "" {
			t.Errorf("the use was not noted: %v", token)
		}

		// An answer that was kept for one credential is not another's.
		key := []string{"Idempotency-Key", "k1"}
		g.must(http.StatusCreated, "POST", "/tenants/acme/directories", object{"provider": "okta"}, append(key, as...)...)
		other, _ := g.tokenOf("acme", boss, "members:read")
		g.must(http.StatusForbidden, "POST", "/tenants/acme/directories", object{"provider": "okta"}, append(key, bearer(other)...)...)
		wide, _ := g.tokenOf("acme", boss, "directories:write")
		if again := g.must(http.StatusCreated, "POST", "/tenants/acme/directories", object{"provider": "okta"}, append(key, bearer(wide)...)...); again.header.Get("Idempotent-Replayed") != "" {
			t.Error("the answer to another credential was given again")
		}

		g.must(http.StatusOK, "DELETE", "/tenants/acme/api-tokens/"+id, nil)
		g.must(http.StatusUnauthorized, "GET", "/tenants/acme/members", nil, as...)
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Suspended))
		g.must(http.StatusUnauthorized, "GET", "/me", nil, bearer(wide)...)
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Active))
		g.must(http.StatusOK, "GET", "/me", nil, bearer(wide)...)
		g.clock.advance(91 * 24 * time.Hour)
		g.must(http.StatusUnauthorized, "GET", "/me", nil, bearer(wide)...)
	})
}
