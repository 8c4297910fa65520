package acceptance

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/connect"
	"rollcall/internal/demoidp/op"
	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/outbound"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/internal/web"
	"rollcall/jit"
	"rollcall/sso"
	"rollcall/sso/oidc"
	"rollcall/storage/shortlived"
)

// portal is the gateway's sign-in door over HTTP.
type portal struct {
	*gateway
	url     string
	door    *sso.Door
	connect *connect.Service
	short   *shortlived.Memory
	testKey []byte
	handler http.Handler // what the server answers with
	routes  *mux.Router
	// saml are the SAML providers that are running, by connection.
	saml map[tenant.ConnectionID]*samlidp.Provider
}

// state is what sign-ins under way are kept in.
type state struct{ shortlived.Store }

func (s state) Put(ctx context.Context, id string, value []byte, ttl time.Duration) error {
	return s.Store.Put(ctx, shortlived.Key{Use: "sso_flow", Name: id}, value, ttl)
}

func (s state) Take(ctx context.Context, id string) ([]byte, error) {
	return s.Store.Take(ctx, shortlived.Key{Use: "sso_flow", Name: id})
}

func (s state) FirstTime(ctx context.Context, id tenant.ID, what string, ttl time.Duration) (bool, error) {
	return s.Store.FirstTime(ctx, shortlived.Key{Use: "sso_used", Tenant: id, Name: what}, ttl)
}

func (s state) Forget(ctx context.Context, id tenant.ID, what string) error {
	return s.Store.Forget(ctx, shortlived.Key{Use: "sso_used", Tenant: id, Name: what})
}

// portal opens the door on 127.0.0.1, by http as in the demonstration.
func (g *gateway) portal() *portal {
	g.t.Helper()
	return g.portalLogging(slog.New(slog.DiscardHandler))
}

// portalLogging is portal with a log.
func (g *gateway) portalLogging(log *slog.Logger) *portal {
	g.t.Helper()
	routes := mux.NewRouter()
	chain := web.Chain{Log: log, Now: time.Now}
	handler := chain.Wrap(routes)
	server := httptest.NewServer(handler)
	g.t.Cleanup(server.Close)
	key := g.connect.Key // the same that the API seals with
	p := &portal{
		gateway: g, url: server.URL, handler: handler, routes: routes, short: shortlived.NewMemory(g.clock.Now, 0), testKey: key.Derive(secret.TestTicketKey),
		saml: map[tenant.ConnectionID]*samlidp.Provider{},
	}
	client := outbound.New(outbound.Config{Loopback: true})
	p.connect = &connect.Service{Roster: g.roster, Key: key, Fetch: client.Get, PublicURL: server.URL, Now: g.clock.Now}
	pages := do[*console.Pages](g.t)(console.New("Rollcall"))
	joiner := jit.Joiner{Roster: g.roster}
	door, err := sso.New(sso.Config{
		Roster: g.roster, Store: g.roster.Store, Locator: g.roster.Locator, Connections: p.connect,
		OIDC: oidc.New(oidc.Options{HTTP: client.HTTP(), Now: g.clock.Now}), State: state{p.short},
		Sessions: &session.Service{Roster: g.roster, Now: g.clock.Now, Log: log, Insecure: true}, Pages: pages, TestKey: p.testKey,
		Public: server.URL, RequestID: web.RequestID, Log: log, Now: g.clock.Now,
		Join: func(ctx context.Context, id sso.Identity, c roster.Client) (sso.Welcome, error) {
			in, err := joiner.Join(ctx, id, c, [32]byte{})
			return sso.Welcome{Member: in.Member, Session: in.Session, Token: in.Token}, err
		},
		Try: func(ctx context.Context, id sso.Identity) (sso.Tried, error) {
			d, err := joiner.Try(ctx, id)
			return sso.Tried{Page: console.TestResult{Sentence: d.Detail, Code: string(d.Code), Rules: d.Rules}, Passed: d.Works()}, err
		},
	})
	if err != nil {
		g.t.Fatalf("make the sign-in door: %v", err)
	}
	p.door = door
	web.Mount(routes, web.Door{Name: "sso", Routes: door.Routes}, web.Door{Name: "pages", Routes: pages.Routes})
	return p
}

