package issuer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// server answers programs. The library parses their requests and writes the answers.
type server struct {
	op.UnimplementedServer
	door *Door
}

// discovery is what the issuer says of itself, beside what the library's type has.
type discovery struct {
	oidc.DiscoveryConfiguration
	Iss             bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207 §3
	BackChannel     bool     `json:"backchannel_logout_supported"`
	BackChannelSID  bool     `json:"backchannel_logout_session_supported"`
	Prompts         []string `json:"prompt_values_supported"`
	RevocationsFeed string   `json:"revocations_endpoint"` // ours
	RequestURI      bool     `json:"request_uri_parameter_supported"`
}

// Discovery implements op.Server (OpenID Connect Discovery 1.0 §3, RFC 8414 §2).
func (s *server) Discovery(context.Context, *op.Request[struct{}]) (*op.Response, error) {
	url := s.door.Issuer
	methods := []oidc.AuthMethod{oidc.AuthMethodBasic, oidc.AuthMethodPost, oidc.AuthMethodPrivateKeyJWT}
	signing := []string{"RS256", "PS256", "ES256", "EdDSA"}
	return op.NewResponse(discovery{
		DiscoveryConfiguration: oidc.DiscoveryConfiguration{
			Issuer: url, AuthorizationEndpoint: url + pathAuthorize, TokenEndpoint: url + pathToken, UserinfoEndpoint: url + pathUserinfo,
			IntrospectionEndpoint: url + pathIntrospect, RevocationEndpoint: url + pathRevoke, EndSessionEndpoint: url + pathLogout,
			JwksURI: url + pathKeys, ScopesSupported: scopes(),
			ResponseTypesSupported: []string{"code"}, ResponseModesSupported: []string{"query"},
			GrantTypesSupported:   []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken},
			SubjectTypesSupported: []string{"public"}, IDTokenSigningAlgValuesSupported: []string{string(algorithm)},
			TokenEndpointAuthMethodsSupported:                  append(methods, oidc.AuthMethodNone),
			TokenEndpointAuthSigningAlgValuesSupported:         signing,
			RevocationEndpointAuthMethodsSupported:             append(methods, oidc.AuthMethodNone),
			IntrospectionEndpointAuthMethodsSupported:          methods,
			RevocationEndpointAuthSigningAlgValuesSupported:    signing,
			IntrospectionEndpointAuthSigningAlgValuesSupported: signing,
			ClaimTypesSupported:                                []string{"normal"},
			ClaimsSupported: []string{
				"sub", "sid", "auth_time", "amr", "nonce", "at_hash", "org_id", "org_slug", "org_name", "org_role", "permissions", "groups", "connection_id",
				"idp_issuer", "email", "email_verified", "name", "given_name", "family_name", "locale", "zoneinfo", "updated_at",
			},
			CodeChallengeMethodsSupported: []oidc.CodeChallengeMethod{oidc.CodeChallengeMethodS256},
		},
		Iss: true, BackChannel: true, BackChannelSID: true, Prompts: []string{"none", "login", "select_account"},
		RevocationsFeed: url + pathRevocations,
	}), nil
}

// Keys implements op.Server.
func (s *server) Keys(ctx context.Context, _ *op.Request[struct{}]) (*op.Response, error) {
	set, err := s.door.Keys.Set(ctx)
	if err != nil {
		return nil, fault(ctx, err)
	}
	return op.NewResponse(set), nil
}

// VerifyClient implements op.Server.
func (s *server) VerifyClient(ctx context.Context, r *op.Request[op.ClientCredentials]) (op.Client, error) {
	a, err := s.door.authenticated(ctx, r.Data)
	if err != nil {
		return nil, err
	}
	return client{a}, nil
}

// authenticated is authenticate, within the bounds for guesses.
func (d *Door) authenticated(ctx context.Context, c *op.ClientCredentials) (tenant.App, error) {
	r := noteFrom(ctx).request
	id, _ := tenant.ParseAppID(c.ClientID)
	if wait := d.Guesses.Wait(r, id); wait > 0 {
		return tenant.App{}, op.NewStatusError(&oidc.Error{ErrorType: "temporarily_unavailable", Description: "Too many requests with wrong credentials. Wait a minute."}, http.StatusTooManyRequests)
	}
	a, err := d.authenticate(ctx, c)
	if status := (op.StatusError{}); errors.As(err, &status) {
		d.Guesses.Failed(r, id)
		return a, err
	}
	if err != nil {
		return a, fault(ctx, err)
	}
	return a, nil
}

