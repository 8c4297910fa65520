package issuer_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"rollcall/internal/tenant"
	"rollcall/internal/testenv/issuertest"
)

func TestClientAuthentication(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		public, _ := h.App(tenant.App{Name: "Phone", Auth: tenant.AppPublic, RedirectURIs: []string{"com.example.app:/cb"}})
		form := func(more map[string]string) url.Values {
			q := f.Exchange("agok3d5maf76pflaxulkgtywdq.rcg_x")
			for k, v := range more {
				q.Set(k, v)
			}
			return q
		}
		for name, c := range map[string]struct {
			form url.Values
			as   []issuertest.As
		}{
			"nothing":                 {form(map[string]string{"client_id": f.App.ID.String()}), nil},
			"a wrong secret":          {form(nil), []issuertest.As{issuertest.Basic(f.App, f.Secret+"x")}},
			"an unknown app":          {form(nil), []issuertest.As{issuertest.Basic(tenant.App{}, f.Secret)}},
			"a secret, being public":  {form(nil), []issuertest.As{issuertest.Basic(public, f.Secret)}},
			"an assertion for secret": {form(map[string]string{"client_assertion": "a.b.c", "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}), nil},
		} {
			a := h.Post(h.Replica, "/oauth2/token", c.form, c.as...)
			wantError(t, name, a, http.StatusUnauthorized, "invalid_client")
			if !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Basic ") {
				t.Errorf("%s: WWW-Authenticate %q", name, a.Header.Get("WWW-Authenticate"))
			}
		}
		in := issuertest.Basic(f.App, f.Secret)
		wantError(t, "two ways at once", h.Post(h.Replica, "/oauth2/token", form(map[string]string{"client_secret": f.Secret}), in), http.StatusBadRequest, "invalid_request")
		wantError(t, "a secret in the URL", h.Post(h.Replica, "/oauth2/token?client_secret="+f.Secret, form(nil)), http.StatusBadRequest, "invalid_request")
		twice := form(nil)
		twice.Add("code", "x")
		wantError(t, "a parameter twice", h.Post(h.Replica, "/oauth2/token", twice, in), http.StatusBadRequest, "invalid_request")
		wantError(t, "password grant", h.Post(h.Replica, "/oauth2/token", url.Values{"grant_type": {"password"}}, in), http.StatusBadRequest, "unsupported_grant_type")
		wantError(t, "client credentials", h.Post(h.Replica, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}}, in), http.StatusBadRequest, "unauthorized_client")
		wantError(t, "an introspection by a public app", h.Post(h.Replica, "/oauth2/introspect", url.Values{"token": {"x"}, "client_id": {public.ID.String()}}), http.StatusBadRequest, "invalid_client")
		// In the form, and public with PKCE alone.
		q := f.Exchange(f.Code(nil))
		q.Set("client_id", f.App.ID.String())
		q.Set("client_secret", f.Secret)
		if a := h.Post(h.Replica, "/oauth2/token", q); a.Status != http.StatusOK {
			t.Errorf("client_secret_post: %d %s", a.Status, a.Body)
		}
		p := h.FlowOf(public, "", f.Member)
		q = p.Exchange(p.Code(nil))
		q.Set("client_id", public.ID.String())
		if a := h.Post(h.Replica, "/oauth2/token", q); a.Status != http.StatusOK {
			t.Errorf("a public app: %d %s", a.Status, a.Body)
		}
	})
}

func TestPrivateKeyJWT(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Algorithm: "ES256", Use: "sig"}}})
		if err != nil {
			t.Fatal(err)
		}
		a, _ := h.App(tenant.App{Auth: tenant.AppKeyAuth, Keys: set})
		f := h.FlowOf(a, "", h.Member("ann", "viewer"))
		now := h.Clock.Now()
		sign := func(change map[string]any) string {
			claims := map[string]any{"iss": a.ID.String(), "sub": a.ID.String(), "aud": h.Server.URL, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": rand.Text()}
			maps.Copy(claims, change)
			s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "one"}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			text, err := jwt.Signed(s).Claims(claims).Serialize()
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		redeem := func(assertion string) issuertest.Answer {
			q := f.Exchange(f.Code(nil))
			q.Set("client_assertion", assertion)
			q.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
			return h.Post(h.Replica, "/oauth2/token", q)
		}
		good := sign(map[string]any{"aud": h.Server.URL + "/oauth2/token"})
		if a := redeem(good); a.Status != http.StatusOK {
			t.Fatalf("private_key_jwt: %d %s", a.Status, a.Body)
		}
		for name, assertion := range map[string]string{
			"the same again": good, "for another": sign(map[string]any{"aud": "https://other.example"}), "about another": sign(map[string]any{"sub": "app_x"}),
			"expired": sign(map[string]any{"exp": now.Add(-time.Hour).Unix()}), "without jti": sign(map[string]any{"jti": ""}),
		} {
			wantError(t, name, redeem(assertion), http.StatusUnauthorized, "invalid_client")
		}
	})
}
