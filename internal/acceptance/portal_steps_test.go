package acceptance

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

// samlPerson is somebody whom a SAML provider knows.
func samlPerson(login string, attributes ...samlidp.Attribute) samlidp.Account {
	return samlidp.Account{Login: login, NameID: login + "-1", Attributes: attributes}
}

func mail(addresses ...string) samlidp.Attribute {
	return samlidp.Attribute{Name: "email", Values: addresses}
}

// loginURL begins a sign-in at a connection.
func (p *portal) loginURL(c tenant.Connection, query string) string {
	return c.ID.URLs(p.url).Login + query
}

// held begins a sign-in in b and signs in at the provider; the form that the provider's page would post stays with the test.
func (p *portal) held(b *chrome.Browser, c tenant.Connection, login, query string) *chrome.Form {
	p.t.Helper()
	b.Hold = true
	page := b.Get(p.loginURL(c, query))
	form := page.FormWith("SAMLRequest")
	if form == nil {
		p.t.Fatalf("the sign-in of %s did not reach the provider: %d %s", login, page.Status, page.Text())
	}
	answer := b.SubmitWith(form, nil, login).FormWith("SAMLResponse")
	if answer == nil {
		p.t.Fatalf("the provider does not answer: %s", b.Page().Text())
	}
	return answer
}

// post sends a form that was held, through the page that asks for a click where the cookie stayed away.
func (p *portal) post(b *chrome.Browser, form *chrome.Form) *chrome.Page {
	p.t.Helper()
	page := b.Submit(form, nil)
	if again := page.FormWith("here"); again != nil {
		page = b.Submit(again, nil)
	}
	return page
}

// outsider is what a sign-in must leave behind that is refused.
type outsider struct {
	status int
	code   roster.Code
	event  string // the failed check, "-" for a refusal by a rule; empty: no event
}

// refuses posts a form and fails unless it is refused so: no session, nothing written but the event.
func (p *portal) refuses(a *account, b *chrome.Browser, form *chrome.Form, want outsider) *chrome.Page {
	p.t.Helper()
	before, known := a.everything(), len(a.refusals())
	page := p.post(b, form)
	p.isRefused(b, page, want.status, want.code)
	if got := a.everything(); got != before {
		p.t.Errorf("%s: changed %+v to %+v", want.code, before, got)
	}
	got := a.refusals()[known:]
	switch {
	case want.event == "" && len(got) > 0, want.event != "" && len(got) != 1:
		p.t.Errorf("%s: events %+v, want %q", want.code, got, want.event)
	case want.event != "" && (got[0].Code != want.code || want.event != "-" && got[0].Check != want.event):
		p.t.Errorf("%s: event %+v, want check %s", want.code, got[0], want.event)
	}
	return page
}

// isRefused fails unless a page is a refusal with the code, and the browser has no session.
func (p *portal) isRefused(b *chrome.Browser, page *chrome.Page, status int, code roster.Code) {
	p.t.Helper()
	if page.Status != status || !strings.Contains(page.Text(), "\n"+string(code)+"\n") {
		p.t.Errorf("%s = %d, want %d with %s:\n%s", page.URL, page.Status, status, code, page.Text())
	}
	if _, ok := b.Cookie(p.url, "rollcall"); ok {
		p.t.Errorf("%s: there is a session", code)
	}
}

// signedIn fails unless a page greets somebody who has a session.
func (p *portal) signedIn(b *chrome.Browser, page *chrome.Page) {
	p.t.Helper()
	if _, ok := b.Cookie(p.url, "rollcall"); !ok || !page.Has("signed in to") {
		p.t.Errorf("not signed in at %s: %d\n%s", page.URL, page.Status, page.Text())
	}
}

// refusedEvent is the event of a sign-in that was refused.
type refusedEvent struct {
	Code  roster.Code
	Check string
	Facts []roster.SignInFact
}

// refusals are the events of sign-ins that were refused.
func (a *account) refusals() []refusedEvent {
	a.g.t.Helper()
	a.events() // until all are there
	all := do[[]roster.Event](a.g.t)(a.g.roster.Store.Reader(a.id).Events(a.g.t.Context(), roster.Cursor{}, 1000))
	var out []refusedEvent
	for _, e := range all {
		if e.Kind != roster.SignInRefused {
			continue
		}
		var r refusedEvent
		if err := json.Unmarshal(e.Data, &r); err != nil {
			a.g.t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// elsewhere is a page of another site, from which a browser posts a form.
func elsewhere(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<p>another site</p>"))
	}))
	t.Cleanup(server.Close)
	return server.URL
}
