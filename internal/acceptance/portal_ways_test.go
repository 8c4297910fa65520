package acceptance

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/sso"
	"rollcall/sso/saml"
)

func TestReturnLeadsNowhereElse_S28(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		_, c := p.acme(samlPerson("ann", mail("ann@acme.example")))
		for _, bad := range []string{
			"https://evil.example/", "//evil.example", `/\evil.example`, `\\evil.example`, "javascript:alert(1)", "data:text/html,x", "/%2f%2fevil.example", "/%5cevil.example",
			"/\t/evil.example", "/\n/evil.example", " //evil.example", "/.//evil.example", "///evil.example", "http:evil.example", "/@evil.example/..//",
			"/?next=//evil.example", "/" + strings.Repeat("a", 5000),
		} {
			b := chrome.New(t, nil)
			form := p.held(b, c, "ann", "?return="+url.QueryEscape(bad))
			page := p.post(b, form)
			p.signedIn(b, page)
			if page.URL.Host != strings.TrimPrefix(p.url, "http://") || page.URL.Path != "/" {
				t.Errorf("return %.60q led to %s", bad, page.URL)
			}
		}
		b := chrome.New(t, nil)
		if page := p.post(b, p.held(b, c, "ann", "?return="+url.QueryEscape("/login?login_hint=x"))); page.URL.RequestURI() != "/login?login_hint=x" {
			t.Errorf("a path of ours led to %s", page.URL)
		}
	})
}

func TestConnectionThatIsNoLongerUsable_S40(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(samlPerson("ann", mail("ann@acme.example")))
		b, ctx := chrome.New(t, nil), t.Context()
		form := p.held(b, c, "ann", "")
		do[tenant.Connection](t)(g.roster.DisableConnection(ctx, a.admin, c.ID))
		p.refuses(a, b, form, outsider{http.StatusForbidden, roster.CodeConnectionDisabled, "-"})
		p.isRefused(b, b.Get(p.loginURL(c, "")), http.StatusForbidden, roster.CodeConnectionDisabled)
		do[tenant.Connection](t)(g.roster.ActivateConnection(ctx, a.admin, c.ID))

		form = p.held(b, c, "ann", "")
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(ctx, a.staff, tenant.Suspended))
		page := p.post(b, form)
		p.isRefused(b, page, http.StatusForbidden, roster.CodeTenantSuspended)
		p.isRefused(b, b.Get(p.loginURL(c, "")), http.StatusForbidden, roster.CodeTenantSuspended)
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(ctx, a.staff, tenant.Active))

		form = p.held(b, c, "ann", "")
		do[tenant.Connection](t)(g.roster.RemoveConnection(ctx, a.admin, c.ID))
		p.refuses(a, b, form, outsider{http.StatusNotFound, sso.CodeNoConnection, ""})
		if page := b.Get(p.loginURL(c, "")); page.Status != http.StatusNotFound {
			t.Errorf("a removed connection answers %d", page.Status)
		}
	})
}

func TestSubjectThatChangesOverHTTP_S37(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(
			samlPerson("ann", mail("ann@acme.example")), samlidp.Account{Login: "again", NameID: "ann-2", Attributes: []samlidp.Attribute{mail("ANN@acme.example")}},
		)
		do[tenant.Tenant](t)(g.roster.SetContact(t.Context(), a.admin, "it@acme.example"))
		b := chrome.New(t, nil)
		p.signedIn(b, p.post(b, p.held(b, c, "ann", "")))
		b = chrome.New(t, nil)
		page := p.refuses(a, b, p.held(b, c, "again", ""), outsider{http.StatusForbidden, roster.CodeSubjectChanged, "-"})
		for _, want := range []string{"What to do:", "unlink", "it@acme.example", "Copy for IT", "Code: subject_changed"} {
			if !page.Has(want) {
				t.Errorf("the page lacks %q:\n%s", want, page.Text())
			}
		}
		form := page.Body
		_, text, _ := strings.Cut(string(form), "<textarea")
		if strings.Contains(text, "ann@") || strings.Contains(text, "ann-2") || !strings.Contains(text, "Request: ") {
			t.Errorf("the text for IT: %s", text)
		}
	})
}

func TestWaysOfABrowser_S29_X1(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(samlPerson("ann", mail("ann@acme.example")), samlPerson("bob", mail("bob@acme.example")))
		// Two tabs at once: both end well, the second session replaces the first.
		b := chrome.New(t, nil)
		one, two := p.held(b, c, "ann", ""), p.held(b, c, "ann", "")
		p.signedIn(b, p.post(b, one))
		first, _ := b.Cookie(p.url, "rollcall")
		p.signedIn(b, p.post(b, two))
		if second, _ := b.Cookie(p.url, "rollcall"); second == first {
			t.Error("a sign-in keeps the session's token")
		}
		// The back button posts again what is used up: nothing happens, and the session goes on.
		if page := p.post(b, two); page.Status != http.StatusForbidden || !page.Has(string(sso.CodeNoFlow)) {
			t.Errorf("posted again: %d\n%s", page.Status, page.Text())
		}
		p.signedIn(b, b.Get(p.url+"/"))
		// A sign-in begun in another browser, the attacker's own, is not ended in this one (S29).
		attacker, victim := chrome.New(t, nil), chrome.New(t, nil)
		form := p.held(attacker, c, "bob", "")
		victim.Hold = true
		victim.Get(elsewhere(t))
		p.refuses(a, victim, form, outsider{http.StatusForbidden, sso.CodeNoFlow, ""})
		// Nor when the victim has a sign-in under way, or brings the field that our own page adds.
		form = p.held(attacker, c, "bob", "")
		p.held(victim, c, "ann", "")
		form.Set("here", "1")
		p.refuses(a, victim, form, outsider{http.StatusForbidden, sso.CodeNoFlow, ""})
		// A cookie that somebody planted, and two of them, begin nothing that can be ended by others (X6).
		victim.Forget()
		victim.SetCookie(p.url, &http.Cookie{Name: "rollcall", Value: first, Path: "/"})
		p.signedIn(victim, p.post(victim, p.held(victim, c, "bob", "")))
		if now, _ := victim.Cookie(p.url, "rollcall"); now == first {
			t.Error("the planted session goes on")
		}
	})
}

func TestBodiesOverHTTP_S17(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(samlPerson("ann", mail("ann@acme.example")))
		urls, b := c.ID.URLs(p.url), chrome.New(t, nil)
		form := "application/x-www-form-urlencoded"
		huge := []byte("SAMLResponse=" + strings.Repeat("A", 10<<20))
		page := b.Fetch(http.MethodPost, urls.ACS, form, huge)
		p.isRefused(b, page, http.StatusRequestEntityTooLarge, saml.CodeTooLarge)
		for name, body := range map[string]string{
			"empty": "", "no response": "RelayState=x", "two": "SAMLResponse=a&SAMLResponse=b", "two states": "SAMLResponse=a&RelayState=b&RelayState=c", "no form": "%zz",
		} {
			if page := b.Fetch(http.MethodPost, urls.ACS, form, []byte(body)); page.Status != http.StatusForbidden || !page.Has(string(saml.CodeMalformed)) {
				t.Errorf("%s: %d\n%s", name, page.Status, page.Text())
			}
		}
		held := p.held(b, c, "ann", "")
		held.Set("SAMLResponse", "PHg+") // <x>
		p.refuses(a, b, held, outsider{http.StatusForbidden, saml.CodeMalformed, "well_formed"})
		if page := b.Get(urls.ACS); page.Status != http.StatusMethodNotAllowed {
			t.Errorf("GET of the ACS URL: %d", page.Status)
		}
	})
}
