package scim

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/tenant"
)

// trust makes a directory trust the bank's issuer.
func (b *bank) trust(t *testing.T, c customer, change func(*tenant.Trust)) tenant.Credential {
	t.Helper()
	trust := tenant.Trust{Issuer: "https://issuer.example", Subject: "svc", Keys: b.keys}
	if change != nil {
		change(&trust)
	}
	made, err := b.roster.AddTrust(t.Context(), staffOf(c), c.directory.ID, "issuer", trust, 0)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// sign makes an assertion for a directory; pairs of name and value change its claims.
func (b *bank) sign(t *testing.T, c customer, change ...any) string {
	t.Helper()
	now := b.now()
	claims := map[string]any{
		"iss": "https://issuer.example", "sub": "svc", "aud": b.door.TokenURL(c.directory.ID), "jti": tenant.NewUUID(now).UUID(),
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
	}
	for i := 0; i+1 < len(change); i += 2 {
		name, _ := change[i].(string)
		claims[name] = change[i+1]
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: b.issuer}, (&jose.SignerOptions{}).WithHeader("kid", "one"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// byAssertion is the request that Entra's workload identity federation makes (RFC 7523 §2.2).
func byAssertion(c customer, text string) url.Values {
	return url.Values{
		"grant_type": {grantClient}, "client_id": {ClientID(c.directory.ID)}, "client_assertion_type": {jwtAssertion},
		"client_assertion": {text}, "scope": {"scim"},
	}
}

func asGrant(text string) url.Values {
	return url.Values{"grant_type": {grantAssertion}, "assertion": {text}}
}

// TestAssertion_EN02: what a trusted issuer signs gets an access token, as client authentication and as grant.
func TestAssertion_EN02(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		other := b.customer(t, "theirs", "", tenant.Entra, tenant.DirectorySettings{})
		if got := b.ask(t, c, byAssertion(c, b.sign(t, c))); got.Status != 401 || got.Error != invalidClient {
			t.Errorf("before anybody is trusted = %+v", got)
		}
		made := b.trust(t, c, nil)
		for name, form := range map[string]url.Values{"client": byAssertion(c, b.sign(t, c)), "grant": asGrant(b.sign(t, c))} {
			got := b.ask(t, c, form)
			if got.Status != 200 || got.ExpiresIn != 3600 || b.users(t, c, got.AccessToken) != 200 {
				t.Errorf("by assertion as %s = %+v", name, got)
			}
		}
		token := b.ask(t, c, asGrant(b.sign(t, c))).AccessToken
		for name, tt := range map[string]struct {
			got  answer
			code string
		}{
			"at another directory":  {b.ask(t, other, byAssertion(other, b.sign(t, c))), invalidClient},
			"another client id":     {b.ask(t, c, byAssertion(other, b.sign(t, c))), invalidClient},
			"for another directory": {b.ask(t, c, byAssertion(c, b.sign(t, other))), invalidClient},
			"for another as grant":  {b.ask(t, c, asGrant(b.sign(t, other))), invalidGrant},
			"another subject":       {b.ask(t, c, asGrant(b.sign(t, c, "sub", "other"))), invalidGrant},
			"another issuer":        {b.ask(t, c, asGrant(b.sign(t, c, "iss", "https://other.example"))), invalidGrant},
			"expired":               {b.ask(t, c, asGrant(b.sign(t, c, "exp", b.now().Add(-time.Hour).Unix()))), invalidGrant},
		} {
			if tt.got.Error != tt.code {
				t.Errorf("%s = %+v, want %s", name, tt.got, tt.code)
			}
		}
		// A second issuer is trusted; the first one's key signs in its name, under the same key id.
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one"}}})
		if err != nil {
			t.Fatal(err)
		}
		b.trust(t, c, func(trust *tenant.Trust) { trust.Issuer, trust.Keys = "https://second.example", theirs })
		if got := b.ask(t, c, asGrant(b.sign(t, c, "iss", "https://second.example"))); got.Error != invalidGrant {
			t.Errorf("with the key of another trust = %+v", got)
		}
		if got := b.users(t, c, b.sign(t, c)); got != 401 {
			t.Errorf("an assertion as bearer token without leave = %d", got)
		}
		if _, err := b.roster.RevokeCredential(t.Context(), staffOf(c), c.directory.ID, made.ID); err != nil {
			t.Fatal(err)
		}
		if got := [2]int{b.users(t, c, token), b.ask(t, c, asGrant(b.sign(t, c))).Status}; got != [2]int{401, 400} {
			t.Errorf("after the trust was revoked = %v", got)
		}
	})
}

// TestReplay_EN02: of many who use one assertion at once, one gets a token; with a guard that can't be asked nobody.
func TestReplay_EN02(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		b.trust(t, c, nil)
		form := asGrant(b.sign(t, c)).Encode()
		var wg sync.WaitGroup
		codes := make([]int, 20)
		for i := range codes {
			wg.Go(func() {
				codes[i] = b.do(t, "POST", c.path+tokenPath, form, "Content-Type: application/x-www-form-urlencoded").Code
			})
		}
		wg.Wait()
		good := 0
		for _, code := range codes {
			if code == http.StatusOK {
				good++
			} else if code != http.StatusBadRequest {
				t.Errorf("a replay = %d", code)
			}
		}
		if good != 1 {
			t.Errorf("%d of 20 got a token", good)
		}
		b.door.FirstTime = func(context.Context, tenant.ID, string, time.Duration) (bool, error) { return true, errors.New("down") }
		if got := b.ask(t, c, asGrant(b.sign(t, c))); got.Status != 503 || got.Error != unavailableNow {
			t.Errorf("without the guard = %+v", got)
		}
	})
}

