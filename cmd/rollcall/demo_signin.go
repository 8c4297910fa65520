package main

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"golang.org/x/net/html/atom"

	"rollcall/internal/connect"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// The connections of the demo's tenant.
const (
	samlName = "Acme ID"
	oidcName = "Labs ID"
)

// The people whom no directory knows.
const (
	newcomer = "nia.brand@acme.example"
	stranger = "sam.reed@contractor.example"
)

// demoSignInView is how a sign-in went.
type demoSignInView struct {
	Email  string `json:"email"`
	Method string `json:"method"`
	Status int    `json:"status"`
	Role   string `json:"role,omitempty"`
	Code   string `json:"code,omitempty"` // of a refusal
}

// connectSignIn makes a SAML and an OIDC connection, as connection create does.
func (d *demo) connectSignIn() error {
	set := d.connectionService(d.roster, d.key, d.baseURL(d.Listen))
	people, err := d.people(d.directories[0])
	if err != nil {
		return err
	}
	known := []demoAccount{{"ana@" + d.directories[0].domain, "Ana Ruiz"}, {newcomer, "Nia Brand"}, {stranger, "Sam Reed"}}
	c, _, err := set.CreateSAML(d.ctx, d.operator, connect.SAMLDraft{Name: samlName, Metadata: connect.Metadata{URL: d.idps.metadataURL()}})
	if err != nil {
		return err
	}
	d.idps.trustSAML(c.ID.URLs(d.baseURL(d.Listen)), append(known, accountsOf(people)...))
	d.tell.line("Connection %s (SAML): its metadata was fetched from %s", c.Name, d.idps.metadataURL())
	word := secret.NewToken(secret.AppSecret).Reveal()
	c, err = set.CreateOIDC(d.ctx, d.operator, connect.OIDCDraft{
		Name: oidcName, Settings: tenant.OIDCSettings{Issuer: d.idps.issuer(), ClientID: "rollcall"}, Secret: secret.NewText(word), Ask: true,
	})
	if err != nil {
		return err
	}
	if people, err = d.people(d.directories[1]); err != nil {
		return err
	}
	d.idps.trustOIDC("rollcall", word, c.ID.URLs(d.baseURL(d.Listen)), accountsOf(people))
	d.tell.line("Connection %s (OpenID Connect): it was found at %s", c.Name, d.idps.issuer())
	dom, err := d.roster.SetDomain(d.ctx, d.operator, d.directories[0].domain, tenant.AutoJoinOn, "")
	if err != nil {
		return err
	}
	d.tell.line("Auto-join of %s is %s: whoever signs in with such an address becomes a %s.", dom.Name, dom.AutoJoin, d.tenant.Roles.Least())
	return nil
}

// maxAccounts is how many of a directory's people can sign in at its provider: a page has to list them.
const maxAccounts = 8

func accountsOf(people []roster.Member) []demoAccount {
	return list(people[:min(len(people), maxAccounts)], func(m roster.Member) demoAccount {
		return demoAccount{string(m.Email), cmp.Or(m.Attributes.Text("displayName"), string(m.Email))}
	})
}

// signIn lets three people in: one of each directory, and one whom nobody knows.
func (d *demo) signIn() error {
	entra, err := d.someone(d.directories[0], d.present)
	if err != nil {
		return err
	}
	okta, err := d.someone(d.directories[1], d.present)
	if err != nil {
		return err
	}
	for _, one := range []struct{ email, connection, how string }{
		{string(entra.Email), samlName, "pushed by Entra"},
		{string(okta.Email), oidcName, "pushed by Okta"},
		{newcomer, samlName, "known to nobody, joins by the domain"},
	} {
		began := d.now()
		v, got, err := d.visit(one.email, one.connection, "/login")
		if err != nil {
			return err
		}
		d.browsers = append(d.browsers, v)
		if got.Status != http.StatusOK || got.Role == "" {
			return refused("%s could not sign in: %s", one.email, got.Code)
		}
		d.tell.line("%s, %s: signed in as %s", one.email, one.how, got.Role)
		d.tell.line("  at %s by %s, %d pages in %d ms", one.connection, got.Method, v.pages, d.now().Sub(began).Milliseconds())
	}
	return nil
}

// present says that a member has access.
func (d *demo) present(m roster.Member) bool { return m.ID != d.blocked && m.ID != d.left }

// visit signs somebody in with a new browser, beginning at a path, and notes how it went.
func (d *demo) visit(email, connection, path string) (*visitor, demoSignInView, error) {
	v, err := newVisitor(email, connection)
	if err != nil {
		return nil, demoSignInView{}, err
	}
	got, err := d.again(v, path)
	return v, got, err
}

// again signs somebody in with the browser that they have.
func (d *demo) again(v *visitor, path string) (demoSignInView, error) {
	at, err := v.signIn(d.ctx, d.baseURL(d.Listen)+path)
	if err != nil {
		return demoSignInView{}, err
	}
	method := "SAML"
	if v.connection == oidcName {
		method = "OpenID Connect"
	}
	got := demoSignInView{Email: v.email, Method: method, Status: at.status, Code: at.first(atom.Code)}
	if at.url.Path == "/" && at.status == http.StatusOK {
		if said := at.texts(atom.Strong); len(said) > 1 { // the tenant, and the role
			got.Role = said[1]
		}
	}
	if got.Role == "" {
		d.said = at.first(atom.P)
	}
	d.signIns = append(d.signIns, got)
	return got, nil
}

