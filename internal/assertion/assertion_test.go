package assertion

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/tenant"
)

// TestClaims_EN02 holds each claim to the letter; what is wrong with one is told, for the signature was good.
func TestClaims_EN02(t *testing.T) {
	t.Parallel()
	s := signer{"k", rsaKey(), jose.RS256}
	public := keySetOf(t, jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "k"})
	v := New(Config{Now: start})
	for _, tt := range []struct {
		name   string
		change []any
		trust  tenant.Trust
		want   string // part of the reason; empty: accepted
	}{
		{"good", nil, tenant.Trust{}, ""},
		{"several audiences", []any{"aud", []string{"other", tokenURL}}, tenant.Trust{}, ""},
		{"agreed audience", []any{"aud", "api://app"}, tenant.Trust{Audiences: []string{"app", "api://app"}}, ""},
		{"the URL when another was agreed on", nil, tenant.Trust{Audiences: []string{"app"}}, "(aud)"},
		{"wrong audience", []any{"aud", tokenURL + "/"}, tenant.Trust{}, "(aud)"},
		{"no audience", []any{"aud", nil}, tenant.Trust{}, "(aud)"},
		{"wrong issuer", []any{"iss", "https://issuer.example/"}, tenant.Trust{}, "(iss)"},
		{"wrong subject", []any{"sub", "Svc"}, tenant.Trust{}, "(sub)"},
		{"no subject", []any{"sub", nil}, tenant.Trust{}, "(sub)"},
		{"application in version 1", []any{"appid", "app"}, tenant.Trust{Application: "app"}, ""},
		{"application in version 2", []any{"azp", "app"}, tenant.Trust{Application: "app"}, ""},
		{"azp counts before appid", []any{"azp", "other", "appid", "app"}, tenant.Trust{Application: "app"}, "(azp or appid)"},
		{"no application", nil, tenant.Trust{Application: "app"}, "(azp or appid)"},
		{"other tenant of Entra", []any{"tid", "b"}, tenant.Trust{EntraTenant: "a"}, "(tid)"},
		{"no exp", []any{"exp", nil}, tenant.Trust{}, "(exp)"},
		{"expired within the leeway", []any{"iat", at(-5 * time.Minute), "nbf", nil, "exp", at(-59 * time.Second)}, tenant.Trust{}, ""},
		{"expired", []any{"iat", at(-5 * time.Minute), "nbf", nil, "exp", at(-time.Minute)}, tenant.Trust{}, "expired"},
		{"not yet within the leeway", []any{"nbf", at(time.Minute)}, tenant.Trust{}, ""},
		{"not yet", []any{"nbf", at(61 * time.Second)}, tenant.Trust{}, "(nbf)"},
		{"issued in the future", []any{"iat", at(61 * time.Second)}, tenant.Trust{}, "(iat)"},
		{"good for too long", []any{"exp", at(12 * time.Minute)}, tenant.Trust{}, "longer"},
		{"good for too long, hidden by iat", []any{"iat", at(time.Minute), "exp", at(12 * time.Minute)}, tenant.Trust{}, "longer"},
		{"good for too long, without iat", []any{"iat", nil, "exp", at(12 * time.Minute)}, tenant.Trust{}, "longer"},
		{"an hour, where that is agreed on", []any{"exp", at(65 * time.Minute)}, tenant.Trust{MaxMinutes: 120}, ""},
		{"no jti", []any{"jti", nil}, tenant.Trust{}, "(jti)"},
		{"no jti, where it may be used again", []any{"jti", nil}, tenant.Trust{Reusable: true}, ""},
		{"long jti", []any{"jti", strings.Repeat("j", maxJTI+1)}, tenant.Trust{}, "(jti)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			trust := tt.trust
			trust.Issuer, trust.Subject, trust.Keys = "https://issuer.example", "svc", public
			_, err := v.Verify(t.Context(), s.sign(t, claims(tt.change...), nil), trust, tokenURL)
			refusal, refused := errors.AsType[*Refusal](err)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Verify: %v", err)
			case tt.want != "" && (!refused || !refusal.Signed || !strings.Contains(refusal.Reason, tt.want)):
				t.Errorf("Verify = %v, want a refusal for %s", err, tt.want)
			}
		})
	}
}

