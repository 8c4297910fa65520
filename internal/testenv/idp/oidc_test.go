package idp_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/testenv/browser"
	"rollcall/internal/testenv/idp"
	"rollcall/internal/testenv/rp"
)

func TestOpenIDProvidersSignInWithTheClaimsOfTheAccount(t *testing.T) {
	t.Parallel()
	type claims struct {
		Email, Verified, Groups any
	}
	groups := []any{"engineering", "admins"}
	tests := []struct {
		name     string
		start    func(testing.TB) *idp.OIDC
		scope    string
		accounts map[string]claims
	}{
		{
			name: "oidc-provider", start: idp.StartOIDCProvider, scope: "openid email profile groups",
			accounts: map[string]claims{
				"alice":    {Email: "alice@corp.example", Verified: true, Groups: groups},
				"mallory":  {Email: "ceo@victim.example", Verified: true, Groups: []any{}},
				"noverify": {Email: "nov@corp.example", Groups: []any{}},
				"unverif":  {Email: "ceo@victim.example", Verified: false, Groups: []any{}},
				"strtrue":  {Email: "str@corp.example", Verified: "true", Groups: []any{}},
			},
		},
		{
			name: "Glewlwyd", start: idp.StartGlewlwyd, scope: "openid email profile",
			accounts: map[string]claims{
				"alice":    {Email: "alice@corp.example", Verified: true, Groups: groups},
				"mallory":  {Email: "ceo@victim.example", Verified: true},
				"noverify": {Email: "nov@corp.example"},
				"unverif":  {Email: "ceo@victim.example", Verified: false},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			provider := tt.start(t)
			for account, want := range tt.accounts {
				t.Run(account, func(t *testing.T) {
					t.Parallel()
					tokens, _ := signInByOIDC(t, provider, tt.scope, account)
					got := claims{Email: tokens.Claims["email"], Verified: tokens.Claims["email_verified"], Groups: tokens.Claims["groups"]}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("claims of %s mismatch (-want +got)\n%s", account, diff)
					}
				})
			}
		})
	}
}

func TestOpenIDProvidersKnowAddedAccounts(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB) *idp.OIDC{"oidc-provider": idp.StartOIDCProvider, "Glewlwyd": idp.StartGlewlwyd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			provider := start(t)
			for _, address := range []string{"first@corp.example", "second@corp.example"} {
				provider.Put(t, idp.Account{Name: "changes", Email: []string{address}, Verified: true})
				tokens, _ := signInByOIDC(t, provider, "openid email", "changes")
				if got := tokens.Claims["email"]; got != address {
					t.Errorf("e-mail = %v, want %s", got, address)
				}
			}
		})
	}
}

func TestOIDCProviderTellsOfTheEndOfASession(t *testing.T) {
	t.Parallel()
	provider := idp.StartOIDCProvider(t)
	told := make(chan string, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/logout" {
			told <- r.PostFormValue("logout_token")
		}
	}))
	t.Cleanup(app.Close)
	_, b := signInAt(t, provider, idp.Client{RedirectURIs: []string{app.URL + "/callback"}, BackchannelLogoutURI: app.URL + "/logout"}, "openid", "alice")
	provider.SignOut(b)
	select {
	case token := <-told:
		if token == "" {
			t.Error("the logout token is empty")
		}
	default:
		t.Error("the application was not told")
	}
}

// signInByOIDC signs account in at a new client and redeems the code with openid-client.
func signInByOIDC(t *testing.T, provider *idp.OIDC, scope, account string) (rp.Tokens, *browser.Browser) {
	t.Helper()
	app := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(app.Close)
	return signInAt(t, provider, idp.Client{RedirectURIs: []string{app.URL + "/callback"}}, scope, account)
}

func signInAt(t *testing.T, provider *idp.OIDC, client idp.Client, scope, account string) (rp.Tokens, *browser.Browser) {
	t.Helper()
	client = provider.Register(t, client)
	app := rp.New(t, rp.Config{
		Issuer: provider.Issuer, ClientID: client.ID, ClientSecret: client.Secret, RedirectURI: client.RedirectURIs[0], Scope: scope,
	})
	b := browser.New(t, nil)
	b.Get(app.Start())
	tokens, err := app.Finish(provider.SignIn(b, account).URL.String())
	if err != nil {
		t.Fatalf("sign in: %v", err)
	}
	return tokens, b
}
