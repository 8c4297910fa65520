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
	// Revocations lists, of all tenants, the sessions that ended in which an app had redeemed a grant, and
	// such grants that ended alone: the earliest first, those behind a place in the list, at most limit.
	// The zero id stands ahead of all of its time.
	Revocations(ctx context.Context, app tenant.AppID, after Revocation, limit int) ([]Revocation, error)
	// DropRevocations forgets what ended before a time.
	DropRevocations(ctx context.Context, before time.Time) error
}

// Revocation is the end of a session, or of a grant within one that goes on.
type Revocation struct {
	ID      tenant.UUID // of the session or the grant
	OfGrant bool
	At      time.Time
}
