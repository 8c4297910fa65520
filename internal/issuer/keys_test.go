package issuer_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"rollcall/internal/issuer"
	"rollcall/internal/roster"
	"rollcall/internal/testenv/issuertest"
)

func kids(t *testing.T, k *issuer.Keys) (out []string) {
	t.Helper()
	set, err := k.Set(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range set.Keys {
		if !key.IsPublic() {
			t.Error("a private key is published")
		}
		out = append(out, key.KeyID)
	}
	return out
}

func TestKeysFollowEachOther(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		other := h.Replicate(h.Server.URL)
		f := h.Flow("ann")
		signs := func() string {
			token, err := jose.ParseSignedCompact(f.Tokens().Text("id_token"), []jose.SignatureAlgorithm{jose.RS256})
			if err != nil {
				t.Fatal(err)
			}
			return token.Signatures[0].Protected.KeyID
		}
		turn := func(d time.Duration) []string {
			h.Clock.Advance(d)
			for _, k := range []*issuer.Keys{h.Keys, other.Keys} { // several at once do no harm
				if err := k.Rotate(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			h.Clock.Advance(time.Minute)
			f.Session, f.Cookie, _ = h.Begin(t.Context(), f.Member.ID, roster.SessionStart{Method: roster.MethodSAML})
			if diff := cmp.Diff(kids(t, h.Keys), kids(t, other.Keys)); diff != "" {
				t.Errorf("two replicas publish different keys:\n%s", diff)
			}
			return kids(t, h.Keys)
		}
		const day = 24 * time.Hour
		first := turn(0)
		if len(first) != 1 || signs() != first[0] {
			t.Fatalf("at first there are %v", first)
		}
		if got := turn(87 * day); len(got) != 1 {
			t.Errorf("after 87 days there are %d keys", len(got))
		}
		ahead := turn(25 * time.Hour)
		if len(ahead) != 2 || signs() != first[0] {
			t.Errorf("48 hours ahead there are %v, and %s signs", ahead, signs())
		}
		used := turn(47 * time.Hour)
		if len(used) != 2 || signs() == ahead[1] {
			t.Errorf("before its time the next signs")
		}
		if turn(2 * time.Hour); signs() != ahead[1] {
			t.Error("at its time the next does not sign")
		}
		if got := turn(28 * day); len(got) != 2 {
			t.Errorf("the former key is gone after 28 days: %v", got)
		}
		if got := turn(2 * day); !slices.Equal(got, ahead[1:]) {
			t.Errorf("the former key is there after 30 days: %v", got)
		}
	})
}

// TestKeyKnownToOthers: a new key at once, and nothing that the old one signed is good.
func TestKeyKnownToOthers(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		before := f.Tokens().Text("access_token")
		from, err := h.Keys.RotateNow(t.Context())
		if err != nil || from.Sub(h.Clock.Now()) > 11*time.Minute {
			t.Fatalf("RotateNow() = %v, %v", from, err)
		}
		if n, err := h.Keys.Retire(t.Context()); n != 0 || err != nil {
			t.Errorf("Retire() before the next key is used = %d, %v", n, err)
		}
		if !f.Active(h.Replica, before) {
			t.Error("the token ended early")
		}
		h.Clock.Advance(2 * time.Minute)
		early := f.Tokens().Text("access_token")
		h.Clock.Advance(9 * time.Minute)
		late := f.Tokens().Text("access_token")
		if n, err := h.Keys.Retire(t.Context()); n != 1 || err != nil {
			t.Errorf("Retire() = %d, %v", n, err)
		}
		if f.Active(h.Replica, early) || !f.Active(h.Replica, late) {
			t.Error("what the retired key signed is active, or what the new one did is not")
		}
	})
}

func TestDiscovery(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		a := h.Get(h.Replica, "/.well-known/openid-configuration", nil)
		want := map[string]any{
			"issuer": h.Server.URL, "authorization_endpoint": h.Server.URL + "/oauth2/authorize", "token_endpoint": h.Server.URL + "/oauth2/token",
			"jwks_uri": h.Server.URL + "/oauth2/jwks", "end_session_endpoint": h.Server.URL + "/oauth2/logout",
			"authorization_response_iss_parameter_supported": true, "backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
			"response_types_supported": []any{"code"}, "code_challenge_methods_supported": []any{"S256"}, "request_uri_parameter_supported": false,
			"grant_types_supported": []any{"authorization_code", "refresh_token"}, "id_token_signing_alg_values_supported": []any{"RS256"},
		}
		for name, v := range want {
			if diff := cmp.Diff(v, a.JSON[name]); diff != "" {
				t.Errorf("%s mismatch (-want +got)\n%s", name, diff)
			}
		}
		// Every endpoint that it names is there.
		for name, v := range a.JSON {
			address, _ := v.(string)
			path, ours := strings.CutPrefix(address, h.Server.URL)
			if !ours || path == "" {
				continue
			}
			if got := h.Get(h.Replica, path, nil); got.Status == http.StatusNotFound && strings.HasPrefix(got.Body, "404") {
				t.Errorf("%s: nothing at %s", name, path)
			}
		}
		// X7: headers, and that any page may read what is public.
		for path, cache := range map[string]string{
			"/.well-known/openid-configuration": "public, max-age=300", "/oauth2/jwks": "public, max-age=300", "/oauth2/userinfo": "no-store",
			"/oauth2/authorize": "no-store", "/oauth2/logout": "no-store", "/oauth2/revocations": "no-store",
		} {
			got := h.Get(h.Replica, path, nil, issuertest.Header("Origin", "https://spa.example")).Header
			if got.Get("Cache-Control") != cache || got.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.Get("Content-Security-Policy"), "frame-ancestors 'none'") || got.Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("%s: %v", path, got)
			}
			if got.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s: other sites may send cookies along", path)
			}
		}
	})
}
