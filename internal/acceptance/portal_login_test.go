package acceptance

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

func TestLoginPageTellsNobodyWhoIsACustomer_X10(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		p.acme(samlPerson("ann", mail("ann@acme.example")))
		g.tenant("empty").trust("empty.example") // a tenant without a connection
		claimed := g.tenant("claims")
		do[tenant.Domain](t)(g.roster.AddDomain(t.Context(), claimed.admin, "claimed.example"))
		var first string
		for _, address := range []string{"x@nobodys.example", "x@empty.example", "x@claimed.example", "x@eu.acme.example", "ceo@gmail.com", "x@acme.example.evil.example"} {
			b := chrome.New(t, nil)
			page := p.typed(b, address)
			body := strings.ReplaceAll(string(page.Body), address, "ADDRESS")
			if first == "" {
				first = body
			}
			if page.Status != http.StatusOK || body != first || !page.Has("No sign-in was found") {
				t.Errorf("%s: %d\n%s", address, page.Status, page.Text())
			}
		}
		for _, link := range []string{"?login_hint=x@nobodys.example", "?organization=nobody", "?organization=empty", "?organization=claims", "?connection=con_nonsense", "?organization=%00"} {
			if page := chrome.New(t, nil).Get(p.url + "/login" + link); page.Status != http.StatusOK || !page.HasForm("email") || page.Has("EMPTY") {
				t.Errorf("%s: %d\n%s", link, page.Status, page.Text())
			}
		}
		if page := p.typed(chrome.New(t, nil), "no address"); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("no address: %d", page.Status)
		}
	})
}

// counting lets some begin and has all others wait.
type counting struct {
	mu   sync.Mutex
	left map[string]int
}

func (c *counting) Wait(_ *http.Request, what string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left[what]--; c.left[what] < 0 {
		return 90 * time.Second
	}
	return 0
}

func TestLoginIsLimited_X10(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		_, c := p.acme(samlPerson("ann", mail("ann@acme.example")))
		p.door.Limits = &counting{left: map[string]int{"login": 3, "start": 1}}
		b := chrome.New(t, nil)
		p.typed(b, "x@nobodys.example")
		b.Get(p.url + "/login?login_hint=x@nobodys.example")
		b.Get(p.url + "/login?organization=nobody")
		for name, ask := range map[string]func() *chrome.Page{
			"typed":        func() *chrome.Page { return p.typed(b, "ann@acme.example") },
			"hint":         func() *chrome.Page { return b.Get(p.url + "/login?login_hint=ann@acme.example") },
			"organization": func() *chrome.Page { return b.Get(p.url + "/login?organization=acme") },
		} {
			if page := ask(); page.Status != http.StatusTooManyRequests || page.Header.Get("Retry-After") != "90" || !page.Has("too_many_sign_ins") {
				t.Errorf("%s: %d %v\n%s", name, page.Status, page.Header, page.Text())
			}
		}
		b.Hold = true
		b.Get(p.loginURL(c, ""))
		if page := b.Get(p.loginURL(c, "")); page.Status != http.StatusTooManyRequests {
			t.Errorf("a second start: %d", page.Status)
		}
	})
}

func TestLoginOffersChoicesAndRemembersThem(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, one := p.acme(samlPerson("ann", mail("ann@acme.example")))
		b := chrome.New(t, nil)
		back := url.QueryEscape("/?x=1")
		for _, link := range []string{"?organization=acme", "?organization=" + a.id.String(), "?connection=" + one.ID.String(), "?login_hint=ann@acme.example"} {
			b.Hold = true
			page := b.Get(p.url + "/login" + link + "&return=" + back)
			form := page.FormWith("SAMLRequest")
			if form == nil {
				t.Fatalf("%s does not lead to the provider: %s\n%s", link, page.URL, page.Text())
			}
			if page = p.post(b, b.SubmitWith(form, nil, "ann").FormWith("SAMLResponse")); page.URL.RequestURI() != "/?x=1" {
				t.Errorf("%s: came back to %s", link, page.URL)
			}
		}
		// A second connection and a second tenant.
		p.samlIDP(a, samlPerson("ann", mail("ann@acme.example")))
		beta := g.tenant("beta")
		beta.joins("beta.example", tenant.AutoJoinOn, "")
		two := p.samlIDP(beta, samlPerson("bob", mail("bob@beta.example")))
		page := b.Submit(b.Get(p.url+"/login").FormWith("email"), map[string]string{"email": "ann@acme.example"})
		if page.Title() != "Choose where to sign in · Rollcall" || len(page.Links()) != 3 {
			t.Errorf("two connections: %s %v\n%s", page.Title(), page.Links(), page.Text())
		}
		p.signedIn(b, p.post(b, p.held(b, two, "bob", "?login_hint=bob@beta.example")))
		page = b.Get(p.url + "/login")
		links := page.Links()
		if len(links) != 2 || !strings.Contains(links[0].Text, "BETA") || !strings.Contains(links[0].Text, "bob@beta.example") || !strings.Contains(links[1].Text, "ACME") {
			t.Errorf("remembered: %v\n%s", links, page.Text())
		}
		do[tenant.Connection](t)(g.roster.DisableConnection(t.Context(), beta.admin, two.ID))
		if links := b.Get(p.url + "/login").Links(); len(links) != 1 {
			t.Errorf("a way that is closed is offered: %v", links)
		}
	})
}
