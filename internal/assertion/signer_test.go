package assertion

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func start() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

const tokenURL = "https://rollcall.example/scim/v2/x/oauth2/token"

// signer signs as an issuer does.
type signer struct {
	kid string
	key any // private
	alg jose.SignatureAlgorithm
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func newEC(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (s signer) sign(t *testing.T, claims map[string]any, header map[jose.HeaderKey]any) string {
	t.Helper()
	opts := (&jose.SignerOptions{ExtraHeaders: header}).WithType("JWT")
	if s.kid != "" {
		opts = opts.WithHeader("kid", s.kid)
	}
	made, err := jose.NewSigner(jose.SigningKey{Algorithm: s.alg, Key: s.key}, opts)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := made.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func keySetOf(t *testing.T, keys ...jose.JSONWebKey) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// claims are those of a good assertion, changed by pairs of name and value; nil takes a claim away.
func claims(change ...any) map[string]any {
	c := map[string]any{
		"iss": "https://issuer.example", "sub": "svc", "aud": tokenURL, "jti": "one",
		"iat": start().Unix(), "nbf": start().Unix(), "exp": start().Add(5 * time.Minute).Unix(),
	}
	for i := 0; i+1 < len(change); i += 2 {
		name, _ := change[i].(string)
		if c[name] = change[i+1]; change[i+1] == nil {
			delete(c, name)
		}
	}
	return c
}

func at(d time.Duration) int64 { return start().Add(d).Unix() }