// samlIDP is a running SAML provider and the connection to it.
func (p *portal) samlIDP(a *account, accounts ...samlidp.Account) tenant.Connection {
	p.t.Helper()
	private := do[*rsa.PrivateKey](p.t)(rsa.GenerateKey(rand.Reader, 2048))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp"}, NotBefore: p.clock.Now().Add(-day), NotAfter: p.clock.Now().Add(365 * day),
	}
	der := do[[]byte](p.t)(x509.CreateCertificate(rand.Reader, template, template, private.Public(), private))
	provider := &samlidp.Provider{
		EntityID: "urn:example:idp", Key: private, Certificate: do[*x509.Certificate](p.t)(x509.ParseCertificate(der)), Now: p.clock.Now, Accounts: accounts,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.Handler().ServeHTTP(w, r) }))
	p.t.Cleanup(server.Close)
	provider.SSOURL = server.URL + "/sso"
	c, _, err := p.connect.CreateSAML(p.t.Context(), a.admin, connect.SAMLDraft{Name: "SAML", Metadata: connect.Metadata{URL: server.URL + "/metadata"}})
	if err != nil {
		p.t.Fatalf("create a SAML connection: %v", err)
	}
	urls := c.ID.URLs(p.url)
	p.saml[c.ID] = provider
	provider.SPs = []samlidp.SP{{EntityID: urls.EntityID, ACSURL: urls.ACS}}
	return c
}

// oidcIDP is a running OpenID provider and the connection to it.
func (p *portal) oidcIDP(a *account, accounts ...op.Account) tenant.Connection {
	p.t.Helper()
	provider := op.New(op.Config{Accounts: accounts, Keys: []op.Key{do[op.Key](p.t)(op.NewKey("k1"))}, Now: p.clock.Now, AutoLogin: true})
	server := httptest.NewServer(provider)
	p.t.Cleanup(server.Close)
	provider.SetIssuer(server.URL)
	c, err := p.connect.CreateOIDC(p.t.Context(), a.admin, connect.OIDCDraft{
		Name: "OIDC", Settings: tenant.OIDCSettings{Issuer: server.URL, ClientID: "gateway"}, Secret: secret.NewText("s3cret-for-the-test-only"), Ask: false,
	})
	if err != nil {
		p.t.Fatalf("create an OIDC connection: %v", err)
	}
	provider.AddClient(op.Client{ID: "gateway", Secret: "s3cret-for-the-test-only", RedirectURIs: []string{c.ID.URLs(p.url).Redirect}})
	return c
}

// typed is the page where somebody lands who types an address at the login page and has only to be sent on.
func (p *portal) typed(b *chrome.Browser, address string) *chrome.Page {
	p.t.Helper()
	return b.Submit(b.Get(p.url+"/").FormWith("email"), map[string]string{"email": address})
}

func TestSignInBySAMLOverHTTP(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		p := g.portal()
		p.samlIDP(a, samlidp.Account{Login: "ann", NameID: "ann-1", Attributes: []samlidp.Attribute{{Name: "email", Values: []string{"ann@acme.example"}}}})
		if page := p.typed(chrome.New(t, nil), "ann@acme.example"); !page.Has("signed in to") {
			t.Errorf("after the sign-in: %s", page.Text())
		}
	})
}

func TestSignInByOIDCOverHTTP(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		p := g.portal()
		p.oidcIDP(a, op.Account{Subject: "ann-1", Email: "ann@acme.example", Verified: true, Name: "Ann A"})
		if page := p.typed(chrome.New(t, nil), "ann@acme.example"); !page.Has("signed in to") {
			t.Errorf("after the sign-in: %s", page.Text())
		}
	})
}
