package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"rollcall/internal/assertion"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// client finds the credential that a token request proves.
func (d *Door) client(ctx context.Context, id tenant.DirectoryID, q tokenRequest) (roster.Grant, error) {
	named, err := tenant.ParseDirectoryID(q.clientID)
	if q.clientID != "" && (err != nil || named != id) {
		return roster.Grant{}, q.unknownClient()
	}
	if q.assertion != "" {
		return d.clientByAssertion(ctx, id, q)
	}
	return d.clientBySecret(ctx, id, q)
}

// clientBySecret looks the secret up by its hash: 256 random bits, so that neither guessing nor timing
// the look-up leads anywhere.
func (d *Door) clientBySecret(ctx context.Context, id tenant.DirectoryID, q tokenRequest) (roster.Grant, error) {
	t, err := secret.ParseToken(q.secret)
	if err != nil || t.Prefix() != secret.Client {
		return roster.Grant{}, q.unknownClient()
	}
	g, err := d.Locator.Credential(ctx, id, t.Hash())
	if errors.Is(err, roster.NotFound) {
		return roster.Grant{}, q.unknownClient()
	}
	if err != nil {
		return roster.Grant{}, fmt.Errorf("find client secret: %w", err)
	}
	if !secret.Equal(g.Credential.Hash, t.Hash()) || g.Credential.Kind != tenant.ClientSecret || !d.inForce(g, id) {
		e := q.unknownClient()
		e.denied = whyDenied(g, d.Now())
		return roster.Grant{}, e
	}
	return g, nil
}

// clientByAssertion holds an assertion against the trusted issuers of the directory.
func (d *Door) clientByAssertion(ctx context.Context, id tenant.DirectoryID, q tokenRequest) (roster.Grant, error) {
	g, claims, err := d.trusted(ctx, id, q.assertion, func(tenant.Trust) bool { return true })
	if refusal, ok := errors.AsType[*assertion.Refusal](err); ok {
		e := q.unknownClient()
		if refusal.Signed {
			e.detail = refusal.Reason
		}
		e.err = refusal
		return roster.Grant{}, e
	}
	if err != nil {
		return roster.Grant{}, err
	}
	if g.Credential.Trust.Reusable {
		return g, nil
	}
	// RFC 7523 §3: as long as it would be taken, clocks that differ included.
	ttl := claims.Expires.Sub(d.Now()) + 2*assertion.Leeway
	first, err := d.FirstTime(ctx, g.Tenant.ID, g.Credential.ID.String()+" "+claims.ID, max(ttl, time.Second))
	if err != nil {
		return roster.Grant{}, &oauthError{
			status: http.StatusServiceUnavailable, code: unavailableNow, header: retryHeader(retryAfter), err: err,
			detail: "Whether the assertion was used before can't be told now. Try again shortly.",
		}
	}
	if !first {
		e := q.unknownClient()
		e.detail = "The assertion was used before. Sign a new one, with another id (jti)."
		return roster.Grant{}, e
	}
	return g, nil
}

// trusted finds the trust in force that an assertion satisfies. The error is a *assertion.Refusal, or the
// failure to find out.
func (d *Door) trusted(ctx context.Context, id tenant.DirectoryID, text string, eligible func(tenant.Trust) bool) (roster.Grant, assertion.Claims, error) {
	var refused error = &assertion.Refusal{Reason: "Nobody is trusted who signs so."}
	claims, err := assertion.Peek(text)
	if err != nil {
		return roster.Grant{}, claims, err
	}
	if d.Assertions == nil {
		return roster.Grant{}, claims, refused
	}
	grants, err := d.Locator.Trusts(ctx, id)
	if err != nil {
		return roster.Grant{}, claims, fmt.Errorf("find trusted issuers: %w", err)
	}
	for _, g := range grants {
		t := g.Credential.Trust
		if t.Issuer != claims.Issuer || !eligible(t) || !d.inForce(g, id) {
			continue
		}
		verified, err := d.Assertions.Verify(ctx, text, t, d.TokenURL(id))
		if err == nil {
			return g, verified, nil
		}
		if errors.Is(err, assertion.ErrUnavailable) {
			err = &roster.Error{Kind: roster.Unavailable, Detail: "The key set of the issuer can't be fetched now. Try again shortly.", Err: err}
		}
		refused = err
	}
	return roster.Grant{}, claims, refused
}

// openedBySignature takes the token that Entra sends with each request of an application whose secret field was
// left empty: an assertion, for a trust that allows that.
func (d *Door) openedBySignature(ctx context.Context, id tenant.DirectoryID, token string) (roster.Grant, error) {
	g, _, err := d.trusted(ctx, id, token, func(t tenant.Trust) bool { return t.Direct })
	if refusal, ok := errors.AsType[*assertion.Refusal](err); ok {
		e := *errUnauthorized
		e.Err = refusal
		return roster.Grant{}, &e
	}
	return g, err
}
