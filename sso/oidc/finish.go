package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Finish verifies how a browser came back and returns who the provider says it is. kept is what Begin returned,
// which the door found by the browser's cookie and used up before. The error is a *Failure, or *Unavailable.
func (rp *RelyingParty) Finish(ctx context.Context, c Config, kept Kept, cb Callback) (*Claims, error) {
	claims, err := rp.finish(ctx, c, kept, cb)
	if f, ok := errors.AsType[*Failure](err); ok && f.Diagnostics.Now.IsZero() {
		told := *f // what is cached is not changed
		told.Diagnostics.Now = rp.now()
		return nil, &told
	}
	return claims, err
}

func (rp *RelyingParty) finish(ctx context.Context, c Config, kept Kept, cb Callback) (*Claims, error) {
	if err := rp.usable(c); err != nil {
		return nil, err
	}
	mode := kept.Mode
	if mode == "" {
		mode = Query
	}
	a, wrong := cb.read(mode)
	if wrong != nil {
		return nil, wrong
	}
	if wrong := rp.bound(c, kept, a); wrong != nil {
		return nil, wrong
	}
	p, err := rp.provider(ctx, c)
	if err != nil {
		return nil, err
	}
	if wrong := p.fromIssuer(c, a); wrong != nil {
		return nil, wrong
	}
	if a.problem != "" {
		return nil, reported(a.problem, a.text)
	}
	if a.code == "" {
		return nil, malformed("callback", "The answer has neither a code nor an error.")
	}
	release, err := rp.turn(ctx, c)
	if err != nil {
		return nil, err
	}
	defer release()
	tokens, err := rp.exchange(ctx, c, p, kept, a.code)
	if err != nil {
		return nil, err
	}
	t, err := rp.verifyIDToken(ctx, c, p, kept, tokens)
	if err != nil {
		return nil, err
	}
	claims := c.claims(t)
	if err := rp.complete(ctx, c, p, tokens, claims); err != nil {
		return nil, err
	}
	return claims, nil
}

// tokens are what the token endpoint gave.
type tokens struct{ id, access string }

// exchange redeems the code, once: an outage here is not tried again, for the code may be used up.
func (rp *RelyingParty) exchange(ctx context.Context, c Config, p *provider, kept Kept, code string) (tokens, error) {
	ctx = gooidc.ClientContext(ctx, rp.http)
	got, err := rp.oauth(c, p).Exchange(ctx, code, oauth2.VerifierOption(kept.Verifier))
	if err != nil {
		return tokens{}, rp.unexchanged(c, kept, code, err)
	}
	id, _ := got.Extra("id_token").(string)
	if id == "" {
		return tokens{}, malformed("token response", "The provider gave no ID token. It has to be an OpenID provider, and allow the scope openid to this client.")
	}
	return tokens{id: id, access: got.AccessToken}, nil
}

// aadsts are the error codes of Entra, which tell more than OAuth's: AADSTS7000222 is an expired secret.
var aadsts = regexp.MustCompile(`AADSTS\d{5,8}`)

// unexchanged tells why a code was not redeemed. x/oauth2's own error is never wrapped, for it holds the whole
// answer.
func (rp *RelyingParty) unexchanged(c Config, kept Kept, code string, err error) error {
	said, answered := errors.AsType[*oauth2.RetrieveError](err)
	_, unsent := errors.AsType[*url.Error](err)
	switch {
	case answered && busy(said.Response.StatusCode):
		return &Unavailable{What: "token endpoint", RetryAfter: negativeFor, Err: fmt.Errorf("the answer was %d", said.Response.StatusCode)}
	case unsent:
		return rp.unreached("token endpoint", CodeExchange, err)
	case !answered:
		return malformed("token response", "The provider's answer at the token endpoint is no token response.")
	}
	f := &Failure{Code: CodeExchange, Check: "token endpoint", Diagnostics: Diagnostics{HTTPStatus: said.Response.StatusCode, ProviderError: "other"}}
	if failure, ok := errors.AsType[*Failure](reported(said.ErrorCode, "")); ok && said.ErrorCode != "" {
		f.Diagnostics.ProviderError = failure.Check
	}
	text := said.ErrorDescription
	for _, hidden := range []string{c.ClientSecret.Reveal(), code, kept.Verifier, kept.Nonce} {
		if hidden != "" && (strings.Contains(text, hidden) || strings.Contains(text, url.QueryEscape(hidden))) {
			text = "" // it repeats what it should not
		}
	}
	f.Diagnostics.ProviderText = clean(text, maxField)
	switch f.Diagnostics.ProviderError {
	case "invalid_client", "unauthorized_client":
		f.Detail = "The provider does not take the client id and secret of this connection: look whether the secret has expired, and whether the authentication method is the one that the provider expects."
	case "invalid_grant":
		f.Detail = "The provider does not take the code: it was used before, has expired, or was given to somebody else."
	default:
		f.Detail = "The provider refused to redeem the code."
	}
	if number := aadsts.FindString(text); number != "" {
		f.Detail += " Entra calls it " + number + "."
	}
	return f
}
