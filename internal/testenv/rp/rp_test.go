package rp_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"rollcall/internal/testenv/browser"
	"rollcall/internal/testenv/idp"
	"rollcall/internal/testenv/rp"
)

func TestClientTakesEveryStep(t *testing.T) {
	t.Parallel()
	provider := idp.StartOIDCProvider(t)
	app, callback := signIn(t, provider)
	tokens, err := app.Finish(callback)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := app.UserInfo(tokens.AccessToken, "alice")
	if err != nil || claims["email"] != "alice@corp.example" {
		t.Errorf("UserInfo() = %v, %v", claims, err)
	}
	refreshed, err := app.Refresh(tokens.RefreshToken)
	if err != nil || refreshed.AccessToken == "" {
		t.Fatalf("Refresh() = %v, %v", refreshed, err)
	}
	for _, want := range []bool{true, false} {
		claims, err := app.Introspect(refreshed.AccessToken)
		if err != nil || claims["active"] != want {
			t.Errorf("Introspect() = %v, %v, want active %v", claims, err, want)
		}
		if err := app.Revoke(refreshed.AccessToken); err != nil {
			t.Errorf("Revoke() = %v", err)
		}
	}
	metadata, err := app.Metadata()
	if err != nil || metadata["issuer"] != provider.Issuer {
		t.Errorf("Metadata() = %v, %v", metadata, err)
	}
	if address, err := app.LogoutURL(tokens.IDToken); err != nil || address == "" {
		t.Errorf("LogoutURL() = %q, %v", address, err)
	}
}

func TestClientReportsRefusals(t *testing.T) {
	t.Parallel()
	app, callback := signIn(t, idp.StartOIDCProvider(t))
	if _, err := app.Finish(callback); err != nil {
		t.Fatal(err)
	}
	var refused *rp.Error
	if _, err := app.Finish(callback); !errors.As(err, &refused) || refused.Code != "invalid_grant" || refused.Status != http.StatusBadRequest {
		t.Errorf("Finish() of a used code = %#v, want invalid_grant", err)
	}
	if _, err := app.Finish(app.RedirectURI + "?code=x&state=forged"); !errors.As(err, &refused) {
		t.Errorf("Finish() of a forged state = %v, want a refusal", err)
	}
}

// signIn brings alice to the callback.
func signIn(t *testing.T, provider *idp.OIDC) (app *rp.Client, callback string) {
	t.Helper()
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	client := provider.Register(t, idp.Client{RedirectURIs: []string{page.URL + "/callback"}})
	app = rp.New(t, rp.Config{
		Issuer: provider.Issuer, ClientID: client.ID, ClientSecret: client.Secret, RedirectURI: page.URL + "/callback",
		Scope: "openid email offline_access", Parameters: map[string]string{"prompt": "consent"},
	})
	b := browser.New(t, nil)
	b.Get(app.Start())
	return app, provider.SignIn(b, "alice").URL.String()
}
