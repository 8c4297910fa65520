package acceptance

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"time"

	"rollcall/internal/connect"
	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

const clientSecret = "s3cret-for-the-test-only"

// provider is an OpenID provider that lies on demand, and a tenant's connection to it. Whoever comes with an address is
// signed in there without a question.
type provider struct {
	*op.Provider
	p   *portal
	a   *account
	con tenant.Connection
}

func (p *portal) provider(a *account, accounts ...op.Account) *provider {
	p.t.Helper()
	return p.providerWith(a, tenant.OIDCSettings{}, accounts...)
}

func (p *portal) providerWith(a *account, set tenant.OIDCSettings, accounts ...op.Account) *provider {
	p.t.Helper()
	i := &provider{p: p, a: a, Provider: op.New(op.Config{
		Accounts: accounts, Keys: []op.Key{do[op.Key](p.t)(op.NewKey("k1"))}, Now: p.clock.Now, AutoLogin: true,
	})}
	server := httptest.NewServer(i)
	p.t.Cleanup(server.Close)
	i.SetIssuer(server.URL)
	set.Issuer, set.ClientID = server.URL, "gateway"
	c, err := p.connect.CreateOIDC(p.t.Context(), a.admin, connect.OIDCDraft{Name: "OIDC", Settings: set, Secret: secret.NewText(clientSecret)})
	if err != nil {
		p.t.Fatalf("create an OIDC connection: %v", err)
	}
	i.con = c
	i.AddClient(op.Client{ID: "gateway", Secret: clientSecret, RedirectURIs: []string{c.ID.URLs(p.url).Redirect}})
	return i
}

// verified is an account whose address the provider vouches for.
func verified(subject, email string, groups ...string) op.Account {
	return op.Account{Subject: subject, Email: email, Verified: true, Name: "Ada Berg", Given: "Ada", Family: "Berg", Groups: groups}
}

// start is where a sign-in with an address begins.
func (i *provider) start(email string) string {
	return i.con.ID.URLs(i.p.url).Login + "?" + url.Values{"login_hint": {email}}.Encode()
}

// comes lets a browser go through the connection and returns where it ends up.
func (i *provider) comes(b *chrome.Browser, email string) *chrome.Page {
	i.p.t.Helper()
	return b.Get(i.start(email))
}

// back begins a sign-in in a browser, and returns the URL by which the provider sends it back, unopened.
func (i *provider) back(b *chrome.Browser, email string) string {
	i.p.t.Helper()
	began := b.Fetch(http.MethodGet, i.start(email), "", nil)
	if began.Status != http.StatusSeeOther {
		i.p.t.Fatalf("the sign-in began with %d: %s", began.Status, began.Text())
	}
	there := chrome.New(i.p.t, nil).Fetch(http.MethodGet, began.Header.Get("Location"), "", nil)
	to := there.Header.Get("Location")
	if to == "" {
		i.p.t.Fatalf("the provider answered %d: %s", there.Status, there.Text())
	}
	return to
}

// in signs somebody in with a new browser, and must succeed.
func (i *provider) in(email string) *chrome.Browser {
	i.p.t.Helper()
	b := chrome.New(i.p.t, nil)
	if page := i.comes(b, email); !page.Has("signed in to") {
		i.p.t.Fatalf("%s ended at %s, %d: %s", email, page.URL, page.Status, page.Text())
	}
	return b
}

// refused has somebody come with a new browser; they must see the code, and nothing may be written but its event.
func (i *provider) refused(email string, code roster.Code) *chrome.Page {
	i.p.t.Helper()
	b := chrome.New(i.p.t, nil)
	var page *chrome.Page
	i.a.unchanged(code, func() { page = i.comes(b, email) })
	i.p.turnedAway(page, http.StatusForbidden, code)
	if i.p.live(b) {
		i.p.t.Errorf("%s was refused with %s, and is signed in", email, code)
	}
	return page
}

