package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// APITokenReader reads the tokens of a tenant's admins. Nothing of what LiveAPIToken answers is remembered anywhere.
type APITokenReader interface {
	// LiveAPIToken finds the token with this hash, in one round trip: NotFound unless it is Live at now.
	LiveAPIToken(ctx context.Context, hash [32]byte, now time.Time) (LiveAPIToken, error)
	// APITokens lists tokens, ended ones too, newest first; of one member, or with the zero id of all; at most limit.
	APITokens(ctx context.Context, member MemberID, limit int) ([]APIToken, error)
}

// APITokenTx writes the tokens of a tenant's admins.
type APITokenTx interface {
	// InsertAPIToken adds a token of a member that this transaction holds the lock of; it takes the lock otherwise.
	// NotFound when there is no such member.
	InsertAPIToken(ctx context.Context, t APIToken) error
	// EndAPITokens ends the tokens that are not ended yet: one, or all of a member.
	EndAPITokens(ctx context.Context, f APITokenFilter, reason EndReason) error
	// TouchAPIToken notes that a token was used; it changes nothing when it was not longer than SeenEvery ago.
	TouchAPIToken(ctx context.Context, id APITokenID, at time.Time) error
}

// APITokenFilter names a token, or all of a member. The zero filter names none.
type APITokenFilter struct {
	Token  APITokenID
	Member MemberID
}

// AppCredentialLocator keeps the credentials by which apps use the JSON API. They belong to no tenant.
type AppCredentialLocator interface {
	// AppCredential finds the credential of exactly this app with this hash, and the app, whatever state both are
	// in. NotFound.
	AppCredential(ctx context.Context, id tenant.AppID, hash [32]byte) (tenant.App, tenant.AppCredential, error)
	// AppCredentials lists an app's credentials, revoked ones too, by id.
	AppCredentials(ctx context.Context, id tenant.AppID) ([]tenant.AppCredential, error)
	// AddAppCredential adds a credential. Conflict for a hash or an id that is taken.
	AddAppCredential(ctx context.Context, c tenant.AppCredential) error
	// RevokeAppCredential ends a credential. NotFound when the app has none such that is not ended.
	RevokeAppCredential(ctx context.Context, app tenant.AppID, id tenant.AppCredentialID, at time.Time) error
	// TouchAppCredential notes that a credential was used; nothing when it was not longer than SeenEvery ago.
	TouchAppCredential(ctx context.Context, id tenant.AppCredentialID, at time.Time) error
}
