package acceptance

import (
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