// turnedAway fails the test unless a page is a refusal with the code.
func (p *portal) turnedAway(page *chrome.Page, status int, code roster.Code) {
	p.t.Helper()
	if page.Status != status || !page.Has("Code:\n"+string(code)) || page.Has("signed in to") {
		p.t.Errorf("the page is %d, want %d with %s: %s", page.Status, status, code, page.Text())
	}
}

// live says whether a browser is signed in now.
func (p *portal) live(b *chrome.Browser) bool {
	p.t.Helper()
	page := b.Get(p.url + "/")
	if page.Status != http.StatusOK {
		p.t.Errorf("the home page is %d: %s", page.Status, page.Text())
	}
	return page.Has("signed in to")
}

// ended fails the test unless a browser is signed out.
func (p *portal) ended(b *chrome.Browser, when string) {
	p.t.Helper()
	if p.live(b) {
		p.t.Errorf("%s the session is live still", when)
	}
}

// stays fails the test unless a browser is signed in.
func (p *portal) stays(b *chrome.Browser, when string) {
	p.t.Helper()
	if !p.live(b) {
		p.t.Errorf("%s the session has ended", when)
	}
}

// unchanged fails the test when f writes anything but one event of a sign-in that was refused with the code; "":
// not even that.
func (a *account) unchanged(code roster.Code, f func()) {
	a.g.t.Helper()
	rows, events, told := a.everything(), a.events(), a.turnedAwayBy()
	f()
	if got := a.everything(); got != rows {
		a.g.t.Errorf("refused with %q, it changed %+v to %+v", code, rows, got)
	}
	want := len(events) + 2 // two marks of refusals and events
	if code != "" {
		want++
		if got := a.turnedAwayBy(); len(got) != len(told)+1 || got[len(got)-1] != string(code) {
			a.g.t.Errorf("refusals are %q, want one with %s after %q", got, code, told)
		}
		want++
	}
	if got := a.events(); len(got) != want {
		a.g.t.Errorf("%d events, want %d: %q", len(got), want, got)
	}
}

// turnedAwayBy are the codes of sign-ins that were refused, as the tenant's admins find them.
func (a *account) turnedAwayBy() []string {
	a.g.t.Helper()
	var out []string
	for _, r := range a.refusals() {
		out = append(out, string(r.Code))
	}
	return out
}

// byEmail finds the one member with an address.
func (a *account) byEmail(email string) roster.Member {
	a.g.t.Helper()
	page := do[roster.Page[roster.Member]](a.g.t)(a.g.roster.Store.Reader(a.id).Members(a.g.t.Context(), roster.Query{Limit: 1000}))
	i := slices.IndexFunc(page.Items, func(m roster.Member) bool { return string(m.Email) == email })
	if i < 0 {
		a.g.t.Fatalf("nobody has the address %s", email)
	}
	return page.Items[i]
}

// live are the sessions of a tenant that have not ended.
func (a *account) live() []roster.Session {
	a.g.t.Helper()
	return do[roster.Page[roster.Session]](a.g.t)(a.g.roster.Sessions(a.g.t.Context(), a.id, roster.SessionQuery{})).Items
}

// endings are why the sessions of a member ended, oldest first.
func (a *account) endings(m roster.MemberID) []roster.EndReason {
	a.g.t.Helper()
	page := do[roster.Page[roster.Session]](a.g.t)(a.g.roster.Sessions(a.g.t.Context(), a.id, roster.SessionQuery{Filter: roster.SessionFilter{Member: m}, WithEnded: true}))
	var out []roster.EndReason
	for _, s := range slices.Backward(page.Items) {
		out = append(out, s.EndReason)
	}
	return out
}

// catchUp sets the clock to the machine's, which is what servers of others go by.
func (c *clock) catchUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = time.Now()
}

// open lets a tenant's people join by signing in, and opens the door to a provider with accounts.
func (g *gateway) open(accounts ...op.Account) (*account, *portal, *provider) {
	g.t.Helper()
	a := g.tenant("acme")
	a.joins("acme.example", tenant.AutoJoinOn, "")
	p := g.portal()
	return a, p, p.provider(a, accounts...)
}
