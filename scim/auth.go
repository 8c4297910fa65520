package scim

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/roster"
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
	id, err := tenant.ParseDirectoryID(mux.Vars(r)["directory"])
	if err != nil {
		return roster.Grant{}, errUnauthorized
	}
	token, ok := bearer(r.Header.Values("Authorization"))
	if !ok {
		return roster.Grant{}, errUnauthorized
	}
	hash := sha256.Sum256([]byte(token))
	g, err := d.Locator.Credential(r.Context(), id, hash)
	if errors.Is(err, roster.NotFound) {
		return roster.Grant{}, d.stranger(r.Context(), hash)
	}
	if err != nil {
		return roster.Grant{}, fmt.Errorf("find credential: %w", err)
	}
	now := d.Now()
	same := subtle.ConstantTimeCompare(g.Credential.Hash[:], hash[:]) == 1
	if !same || !g.Credential.Usable(now) || g.Directory.ID != id || g.Directory.Status != tenant.DirectoryActive {
		return roster.Grant{}, errUnauthorized
	}
	if now.Sub(g.Credential.LastUsedAt) >= touchEvery {
		// A note that could not be made does not keep the directory out.
		if err := d.Locator.TouchCredential(r.Context(), g, now); err != nil {
			d.Report(r.Context(), fmt.Errorf("note use of credential: %w", err))
		}
	}
	return g, nil
}

// stranger answers a token that is none of this directory's: to another
// directory's it is as if this one did not exist, so that an admin who mixed up
// two base URLs does not look for a fault of the token. All others are not
// authorized.
func (d *Door) stranger(ctx context.Context, hash [sha256.Size]byte) error {
	known, err := d.Locator.KnowsCredential(ctx, hash)
	switch {
	case err != nil:
		return fmt.Errorf("look for the credential elsewhere: %w", err)
	case known:
		return errElsewhere
	}
	return errUnauthorized
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
	return token, token != "" && len(token) <= maxToken
}
