package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// CredentialLocator finds what opens a directory before the tenant is known.
type CredentialLocator interface {
	// AccessToken finds what an access token of exactly this directory opens. The grant's credential is
	// the one that got the token, with the token's hash and the earlier of their two ends, whether
	// that is usable or not. NotFound.
	AccessToken(ctx context.Context, id tenant.DirectoryID, hash [32]byte) (Grant, error)
	// Trusts lists the trusted issuers of a directory that are not revoked, by id.
	Trusts(ctx context.Context, id tenant.DirectoryID) ([]Grant, error)
	// Expiring lists the tenants, by slug, that have credentials which expire up to the first time and
	// whose expiry was not told of yet, or access tokens that expired up to the second.
	Expiring(ctx context.Context, credentials, tokens time.Time) ([]tenant.ID, error)
}

// CredentialTx writes access tokens.
type CredentialTx interface {
	// PutAccessToken adds a token and ends the oldest of its credential beyond tenant.MaxLiveTokens. It
	// adds nothing when the tenant has no such credential of that directory.
	PutAccessToken(ctx context.Context, t tenant.AccessToken) error
	// DropAccessTokens deletes tokens that expired up to a time.
	DropAccessTokens(ctx context.Context, before time.Time) error
}
