package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// AppLocator keeps what belongs to no tenant: the apps that people of all tenants
// sign in to, and the keys that their tokens are signed with.
type AppLocator interface {
	// App finds an app, a removed one too. NotFound.
	App(ctx context.Context, id tenant.AppID) (tenant.App, error)
	// Apps lists all apps but the removed ones, by id.
	Apps(ctx context.Context) ([]tenant.App, error)
	// PutApp creates an app of version 1, or replaces one of the version before. Stale
	// when the stored version is another.
	PutApp(ctx context.Context, a tenant.App) error
	// SigningKeys lists the keys by generation.
	SigningKeys(ctx context.Context) ([]tenant.SigningKey, error)
	// AddSigningKey adds a key. Of several that add the same generation at once one does; the others
	// are told nothing, and find that one.
	AddSigningKey(ctx context.Context, k tenant.SigningKey) error
	// DropSigningKeys deletes the keys of the generations below one.
	DropSigningKeys(ctx context.Context, generation int64) error
	// RevokedSessions lists the sessions that ended since a time, of all tenants, in which an app had
	// redeemed a grant: the earliest first, at most limit.
	RevokedSessions(ctx context.Context, id tenant.AppID, since time.Time, limit int) ([]RevokedSession, error)
	// DropRevokedSessions forgets those that ended before a time.
	DropRevokedSessions(ctx context.Context, before time.Time) error
}

// RevokedSession is a session that ended.
type RevokedSession struct {
	Session SessionID
	At      time.Time
}
