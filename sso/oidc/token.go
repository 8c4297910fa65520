package oidc

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// maxToken is the longest token that is looked at, in bytes. One with Entra's 200 groups has ten thousand.
const maxToken = 64 << 10

const maxKeyID = 512

// header is what is read of a token's header (RFC 7515 §4).
type header struct{ algorithm, keyID, kind string }

// readHeader refuses, before any key is looked for, what has no business in a token's header (O4). No URL in it is
// ever called.
func readHeader(raw string, algorithms []string) (header, *Failure) {
	parts := strings.Split(raw, ".")
	if len(parts) == 5 {
		return header{}, malformed("token", "The token is encrypted, which is not supported. Switch encryption of ID tokens off for this client at the provider.")
	}
	if len(raw) > maxToken || len(parts) != 3 {
		return header{}, malformed("token", "The token is no signed JWT of reasonable size.")
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(parts[0])
	if err != nil {
		return header{}, malformed("token header", "The token's header can't be read.")
	}
	members, err := object(text)
	if err != nil {
		return header{}, malformed("token header", "The token's header can't be read: "+err.Error()+".")
	}
	h := header{}
	for name, to := range map[string]*string{"alg": &h.algorithm, "kid": &h.keyID, "typ": &h.kind} {
		if v, there := members[name]; there {
			var ok bool
			if *to, ok = v.(string); !ok || len(*to) > maxKeyID {
				return header{}, malformed("token header", "The token's header has values of wrong types or sizes.")
			}
		}
	}
	refused := Failure{Diagnostics: Diagnostics{Algorithm: clean(h.algorithm, 50), KeyID: clean(h.keyID, 100)}}
	for _, name := range []string{"crit", "jwk", "jku", "x5u", "b64", "zip", "cty", "enc"} {
		if _, there := members[name]; there {
			refused.Code, refused.Check = CodeHeader, "token header"
			refused.Detail = "The token's header has one of crit, jwk, jku, x5u, b64, zip, cty, enc: it may not bring keys, nor ask for what is not understood."
			return header{}, &refused
		}
	}
	if !slices.Contains(algorithms, h.algorithm) {
		refused.Code, refused.Check = CodeAlgorithm, "algorithm"
		refused.Detail = "The token is not signed by an algorithm that this connection allows: " + strings.Join(algorithms, ", ") + ". Choose one of them at the provider."
		return header{}, &refused
	}
	return h, nil
}

// isIDToken says whether a typ is one that ID tokens have: none, or JWT. Logout and access tokens say what they are,
// and may not be taken for another's.
func (h header) isIDToken() bool { return h.kind == "" || strings.EqualFold(h.kind, "JWT") }

// isLogoutToken says whether a typ is one that logout tokens have (Back-Channel Logout §2.4): older ones say JWT.
func (h header) isLogoutToken() bool {
	kind := strings.TrimPrefix(strings.ToLower(h.kind), "application/")
	return kind == "" || kind == "jwt" || kind == "logout+jwt"
}

// verified is a token whose signature is good.
type verified struct {
	header header
	claims map[string]any
	id     *gooidc.IDToken     // of an ID token
	logout *gooidc.LogoutToken // of a logout token
	// objection is go-oidc's, when the signature was good and something else is not.
	objection error
}

// diagnose adds what is known of a token to a failure of it.
func (v *verified) diagnose(f *Failure) *Failure {
	d := &f.Diagnostics
	d.Algorithm, d.KeyID, d.Claims = clean(v.header.algorithm, 50), clean(v.header.keyID, 100), v.claims
	d.IssuedAt, _ = instant(v.claims, "iat")
	d.Expires, _ = instant(v.claims, "exp")
	return f
}

// open verifies a token's signature and reads its claims. check is go-oidc's verification of everything else; what
// it finds is kept and not returned, because it has words only where we need codes: the caller judges first. The
// error is a *Failure or *Unavailable.
func (rp *RelyingParty) open(ctx context.Context, c Config, p *provider, raw string, check func(context.Context, *gooidc.IDTokenVerifier, *verified) error) (*verified, error) {
	h, refused := readHeader(raw, c.algorithms())
	if refused != nil {
		return nil, refused
	}
	s := &signature{keys: p.keys, header: h, algorithms: c.algorithms()}
	verifier := gooidc.NewVerifier(c.Issuer, s, &gooidc.Config{ClientID: c.ClientID, SupportedSigningAlgs: c.algorithms(), Now: rp.now})
	v := &verified{header: h}
	v.objection = check(ctx, verifier, v)
	if s.payload == nil {
		return nil, s.refusal()
	}
	claims, err := object(s.payload)
	if err != nil {
		return nil, malformed("claims", "The token's claims can't be read: "+err.Error()+".")
	}
	v.claims = claims
	return v, nil
}

// signature is the key set of one verification. go-oidc flattens errors of a key set into text, so this one
// remembers its own.
type signature struct {
	keys       *keySet
	header     header
	algorithms []string

	payload []byte // once verified
	err     error
}

var errSignature = errors.New("the signature is by no key of the set")

// VerifySignature implements go-oidc's KeySet.
func (s *signature) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	allowed := make([]jose.SignatureAlgorithm, len(s.algorithms))
	for i, a := range s.algorithms {
		allowed[i] = jose.SignatureAlgorithm(a)
	}
	signed, err := jose.ParseSignedCompact(raw, allowed)
	if err != nil {
		return nil, err
	}
	keys, err := s.keys.find(ctx, s.header.keyID, jose.SignatureAlgorithm(s.header.algorithm))
	if err != nil {
		s.err = err
		return nil, err
	}
	for _, k := range keys {
		if payload, err := signed.Verify(k.Key); err == nil {
			s.payload = payload
			return payload, nil
		}
	}
	s.err = errSignature
	return nil, s.err
}

// refusal is why there is no payload.
func (s *signature) refusal() error {
	if _, down := errors.AsType[*Unavailable](s.err); down {
		return s.err
	}
	if refused, ok := errors.AsType[*Failure](s.err); ok {
		return refused
	}
	f := malformed("token", "The token is no signed JWT.")
	switch {
	case errors.Is(s.err, errUnknownKey):
		f = &Failure{Code: CodeSignature, Check: "key id", Detail: "The token is signed by a key that the provider does not publish."}
	case errors.Is(s.err, errSignature):
		f = &Failure{Code: CodeSignature, Check: "signature", Detail: "The token's signature is not by the provider's key."}
	}
	f.Diagnostics.Algorithm, f.Diagnostics.KeyID = clean(s.header.algorithm, 50), clean(s.header.keyID, 100)
	return f
}
