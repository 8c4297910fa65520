package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"

	"rollcall/internal/roster"
)

const (
	// maxSkew is by how much a provider's clock may be ahead of ours.
	maxSkew = time.Minute
	// maxOld is how long ago an ID token that was given just now may have been issued. Entra dates them back by
	// five minutes.
	maxOld = 10 * time.Minute
	// maxLife is how long it may be good for; those of Auth0 are for ten hours, of Zitadel for twelve.
	maxLife = 24 * time.Hour

	maxSubject   = 255 // OpenID Connect Core §2
	maxAudiences = 50
)

// verifyIDToken verifies an ID token that came from the token endpoint (OpenID Connect Core §3.1.3.7).
func (rp *RelyingParty) verifyIDToken(ctx context.Context, c Config, p *provider, kept Kept, got tokens) (*verified, error) {
	v, err := rp.open(ctx, c, p, got.id, func(ctx context.Context, by *gooidc.IDTokenVerifier, v *verified) (err error) {
		v.id, err = by.Verify(ctx, got.id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !v.header.isIDToken() {
		return nil, v.diagnose(&Failure{Code: CodeHeader, Check: "typ", Detail: "The token is of another type than an ID token."})
	}
	if f := rp.judge(c, kept, v); f != nil {
		return nil, v.diagnose(f)
	}
	if f := agree(v); f != nil {
		return nil, v.diagnose(f)
	}
	if _, there := v.claims["at_hash"]; there && v.id.VerifyAccessToken(got.access) != nil {
		return nil, v.diagnose(&Failure{Code: CodeTokenHash, Check: "at_hash", Detail: "The ID token belongs to another access token than the one it came with."})
	}
	return v, nil
}

// agree holds what go-oidc read against what we read: it takes names of claims without regard to case.
func agree(v *verified) *Failure {
	if v.objection != nil {
		return malformed("claims", "The ID token is not what the library takes: "+clean(v.objection.Error(), maxField))
	}
	for name := range v.claims {
		for _, ours := range []string{"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash"} {
			if name != ours && strings.EqualFold(name, ours) {
				return malformed("claims", "The ID token has a claim whose name differs from "+ours+" by case only.")
			}
		}
	}
	return nil
}

// judge is what an ID token's claims have to be, each with a code of its own.
func (rp *RelyingParty) judge(c Config, kept Kept, v *verified) *Failure {
	for _, check := range []func() *Failure{
		func() *Failure { return party(c, v.claims) },
		func() *Failure { return times(v.claims, rp.now(), maxOld) },
		func() *Failure { return nonce(kept, v.claims) },
		func() *Failure { return authTime(kept, v.claims, rp.now()) },
		func() *Failure { return vendor(c, v.claims) },
	} {
		if f := check(); f != nil {
			f.Diagnostics.Now = rp.now()
			return f
		}
	}
	return nil
}

func compared(code roster.Code, check, detail, expected, got string) *Failure {
	return &Failure{Code: code, Check: check, Detail: detail, Diagnostics: Diagnostics{Expected: clean(expected, maxField), Got: clean(got, maxField)}}
}

// party: by whom, of whom and for whom a token is.
func party(c Config, claims map[string]any) *Failure {
	iss, _ := claims["iss"].(string)
	if iss != c.Issuer {
		return compared(CodeIssuer, "iss", "The token was issued by another issuer than the connection's. They have to be equal to the letter, a slash at the end included.", c.Issuer, iss)
	}
	if sub, _ := claims["sub"].(string); !subject(sub) {
		return malformed("sub", "The token's subject (sub) is no text of 1 to 255 printable ASCII characters.")
	}
	audiences, ok := texts(claims["aud"], maxAudiences)
	if !ok || !slices.Contains(audiences, c.ClientID) {
		return compared(CodeAudience, "aud", "The token is for another client than this connection's.", c.ClientID, strings.Join(audiences, " "))
	}
	azp, there := claims["azp"]
	if text, _ := azp.(string); there && text != c.ClientID || !there && len(audiences) > 1 {
		return compared(CodeAZP, "azp", "The token is for several clients, or was given to another one than this connection's (azp).", c.ClientID, text)
	}
	return nil
}

// subject says whether a sub is one (OpenID Connect Core §2).
func subject(s string) bool {
	return s != "" && len(s) <= maxSubject && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// times: a token is of now. exp has no leeway: it is ours to be early, and a token that comes from the token
// endpoint is seconds old.
func times(claims map[string]any, now time.Time, old time.Duration) *Failure {
	expires, hasExp := instant(claims, "exp")
	issued, hasIat := instant(claims, "iat")
	starts, hasNbf := instant(claims, "nbf")
	_, nbf := claims["nbf"]
	clock := func(check, detail string) *Failure { return &Failure{Code: CodeClock, Check: check, Detail: detail} }
	switch {
	case !hasExp || !hasIat || nbf && !hasNbf:
		return malformed("times", "The token lacks its times: exp and iat have to be numbers, and nbf where it has one.")
	case !now.Before(expires):
		return &Failure{Code: CodeExpired, Check: "exp", Detail: "The token has expired. Compare the two clocks."}
	case issued.After(now.Add(maxSkew)):
		return clock("iat", "The token was issued in the future. The provider's clock is more than a minute ahead of ours.")
	case starts.After(now.Add(maxSkew)):
		return clock("nbf", "The token is not good yet. The provider's clock is more than a minute ahead of ours.")
	case now.Sub(issued) > old:
		return clock("iat", "The token was issued too long ago for one that was asked for just now. Compare the two clocks.")
	case expires.Sub(now) > maxLife+maxSkew:
		return clock("exp", "The token is good for more than a day.")
	}
	return nil
}

func nonce(kept Kept, claims map[string]any) *Failure {
	got, _ := claims["nonce"].(string)
	if subtle.ConstantTimeCompare([]byte(got), []byte(kept.Nonce)) == 1 {
		return nil
	}
	return &Failure{Code: CodeNonce, Check: "nonce", Detail: "The token answers another sign-in than this one, or the provider does not repeat the nonce."}
}

func authTime(kept Kept, claims map[string]any, now time.Time) *Failure {
	at, ok := instant(claims, "auth_time")
	if _, there := claims["auth_time"]; there && !ok {
		return malformed("auth_time", "The token's auth_time is no number.")
	}
	if kept.MaxAge < 0 {
		return nil
	}
	if !ok || now.Sub(at) > time.Duration(kept.MaxAge)*time.Second+maxSkew || at.After(now.Add(maxSkew)) {
		return &Failure{Code: CodeMaxAge, Check: "auth_time", Detail: "The provider did not have the person sign in anew, or does not say when it last did (auth_time)."}
	}
	return nil
}

// vendor: the customer's own tenant at a provider that serves many.
func vendor(c Config, claims map[string]any) *Failure {
	if want := c.entraTenant(); want != "" {
		if tid, _ := claims["tid"].(string); !strings.EqualFold(tid, want) {
			return compared(CodeTenant, "tid", "The person belongs to another tenant of Entra than the connection's.", want, tid)
		}
	}
	if len(c.HostedDomains) > 0 {
		hd, _ := claims["hd"].(string)
		if hd == "" || !slices.ContainsFunc(c.HostedDomains, func(d string) bool { return strings.EqualFold(d, hd) }) {
			return compared(CodeHostedDomain, "hd", "The account is none of the customer's Google Workspace (hd).", strings.Join(c.HostedDomains, " "), hd)
		}
	}
	return nil
}

// instant reads a NumericDate (RFC 7519 §2).
func instant(claims map[string]any, name string) (time.Time, bool) {
	n, ok := claims[name].(json.Number)
	if !ok {
		return time.Time{}, false
	}
	f, err := n.Float64()
	if err != nil || f < 0 || f > math.MaxInt32*100 {
		return time.Time{}, false
	}
	return time.Unix(int64(f), 0).UTC(), true
}

// texts reads a text or a list of texts.
func texts(v any, most int) ([]string, bool) {
	if s, ok := v.(string); ok {
		return []string{s}, true
	}
	list, ok := v.([]any)
	if !ok || len(list) > most {
		return nil, false
	}
	all := make([]string, 0, len(list))
	for _, one := range list {
		s, ok := one.(string)
		if !ok {
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}