// refuse shows three people who are kept out, and what they read.
func (d *demo) refuse() error {
	blocked, err := d.member(d.blocked)
	if err != nil {
		return err
	}
	left, err := d.member(d.left)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		email, connection, path, who string
		code                         roster.Code
	}{
		{stranger, samlName, "/login?organization=" + d.tenant.Slug, "a guest at " + samlName + " with a foreign domain", roster.CodeDomainNotOwned},
		{string(left.Email), oidcName, "/login", "whom Okta turned off", roster.CodeDeactivatedByDirectory},
		{string(blocked.Email), oidcName, "/login", "whom Ana blocked", roster.CodeDeactivatedByAdmin},
	} {
		_, got, err := d.visit(one.email, one.connection, one.path)
		if err != nil {
			return err
		}
		if roster.Code(got.Code) != one.code || got.Role != "" {
			return refused("%s was answered with %q where %s was due", one.email, got.Code, one.code)
		}
		d.tell.line("%s, %s:", one.email, one.who)
		d.tell.line("  → %d %s: %q", got.Status, got.Code, d.said)
	}
	return nil
}

func (d *demo) member(id roster.MemberID) (roster.Member, error) {
	return d.db.Reader(d.tenant.ID).Member(d.ctx, roster.Scope{}, id, false)
}

// cutOff shows what a directory's "no" does to an open session.
func (d *demo) cutOff() error {
	entra := d.directories[0]
	people, err := d.people(entra)
	if err != nil {
		return err
	}
	m := people[slices.IndexFunc(people, d.present)] // the first to sign in above
	v := d.browsers[0]
	d.tell.line("%s is signed in, here and in Timesheets.", m.Email)
	if err := d.ask(entra, http.MethodPatch, m.ID, activeWord("False")); err != nil {
		return err
	}
	answered := d.now()
	if err := d.untilDead(v, d.baseURL(d.Listen)); err != nil {
		return err
	}
	d.deadIn = d.now().Sub(answered)
	if err := d.untilDead(v, d.app.url); err != nil {
		return err
	}
	d.shutIn = d.now().Sub(answered)
	d.tell.line("The session is dead %.1f ms after Entra heard that, and Timesheets, which is told, shows nothing any more after %.1f ms.",
		milliseconds(d.deadIn), milliseconds(d.shutIn))
	got, err := d.again(v, "/login")
	if err != nil {
		return err
	}
	if roster.Code(got.Code) != roster.CodeDeactivatedByDirectory {
		return refused("%s was answered with %q after being turned off", m.Email, got.Code)
	}
	d.tell.line("  → %d %s: %q", got.Status, got.Code, d.said)
	if err := d.ask(entra, http.MethodPatch, m.ID, activeWord("True")); err != nil {
		return err
	}
	if err := d.untilDead(v, d.baseURL(d.Listen)); err != nil {
		return err
	}
	if got, err = d.again(v, "/login"); err != nil || got.Role == "" {
		return cmp.Or(err, refused("%s could not sign in again: %s", m.Email, got.Code))
	}
	d.tell.line("The old session stays dead; after another sign-in there is a new one.")
	return nil
}

// untilDead asks for a page that is for people who are signed in until the visitor is led elsewhere.
func (d *demo) untilDead(v *visitor, base string) error {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		at, err := v.get(d.ctx, base+"/")
		if err != nil || at.url.String() != base+"/" {
			return err
		}
		select {
		case <-d.ctx.Done():
			return d.ctx.Err()
		case <-again.C:
		}
	}
}

func milliseconds(t time.Duration) float64 { return float64(t.Microseconds()) / 1000 }

// activeWord is the PATCH by which Entra turns somebody off and on, in the words that it uses without a flag.
func activeWord(word string) map[string]any {
	return map[string]any{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": []any{map[string]any{"op": "Replace", "path": "active", "value": word}},
	}
}

// showSignIn says where a person can try all that in a browser.
func (d *demo) showSignIn() {
	d.tell.plain("\n  # sign in yourself, in a browser, with one of these accounts; no password is asked")
	d.tell.plain("  the sign-in page %s/login, the application %s", d.baseURL(d.Listen), d.app.url)
	d.tell.plain("  ana@acme.example is the admin: the team is at %s/console/, and the mails of the demonstration at %s/mails", d.baseURL(d.Listen), d.baseURL(d.Listen))
	seen := map[string]bool{}
	for _, s := range slices.Backward(d.signIns) { // the last of each says how it would go now
		if seen[s.Email] {
			continue
		}
		seen[s.Email] = true
		what := "comes in as " + s.Role
		if s.Code != "" {
			what = "is refused: " + s.Code
		}
		at := oidcName
		if s.Method == "SAML" {
			at = samlName
		}
		d.tell.plain("  %-46s at %s: %s", s.Email, at, what)
	}
	d.tell.plain("  (%s is none of Acme's addresses; begin at %s/login?organization=%s)", stranger, d.baseURL(d.Listen), d.tenant.Slug)
}
