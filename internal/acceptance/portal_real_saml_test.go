package acceptance

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"rollcall/internal/connect"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	idps "rollcall/internal/testenv/idp"
	"rollcall/internal/testenv/migrated"
	"rollcall/sso/saml"
)

// company is a tenant whose people sign in at a real SAML provider, in real time.
type company struct {
	*account
	p    *portal
	idp  *idps.SAML
	con  tenant.Connection
	sp   idps.SP
	post bool // requests go by HTTP-POST
}

// onReal runs a test with SimpleSAMLphp on SQLite and with samlp on PostgreSQL.
func onReal(t *testing.T, f func(t *testing.T, g *gateway, provider *idps.SAML, kind string)) {
	t.Helper()
	t.Parallel()
	t.Run("SimpleSAMLphp", func(t *testing.T) {
		t.Parallel()
		f(t, newGateway(t, migrated.SQLite(t)), idps.StartSimpleSAMLphp(t, idps.SAMLOptions{}), "SimpleSAMLphp")
	})
	t.Run("samlp", func(t *testing.T) {
		t.Parallel()
		f(t, newGateway(t, migrated.Postgres(t)), idps.StartSAMLP(t, idps.SAMLOptions{}), "samlp")
	})
}

// company makes a tenant with a connection to a provider, which knows us from our metadata.
func (p *portal) company(slug string, provider *idps.SAML, sp idps.SP, change func(*connect.SAMLDraft)) *company {
	p.t.Helper()
	p.inStep()
	c := &company{account: p.tenant(slug), p: p, idp: provider, sp: sp}
	yes := true
	d := connect.SAMLDraft{Name: "SAML", Metadata: connect.Metadata{URL: provider.MetadataURL}, SignRequests: &yes}
	if change != nil {
		change(&d)
	}
	made, _, err := p.connect.CreateSAML(p.t.Context(), c.admin, d)
	if err != nil {
		p.t.Fatalf("connect to the provider: %v", err)
	}
	c.con = made
	urls := made.ID.URLs(p.url)
	c.sp.EntityID, c.sp.ACS = urls.EntityID, urls.ACS
	c.sp.Metadata = chrome.New(p.t, nil).Get(urls.Metadata).Body
	c.sp.Certificate = do[*x509.Certificate](p.t)(x509.ParseCertificate(made.SAML.Keys[0].Certificate))
	c.register(nil)
	return c
}

// register has the provider answer in another way from now on.
func (c *company) register(change func(*idps.SP)) {
	c.g.t.Helper()
	sp := c.sp
	if change != nil {
		change(&sp)
	}
	c.idp.Register(c.g.t, sp)
}

// inStep sets the clock of the test to that of the real providers.
func (p *portal) inStep() { p.clock.advance(time.Since(p.clock.Now())) }

// comes signs in at the provider; the form with its answer stays with the test.
func (c *company) comes(b *chrome.Browser, account string) *chrome.Form {
	c.g.t.Helper()
	c.p.inStep()
	b.Hold = true
	page := b.Get(c.p.loginURL(c.con, ""))
	if c.post {
		page = b.Submit(page.FormWith("SAMLRequest"), nil)
	}
	if page.HasForm("username", "password") {
		page = c.idp.SignIn(b, account)
	}
	form := page.FormWith("SAMLResponse")
	if form == nil {
		c.g.t.Fatalf("no answer of the provider at %s: %d\n%s", page.URL, page.Status, page.Text())
	}
	return form
}

func TestRealProvidersSignPeopleIn_S10_S34(t *testing.T) {
	onReal(t, func(t *testing.T, g *gateway, provider *idps.SAML, kind string) {
		p := g.portal()
		c := p.company("corp", provider, idps.SP{SignedRequests: kind == "SimpleSAMLphp", NameID: idps.NameIDPersistent}, nil)
		c.joins("corp.example", tenant.AutoJoinOn, "")
		b := chrome.New(t, nil)
		p.inStep()
		b.Submit(b.Get(p.url+"/").FormWith("email"), map[string]string{"email": "alice@corp.example"}) // e-mail first
		p.signedIn(b, provider.SignIn(b, "alice"))
		for _, sign := range []idps.Signed{idps.SignResponse, idps.SignBoth} {
			c.register(func(sp *idps.SP) { sp.Sign = sign })
			b := chrome.New(t, nil)
			p.signedIn(b, p.post(b, c.comes(b, "bob")))
		}
		c.register(func(sp *idps.SP) {
			sp.Encrypt = idps.EncryptCBC
			if kind == "samlp" {
				sp.Encrypt = idps.EncryptGCM
			}
		})
		b = chrome.New(t, nil)
		form := c.comes(b, "alice")
		if raw, _ := base64.StdEncoding.DecodeString(form.Value("SAMLResponse")); !bytes.Contains(raw, []byte("EncryptedAssertion")) || bytes.Contains(raw, []byte("alice@")) {
			t.Errorf("not encrypted: %s", raw)
		}
		if kind == "samlp" {
			p.signedIn(b, p.post(b, form))
		} else { // it can't do better than CBC, which tells of what is inside to who may ask often
			p.refuses(c.account, b, form, outsider{http.StatusForbidden, saml.CodeAlgorithmRefused, "encryption_algorithm"})
		}
		c.members(2)
	})
}

func TestRealProvidersByPost(t *testing.T) {
	t.Parallel()
	g, provider := newGateway(t, migrated.Postgres(t)), idps.StartSAMLP(t, idps.SAMLOptions{})
	p := g.portal()
	c := p.company("corp", provider, idps.SP{}, func(d *connect.SAMLDraft) {
		post, redirect := []byte("bindings:HTTP-POST"), []byte("bindings:HTTP-Redirect")
		d.Metadata = connect.Metadata{Document: bytes.ReplaceAll(provider.Metadata(t), redirect, post)}
	})
	c.post = true
	c.joins("corp.example", tenant.AutoJoinOn, "")
	b := chrome.New(t, nil)
	p.signedIn(b, p.post(b, c.comes(b, "alice")))
}