// TestEntra_EN02: Entra shows an assertion again while it is good, and, where the secret field was left empty, sends it
// with each SCIM request.
func TestEntra_EN02(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		const id, app = "ce5f061f-abe6-4e40-9615-301f87bcb7f0", "b5ba7a93-4452-4522-aeb4-a2b5da870c16"
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		other := b.customer(t, "theirs", "", tenant.Entra, tenant.DirectorySettings{})
		b.trust(t, c, func(trust *tenant.Trust) {
			*trust, _ = tenant.EntraTrust(tenant.Trust{Subject: "svc", Keys: b.keys}, id, app)
		})
		claims := []any{
			"iss", "https://login.microsoftonline.com/" + id + "/v2.0", "aud", "api://" + app, "tid", id, "jti", "",
			"appid", app, "exp", b.now().Add(65 * time.Minute).Unix(),
		}
		text := b.sign(t, c, claims...)
		for range 3 {
			if got := b.ask(t, c, byAssertion(c, text)); got.Status != 200 {
				t.Errorf("Entra's assertion = %+v", got)
			}
		}
		if got := b.ask(t, c, byAssertion(c, b.sign(t, c, append(claims, "tid", "another")...))); got.Status != 401 {
			t.Errorf("of another tenant of Entra = %+v", got)
		}
		b.trust(t, c, func(trust *tenant.Trust) {
			*trust, _ = tenant.EntraDirect(tenant.Trust{Subject: "svc", Keys: b.keys}, id)
		})
		direct := b.sign(t, c, "iss", "https://sts.windows.net/"+id+"/", "aud", "8adf8e6e-67b2-4cf2-a259-e3dc5476c621", "tid", id)
		for range 2 {
			if got := b.users(t, c, direct); got != 200 {
				t.Errorf("Entra's own token = %d", got)
			}
		}
		if got := [2]int{b.users(t, other, direct), b.users(t, c, text)}; got != [2]int{401, 401} {
			t.Errorf("elsewhere, and of the trust that gives no leave = %v", got)
		}
		b.wait(2 * time.Hour)
		if got := b.users(t, c, direct); got != 401 {
			t.Errorf("expired = %d", got)
		}
	})
}

// TestSchemes_EN02: ServiceProviderConfig lists the ways that are open.
func TestSchemes_EN02(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		schemes := func(token string) string {
			t.Helper()
			c := c
			c.token = token
			var config struct {
				AuthenticationSchemes []struct {
					Type    string
					Primary bool
				}
			}
			if err := json.Unmarshal(b.as(t, c, "GET", "/ServiceProviderConfig", "").Body.Bytes(), &config); err != nil {
				t.Fatal(err)
			}
			all := ""
			for _, s := range config.AuthenticationSchemes {
				all += s.Type
				if s.Primary {
					all += "*"
				}
				all += " "
			}
			return all
		}
		if got := schemes(c.token); got != "oauthbearertoken* " {
			t.Errorf("with a token = %q", got)
		}
		text, _ := b.secretOf(t, c, 0)
		access := b.ask(t, c, bySecret(c, text)).AccessToken
		if got := schemes(access); got != "oauth2* oauthbearertoken " {
			t.Errorf("with both = %q", got)
		}
		all, err := b.db.Reader(c.tenant).Credentials(t.Context(), c.directory.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.roster.RevokeCredential(t.Context(), staffOf(c), c.directory.ID, all[0].ID); err != nil {
			t.Fatal(err)
		}
		if got := schemes(access); got != "oauth2* " {
			t.Errorf("with a secret only = %q", got)
		}
	})
}

func TestProduct(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Okta SCIM Client 1.0.0": "Okta SCIM Client", "python-requests/2.31": "python-requests", "Go-http-client/1.1": "Go-http-client",
		"Mozilla/5.0 (X11)": "Mozilla", "": "", "\x1b[31m": "", "authentik.io": "authentik.io",
	} {
		if got := product(agent); got != want {
			t.Errorf("product(%q) = %q, want %q", agent, got, want)
		}
	}
}
