package acceptance

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/sso"
	"rollcall/sso/saml"
)

// acme is a tenant that lets people of acme.example join, and its SAML provider.
func (p *portal) acme(accounts ...samlidp.Account) (*account, tenant.Connection) {
	p.t.Helper()
	a := p.tenant("acme")
	a.joins("acme.example", tenant.AutoJoinOn, "")
	return a, p.samlIDP(a, accounts...)
}

func TestHostileAccountsOverHTTP_S24_S38_S39(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(
			samlPerson("ann", mail("ann@acme.example"), samlidp.Attribute{Name: "role", Values: []string{"owner"}}, samlidp.Attribute{Name: "groups", Values: []string{"owners"}}),
			samlPerson("mallory", mail("ceo@victim.example")), samlPerson("stranger", mail("x@nobodys.example")), samlPerson("noemail"),
			samlPerson("twoemails", mail("ann@acme.example", "ceo@victim.example")), samlPerson("noaddress", mail("ann@@acme.example")),
			samlidp.Account{Login: "transient", NameID: "t", Format: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", Attributes: []samlidp.Attribute{mail("tim@acme.example")}},
		)
		victim := g.tenant("victim")
		victim.joins("victim.example", tenant.AutoJoinOn, "")
		p.samlIDP(victim)
		before := victim.everything()
		for login, code := range map[string]roster.Code{
			"mallory": roster.CodeDomainNotOwned, "stranger": roster.CodeDomainNotOwned, "noemail": roster.CodeEmailMissing,
			"twoemails": roster.CodeEmailMissing, "noaddress": roster.CodeEmailInvalid, "transient": roster.CodeSubjectInvalid,
		} {
			b := chrome.New(t, nil)
			page := p.refuses(a, b, p.held(b, c, login, ""), outsider{http.StatusForbidden, code, "-"})
			for _, personal := range []string{"victim.example", "VICTIM", "acme.example", login + "-1"} {
				if strings.Contains(page.Text(), personal) {
					t.Errorf("%s: the page tells of %s:\n%s", login, personal, page.Text())
				}
			}
		}
		if got := victim.everything(); got != before || len(victim.refusals()) != 0 {
			t.Errorf("the other tenant's %+v became %+v", before, got)
		}
		b := chrome.New(t, nil)
		p.signedIn(b, p.post(b, p.held(b, c, "ann", "")))
		m := do[roster.Page[roster.Member]](t)(g.roster.Store.Reader(a.id).Members(t.Context(), roster.Query{Limit: 2})).Items
		if len(m) != 1 || m[0].Standing.Role != "viewer" {
			t.Errorf("ann is %+v, want one member with the lowest role", m)
		}
	})
}

func TestReplayOverHTTP_S18(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(samlPerson("ann", mail("ann@acme.example")))
		b := chrome.New(t, nil)
		form := p.held(b, c, "ann", "")
		cookie, _ := b.Cookie(p.url, "rollcall-signin")
		body := url.Values{"SAMLResponse": {form.Value("SAMLResponse")}, "RelayState": {form.Value("RelayState")}}.Encode()
		const times = 50
		codes := make(chan int, times)
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		var all sync.WaitGroup
		for range times {
			all.Go(func() {
				r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, form.Action.String(), strings.NewReader(body))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.AddCookie(&http.Cookie{Name: "rollcall-signin", Value: cookie})
				res, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				_ = res.Body.Close()
				codes <- res.StatusCode
			})
		}
		all.Wait()
		close(codes)
		count := map[int]int{}
		for code := range codes {
			count[code]++
		}
		if count[http.StatusSeeOther] != 1 || count[http.StatusForbidden] != times-1 {
			t.Errorf("answers %v, want one 303 and else 403", count)
		}
		if got := a.everything(); got.sessions != 1 || got.members != 1 || got.links != 1 {
			t.Errorf("after one response %d times: %+v", times, got)
		}
		// With the RelayState of another sign-in the same response answers the wrong request.
		next := p.held(b, c, "ann", "")
		next.Set("SAMLResponse", form.Value("SAMLResponse"))
		p.refuses(a, b, next, outsider{http.StatusForbidden, saml.CodeInResponseTo, "in_response_to"})
	})
}