// CodeExchange implements op.Server (RFC 6749 §4.1.3).
func (s *server) CodeExchange(ctx context.Context, r *op.ClientRequest[oidc.AccessTokenRequest]) (*op.Response, error) {
	d, a := s.door, r.Client.(client).App //nolint:forcetypeassert,errcheck // VerifyClient made it
	id, hash, err := secret.ParseBound(r.Data.Code, secret.Code)
	if err != nil {
		return nil, errGrant("The code is not known, or is not good any more.")
	}
	next, nextHash := secret.NewBound(id, secret.Refresh)
	g, err := d.Roster.RedeemCode(ctx, tenant.ID{UUID: id}, roster.CodeExchange{
		Code: hash, App: a.ID, RedirectURI: r.Data.RedirectURI, Verifier: r.Data.CodeVerifier, Refresh: nextHash, RefreshScope: oidc.ScopeOfflineAccess,
	})
	if err != nil {
		return nil, fault(ctx, err)
	}
	if g.Refresh.Hash != nextHash {
		next = ""
	}
	return d.tokens(ctx, g, next)
}

// RefreshToken implements op.Server (RFC 6749 §6, with rotation as of RFC 9700 §4.14.2).
func (s *server) RefreshToken(ctx context.Context, r *op.ClientRequest[oidc.RefreshTokenRequest]) (*op.Response, error) {
	d, a := s.door, r.Client.(client).App //nolint:forcetypeassert,errcheck // VerifyClient made it
	id, hash, err := secret.ParseBound(r.Data.RefreshToken, secret.Refresh)
	if err != nil {
		return nil, errGrant("The refresh token is not known, or is not good any more.")
	}
	next, nextHash := secret.NewBound(id, secret.Refresh)
	g, err := d.Roster.Refresh(ctx, tenant.ID{UUID: id}, roster.TokenRefresh{Token: hash, App: a.ID, Next: nextHash})
	if err != nil {
		return nil, fault(ctx, err)
	}
	return d.tokens(ctx, g, next)
}

// tokens makes the answer to an app that has a live grant.
func (d *Door) tokens(ctx context.Context, g roster.LiveGrant, refresh string) (*op.Response, error) {
	p, err := d.person(ctx, g)
	if err != nil {
		return nil, fault(ctx, err)
	}
	now := d.Now()
	access, err := d.Keys.sign(ctx, typeAccessToken, p.accessToken(d.Issuer, now))
	if err != nil {
		return nil, fault(ctx, err)
	}
	id, err := d.Keys.sign(ctx, typeIDToken, p.idToken(d.Issuer, access, now))
	if err != nil {
		return nil, fault(ctx, err)
	}
	answer := &oidc.AccessTokenResponse{
		AccessToken: access, TokenType: oidc.BearerToken, RefreshToken: refresh, IDToken: id, Scope: g.Grant.Scopes,
		ExpiresIn: uint64(max(p.until(now, AccessTokenLife).Sub(now)/time.Second, 0)),
	}
	return op.NewResponse(answer), nil
}

// UserInfo implements op.Server (OpenID Connect Core §5.3): the claims as they are now,
// and only while the person may be in.
func (s *server) UserInfo(ctx context.Context, r *op.Request[oidc.UserInfoRequest]) (*op.Response, error) {
	d := s.door
	g, _, err := d.grantOf(ctx, r.Data.AccessToken)
	if errors.Is(err, roster.NotFound) || err == nil && g.Refresh.Hash != [32]byte{} {
		return nil, op.NewStatusError(&oidc.Error{ErrorType: "invalid_token", Description: "The access token is not good any more."}, http.StatusUnauthorized)
	}
	if err != nil {
		return nil, fault(ctx, err)
	}
	p, err := d.person(ctx, g)
	if err != nil {
		return nil, fault(ctx, err)
	}
	c := p.profile()
	p.groups(c, 0)
	p.source(c)
	maps.Copy(c, p.standing())
	c["permissions"] = p.permissions()
	return op.NewResponse(c), nil
}