// TestForgery_EN02 are attacks on the signature. None of them is told anything (Signed), and none makes
// us fetch.
func TestForgery_EN02(t *testing.T) {
	t.Parallel()
	ec, other := newEC(t), newEC(t)
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Log("this Go makes no weak keys: ", err)
		weak = rsaKey()
	}
	spki, err := x509.MarshalPKIXPublicKey(rsaKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	one := keySetOf(t, jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "rsa"})
	two := keySetOf(t, jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "rsa", Algorithm: "RS256"}, jose.JSONWebKey{Key: ec.Public(), KeyID: "ec"})
	good := signer{"rsa", rsaKey(), jose.RS256}.sign(t, claims(), nil)
	parts := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	for _, tt := range []struct {
		name, text string
		keys       json.RawMessage
		ok         bool
	}{
		{"good", good, two, true},
		{"one key needs no id", signer{"", rsaKey(), jose.PS256}.sign(t, claims(), nil), one, true},
		{"several keys need an id", signer{"", rsaKey(), jose.RS256}.sign(t, claims(), nil), two, false},
		{"alg none", none, one, false},
		{"alg none with a signature", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "." + parts[2], one, false},
		{"HS256 with the public key", signer{"rsa", spki, jose.HS256}.sign(t, claims(), nil), one, false},
		{"another key under the same id", signer{"ec", other, jose.ES256}.sign(t, claims(), nil), two, false},
		{"a key of another kind under the id", signer{"rsa", ec, jose.ES256}.sign(t, claims(), nil), two, false},
		{"another algorithm than the key's", signer{"rsa", rsaKey(), jose.PS256}.sign(t, claims(), nil), two, false},
		{"a path as key id", signer{"../../rsa", rsaKey(), jose.RS256}.sign(t, claims(), nil), two, false},
		{"a long key id", signer{strings.Repeat("k", maxKeyID+1), rsaKey(), jose.RS256}.sign(t, claims(), nil), one, false},
		{"jku", signer{"rsa", rsaKey(), jose.RS256}.sign(t, claims(), map[jose.HeaderKey]any{"jku": "https://evil.example"}), two, false},
		{"x5u", signer{"rsa", rsaKey(), jose.RS256}.sign(t, claims(), map[jose.HeaderKey]any{"x5u": "https://evil.example"}), two, false},
		{"a key in the header", signer{"", other, jose.ES256}.sign(t, claims(), map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: other.Public()}}), one, false},
		{"claims changed", parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://issuer.example","sub":"svc"}`)) + "." + parts[2], two, false},
		{"signature cut", parts[0] + "." + parts[1] + ".", two, false},
		{"five parts", good + "..", two, false},
		{"oversized", signer{"rsa", rsaKey(), jose.RS256}.sign(t, claims("x", strings.Repeat("x", MaxSize)), nil), two, false},
		{"a weak key", signer{"weak", weak, jose.RS256}.sign(t, claims(), nil), keySetOf(t, jose.JSONWebKey{Key: weak.Public(), KeyID: "weak", Algorithm: "ES256"}), false},
		{"a claim twice", forgeTwice(t), two, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := New(Config{Now: start, Fetch: func(context.Context, string) ([]byte, error) {
				t.Error("something was fetched")
				return nil, errors.New("no")
			}})
			trust := tenant.Trust{Issuer: "https://issuer.example", Subject: "svc", Keys: tt.keys}
			_, err := v.Verify(t.Context(), tt.text, trust, tokenURL)
			refusal, refused := errors.AsType[*Refusal](err)
			if tt.ok && err != nil || !tt.ok && (!refused || refusal.Signed) {
				t.Errorf("Verify = %v, want ok %v", err, tt.ok)
			}
		})
	}
}

