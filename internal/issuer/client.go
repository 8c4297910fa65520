package issuer

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"rollcall/internal/assertion"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// client shows an app to the library.
type client struct{ tenant.App }

func (c client) GetID() string                       { return c.ID.String() }
func (c client) RedirectURIs() []string              { return c.App.RedirectURIs }
func (c client) PostLogoutRedirectURIs() []string    { return c.PostLogoutURIs }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }

func (c client) AuthMethod() oidc.AuthMethod {
	switch c.Auth {
	case tenant.AppKeyAuth:
		return oidc.AuthMethodPrivateKeyJWT
	case tenant.AppPublic:
		return oidc.AuthMethodNone
	default:
		return oidc.AuthMethodBasic
	}
}

func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}

func (c client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeRefreshToken}
}

func (c client) LoginURL(string) string              { return "" }
func (c client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

func (c client) IDTokenLifetime() time.Duration                                  { return IDTokenLife }
func (c client) DevMode() bool                                                   { return false }
func (c client) RestrictAdditionalIdTokenScopes() func(scopes []string) []string { return keepScopes } //nolint:revive // the library's name

func (c client) RestrictAdditionalAccessTokenScopes() func(scopes []string) []string {
	return keepScopes
}
func (c client) IsScopeAllowed(string) bool           { return true }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }
func (c client) ClockSkew() time.Duration             { return 0 }

func keepScopes(scopes []string) []string { return scopes }

// app finds an app that may sign people in, or of which none is known.
func (d *Door) app(ctx context.Context, id string) (tenant.App, error) {
	unknown := &roster.Error{Kind: roster.NotFound, Field: "client_id", Detail: "No app has this client_id. Check it in the app's configuration."}
	parsed, err := tenant.ParseAppID(id)
	if err != nil || parsed.String() != id {
		return tenant.App{}, unknown
	}
	a, err := d.Locator.App(ctx, parsed)
	switch {
	case errors.Is(err, roster.NotFound) || err == nil && a.Status == tenant.AppRemoved:
		return tenant.App{}, unknown
	case err == nil && a.Status != tenant.AppActive:
		return tenant.App{}, &roster.Error{Kind: roster.Refused, Code: roster.CodeAppDisabled, Field: "client_id", Detail: "The app is turned off. Its operator can turn it on again."}
	}
	return a, err
}

// errClient is all that a program hears whose word for itself does not hold, so that
// nobody learns which apps there are.
func errClient() error {
	return op.NewStatusError(oidc.ErrInvalidClient().WithDescription("The client is not known, or its credentials are not good."), 401)
}

// authenticate finds the app of a request at the token endpoint and its like.
func (d *Door) authenticate(ctx context.Context, c *op.ClientCredentials) (tenant.App, error) {
	id := c.ClientID
	if c.ClientAssertion != "" {
		peeked, err := assertion.Peek(c.ClientAssertion)
		if err != nil || id != "" && id != peeked.Subject {
			return tenant.App{}, errClient()
		}
		id = peeked.Subject
	}
	a, err := d.app(ctx, id)
	if errors.Is(err, roster.NotFound) || errors.Is(err, roster.Refused) {
		return a, errClient()
	}
	if err != nil {
		return a, err
	}
	switch a.Auth {
	case tenant.AppPublic:
		if c.ClientSecret != "" || c.ClientAssertion != "" {
			return a, errClient()
		}
		return a, nil
	case tenant.AppKeyAuth:
		return a, d.checkAssertion(ctx, a, c.ClientAssertion)
	default:
		return a, d.checkSecret(a, c)
	}
}

func (d *Door) checkSecret(a tenant.App, c *op.ClientCredentials) error {
	if c.ClientSecret == "" || c.ClientAssertion != "" {
		return errClient()
	}
	hash, good := secret.Hash(c.ClientSecret), false
	for _, s := range a.Secrets {
		if s.Usable(d.Now()) && subtle.ConstantTimeCompare(hash[:], s.Hash) == 1 {
			good = true
		}
	}
	if !good {
		return errClient()
	}
	return nil
}

// checkAssertion verifies an app's own assertion (RFC 7523 §3, OpenID Connect Core §9):
// signed by a key of its set, by and about the app, for us, and new.
func (d *Door) checkAssertion(ctx context.Context, a tenant.App, text string) error {
	trust := tenant.Trust{
		Issuer: a.ID.String(), Subject: a.ID.String(), Keys: a.Keys, Audiences: []string{d.Issuer, d.Issuer + pathToken},
	}
	verifier := assertion.New(assertion.Config{Now: d.Now, Fetch: func(context.Context, string) ([]byte, error) {
		return nil, assertion.ErrUnavailable // the keys are here
	}})
	claims, err := verifier.Verify(ctx, text, trust, d.Issuer)
	if err != nil || claims.ID == "" {
		return errClient()
	}
	fresh, err := d.FirstTime(ctx, a.ID.String()+" "+claims.ID, claims.Expires.Add(assertion.Leeway).Sub(d.Now()))
	if err != nil {
		return err
	}
	if !fresh {
		return errClient()
	}
	return nil
}

func joinScopes(s []string) string { return strings.Join(s, " ") }
