package acceptance

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestAPISetsConnectionsUp(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		doc := string(metadata(idpEntity, ` validUntil="2126-01-01T00:00:00Z"`, g.certificate(365*day)))
		r := g.must(http.StatusCreated, "POST", "/tenants/acme/connections", object{"type": "saml", "metadata": doc, "name": "Okta"})
		id := r.get("id")
		uuid := a.config().Connections[0].ID.UUID.UUID()
		for field, want := range map[string]string{
			"entity_id": "https://gateway.example/sso/" + uuid + "/metadata", "metadata_url": "https://gateway.example/sso/" + uuid + "/metadata",
			"acs_url": "https://gateway.example/sso/" + uuid + "/acs", "status": "active",
		} {
			if got := r.get(field); got != want {
				t.Errorf("%s = %q, want %q", field, got, want)
			}
		}
		path := "/tenants/acme/connections/" + id
		g.must(http.StatusOK, "PATCH", path, object{"rules": []object{{"attribute": "groups", "value": "x", "role": "viewer"}}})
		if r := g.must(http.StatusConflict, "PATCH", path, object{"rules": []object{{"attribute": "groups", "value": "x", "role": "admin"}}}); r.get("code") != "admin_by_mapping" {
			t.Errorf("an admin by a rule: %s", r.text)
		}
		g.must(http.StatusPreconditionFailed, "POST", path+"/disable", nil, "If-Match", `"1"`)
		for _, step := range []struct{ verb, path, want string }{
			{"POST", "/disable", "disabled"}, {"POST", "/activate", "active"}, {"DELETE", "", "removed"}, {"POST", "/restore", "disabled"}, {"POST", "/activate", "active"},
		} {
			if r := g.must(http.StatusOK, step.verb, path+step.path, nil); r.get("status") != step.want {
				t.Errorf("%s %s: %s, want %s", step.verb, step.path, r.get("status"), step.want)
			}
		}
		if r := g.must(http.StatusOK, "POST", path+"/check", nil); r.body["ok"] != true {
			t.Errorf("check: %s", r.text)
		}
		g.must(http.StatusOK, "POST", path+"/rotate-key", nil)
		if list := g.must(http.StatusOK, "GET", "/tenants/acme/connections", nil).items(); len(list) != 1 {
			t.Errorf("%d connections", len(list))
		}
		g.must(http.StatusUnprocessableEntity, "PATCH", path, object{"metadata": doc, "metadata_url": "https://idp.example/metadata"})
		g.must(http.StatusUnprocessableEntity, "POST", "/tenants/acme/connections", object{"type": "saml"})
		g.must(http.StatusUnprocessableEntity, "POST", "/tenants/acme/connections", object{"type": "oidc", "issuer": "https://login.microsoftonline.com/common/v2.0", "client_id": "c", "client_secret": "s"})
	})
}

func TestAPIEnforcesSSO(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		ada := do[roster.Member](t)(g.roster.AddMember(ctx, a.staff, "ada@acme.example", "admin", "")).ID.String()
		bob := do[roster.Member](t)(g.roster.AddMember(ctx, a.staff, "bob@acme.example", "viewer", ""))
		c := a.byURL(g.certificate(365 * day))
		do[tenant.Connection](t)(g.roster.NoteTested(ctx, a.admin, c.ID, c.Version))
		if r := g.must(http.StatusConflict, "PATCH", "/tenants/acme/sso", object{"enforced": true}); r.get("code") != "no_break_glass" {
			t.Errorf("enforced without a way out: %s", r.text)
		}
		g.must(http.StatusOK, "PUT", "/tenants/acme/sso/break-glass/"+ada, object{"reason": "on call"})
		unlinked := g.must(http.StatusOK, "GET", "/tenants/acme/sso/unlinked", nil)
		names, _ := unlinked.body["members"].([]any)
		if len(names) != 1 || unlinked.body["total"] != 1.0 || !strings.Contains(unlinked.text, bob.ID.String()) {
			t.Errorf("unlinked = %s, want bob: ada is break-glass", unlinked.text)
		}
		r := g.must(http.StatusOK, "PATCH", "/tenants/acme/sso", object{
			"enforced": true, "contact": "it@acme.example", "session_idle_seconds": 3600, "session_life_seconds": 7200,
		})
		if r.body["enforced"] != true || r.body["session_idle_seconds"] != 3600.0 || r.get("contact") != "it@acme.example" {
			t.Errorf("sso = %s", r.text)
		}
		if got := g.must(http.StatusConflict, "DELETE", "/tenants/acme/sso/break-glass/"+ada, nil).get("code"); got != "no_break_glass" {
			t.Errorf("the last one taken away: %s", got)
		}
		g.must(http.StatusUnprocessableEntity, "PATCH", "/tenants/acme/sso", object{"session_life_seconds": 60})
		events := a.events()
		for _, want := range []string{"sso.enforced", "break_glass.added", "tenant.sessions_changed"} {
			if !slices.Contains(events, want) {
				t.Errorf("no %s event in %v", want, events)
			}
		}
	})
}

// TestChangedClientIsCheckedLikeANewOne: what a connection could not have been made with, it is not changed to.
func TestChangedClientIsCheckedLikeANewOne(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		made := g.must(http.StatusCreated, "POST", "/tenants/acme/connections", object{
			"type": "oidc", "issuer": "https://op.example", "client_id": "rollcall", "client_secret": "hush-client-secret",
		})
		path := "/tenants/acme/connections/" + made.get("id")
		for _, bad := range []object{
			{"algorithms": []string{"XS256"}},
			{"scopes": []string{"offline_access"}},
			{"client_id": "two words"},
			{"auth_method": "none", "client_secret": "another"},
		} {
			g.must(http.StatusUnprocessableEntity, "PATCH", path, bad)
		}
		if c := a.config().Connections[0]; c.Version != 1 {
			t.Errorf("version %d after refused changes", c.Version)
		}
		g.must(http.StatusOK, "PATCH", path, object{"auth_method": "none"})
		if c := a.config().Connections[0]; len(c.OIDC.Secret) > 0 || c.OIDC.AuthMethod != tenant.AuthNone {
			t.Errorf("a public client keeps a secret: method %s", c.OIDC.AuthMethod)
		}
	})
}
