package idp

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/internal/testenv/browser"
)

// glewlwyd is a running Glewlwyd, set up through its API as the administrator of Debian's schema.
type glewlwyd struct {
	base  string
	admin *http.Client
}

func (g *glewlwyd) issuer() string { return g.base + "/api/oidc" }

// step is one call of the administrator's API.
type step struct {
	method, path string
	body         any
}

func (g *glewlwyd) setUp(ctx context.Context) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	g.admin = &http.Client{Jar: jar}
	keys, err := newPair("glewlwyd", time.Time{})
	if err != nil {
		return err
	}
	steps := []step{
		{http.MethodPost, "/auth/", map[string]any{"username": "admin", "password": "password"}},
		{http.MethodPut, "/mod/user/database", userModule()},
		{http.MethodPut, "/mod/user/database/reset/", nil},
		{http.MethodPost, "/scope", scope("email")},
		{http.MethodPost, "/scope", scope("profile")},
		{http.MethodPost, "/mod/plugin/", g.plugin(keys)},
	}
	for _, a := range Accounts() {
		steps = append(steps, step{http.MethodPost, "/user/", user(a)})
	}
	for _, s := range steps {
		content, err := json.Marshal(s.body)
		if err != nil {
			return err
		}
		status, answer, err := send(ctx, g.admin, s.method, g.base+"/api"+s.path, string(content))
		if err != nil || status != http.StatusOK {
			return errors.Join(err, fmt.Errorf("%s %s: %d %s", s.method, s.path, status, answer))
		}
	}
	return nil
}

func scope(name string) map[string]any {
	return map[string]any{"name": name, "display_name": name, "password_required": false, "password_max_age": 0}
}

// claims are the properties of users that become claims as they are.
var claims = []string{"given_name", "family_name", "groups"}

func userModule() map[string]any {
	format := map[string]any{}
	for _, name := range append([]string{"email_verified"}, claims...) {
		format[name] = map[string]any{
			"multiple": name == "groups", "read": true, "write": true, "profile-read": true, "profile-write": false,
		}
	}
	return map[string]any{
		"module": "database", "name": "database", "display_name": "Database", "order_rank": 0,
		"parameters": map[string]any{"use-glewlwyd-connection": true, "data-format": format},
		"enabled":    true, "readonly": false, "multiple_passwords": false,
	}
}

func (g *glewlwyd) plugin(keys pair) map[string]any {
	claimed := []map[string]any{{
		"name": "email_verified", "user-property": "email_verified", "type": "boolean",
		"boolean-value-true": "true", "boolean-value-false": "false", "mandatory": true, "scope": []string{},
	}}
	for _, name := range claims {
		claimed = append(claimed, map[string]any{"name": name, "user-property": name, "type": "string", "mandatory": true, "scope": []string{}})
	}
	return map[string]any{"module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "parameters": map[string]any{
		"iss": g.issuer(), "jwt-type": "rsa", "jwt-key-size": "256", "key": string(keys.key), "cert": string(keys.pub), "jwks-show": true,
		"access-token-duration": 300, "refresh-token-duration": 3600, "code-duration": 60, "refresh-token-rolling": true,
		"session-cookie-name": "GLEWLWYD2_OIDC", "session-cookie-expiration": 3600,
		"allow-non-oidc": false, "auth-type-code-enabled": true, "auth-type-code-revoke-replayed": true, "auth-type-token-enabled": false,
		"auth-type-id-token-enabled": true, "auth-type-none-enabled": false, "auth-type-password-enabled": false,
		"auth-type-client-enabled": false, "auth-type-device-enabled": false, "auth-type-refresh-enabled": true,
		"subject-type": "public", "scope": []string{}, "additional-parameters": []string{}, "claims": claimed,
		"name-claim": "mandatory", "name-claim-scope": []string{}, "email-claim": "mandatory", "email-claim-scope": []string{},
		"scope-claim": "no", "scope-claim-scope": []string{}, "allowed-scope": []string{"openid", "email", "profile"},
		"pkce-allowed": true, "pkce-method-plain-allowed": false, "pkce-required": true,
		"introspection-revocation-allowed": true, "introspection-revocation-allow-target-client": true,
		"session-management-allowed": true, "front-channel-logout-allowed": false, "back-channel-logout-allowed": false,
		"oauth-rar-allowed": false, "request-parameter-allow": false, "register-client-allowed": false, "encrypt-out-token-allow": false,
	}}
}

