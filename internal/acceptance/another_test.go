package acceptance

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

// TestLoginAsksWhoIsSignedInAlready: an app asks for another sign-in than the browser has. Sent on at once, the
// provider would say the same again, and so for ever.
func TestLoginAsksWhoIsSignedInAlready(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		p := g.portal()
		con := p.oidcIDP(a, op.Account{Subject: "ann-1", Email: "ann@acme.example", Verified: true})
		for _, link := range []string{"organization=acme", "login_hint=ann%40acme.example", "connection=" + con.ID.String()} {
			if page := chrome.New(t, nil).Get(p.url + "/login?" + link); !page.Has("signed in to") {
				t.Errorf("%s leads to %s, want straight through the provider", link, page.Text())
			}
			page := chrome.New(t, nil).Get(p.url + "/login?another=1&" + link)
			if !page.Has("not as the application asks") || !strings.HasPrefix(page.URL.String(), p.url+"/login") {
				t.Errorf("%s for somebody who is signed in leads to %s, want a page that asks", link, page.Text())
			}
		}
	})
}

// TestLinkToAnotherCompany_S29: another site's link can't take somebody who is signed in to one company to another,
// which may be that of whoever made the link; it takes a click on a page that says so.
func TestLinkToAnotherCompany_S29(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, evil := g.tenant("acme"), g.tenant("evil")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		evil.joins("evil.example", tenant.AutoJoinOn, "")
		p := g.portal()
		con := p.oidcIDP(a, op.Account{Subject: "ann-1", Email: "ann@acme.example", Verified: true})
		trap := p.oidcIDP(evil, op.Account{Subject: "mallory", Email: "mallory@evil.example", Verified: true})
		link := func(id tenant.ConnectionID) string {
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				_, _ = w.Write([]byte(`<a href="` + id.URLs(p.url).Login + `">a prize</a>`))
			}))
			t.Cleanup(site.Close)
			return site.URL
		}
		b := chrome.New(t, nil)
		b.Get(link(con.ID))
		if page := b.Click("a prize"); !page.Has("signed in to") { // nobody is signed in yet: a link is as good as a portal's tile
			t.Fatalf("a link to one's own company leads to %s", page.Text())
		}
		b.Get(link(trap.ID))
		if page := b.Click("a prize"); !page.Has("leads you to another company") {
			t.Errorf("a link to another company leads to %s, want a page that asks", page.Text())
		}
		if page := b.Get(p.url + "/"); !page.Has("ACME") {
			t.Errorf("afterwards the browser is %s, want signed in to ACME still", page.Text())
		}
		b.Get(link(trap.ID))
		b.Click("a prize")
		if page := b.Click("EVIL · OIDC"); !page.Has("EVIL") || !page.Has("signed in to") {
			t.Errorf("whoever wants to go on lands at %s", page.Text())
		}
	})
}
