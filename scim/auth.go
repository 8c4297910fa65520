package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rollcall/internal/assertion"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

const (
	// maxToken is longer than any token that Rollcall makes.
	maxToken = 512
	// touchEvery is the grain of a credential's LastUsedAt.
	touchEvery = time.Minute
)

// errUnauthorized is the one answer to every way of not being allowed in:
// no token, an unknown one, a revoked or expired one, a removed directory. Which
// it was would tell an attacker what exists.
var errUnauthorized = &roster.Error{
	Kind: roster.Unauthorized,
	Detail: "The token is missing or not one of this directory, or it has expired or been revoked. " +
		"Compare the SCIM base URL, and enter a token that was made for this directory.",
}

// errElsewhere is the answer to a token in force that opens another directory.
// It is the same whether this one exists.
var errElsewhere = &fault{
	status: http.StatusNotFound,
	detail: "There is nothing for this token under this base URL. " +
		"The token is good, but it was made for another directory: copy the base URL that belongs to it.",
}

// authenticate finds the directory of the path that the token opens. A
// suspended tenant's directory is still answered: deactivations must arrive.
func (d *Door) authenticate(r *http.Request) (roster.Grant, error) {
	id, err := directoryOf(r.URL.Path)
	if err != nil {
		return roster.Grant{}, d.deny(tenant.DirectoryID{}, roster.AuthUnknown, errUnauthorized)
	}
	token, ok := bearer(r.Header.Values("Authorization"))
	if !ok {
		return roster.Grant{}, d.deny(id, roster.AuthNoToken, errUnauthorized)
	}
	g, err := d.opened(r.Context(), id, token)
	if err != nil {
		return roster.Grant{}, err
	}
	d.touch(r, g)
	d.Accepted(r.Context(), g)
	return g, nil
}

// opened finds what a token opens, by the kind of token that it is.
func (d *Door) opened(ctx context.Context, id tenant.DirectoryID, token string) (roster.Grant, error) {
	if signed(token) {
		g, err := d.openedBySignature(ctx, id, token)
		if errors.Is(err, roster.Unauthorized) {
			return g, d.deny(id, roster.AuthUnknown, err)
		}
		return g, err
	}
	find, kinds := d.Locator.Credential, []tenant.CredentialKind{tenant.BearerToken}
	if secret.Marked(token) {
		t, err := secret.ParseToken(token)
		switch {
		case err != nil:
			return roster.Grant{}, d.deny(id, roster.AuthUnknown, errUnauthorized) // cut short or mistyped: nobody needs to look
		case t.Prefix() == secret.Access:
			find, kinds = d.Locator.AccessToken, []tenant.CredentialKind{tenant.ClientSecret, tenant.TrustedIssuer}
		}
	}
	hash := secret.Hash(token)
	g, err := find(ctx, id, hash)
	if errors.Is(err, roster.NotFound) {
		return roster.Grant{}, d.stranger(ctx, id, token, hash)
	}
	if err != nil {
		return roster.Grant{}, fmt.Errorf("find credential: %w", err)
	}
	if !secret.Equal(g.Credential.Hash, hash) || !slices.Contains(kinds, g.Credential.Kind) || !d.inForce(g, id) {
		return roster.Grant{}, d.deny(id, whyDenied(g, d.Now()), errUnauthorized)
	}
	return g, nil
}

// inForce says whether a grant opens the directory now.
func (d *Door) inForce(g roster.Grant, id tenant.DirectoryID) bool {
	return g.Credential.Usable(d.Now()) && g.Directory.ID == id && g.Directory.Status != tenant.DirectoryRemoved
}

// touch notes that a credential was used, and by whom.
func (d *Door) touch(r *http.Request, g roster.Grant) {
	now := d.Now()
	if now.Sub(g.Credential.LastUsedAt) < touchEvery {
		return
	}
	// A note that could not be made does not keep the directory out.
	if err := d.Locator.TouchCredential(r.Context(), g, now, product(r.UserAgent())); err != nil {
		d.Report(r.Context(), fmt.Errorf("note use of credential: %w", err))
	}
}

// product is the name in a User-Agent header (RFC 9110 §10.1.5), up to its version: "Okta SCIM Client
// 1.0.0" and "python-requests/2.31" without their numbers.
func product(agent string) string {
	const most = 40
	end := 0
	for end < len(agent) && end < most {
		c := agent[end]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '_' || c == '.'
		digit := '0' <= c && c <= '9' && end > 0 && agent[end-1] != ' '
		if !letter && !digit && c != ' ' {
			break
		}
		end++
	}
	return strings.TrimSpace(agent[:end])
}

// stranger answers a token that is none of this directory's: to another
// directory's it is as if this one did not exist, so that an admin who mixed up
// two base URLs does not look for a fault of the token. All others are not
// authorized.
func (d *Door) stranger(ctx context.Context, id tenant.DirectoryID, token string, hash [32]byte) error {
	known, err := d.Locator.KnowsCredential(ctx, hash)
	switch {
	case err != nil:
		return fmt.Errorf("look for the credential elsewhere: %w", err)
	case known:
		return d.deny(id, roster.AuthElse, errElsewhere)
	case strings.EqualFold(token, "Bearer"): // a scheme with nothing behind it
		return d.deny(id, roster.AuthNoToken, errUnauthorized)
	}
	return d.deny(id, roster.AuthUnknown, errUnauthorized)
}

// whyDenied says what is wrong with a credential that was found.
func whyDenied(g roster.Grant, now time.Time) roster.AuthFailure {
	switch {
	case g.Directory.Status == tenant.DirectoryRemoved:
		return roster.AuthEnded
	case !g.Credential.RevokedAt.IsZero():
		return roster.AuthRevoked
	case !g.Credential.Usable(now):
		return roster.AuthExpired
	}
	return roster.AuthUnknown
}

// bearer takes the token out of an Authorization header. Okta's header
// authentication may send it bare, without the scheme of RFC 6750 §2.1.
func bearer(values []string) (token string, ok bool) {
	if len(values) != 1 {
		return "", false
	}
	token = strings.TrimSpace(values[0])
	if scheme, rest, found := strings.Cut(token, " "); found {
		if !strings.EqualFold(scheme, "Bearer") {
			return "", false
		}
		token = strings.TrimLeft(rest, " ")
	}
	return token, token != "" && (len(token) <= maxToken || signed(token) && len(token) <= assertion.MaxSize)
}

// signed says whether a token looks like a JWT in compact form: three parts, the first of which is a
// JSON object in base64. No token of ours does.
func signed(token string) bool {
	return strings.HasPrefix(token, "eyJ") && strings.Count(token, ".") == 2
}
