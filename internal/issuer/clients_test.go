package issuer_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"rollcall/internal/tenant"
	"rollcall/internal/testenv/issuertest"
	"rollcall/internal/testenv/rp"
)

// TestOpenIDClient goes all the way with npm's openid-client, which is certified and knows nothing of our code. (go-oidc
// and x/oauth2 go it in package middleware.)
func TestOpenIDClient(t *testing.T) {
	t.Parallel()
	h := issuertest.New(t, issuertest.SQLite(t), time.Now()) // the client has a clock of its own
	a, secret := h.App(tenant.App{PostLogoutURIs: []string{"https://app.example/bye"}})
	ann := h.Member("ann", "viewer")
	h.Lets(ann)
	client := rp.New(t, rp.Config{
		Issuer: h.Server.URL, ClientID: a.ID.String(), ClientSecret: secret, RedirectURI: issuertest.Callback,
		Scope: "openid email profile groups offline_access", Parameters: map[string]string{"organization": "acme"},
	})
	b := newBrowser(t)
	back := b.follow(client.Start()).String()
	tokens, err := client.Finish(back)
	if err != nil {
		t.Fatalf("finish: %v", err)
	}
	if tokens.Claims["sub"] != ann.ID.String() || tokens.Claims["org_slug"] != "acme" || tokens.RefreshToken == "" {
		t.Errorf("claims %v", tokens.Claims)
	}
	if c, err := client.UserInfo(tokens.AccessToken, ann.ID.String()); err != nil || c["email"] != "ann@acme.example" {
		t.Errorf("userinfo = %v, %v", c, err)
	}
	next, err := client.Refresh(tokens.RefreshToken)
	if err != nil || next.RefreshToken == tokens.RefreshToken {
		t.Fatalf("refresh = %v", err)
	}
	if c, err := client.Introspect(next.AccessToken); err != nil || c["active"] != true || c["org_role"] != "viewer" || fmt.Sprint(c["permissions"]) != "[content:read profile:read profile:write]" {
		t.Errorf("introspect = %v, %v", c, err)
	}
	client.Parameters = map[string]string{"post_logout_redirect_uri": "https://app.example/bye"}
	bye, err := client.LogoutURL(next.IDToken)
	if err != nil {
		t.Fatal(err)
	}
	if to := b.follow(bye).String(); to != "https://app.example/bye" {
		t.Errorf("after the logout the browser is at %s", to)
	}
	var refused *rp.Error
	if _, err := client.Refresh(next.RefreshToken); !errors.As(err, &refused) || refused.Code != "invalid_grant" || refused.Status != http.StatusBadRequest {
		t.Errorf("refresh after the logout = %v", err)
	}
}

func TestOpenIDClientPublic(t *testing.T) {
	t.Parallel()
	h := issuertest.New(t, issuertest.SQLite(t), time.Now())
	a, _ := h.App(tenant.App{Auth: tenant.AppPublic})
	h.Lets(h.Member("ann", "viewer"))
	client := rp.New(t, rp.Config{Issuer: h.Server.URL, ClientID: a.ID.String(), RedirectURI: issuertest.Callback, Scope: "openid offline_access"})
	tokens, err := client.Finish(newBrowser(t).follow(client.Start()).String())
	if err != nil {
		t.Fatalf("finish: %v", err)
	}
	if err := client.Revoke(tokens.RefreshToken); err != nil {
		t.Errorf("revoke: %v", err)
	}
	if _, err := client.UserInfo(tokens.AccessToken, ""); err == nil {
		t.Error("userinfo after the revocation")
	}
}
