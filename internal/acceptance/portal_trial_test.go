package acceptance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/internal/connect"
	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/sso"
	"rollcall/sso/saml"
)

// ticket is the query of a link of a test sign-in.
func (p *portal) ticket(c tenant.Connection) string {
	link := sso.TestURL(p.url, p.testKey, c, p.clock.Now())
	return link[strings.IndexByte(link, '?'):]
}

// draft makes a connection a draft, as if it were being set up.
func (p *portal) draft(a *account, c tenant.Connection) tenant.Connection {
	p.t.Helper()
	url := strings.TrimSuffix(p.saml[c.ID].SSOURL, "/sso") + "/metadata"
	d, _, err := p.connect.CreateSAML(p.t.Context(), a.admin, connect.SAMLDraft{Name: "Draft", Draft: true, Metadata: connect.Metadata{URL: url}})
	if err != nil {
		p.t.Fatalf("create a draft: %v", err)
	}
	urls := d.ID.URLs(p.url)
	p.saml[c.ID].SPs = append(p.saml[c.ID].SPs, samlidp.SP{EntityID: urls.EntityID, ACSURL: urls.ACS})
	return d
}

func (a *account) connectionNow(id tenant.ConnectionID) tenant.Connection {
	c, _ := a.config().Connection(id)
	return c
}

func TestPromiseB12TrialSignInSignsNobodyIn(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, active := p.acme(
			samlPerson("ann", mail("ann@acme.example"), samlidp.Attribute{Name: "shoe", Values: []string{"forty-two"}}), samlPerson("mallory", mail("ceo@victim.example")),
		)
		c := p.draft(a, active)
		b := chrome.New(t, nil)
		p.isRefused(b, b.Get(p.loginURL(c, "")), http.StatusForbidden, roster.CodeConnectionDisabled) // without a ticket

		before := a.everything()
		page := p.post(b, p.held(b, c, "mallory", p.ticket(c)))
		if page.Status != http.StatusOK || !page.Has("The test sign-in failed") || !page.Has(string(roster.CodeDomainNotOwned)) || !a.connectionNow(c.ID).TestedAt.IsZero() {
			t.Errorf("a stranger's test: %d\n%s", page.Status, page.Text())
		}
		form := p.held(b, c, "ann", p.ticket(c))
		form.Set("SAMLResponse", form.Value("SAMLResponse")[:400])
		page = p.post(b, form)
		if page.Status != http.StatusForbidden || !page.Has("The test sign-in failed") || !page.Has(string(saml.CodeMalformed)) {
			t.Errorf("a test that fails: %d\n%s", page.Status, page.Text())
		}
		b.Click("Test again") // the same link, while it is good
		page = p.post(b, b.SubmitWith(b.Page().FormWith("SAMLRequest"), nil, "ann").FormWith("SAMLResponse"))
		for _, want := range []string{"The test sign-in passed", "Nobody was signed in", "clock", "audience"} {
			if !page.Has(want) {
				t.Errorf("the page lacks %q:\n%s", want, page.Text())
			}
		}
		if _, ok := b.Cookie(p.url, "rollcall"); ok || a.everything() != before {
			t.Errorf("a test left %+v of %+v, session %v", a.everything(), before, ok)
		}
		if got := a.connectionNow(c.ID); got.TestedAt.IsZero() {
			t.Error("the test is not noted")
		}
		if got := a.refusals(); len(got) != 1 || got[0].Code != saml.CodeMalformed {
			t.Errorf("events %+v", got)
		}
	})
}

func TestTrialTickets(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(samlPerson("ann", mail("ann@acme.example")))
		other := p.draft(a, c)
		b := chrome.New(t, nil)
		refused := func(name, query string) {
			t.Helper()
			if page := b.Get(p.loginURL(a.connectionNow(c.ID), query)); page.Status != http.StatusForbidden || !page.Has(string(sso.CodeTestTicket)) {
				t.Errorf("%s: %d\n%s", name, page.Status, page.Text())
			}
		}
		good := p.ticket(c)
		refused("another connection's", p.ticket(other))
		refused("made up", "?test=1.9999999999.AAAA")
		refused("nonsense", "?test=x")
		refused("a later end", strings.Replace(good, ".", ".9", 1))
		forged := sso.TestURL(p.url, []byte("another key"), c, g.clock.Now())
		refused("another key's", forged[strings.IndexByte(forged, '?'):])
		// Changed while the test is under way: what was tested is not what is there now.
		form := p.held(b, c, "ann", good)
		do[tenant.Connection](t)(g.roster.ChangeConnection(t.Context(), a.admin, c.ID, roster.ConnectionChange{Mapping: &tenant.SignInMapping{Email: "mail"}}))
		if page := p.post(b, form); page.Has("passed") || !a.connectionNow(c.ID).TestedAt.IsZero() {
			t.Errorf("a test of other settings: %d\n%s", page.Status, page.Text())
		}
		refused("of an older version", good)
		fresh := p.ticket(a.connectionNow(c.ID))
		g.clock.advance(sso.TestLife)
		refused("expired", fresh)
		do[tenant.Connection](t)(g.roster.DisableConnection(t.Context(), a.admin, c.ID))
		p.isRefused(b, b.Get(p.loginURL(c, p.ticket(a.connectionNow(c.ID)))), http.StatusForbidden, roster.CodeConnectionDisabled)
	})
}

func TestTrialLetsSSOBeEnforced(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(samlPerson("ann", mail("ann@acme.example")), samlPerson("out", mail("out@acme.example")))
		ada := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "ada@acme.example", "admin", ""))
		do[tenant.Tenant](t)(g.roster.AddBreakGlass(t.Context(), a.admin, ada.ID, "on call", time.Time{}))
		_, err := g.roster.EnforceSSO(t.Context(), a.admin, true)
		refusal(t, err, roster.CodeSSONotTested)
		// Auto-join is off: the person is kept out, but the connection does what it should.
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.staff, "acme.example", tenant.AutoJoinOff, ""))
		b := chrome.New(t, nil)
		if page := p.post(b, p.held(b, c, "out", p.ticket(c))); !page.Has("The test sign-in passed") {
			t.Errorf("the test: %s", page.Text())
		}
		do[tenant.Tenant](t)(g.roster.EnforceSSO(t.Context(), a.admin, true))
	})
}
