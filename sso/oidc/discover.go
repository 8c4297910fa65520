package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/internal/outbound"
	"rollcall/internal/roster"
)

// provider is what discovery said of an issuer (OpenID Connect Discovery §3), and its keys.
type provider struct {
	issuer, authorize, token, userinfo, jwks string
	// issInResponse: the callback always bears iss (RFC 9207 §3).
	issInResponse bool
	authMethods   []string
	fetched       time.Time
	keys          *keySet
}

// document is the part of a discovery document that is read. Signature algorithms are not: which are good is not
// the provider's to say.
type document struct {
	Issuer        string   `json:"issuer"`
	Authorize     string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	Userinfo      string   `json:"userinfo_endpoint"`
	JWKS          string   `json:"jwks_uri"`
	IssInResponse bool     `json:"authorization_response_iss_parameter_supported"`
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
}

// Provider is what a test of a connection may show of its provider.
type Provider struct {
	Issuer, AuthorizationEndpoint, TokenEndpoint, UserinfoEndpoint, JWKSURI string
	KeyIDs                                                                  []string
}

// discover fetches and checks the discovery document of a connection's issuer.
func (rp *RelyingParty) discover(ctx context.Context, c Config) (*provider, error) {
	body, err := rp.get(ctx, strings.TrimSuffix(c.Issuer, "/")+"/.well-known/openid-configuration", "discovery document")
	if err != nil {
		return nil, err
	}
	refused := func(check, detail string) error {
		return &Failure{Code: CodeDiscovery, Check: check, Detail: detail, Diagnostics: Diagnostics{Now: rp.now()}}
	}
	var d document
	if _, err := object(body); err != nil {
		return nil, refused("discovery document", "The document at /.well-known/openid-configuration below the issuer can't be read: "+err.Error()+".")
	}
	if json.Unmarshal(body, &d) != nil {
		return nil, refused("discovery document", "The discovery document has values of wrong types.")
	}
	if d.Issuer != c.Issuer {
		return nil, &Failure{
			Code: CodeIssuer, Check: "issuer of the discovery document",
			Detail:      "The discovery document names another issuer than the connection. They have to be equal to the letter, a slash at the end included.",
			Diagnostics: Diagnostics{Now: rp.now(), Expected: c.Issuer, Got: clean(d.Issuer, maxURL)},
		}
	}
	for _, e := range []struct {
		name, url string
		optional  bool
	}{
		{"authorization_endpoint", d.Authorize, false},
		{"token_endpoint", d.Token, false},
		{"jwks_uri", d.JWKS, false},
		{"userinfo_endpoint", d.Userinfo, true},
	} {
		if e.url == "" && e.optional {
			continue
		}
		if problem := checkURL(e.url, c.AllowInsecureLoopback); problem != "" {
			return nil, refused(e.name, "The discovery document's "+e.name+" "+problem+".")
		}
	}
	return &provider{
		issuer: d.Issuer, authorize: d.Authorize, token: d.Token, userinfo: d.Userinfo, jwks: d.JWKS,
		issInResponse: d.IssInResponse, authMethods: d.AuthMethods, fetched: rp.now(),
		keys: &keySet{url: d.JWKS, get: rp.get, now: rp.now},
	}, nil
}

// authMethod is how to authenticate at the token endpoint.
func (p *provider) authMethod(c Config) AuthMethod {
	switch {
	case c.Auth != AuthAuto:
		return c.Auth
	case c.ClientSecret.IsZero():
		return AuthNone
	case len(p.authMethods) > 0 && !slices.Contains(p.authMethods, string(AuthBasic)) && slices.Contains(p.authMethods, string(AuthPost)):
		return AuthPost
	}
	return AuthBasic
}

// get fetches a JSON document of a provider. The error is *Unavailable, or a *Failure where trying again is no use.
func (rp *RelyingParty) get(ctx context.Context, url, what string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, &Failure{Code: CodeDiscovery, Check: what, Detail: "The address of the " + what + " is no URL."}
	}
	req.Header.Set("Accept", "application/json")
	res, err := rp.http.Do(req)
	if err != nil {
		return nil, rp.unreached(what, CodeDiscovery, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return nil, rp.unreached(what, CodeDiscovery, err)
	case res.StatusCode == http.StatusOK:
		return body, nil
	case busy(res.StatusCode):
		return nil, &Unavailable{What: what, RetryAfter: negativeFor, Err: fmt.Errorf("the answer was %d", res.StatusCode)}
	}
	return nil, &Failure{
		Code: CodeDiscovery, Check: what,
		Detail:      fmt.Sprintf("The provider answers a request for its %s with %d instead of 200; redirects are not followed.", what, res.StatusCode),
		Diagnostics: Diagnostics{Now: rp.now(), HTTPStatus: res.StatusCode},
	}
}

// busy says whether a status is one of an outage, after which the same request may be answered.
func busy(status int) bool { return status >= 500 || status == http.StatusTooManyRequests }

// unreached tells what must never be asked from what could not be asked now.
func (rp *RelyingParty) unreached(what string, code roster.Code, err error) error {
	refused := &Failure{Code: code, Check: what, Diagnostics: Diagnostics{Now: rp.now()}}
	switch {
	case errors.Is(err, outbound.ErrAddress):
		refused.Detail = "The provider's " + what + " is at an address that is not public."
	case errors.Is(err, outbound.ErrURL):
		refused.Detail = "The provider's " + what + " is at a URL that is not https."
	case errors.Is(err, outbound.ErrTooLong):
		refused.Detail = "The provider's " + what + " is longer than is read."
	default:
		return &Unavailable{What: what, RetryAfter: negativeFor, Err: err}
	}
	return refused
}