func user(a Account) map[string]any {
	u := map[string]any{
		"username": a.Name, "password": a.Password(), "name": a.GivenName + " " + a.FamilyName, "given_name": a.GivenName,
		"family_name": a.FamilyName, "groups": a.Groups, "enabled": true, "scope": []string{"g_profile", "openid", "email", "profile"},
	}
	if a.Groups == nil {
		u["groups"] = []string{}
	}
	if len(a.Email) > 0 {
		u["email"] = strings.Join(a.Email, ",") // it has one address for each user
	}
	if verified, ok := a.Verified.(bool); ok {
		u["email_verified"] = fmt.Sprint(verified)
	}
	return u
}

func (g *glewlwyd) put(tb testing.TB, a Account) {
	tb.Helper()
	status, answer, err := send(tb.Context(), g.admin, http.MethodGet, g.base+"/api/user/"+url.PathEscape(a.Name), "")
	if err != nil {
		tb.Fatal(err)
	}
	switch status {
	case http.StatusOK:
		call(tb, g.admin, http.MethodPut, g.base+"/api/user/"+url.PathEscape(a.Name), user(a))
	case http.StatusNotFound:
		call(tb, g.admin, http.MethodPost, g.base+"/api/user/", user(a))
	default:
		tb.Fatalf("glewlwyd: look for account %s: %d %s", a.Name, status, answer)
	}
}

func (g *glewlwyd) register(tb testing.TB, c Client) Client {
	tb.Helper()
	// Letters only: it does not decode what RFC 6749 §2.3.1 has clients encode.
	c.ID, c.Secret = "client"+strings.ToLower(rand.Text()[:10]), rand.Text()
	call(tb, g.admin, http.MethodPost, g.base+"/api/client/", map[string]any{
		"client_id": c.ID, "name": c.ID, "password": c.Secret, "confidential": true, "enabled": true, "scope": []string{},
		"redirect_uri": c.RedirectURIs, "authorization_type": []string{"code", "refresh_token"},
		"token_endpoint_auth_method": []string{"client_secret_basic"},
	})
	return c
}

// signIn does what the scripts of the login page do: sign in, agree, go on.
func (g *glewlwyd) signIn(b *browser.Browser, account string) *browser.Page {
	asked := b.Page().URL.Query()
	g.fetch(b, http.MethodPost, "/auth/", map[string]any{"username": account, "password": Account{Name: account}.Password()})
	g.fetch(b, http.MethodPut, "/auth/grant/"+url.PathEscape(asked.Get("client_id")), map[string]any{"scope": asked.Get("scope")})
	page := b.Get(asked.Get("callback_url") + "&g_continue")
	if strings.HasPrefix(page.URL.String(), g.base) {
		b.Fatalf("glewlwyd: signing %s in ended at %s: %d", account, page.URL, page.Status)
	}
	return page
}

func (g *glewlwyd) signOut(b *browser.Browser) *browser.Page {
	g.fetch(b, http.MethodDelete, "/auth/", nil)
	return b.Page()
}

func (g *glewlwyd) fetch(b *browser.Browser, method, path string, body any) {
	content, err := json.Marshal(body)
	if err != nil {
		b.Fatalf("glewlwyd: %v", err)
	}
	if page := b.Fetch(method, g.base+"/api"+path, "application/json", content); page.Status != http.StatusOK {
		b.Fatalf("glewlwyd: %s %s: %d\n%s", method, path, page.Status, page.Body)
	}
}

// send sends JSON and returns status and body.
func send(ctx context.Context, client *http.Client, method, address, content string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(content))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, body, err
}
