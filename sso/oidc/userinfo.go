package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
)

// lacks says what was asked for and is not in the ID token. Some providers send by the token what identifies and
// by userinfo what describes (OpenID Connect Core §5.4).
func (c Config) lacks(claims *Claims) (groups, rest bool) {
	scopes := c.scopes()
	groups = c.asksGroups() && !claims.GroupsKnown
	rest = slices.Contains(scopes, "profile") && claims.Name == "" && claims.GivenName == "" && claims.FamilyName == "" ||
		slices.Contains(scopes, "email") && claims.Email == ""
	return groups, rest
}

// complete asks the userinfo endpoint for what the ID token lacks, if anything. Names and an unverified address are
// a convenience, without which a person still signs in; groups decide on roles, so that an outage is one.
func (rp *RelyingParty) complete(ctx context.Context, c Config, p *provider, got tokens, claims *Claims) error {
	groups, rest := c.lacks(claims)
	if p.userinfo == "" || !groups && !rest {
		return nil
	}
	more, err := rp.askUserinfo(ctx, c, p, got.access)
	if f, ok := errors.AsType[*Failure](err); ok && f.Diagnostics.HTTPStatus == 0 {
		return err // it answered, and wrongly
	}
	if err != nil {
		if _, down := errors.AsType[*Unavailable](err); down && groups {
			return err
		}
		claims.Notes = append(claims.Notes, "The userinfo endpoint gave nothing: "+err.Error()+".")
		return nil
	}
	if sub, _ := more["sub"].(string); sub != claims.Subject {
		return &Failure{
			Code: CodeUserinfo, Check: "sub of userinfo", Detail: "The userinfo endpoint tells of another person than the ID token (sub).",
			Diagnostics: Diagnostics{Expected: claims.Subject, Got: clean(sub, maxField), Claims: claims.All},
		}
	}
	claims.merge(c, more)
	return nil
}

// neverFromUserinfo are claims that prove something: they count only under the provider's signature.
func neverFromUserinfo() []string {
	return []string{
		"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "jti", "nonce", "auth_time", "amr", "acr", "sid", "at_hash", "c_hash",
		"email_verified", "phone_number_verified", "xms_edov", "tid", "oid", "hd", "_claim_names", "_claim_sources",
	}
}

// merge takes what the ID token lacks.
func (c *Claims) merge(config Config, more map[string]any) {
	for name, value := range more {
		if _, there := c.All[name]; there || slices.Contains(neverFromUserinfo(), name) {
			continue
		}
		c.All[name] = value
		c.FromUserinfo = append(c.FromUserinfo, name)
	}
	slices.Sort(c.FromUserinfo)
	c.names()
	if slices.Contains(c.FromUserinfo, "email") {
		c.Email, _ = c.All["email"].(string)
		c.EmailVerified = false
		c.EmailReason = "The address came from the userinfo endpoint. Only the ID token can vouch for one: have the provider put email and email_verified into it."
	}
	if !c.GroupsKnown {
		c.groups(config)
	}
}

// askUserinfo fetches what the endpoint says (OpenID Connect Core §5.3). A signed answer has to be signed well.
// A *Failure whose Diagnostics have a status is the endpoint's refusal to answer.
func (rp *RelyingParty) askUserinfo(ctx context.Context, c Config, p *provider, access string) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.userinfo, http.NoBody)
	if err != nil {
		return nil, malformed("userinfo", "The userinfo endpoint is no URL.")
	}
	req.Header.Set("Authorization", "Bearer "+access)
	req.Header.Set("Accept", "application/json")
	res, err := rp.http.Do(req)
	if err != nil {
		return nil, rp.unreached("userinfo endpoint", CodeExchange, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return nil, rp.unreached("userinfo endpoint", CodeExchange, err)
	case busy(res.StatusCode):
		return nil, &Unavailable{What: "userinfo endpoint", RetryAfter: negativeFor, Err: fmt.Errorf("the answer was %d", res.StatusCode)}
	case res.StatusCode != http.StatusOK:
		return nil, &Failure{Code: CodeExchange, Check: fmt.Sprintf("userinfo answered %d", res.StatusCode), Diagnostics: Diagnostics{HTTPStatus: res.StatusCode}}
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind == "application/jwt" {
		return rp.signedUserinfo(ctx, c, p, string(body))
	}
	claims, err := object(body)
	if err != nil {
		return nil, malformed("userinfo", "The answer of the userinfo endpoint can't be read: "+err.Error()+".")
	}
	return claims, nil
}

func (rp *RelyingParty) signedUserinfo(ctx context.Context, c Config, p *provider, raw string) (map[string]any, error) {
	v, err := rp.open(ctx, c, p, raw, func(ctx context.Context, by *gooidc.IDTokenVerifier, _ *verified) error {
		_, err := by.Verify(ctx, raw) // for the signature; such an answer needs no exp
		return err
	})
	if err != nil {
		return nil, err
	}
	iss, _ := v.claims["iss"].(string)
	aud, _ := texts(v.claims["aud"], maxAudiences)
	if iss != c.Issuer || !slices.Contains(aud, c.ClientID) {
		return nil, v.diagnose(malformed("userinfo", "The signed answer of the userinfo endpoint is not by the connection's issuer, or for another client."))
	}
	return v.claims, nil
}
