package acceptance

import (
	"net/http"
	"testing"

	"rollcall/internal/connect"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	servers "rollcall/internal/testenv/idp"
	"rollcall/internal/testenv/migrated"
)

// atRealProvider connects a tenant that owns corp.example to a provider which knows nothing of this code. What those
// serve goes by the machine's clock, so the gateway's does too.
func atRealProvider(t *testing.T, provider *servers.OIDC) (*account, *portal, tenant.Connection) {
	t.Helper()
	g := newGateway(t, migrated.SQLite(t))
	g.clock.catchUp()
	a := g.tenant("acme")
	a.joins("corp.example", tenant.AutoJoinOn, "")
	p := g.portal()
	// The provider gives the client's id and secret once it knows the redirect URI, which holds the connection's id.
	c, err := p.connect.CreateOIDC(t.Context(), a.admin, connect.OIDCDraft{
		Name: "OIDC", Settings: tenant.OIDCSettings{Issuer: provider.Issuer, ClientID: "later"}, Secret: secret.NewText("later"), Draft: true,
	})
	if err != nil {
		t.Fatalf("create an OIDC connection: %v", err)
	}
	urls := c.ID.URLs(p.url)
	client := provider.Register(t, servers.Client{RedirectURIs: []string{urls.Redirect}, BackchannelLogoutURI: urls.Logout})
	method := tenant.AuthBasic
	c = do[tenant.Connection](t)(p.connect.Change(t.Context(), a.admin, c, roster.ConnectionChange{ClientID: &client.ID, AuthMethod: &method}, secret.NewText(client.Secret)))
	return a, p, do[tenant.Connection](t)(g.roster.ActivateConnection(t.Context(), a.admin, c.ID))
}

// at signs an account in at the provider, and returns the browser and where it ended up.
func (p *portal) at(provider *servers.OIDC, c tenant.Connection, account string) (*chrome.Browser, *chrome.Page) {
	p.t.Helper()
	p.clock.catchUp()
	b := chrome.New(p.t, nil)
	b.Get(c.ID.URLs(p.url).Login)
	return b, provider.SignIn(b, account)
}

func TestRealOIDCProvidersSignPeopleIn_O1_O2_O3(t *testing.T) {
	t.Parallel()
	hostile := map[string]roster.Code{
		"mallory": roster.CodeDomainNotOwned, "noverify": roster.CodeEmailNotVerified, "unverif": roster.CodeEmailNotVerified, "noemail": roster.CodeEmailMissing,
	}
	for _, tt := range []struct {
		name   string
		start  func(testing.TB) *servers.OIDC
		honest map[string]string
	}{
		{"oidc-provider", servers.StartOIDCProvider, map[string]string{"alice": "alice@corp.example", "bob": "bob@corp.example", "strtrue": "str@corp.example"}},
		{"Glewlwyd", servers.StartGlewlwyd, map[string]string{"alice": "alice@corp.example", "bob": "bob@corp.example"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			provider := tt.start(t)
			a, p, c := atRealProvider(t, provider)
			for account, email := range tt.honest {
				b, page := p.at(provider, c, account)
				if !page.Has("signed in to") {
					t.Fatalf("%s ended at %s, %d: %s", account, page.URL, page.Status, page.Text())
				}
				p.stays(b, "of "+account)
				id := a.byEmail(email).ID
				p.at(provider, c, account)
				if got := a.byEmail(email); got.ID != id {
					t.Errorf("%s is another member the second time", account)
				}
			}
			for account, code := range hostile {
				var b *chrome.Browser
				a.unchanged(code, func() {
					var page *chrome.Page
					b, page = p.at(provider, c, account)
					p.turnedAway(page, http.StatusForbidden, code)
				})
				p.ended(b, "of "+account)
			}
			a.members(len(tt.honest))
		})
	}
}

// TestRealOIDCProviderTellsOfLogouts_O23 signs out at the provider, which tells the gateway behind the browser's back.
func TestRealOIDCProviderTellsOfLogouts_O23(t *testing.T) {
	t.Parallel()
	provider := servers.StartOIDCProvider(t)
	a, p, c := atRealProvider(t, provider)
	alice, _ := p.at(provider, c, "alice")
	elsewhere, _ := p.at(provider, c, "alice")
	bob, _ := p.at(provider, c, "bob")
	p.stays(alice, "before the logout")
	p.clock.catchUp()
	provider.SignOut(alice)
	p.ended(alice, "after the logout at the provider")
	p.stays(elsewhere, "in another browser")
	p.stays(bob, "of somebody else")
	if got := a.endings(a.byEmail("alice@corp.example").ID); got[0] != roster.EndIDPLogout {
		t.Errorf("the session ended by %v", got)
	}
}

// TestRealOIDCProviderRotatesSubjects_O21 has a person made anew at the provider.
func TestRealOIDCProviderRotatesSubjects_O21(t *testing.T) {
	t.Parallel()
	provider := servers.StartOIDCProvider(t)
	a, p, c := atRealProvider(t, provider)
	for _, name := range []string{"rehired-1", "rehired-2"} {
		provider.Put(t, servers.Account{Name: name, Email: []string{"rehired@corp.example"}, Verified: true})
	}
	p.at(provider, c, "rehired-1")
	_, page := p.at(provider, c, "rehired-2")
	p.turnedAway(page, http.StatusForbidden, roster.CodeSubjectChanged)
	member := a.byEmail("rehired@corp.example")
	link := a.linksOf(member.ID)[0]
	p.must(http.StatusOK, "POST", "/tenants/acme/members/"+member.ID.String()+"/links/"+link.ID.String()+"/unlink", nil)
	if _, page := p.at(provider, c, "rehired-2"); !page.Has("signed in to") {
		t.Errorf("after the admin unlinked: %d %s", page.Status, page.Text())
	}
	a.members(1)
}