func TestMixUpOverHTTP_S19_S25_S26(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, ca := p.acme(samlPerson("ann", mail("ann@acme.example")))
		b := g.tenant("beta")
		b.joins("beta.example", tenant.AutoJoinOn, "")
		cb := p.samlIDP(b, samlPerson("bob", mail("bob@beta.example"))) // of the same entity id (S26)
		who := chrome.New(t, nil)

		// A's response at B's ACS, and a sign-in begun at A and finished at B.
		form := p.held(who, ca, "ann", "")
		form.Action, _ = url.Parse(cb.ID.URLs(p.url).ACS)
		p.refuses(b, who, form, outsider{http.StatusForbidden, sso.CodeNoFlow, ""})
		// A's response in answer to what B asked: signed by nobody whom B knows.
		of := p.held(who, ca, "ann", "")
		into := p.held(who, cb, "bob", "")
		into.Set("SAMLResponse", of.Value("SAMLResponse"))
		p.refuses(b, who, into, outsider{http.StatusForbidden, saml.CodeCertificateUnknown, "certificate"})
		if a.everything().sessions != 0 {
			t.Error("A has a session")
		}
		// One provider whose key both tenants trust: the audience and the recipient are the other's.
		evil := *p.saml[cb.ID]
		evil.SPs = p.saml[ca.ID].SPs
		into = p.held(who, cb, "bob", "")
		answer, err := evil.Answer(samlidp.Answer{SP: evil.SPs[0], InResponseTo: requestOf(t, into), Account: evil.Accounts[0]})
		if err != nil {
			t.Fatal(err)
		}
		into.Set("SAMLResponse", answer)
		p.refuses(b, who, into, outsider{http.StatusForbidden, saml.CodeRecipientMismatch, "destination"})
		p.signedIn(who, p.post(who, p.held(who, cb, "bob", "")))
		other := chrome.New(t, nil)
		p.signedIn(other, p.post(other, p.held(other, ca, "ann", "")))
	})
}

// requestOf is the id of the request that a held response answers.
func requestOf(t *testing.T, held *chrome.Form) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(held.Value("SAMLResponse"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(raw), `InResponseTo="`)
	id, _, _ := strings.Cut(after, `"`)
	return id
}

func TestUnsolicitedOverHTTP_S27(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, c := p.acme(samlPerson("ann", mail("ann@acme.example")))
		provider := p.saml[c.ID]
		for name, relay := range map[string]string{"none": "", "a path": "/deep", "a URL": "https://evil.example", "very long": strings.Repeat("x", 100_000)} {
			t.Run(name, func(t *testing.T) {
				b := chrome.New(t, nil)
				form := p.held(b, c, "ann", "")
				answer, err := provider.Answer(samlidp.Answer{SP: provider.SPs[0], Account: provider.Accounts[0]})
				if err != nil {
					t.Fatal(err)
				}
				form.Set("SAMLResponse", answer)
				form.Set("RelayState", relay)
				page := p.refuses(a, b, form, outsider{http.StatusForbidden, saml.CodeUnsolicited, ""})
				if page.Has("evil.example") {
					t.Errorf("the page has the RelayState:\n%s", page.Text())
				}
				// The button begins a sign-in of ours, which the provider answers.
				b.Click("Sign in")
				p.signedIn(b, p.post(b, b.SubmitWith(b.Page().FormWith("SAMLRequest"), nil, "ann").FormWith("SAMLResponse")))
			})
		}
		b := chrome.New(t, nil)
		stale := p.held(b, c, "ann", "")
		g.clock.advance(11 * 60e9)
		page := p.refuses(a, b, stale, outsider{http.StatusForbidden, sso.CodeNoFlow, ""})
		if !page.Has("Sign in") {
			t.Errorf("no way to begin again:\n%s", page.Text())
		}
	})
}