// forgeTwice signs claims with a name that stands there twice, of which parsers differ in what they take.
func forgeTwice(t *testing.T) string {
	t.Helper()
	made, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: rsaKey()}, (&jose.SignerOptions{}).WithHeader("kid", "rsa"))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := made.Sign([]byte(`{"iss":"https://issuer.example","sub":"other","sub":"svc"}`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestKeySet_EN02: a new key id is fetched at once, but never more than once a minute; a publisher that is
// down does not matter while the key is known.
func TestKeySet_EN02(t *testing.T) {
	t.Parallel()
	now, fetched, down := start(), 0, false
	ids := []string{"a"}
	v := New(Config{Now: func() time.Time { return now }, Fetch: func(context.Context, string) ([]byte, error) {
		fetched++
		if down {
			return nil, errors.New("down")
		}
		var keys []jose.JSONWebKey
		for _, id := range ids {
			keys = append(keys, jose.JSONWebKey{Key: rsaKey().Public(), KeyID: id})
		}
		return keySetOf(t, keys...), nil
	}})
	trust := tenant.Trust{Issuer: "https://issuer.example", Subject: "svc", KeysURL: "https://issuer.example/keys", MaxMinutes: tenant.MaxAssertionMinutes}
	check := func(when, kid, want string, fetches int) {
		t.Helper()
		text := signer{kid, rsaKey(), jose.RS256}.sign(t, claims("iat", now.Unix(), "nbf", nil, "exp", now.Add(time.Minute).Unix()), nil)
		_, err := v.Verify(t.Context(), text, trust, tokenURL)
		got := "ok"
		if _, refused := errors.AsType[*Refusal](err); refused {
			got = "refused"
		} else if errors.Is(err, ErrUnavailable) {
			got = "unavailable"
		}
		if got != want || fetched != fetches {
			t.Errorf("%s: %s after %d fetches (%v), want %s after %d", when, got, fetched, err, want, fetches)
		}
	}
	check("first use", "a", "ok", 1)
	for range 50 {
		check("made-up ids", "made-up", "refused", 1)
	}
	ids = []string{"a", "b"}
	check("a new key within the minute", "b", "refused", 1)
	now = now.Add(time.Minute)
	check("a new key", "b", "ok", 2)
	down, now = true, now.Add(2*time.Hour)
	check("a known key while the publisher is down", "a", "ok", 3)
	check("and no more fetches for it", "a", "ok", 3)
	now = now.Add(time.Minute)
	check("an unknown key while it is down", "c", "unavailable", 4)
	now = now.Add(23 * time.Hour)
	check("a known key after a day", "a", "unavailable", 5)
	down, now = false, now.Add(time.Minute)
	ids = []string{"b"}
	check("back again without the old key", "a", "refused", 6)
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	weak := `{"keys":[{"kty":"RSA","e":"AQAB","n":"` + base64.RawURLEncoding.EncodeToString(append([]byte{0xff}, make([]byte, 126)...)) + `Aw"}]}`
	private, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: newEC(t)}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"weak RSA": weak, "private": string(private), "shared secret": `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`,
		"empty": `{"keys":[]}`, "no object": `[]`, "encryption only": string(keySetOf(t, jose.JSONWebKey{Key: newEC(t).Public(), Use: "enc"})),
	} {
		if keys, err := ParseKeys([]byte(raw)); err == nil {
			t.Errorf("%s: %d keys were taken", name, len(keys))
		}
	}
}

// FuzzPeek: whatever comes is refused or read, and never believed.
func FuzzPeek(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.eyJpc3MiOiJhIiwiZXhwIjoxZTk5fQ.AAAA")
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Peek(text); err != nil {
			if _, ok := errors.AsType[*Refusal](err); !ok {
				t.Fatalf("Peek = %v, want a refusal", err)
			}
		}
		v := New(Config{Now: start})
		raw := json.RawMessage(`{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`)
		if _, err := v.Verify(t.Context(), text, tenant.Trust{Issuer: "a", Subject: "b", Keys: raw}, tokenURL); err == nil {
			t.Fatal("it was believed")
		}
	})
}
