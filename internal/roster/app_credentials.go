package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// AddAppCredential gives an app a credential for the JSON API, of which only the hash is known here. NotFound; Invalid
// for one that can't be, or names a tenant that is not there; TooMany.
func (r *Roster) AddAppCredential(ctx context.Context, c tenant.AppCredential) (tenant.AppCredential, error) {
	if _, err := r.App(ctx, c.App); err != nil {
		return c, err
	}
	now := r.Now().UTC().Truncate(time.Millisecond)
	if err := c.Check(); err != nil {
		return c, &Error{Kind: Invalid, Field: "credential", Detail: "The credential can't be made so: " + err.Error() + "."}
	}
	if !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(now) {
		return c, &Error{Kind: Invalid, Field: "expires_at", Detail: "The credential would have expired already."}
	}
	for _, id := range c.Tenants {
		if _, err := r.Store.Reader(id).Config(ctx); err != nil {
			return c, err
		}
	}
	all, err := r.Locator.AppCredentials(ctx, c.App)
	if err != nil {
		return c, err
	}
	usable := 0
	for _, o := range all {
		if o.Usable(now) {
			usable++
		}
	}
	if usable >= tenant.MaxAppCredentials {
		return c, &Error{Kind: TooMany, Detail: "The app has 20 credentials already. Revoke one that is not used."}
	}
	c.ID, c.CreatedAt = tenant.AppCredentialID{UUID: tenant.NewUUID(now)}, now
	c.UsedAt, c.RevokedAt, c.ExpiresAt = time.Time{}, time.Time{}, c.ExpiresAt.UTC().Truncate(time.Millisecond)
	return c, r.Locator.AddAppCredential(ctx, c)
}

// AppCredentials lists an app's credentials for the JSON API, revoked ones too. NotFound.
func (r *Roster) AppCredentials(ctx context.Context, id tenant.AppID) ([]tenant.AppCredential, error) {
	if _, err := r.App(ctx, id); err != nil {
		return nil, err
	}
	return r.Locator.AppCredentials(ctx, id)
}

// RevokeAppCredential ends a credential at once. NotFound.
func (r *Roster) RevokeAppCredential(ctx context.Context, app tenant.AppID, id tenant.AppCredentialID) error {
	if _, err := r.App(ctx, app); err != nil {
		return err
	}
	return r.Locator.RevokeAppCredential(ctx, app, id, r.Now().UTC().Truncate(time.Millisecond))
}
