package oidc

import (
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
)

// TestForgedToken_O4: what is not signed by the provider's key in an allowed way is refused, and no URL that a
// token names is ever called.
func TestForgedToken_O4(t *testing.T) {
	t.Parallel()
	var called atomic.Int32
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	t.Cleanup(evil.Close)
	attacker := newKey(t, "k1")
	header := func(name jose.HeaderKey, value any) func(*testing.T, *ring) {
		return func(_ *testing.T, r *ring) {
			r.op.Turn(func(k *op.Knobs) { k.Header = func(h map[jose.HeaderKey]any) { h[name] = value } })
		}
	}
	token := func(forge func(t *testing.T, r *ring, good string) string) func(*testing.T, *ring) {
		return func(t *testing.T, r *ring) {
			t.Helper()
			r.op.Turn(func(k *op.Knobs) { k.Token = func(good string) string { return forge(t, r, good) } })
		}
	}
	for _, tt := range []struct {
		name string
		turn func(*testing.T, *ring)
		want roster.Code
	}{
		{"alg none", token(func(_ *testing.T, _ *ring, good string) string { return unsigned(`{"alg":"none"}`, good) + "." }), CodeAlgorithm},
		{"alg None with the old signature", token(func(_ *testing.T, _ *ring, good string) string {
			return unsigned(`{"alg":"None"}`, good) + good[strings.LastIndex(good, "."):]
		}), CodeAlgorithm},
		{"no alg", token(func(_ *testing.T, _ *ring, good string) string { return unsigned(`{}`, good) + "." }), CodeAlgorithm},
		{"HS256 with the client secret", token(func(t *testing.T, _ *ring, good string) string {
			t.Helper()
			return hmacked(t, []byte(clientSecret), good)
		}), CodeAlgorithm},
		{"HS256 with the public key", token(func(t *testing.T, r *ring, good string) string {
			t.Helper()
			public, err := x509.MarshalPKIXPublicKey(r.key.Signer.Public())
			if err != nil {
				t.Error(err)
			}
			return hmacked(t, public, good)
		}), CodeAlgorithm},
		{"another key under the same id", token(func(t *testing.T, _ *ring, good string) string {
			t.Helper()
			return resigned(t, attacker, good)
		}), CodeSignature},
		{"claims changed", token(func(_ *testing.T, _ *ring, good string) string {
			parts := strings.Split(good, ".")
			return parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"sub-ceo"}`)) + "." + parts[2]
		}), CodeSignature},
		{"signature cut off", token(func(_ *testing.T, _ *ring, good string) string { return good[:strings.LastIndex(good, ".")+1] }), CodeSignature},
		{"encrypted", token(func(*testing.T, *ring, string) string { return "a.b.c.d.e" }), CodeMalformed},
		{"two parts", token(func(*testing.T, *ring, string) string { return "a.b" }), CodeMalformed},
		{"JSON serialisation", token(func(*testing.T, *ring, string) string { return `{"payload":"e30","signatures":[{}]}` }), CodeMalformed},
		{"too long", token(func(_ *testing.T, _ *ring, good string) string { return good + strings.Repeat("A", maxToken) }), CodeMalformed},
		{"alg twice", token(func(_ *testing.T, _ *ring, good string) string {
			return unsigned(`{"alg":"ES256","alg":"none"}`, good) + "."
		}), CodeMalformed},
		{"crit", header("crit", []string{"exp"}), CodeHeader},
		{"b64", header("b64", true), CodeHeader},
		{"jku", header("jku", evil.URL), CodeHeader},
		{"x5u", header("x5u", evil.URL), CodeHeader},
		{"a key in the header", token(func(t *testing.T, _ *ring, good string) string {
			t.Helper()
			return withKey(t, attacker, good)
		}), CodeHeader},
		{"a token of another kind", header("typ", "at+jwt"), CodeHeader},
		{"a logout token", header("typ", "logout+jwt"), CodeHeader},
		{"typ in lower case", header("typ", "jwt"), "ok"},
		{"no ID token", func(_ *testing.T, r *ring) {
			r.op.Turn(func(k *op.Knobs) { k.Response = func(m map[string]any) { delete(m, "id_token") } })
		}, CodeMalformed},
		{"an algorithm that this connection does not allow", func(_ *testing.T, r *ring) { r.config.Algorithms = []string{"RS256"} }, CodeAlgorithm},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			tt.turn(t, r)
			_, err := r.signIn(t)
			wantCode(t, "Finish", err, tt.want)
		})
	}
	t.Cleanup(func() {
		if n := called.Load(); n > 0 {
			t.Errorf("a URL in a token's header was called %d times", n)
		}
	})
}

// unsigned returns header and claims of a token under another header.
func unsigned(header, good string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + strings.Split(good, ".")[1]
}

func payload(tb testing.TB, token string) []byte {
	tb.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		tb.Error(err)
	}
	return raw
}

func hmacked(tb testing.TB, key []byte, good string) string {
	tb.Helper()
	for len(key) < 32 { // go-jose wants keys of the hash's length
		key = append(key, 0)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k1"))
	if err != nil {
		tb.Error(err)
		return ""
	}
	return compact(tb, s, payload(tb, good))
}

func resigned(tb testing.TB, k op.Key, good string) string {
	tb.Helper()
	token, err := op.Sign(k, nil, payload(tb, good))
	if err != nil {
		tb.Error(err)
	}
	return token
}

func withKey(tb testing.TB, k op.Key, good string) string {
	tb.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: k.Algorithm, Key: k.Signer}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		tb.Error(err)
		return ""
	}
	return compact(tb, s, payload(tb, good))
}

func compact(tb testing.TB, s jose.Signer, raw []byte) string {
	tb.Helper()
	signed, err := s.Sign(raw)
	if err != nil {
		tb.Error(err)
		return ""
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		tb.Error(err)
	}
	return text
}

// TestKeys_O5: a new key signs at once and works with one fetch; made-up key ids cost one fetch in 30 seconds; a
// key set that is down is an outage and no refusal, and harms nobody whose key is known.
func TestKeys_O5(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	step := func(when string, want roster.Code, fetches int) {
		t.Helper()
		_, err := r.signIn(t)
		wantCode(t, when, err, want)
		if got := r.op.Seen("/jwks"); got != fetches {
			t.Errorf("%s: the key set was fetched %d times, want %d", when, got, fetches)
		}
	}
	down := func(status int) { r.op.Turn(func(k *op.Knobs) { k.Status = map[string]int{"/jwks": status} }) }
	k2, k3, k4 := newKey(t, "k2"), newKey(t, "k3"), newKey(t, "k4")

	step("the first sign-in", "ok", 1)
	step("the second", "ok", 1)
	r.op.SetKeys(k2)
	step("a new key that signs at once, the old one gone", "ok", 2)
	for range 50 {
		_, err := r.rp.VerifyLogout(t.Context(), r.config, resigned(t, newKey(t, "made-up"), "e30.e30.e30"))
		wantCode(t, "a made-up key id", err, CodeSignature)
	}
	if got := r.op.Seen("/jwks"); got != 2 {
		t.Errorf("a flood of made-up key ids caused fetches: %d, want 2", got)
	}
	r.op.SetKeys(k3, k2)
	step("a third key within 30 seconds", "unavailable", 2)
	r.clock.add(refetchAfter)
	step("30 seconds later", "ok", 3)

	down(http.StatusInternalServerError)
	r.clock.add(2 * time.Hour)
	step("a known key while the key set is down", "ok", 4)
	step("and no more fetches for it", "ok", 4)
	r.op.SetKeys(k4)
	r.clock.add(refetchAfter)
	step("an unknown key while it is down", "unavailable", 5)
	r.op.SetKeys(k3)
	r.clock.add(keptFor)
	step("a known key after a day", "unavailable", 6)
	down(0)
	r.clock.add(refetchAfter)
	step("and back", "ok", 7)

	// A provider that signs by a key which it does not publish is refused, and told apart from an outage.
	r.op.Turn(func(k *op.Knobs) {
		k.Token = func(good string) string { return resigned(t, newKey(t, "unpublished"), good) }
	})
	step("a key that is not published", CodeSignature, 8)
	step("and again", CodeSignature, 8)
}

// TestKeySetThatIsNone: a connection whose key set never was one is set up wrongly.
func TestKeySetThatIsNone(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"missing": http.StatusNotFound, "elsewhere": http.StatusFound} {
		r := newRing(t)
		r.op.Turn(func(k *op.Knobs) { k.Status = map[string]int{"/jwks": status} })
		_, err := r.signIn(t)
		wantCode(t, name, err, CodeDiscovery)
	}
}
