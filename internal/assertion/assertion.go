package assertion

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"rollcall/internal/tenant"
)

// MaxSize is the longest assertion that is looked at, in bytes. Entra's have two or three thousand.
const MaxSize = 16 << 10

// Leeway is by how much clocks may differ.
const Leeway = time.Minute

const (
	maxKeyID = 256
	maxJTI   = 512
)

// algorithms are those that signatures may have: asymmetric ones with SHA-256 and more. HS* is not among them, for its key
// would be what everybody may read, nor is none.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// Refusal is why an assertion is not taken. Its text holds nothing of the assertion.
type Refusal struct {
	Reason string // a whole sentence, for the admin of the issuer
	Signed bool   // the signature was good, so that the caller may be told the Reason
}

// Error implements error.
func (r *Refusal) Error() string { return "assertion refused: " + r.Reason }

func refuse(reason string) error { return &Refusal{Reason: reason} }

// ErrUnavailable says that the key set can't be fetched now, so that nothing is known of the assertion.
var ErrUnavailable = errors.New("the key set can't be fetched now")

// Claims are those of an assertion that anybody asks for.
type Claims struct {
	Issuer, Subject, Application, EntraTenant string
	// ID is the jti claim; empty when there is none.
	ID       string
	Audience []string
	Expires  time.Time // never zero when verified
	NotBefore,
	IssuedAt time.Time // zero when there is none
}

// wire are the claims as they come.
type wire struct {
	jwt.Claims

	AppID string `json:"appid"` // version 1 tokens of Entra
	AZP   string `json:"azp"`   // version 2
	TID   string `json:"tid"`
}

func (w wire) claims() Claims {
	c := Claims{
		Issuer: w.Issuer, Subject: w.Subject, Application: w.AZP, EntraTenant: w.TID, ID: w.ID, Audience: w.Audience,
		Expires: w.Expiry.Time(), NotBefore: w.NotBefore.Time(), IssuedAt: w.IssuedAt.Time(),
	}
	if c.Application == "" {
		c.Application = w.AppID
	}
	return c
}

// parse is the first gate.
func parse(text string) (*jwt.JSONWebToken, error) {
	if len(text) > MaxSize || strings.Count(text, ".") != 2 {
		return nil, refuse("It is not a signed JWT of reasonable size.")
	}
	token, err := jwt.ParseSigned(text, algorithms())
	if err != nil || len(token.Headers) != 1 {
		return nil, refuse("It is not a JWT signed by one of the algorithms RS256 to RS512, PS256 to PS512, ES256 to ES512 or EdDSA.")
	}
	h := token.Headers[0]
	if h.JSONWebKey != nil || len(h.KeyID) > maxKeyID {
		return nil, refuse("Its header must not bring a key.")
	}
	for _, name := range []jose.HeaderKey{"jku", "x5u", "crit", "b64", "zip", "cty"} {
		if _, there := h.ExtraHeaders[name]; there {
			return nil, refuse("Its header must not have jku, x5u, crit, b64, zip or cty.")
		}
	}
	return token, nil
}

// Peek reads the claims without believing any of them, to find the trust that they should be held
// against. A *Refusal when there is nothing to read.
func Peek(text string) (Claims, error) {
	token, err := parse(text)
	if err != nil {
		return Claims{}, err
	}
	var w wire
	if err := token.UnsafeClaimsWithoutVerification(&w); err != nil {
		return Claims{}, refuse("Its claims are not a JSON object of the right types.")
	}
	return w.claims(), nil
}

// Config is what a Verifier needs; both fields are required.
type Config struct {
	// Fetch gets the document at a URL that an admin typed in: see package outbound.
	Fetch func(ctx context.Context, url string) ([]byte, error)
	Now   func() time.Time
}

// Verifier verifies assertions. It is safe for concurrent use.
type Verifier struct {
	now  func() time.Time
	keys keyCache
}

// New makes a verifier with an empty cache of key sets.
func New(c Config) *Verifier {
	return &Verifier{now: c.Now, keys: keyCache{fetch: c.Fetch, now: c.Now}}
}

// Verify checks an assertion against a trust. audience is what it must be for when the trust names none:
// the URL of the token endpoint. The error is a *Refusal, or wraps ErrUnavailable.
func (v *Verifier) Verify(ctx context.Context, text string, t tenant.Trust, audience string) (Claims, error) {
	token, err := parse(text)
	if err != nil {
		return Claims{}, err
	}
	h := token.Headers[0]
	keys, err := v.candidates(ctx, t, h.KeyID, jose.SignatureAlgorithm(h.Algorithm))
	if err != nil {
		return Claims{}, err
	}
	var w wire
	good := slices.ContainsFunc(keys, func(k jose.JSONWebKey) bool {
		w = wire{}
		return token.Claims(k.Key, &w) == nil
	})
	if !good {
		return Claims{}, refuse("Its signature is not by a key of the trusted key set.")
	}
	c := w.claims()
	audiences := t.Audiences
	if len(audiences) == 0 {
		audiences = []string{audience}
	}
	if reason := judge(c, t, audiences, v.now()); reason != "" {
		return Claims{}, &Refusal{Reason: reason, Signed: true}
	}
	return c, nil
}

// judge is the third gate: why the claims are not those that are trusted, or nothing.
func judge(c Claims, t tenant.Trust, audiences []string, now time.Time) string {
	issued := c.IssuedAt
	if issued.IsZero() || issued.After(now) {
		issued = now
	}
	switch {
	case c.Issuer != t.Issuer:
		return "Its issuer (iss) is not the trusted one."
	case t.Subject != "" && c.Subject != t.Subject:
		return "Its subject (sub) is not the trusted one."
	case t.Application != "" && c.Application != t.Application:
		return "Its application (azp or appid) is not the trusted one."
	case t.EntraTenant != "" && c.EntraTenant != t.EntraTenant:
		return "Its tenant (tid) is not the trusted one."
	case !slices.ContainsFunc(c.Audience, func(a string) bool { return slices.Contains(audiences, a) }):
		return "Its audience (aud) is not this token endpoint, nor one that was agreed on."
	case c.Expires.IsZero():
		return "It has no end (exp)."
	case !now.Before(c.Expires.Add(Leeway)):
		return "It has expired (exp). Compare the clocks."
	case now.Before(c.NotBefore.Add(-Leeway)):
		return "It is not good yet (nbf). Compare the clocks."
	case !c.IssuedAt.IsZero() && now.Before(c.IssuedAt.Add(-Leeway)):
		return "It was issued in the future (iat). Compare the clocks."
	case c.Expires.Sub(issued) > t.Life()+Leeway:
		return "It is good for longer (iat to exp) than is allowed for this issuer."
	case len(c.ID) > maxJTI || !t.Reusable && c.ID == "":
		return "It needs an id (jti) that is used once."
	}
	return ""
}