// Introspect implements op.Server (RFC 7662): it reads the live session, so that a
// token is inactive as soon as its person has lost access.
func (s *server) Introspect(ctx context.Context, r *op.Request[op.IntrospectionRequest]) (*op.Response, error) {
	d := s.door
	a, err := d.authenticated(ctx, r.Data.ClientCredentials)
	if err != nil {
		return nil, err
	}
	if a.Auth == tenant.AppPublic {
		return nil, errClient()
	}
	inactive := op.NewResponse(map[string]any{"active": false})
	g, token, err := d.grantOf(ctx, r.Data.Token)
	if errors.Is(err, roster.NotFound) || err == nil && g.Grant.App != a.ID {
		return inactive, nil // another app's tokens are nobody's business (RFC 7662 §4)
	}
	if err != nil {
		return nil, fault(ctx, err)
	}
	p, err := d.person(ctx, g)
	if err != nil {
		return nil, fault(ctx, err)
	}
	c := p.profile()
	p.groups(c, 0)
	p.source(c)
	maps.Copy(c, p.standing())
	c["permissions"] = p.permissions()
	maps.Copy(c, map[string]any{
		"active": true, "iss": d.Issuer, "client_id": a.ID.String(), "aud": a.ID.String(), "scope": joinScopes(g.Grant.Scopes),
		"username": string(g.Member.Email),
	})
	if token.ID != "" {
		c["jti"], c["iat"], c["exp"], c["token_type"] = token.ID, token.Issued, token.Expires, "Bearer"
	} else {
		c["iat"], c["exp"] = g.Refresh.IssuedAt.Unix(), g.Refresh.ExpiresAt.Unix()
	}
	return op.NewResponse(c), nil
}

// Revocation implements op.Server (RFC 7009): the grant of the token ends, and all
// tokens with it. What is not known, or another's, is answered alike.
func (s *server) Revocation(ctx context.Context, r *op.ClientRequest[oidc.RevocationRequest]) (*op.Response, error) {
	d, a := s.door, r.Client.(client).App //nolint:forcetypeassert,errcheck // VerifyClient made it
	done := op.NewResponse(struct{}{})
	g, _, err := d.grantOf(ctx, r.Data.Token)
	if errors.Is(err, roster.NotFound) || err == nil && g.Grant.App != a.ID {
		return done, nil
	}
	if err != nil {
		return nil, fault(ctx, err)
	}
	by := roster.Staff{Tenant: g.Tenant.ID, Actor: roster.Actor{Source: roster.SourceApp, ID: a.ID.String()}, RequestID: d.RequestID(ctx)}
	if _, err := d.Roster.EndGrants(ctx, by, roster.GrantFilter{Grant: g.Grant.ID}, roster.EndRevoked); err != nil {
		return nil, fault(ctx, err)
	}
	return done, nil
}

func errGrant(detail string) error {
	return oidc.ErrInvalidGrant().WithDescription("%s", detail)
}

// fault turns an error into the protocol's words. What is unknown stays inside.
func fault(ctx context.Context, err error) error {
	note := noteFrom(ctx)
	detail := ""
	if e, ok := errors.AsType[*roster.Error](err); ok {
		detail = e.Detail
	}
	switch {
	case errors.Is(err, roster.Unavailable), errors.Is(err, context.DeadlineExceeded):
		note.fail(err)
		return op.NewStatusError(&oidc.Error{ErrorType: "temporarily_unavailable", Description: "This can't be answered now. Try again in a moment."}, http.StatusServiceUnavailable)
	case errors.Is(err, roster.NotFound), errors.Is(err, roster.Refused), errors.Is(err, roster.Invalid):
		note.fail(err)
		return errGrant(detail)
	}
	note.fail(fmt.Errorf("answer a program: %w", err))
	return op.NewStatusError(oidc.ErrServerError().WithDescription("Something went wrong here."), http.StatusInternalServerError)
}