func TestRealProvidersHostileAccounts_S9_S24_S33_S38(t *testing.T) {
	onReal(t, func(t *testing.T, g *gateway, provider *idps.SAML, _ string) {
		p := g.portal()
		c := p.company("corp", provider, idps.SP{}, nil)
		c.joins("corp.example", tenant.AutoJoinOn, "")
		victim := g.tenant("victim")
		victim.joins("victim.example", tenant.AutoJoinOn, "")
		for _, tt := range []struct {
			account string
			change  func(*idps.SP)
			code    roster.Code
			check   string
		}{
			{account: "mallory", code: roster.CodeDomainNotOwned, check: "-"},
			{account: "noemail", change: func(sp *idps.SP) { sp.NameID = idps.NameIDPersistent }, code: roster.CodeEmailMissing, check: "-"},
			{account: "twoemails", change: func(sp *idps.SP) { sp.NameID = idps.NameIDPersistent }, code: roster.CodeEmailMissing, check: "-"},
			{account: "alice", change: func(sp *idps.SP) { sp.Sign = idps.SignNothing }, code: saml.CodeUnsigned, check: "signature"},
			{account: "alice", change: func(sp *idps.SP) { sp.SHA1 = true }, code: saml.CodeAlgorithmRefused, check: "signature_algorithm"},
		} {
			c.register(tt.change)
			b := chrome.New(t, nil)
			p.refuses(c.account, b, c.comes(b, tt.account), outsider{http.StatusForbidden, tt.code, tt.check})
		}
		c.register(nil)
		b := chrome.New(t, nil)
		form := c.comes(b, "alice")
		raw := do[[]byte](t)(base64.StdEncoding.DecodeString(form.Value("SAMLResponse")))
		form.Set("SAMLResponse", base64.StdEncoding.EncodeToString(bytes.ReplaceAll(raw, []byte("alice@"), []byte("bobby@"))))
		p.refuses(c.account, b, form, outsider{http.StatusForbidden, saml.CodeSignatureInvalid, "signature"})
		c.members(0)
		if victim.everything().members != 0 || len(victim.refusals()) != 0 {
			t.Error("the other tenant hears of it")
		}
	})
}

func TestRealProvidersMixUp_S19_S25_S27(t *testing.T) {
	onReal(t, func(t *testing.T, g *gateway, provider *idps.SAML, _ string) {
		p := g.portal()
		one, two := p.company("one", provider, idps.SP{}, nil), p.company("two", provider, idps.SP{}, nil)
		one.joins("corp.example", tenant.AutoJoinOn, "")
		b := chrome.New(t, nil)
		// The same provider, the same key, the same entity id: what it says to one is nothing to the other.
		of, into := one.comes(b, "alice"), two.comes(b, "alice")
		into.Set("SAMLResponse", of.Value("SAMLResponse"))
		p.refuses(two.account, b, into, outsider{http.StatusForbidden, saml.CodeRecipientMismatch, "destination"})
		p.inStep()
		page := provider.Unsolicited(b, one.sp.EntityID, "alice", "https://evil.example/")
		p.refuses(one.account, b, page.FormWith("SAMLResponse"), outsider{http.StatusForbidden, saml.CodeUnsolicited, ""})
		b.Click("Sign in")
		page = b.Page()
		if page.HasForm("username") {
			page = provider.SignIn(b, "alice")
		}
		p.signedIn(b, p.post(b, page.FormWith("SAMLResponse")))
		if two.everything().sessions != 0 {
			t.Error("the other tenant has a session")
		}
	})
}

func TestRealProviderRollsOver_S30(t *testing.T) {
	t.Parallel()
	g := newGateway(t, migrated.SQLite(t))
	provider := idps.StartSimpleSAMLphp(t, idps.SAMLOptions{EntityID: "urn:corp.example:portal-rolls-over", RollOver: true})
	p := g.portal()
	c := p.company("corp", provider, idps.SP{}, nil)
	c.joins("corp.example", tenant.AutoJoinOn, "")
	for _, next := range []bool{false, true} {
		c.register(func(sp *idps.SP) { sp.NextKey = next })
		b := chrome.New(t, nil)
		p.signedIn(b, p.post(b, c.comes(b, "alice")))
	}
	// The first certificate is gone from what the tenant's admin brings in: what it signs is refused, with its fingerprint.
	first := provider.Certificates[0]
	old := []byte(base64.StdEncoding.EncodeToString(first.Raw))
	doc := bytes.ReplaceAll(provider.Metadata(t), old, []byte(base64.StdEncoding.EncodeToString(provider.Certificates[1].Raw)))
	p.inStep()
	if _, _, err := p.connect.SetMetadata(t.Context(), c.admin, c.config().Connections[0], connect.Metadata{Document: doc}); err != nil {
		t.Fatal(err)
	}
	c.register(nil)
	b := chrome.New(t, nil)
	p.refuses(c.account, b, c.comes(b, "alice"), outsider{http.StatusForbidden, saml.CodeCertificateUnknown, "certificate"})
	facts := map[string]roster.SignInFact{}
	for _, f := range c.refusals()[0].Facts {
		facts[f.Name] = f
	}
	if facts["certificate"].Seen != saml.Fingerprint(first) || facts["certificate"].Want == "" || facts["clock"].Seen == "" || facts["clock"].Want == "" {
		t.Errorf("the event tells %+v", facts)
	}
}
