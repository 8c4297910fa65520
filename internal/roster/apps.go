package roster

import (
	"context"
	"errors"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// CreateApp makes an app, which is active at once. Its secrets, if it has any, are those
// of a. Invalid for what is no app.
func (r *Roster) CreateApp(ctx context.Context, a tenant.App) (tenant.App, error) {
	now := r.Now().UTC().Truncate(time.Millisecond)
	a.ID = tenant.AppID{UUID: tenant.NewUUID(now)}
	a.Status, a.Version, a.CreatedAt, a.ChangedAt = tenant.AppActive, 1, now, now
	for i := range a.Secrets {
		a.Secrets[i] = newAppSecret(a.Secrets[i], now)
	}
	if err := checkApp(a); err != nil {
		return tenant.App{}, err
	}
	return a, r.Locator.PutApp(ctx, a)
}

func newAppSecret(s tenant.AppSecret, now time.Time) tenant.AppSecret {
	s.ID, s.CreatedAt = tenant.AppSecretID{UUID: tenant.NewUUID(now)}, now
	return s
}

func checkApp(a tenant.App) error {
	if err := a.Check(); err != nil {
		return &Error{Kind: Invalid, Field: "app", Detail: "The app can't be kept so: " + err.Error() + "."}
	}
	return nil
}

// App finds an app that is not removed. NotFound.
func (r *Roster) App(ctx context.Context, id tenant.AppID) (tenant.App, error) {
	a, err := r.Locator.App(ctx, id)
	if err == nil && a.Status == tenant.AppRemoved {
		err = &Error{Kind: NotFound, Detail: "There is no such app."}
	}
	return a, err
}

// changeApp changes an app that nobody else changes meanwhile. An app that stays as it
// is is not written.
func (r *Roster) changeApp(ctx context.Context, id tenant.AppID, known Precondition, f func(*tenant.App, time.Time) error) (tenant.App, error) {
	for {
		a, err := r.App(ctx, id)
		if err != nil {
			return a, err
		}
		if err := known.Check(a.Version); err != nil {
			return a, err
		}
		now := r.Now().UTC().Truncate(time.Millisecond)
		a.Secrets = slices.Clone(a.Secrets)
		if err := f(&a, now); err != nil {
			return a, err
		}
		if err := checkApp(a); err != nil {
			return a, err
		}
		a.Version, a.ChangedAt = a.Version+1, now
		if err := r.Locator.PutApp(ctx, a); !errors.Is(err, Stale) || ctx.Err() != nil {
			return a, err
		}
	}
}

// ChangeApp changes an app's name, addresses, way to authenticate or key set. Of an app
// that becomes public, or gets keys, the secrets are dropped.
func (r *Roster) ChangeApp(ctx context.Context, id tenant.AppID, known Precondition, f func(*tenant.App)) (tenant.App, error) {
	return r.changeApp(ctx, id, known, func(a *tenant.App, _ time.Time) error {
		before := *a
		f(a)
		a.ID, a.Status, a.Version, a.CreatedAt, a.Secrets = before.ID, before.Status, before.Version, before.CreatedAt, before.Secrets
		if a.Auth != tenant.AppSecretAuth {
			a.Secrets = nil
		}
		if a.Auth != tenant.AppKeyAuth {
			a.Keys = nil
		}
		return nil
	})
}

// SetAppStatus turns an app on or off, or removes it. Of an app that is off nobody can
// sign in, and its tokens are inactive at once. A removed app never comes back.
func (r *Roster) SetAppStatus(ctx context.Context, id tenant.AppID, known Precondition, s tenant.AppStatus) (tenant.App, error) {
	return r.changeApp(ctx, id, known, func(a *tenant.App, _ time.Time) error {
		a.Status = s
		return nil
	})
}

// AddAppSecret gives an app another client secret, beside those that it has. Invalid
// when it has tenant.MaxAppSecrets, or authenticates otherwise.
func (r *Roster) AddAppSecret(ctx context.Context, id tenant.AppID, s tenant.AppSecret) (tenant.App, error) {
	return r.changeApp(ctx, id, Precondition{}, func(a *tenant.App, now time.Time) error {
		if a.Auth != tenant.AppSecretAuth {
			return &Error{Kind: Invalid, Field: "auth", Detail: "The app authenticates without a secret; change that first."}
		}
		if !s.ExpiresAt.IsZero() && !s.ExpiresAt.After(now) {
			return &Error{Kind: Invalid, Field: "expires_at", Detail: "The secret would have expired already."}
		}
		// Expired ones make room.
		a.Secrets = slices.DeleteFunc(a.Secrets, func(s tenant.AppSecret) bool { return !s.Usable(now) })
		a.Secrets = append(a.Secrets, newAppSecret(s, now))
		return nil
	})
}

// RevokeAppSecret ends one of an app's secrets. NotFound when it has none such.
func (r *Roster) RevokeAppSecret(ctx context.Context, id tenant.AppID, secret tenant.AppSecretID) (tenant.App, error) {
	return r.changeApp(ctx, id, Precondition{}, func(a *tenant.App, _ time.Time) error {
		i := slices.IndexFunc(a.Secrets, func(s tenant.AppSecret) bool { return s.ID == secret })
		if i < 0 {
			return &Error{Kind: NotFound, Detail: "The app has no such secret."}
		}
		a.Secrets = slices.Delete(a.Secrets, i, i+1)
		return nil
	})
}
