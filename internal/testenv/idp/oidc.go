package idp

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"rollcall/internal/testenv/browser"
)

// Client is a client of an OpenID provider.
type Client struct {
	ID, Secret   string // given by the provider
	RedirectURIs []string
	// BackchannelLogoutURI is told of the end of sessions. oidc-provider only.
	BackchannelLogoutURI string
	// PostLogoutRedirectURI may be come back to after a sign-out. oidc-provider only.
	PostLogoutRedirectURI string
}

// OIDC is a running OpenID provider. Clients authenticate with client_secret_basic and must use PKCE.
// Scopes openid, profile, email and, at oidc-provider, groups and offline_access; ID tokens hold the claims.
type OIDC struct {
	Issuer string

	server   *server
	register func(testing.TB, Client) Client
	put      func(testing.TB, Account)
	signIn   func(*browser.Browser, string) *browser.Page
	signOut  func(*browser.Browser) *browser.Page
}

// Register makes a client known and returns it with the id and secret it was given.
func (p *OIDC) Register(tb testing.TB, c Client) Client {
	tb.Helper()
	p.server.showLog(tb)
	return p.register(tb, c)
}

// Put adds an account, or changes the one of that name from its next sign-in on.
func (p *OIDC) Put(tb testing.TB, a Account) {
	tb.Helper()
	p.put(tb, a)
}

// SignIn signs account in where b stands, which is where the authorization request led, agrees to
// what is asked, and follows to where the provider sends the browser.
func (p *OIDC) SignIn(b *browser.Browser, account string) *browser.Page { return p.signIn(b, account) }

// SignOut ends b's session at the provider, which then tells clients at their BackchannelLogoutURI.
func (p *OIDC) SignOut(b *browser.Browser) *browser.Page { return p.signOut(b) }

var oidcProviders shared[struct{}, *OIDC]

// StartOIDCProvider returns the oidc-provider of this process.
func StartOIDCProvider(tb testing.TB) *OIDC {
	tb.Helper()
	return oidcProviders.get(tb, "oidc-provider", struct{}{}, startOIDCProvider)
}

func startOIDCProvider(ctx context.Context) (*OIDC, error) {
	files, err := accountFiles()
	if err != nil {
		return nil, err
	}
	running, err := startNode(ctx, "oidc-provider", "oidcprovider.mjs", "/.well-known/openid-configuration", files,
		func(port string) []string { return []string{"PORT=" + port, "ISSUER=http://127.0.0.1:" + port} })
	if err != nil {
		return nil, err
	}
	p := &OIDC{Issuer: running.URL, server: &server{Service: running, kind: "oidc-provider"}}
	p.register, p.put = p.registerItself, p.server.put
	p.signIn, p.signOut = fillInDevelopmentPages, p.endSession
	return p, nil
}

// registerItself registers as of OpenID Connect Dynamic Client Registration 1.0.
func (p *OIDC) registerItself(tb testing.TB, c Client) Client {
	tb.Helper()
	metadata := map[string]any{
		"redirect_uris": c.RedirectURIs, "response_types": []string{"code"},
		"grant_types": []string{"authorization_code", "refresh_token"}, "token_endpoint_auth_method": "client_secret_basic",
	}
	if c.BackchannelLogoutURI != "" {
		metadata["backchannel_logout_uri"], metadata["backchannel_logout_session_required"] = c.BackchannelLogoutURI, true
	}
	if c.PostLogoutRedirectURI != "" {
		metadata["post_logout_redirect_uris"] = []string{c.PostLogoutRedirectURI}
	}
	var given struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	answer := call(tb, http.DefaultClient, http.MethodPost, p.Issuer+"/reg", metadata)
	if err := json.Unmarshal(answer, &given); err != nil || given.ID == "" {
		tb.Fatalf("oidc-provider: register a client: %s", answer)
	}
	c.ID, c.Secret = given.ID, given.Secret
	return c
}

// fillInDevelopmentPages signs in and agrees, on those of the two pages that are shown.
func fillInDevelopmentPages(b *browser.Browser, account string) *browser.Page {
	page := b.Page()
	if page.HasForm("login", "password") {
		page = b.Submit(page.FormWith("login", "password"), map[string]string{"login": account, "password": "any"})
	}
	if page.HasForm("prompt") && page.FormWith("prompt").Value("prompt") == "consent" {
		page = b.Submit(page.FormWith("prompt"), nil)
	}
	return page
}

func (p *OIDC) endSession(b *browser.Browser) *browser.Page {
	page := b.Get(p.Issuer + "/session/end")
	return b.Submit(page.FormWith("logout"), map[string]string{"logout": "yes"})
}

// call sends JSON and returns the answer's body. Anything but a 2xx fails tb.
func call(tb testing.TB, client *http.Client, method, address string, body any) []byte {
	tb.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		tb.Fatal(err)
	}
	status, answer, err := send(context.Background(), client, method, address, string(content))
	if err != nil {
		tb.Fatal(err)
	}
	if status/100 != 2 {
		tb.Fatalf("%s %s: %d\n%s", method, address, status, strings.TrimSpace(string(answer)))
	}
	return answer
}
