package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const appCredentialColumns = `c.id, c.app_id, c.label, c.scopes, c.tenants, c.hash, c.hint, c.created_at, c.expires_at, c.used_at, c.revoked_at`

func scanAppCredential(r row) (tenant.AppCredential, error) {
	var c tenant.AppCredential
	var id, app ident
	var scopes, tenants, hash []byte
	var created, expires, used, revoked instant
	if err := r.Scan(&id, &app, &c.Label, &scopes, &tenants, &hash, &c.Hint, &created, &expires, &used, &revoked); err != nil {
		return c, err //nolint:wrapcheck // the caller does
	}
	c.ID.UUID, c.App.UUID = tenant.UUID(id), tenant.UUID(app)
	c.CreatedAt, c.ExpiresAt, c.UsedAt, c.RevokedAt = created.time(), expires.time(), used.time(), revoked.time()
	copy(c.Hash[:], hash)
	return c, errors.Join(undocument(scopes, &c.Scopes), undocument(tenants, &c.Tenants))
}

// AppCredential implements roster.AppCredentialLocator.
func (db *DB) AppCredential(ctx context.Context, id tenant.AppID, hash [32]byte) (tenant.App, tenant.AppCredential, error) {
	var found []tenant.AppCredential
	err := db.common(ctx, "find app credential", statement{
		sql:  `SELECT ` + appCredentialColumns + ` FROM app_credentials c WHERE c.app_id = $1 AND c.hash = $2`,
		args: []any{ident(id.UUID), hash[:]}, each: rowsOf(&found, scanAppCredential),
	})
	c, err := first(found, err, "credential")
	if err != nil {
		return tenant.App{}, c, err
	}
	a, err := db.App(ctx, id)
	return a, c, err
}

// AppCredentials implements roster.AppCredentialLocator.
func (db *DB) AppCredentials(ctx context.Context, id tenant.AppID) ([]tenant.AppCredential, error) {
	var found []tenant.AppCredential
	err := db.common(ctx, "list app credentials", statement{
		sql:  `SELECT ` + appCredentialColumns + ` FROM app_credentials c WHERE c.app_id = $1 ORDER BY c.id`,
		args: []any{ident(id.UUID)}, each: rowsOf(&found, scanAppCredential),
	})
	return found, err
}

// AddAppCredential implements roster.AppCredentialLocator.
func (db *DB) AddAppCredential(ctx context.Context, c tenant.AppCredential) error {
	scopes, err := document(c.Scopes)
	tenants, err2 := document(c.Tenants)
	if err := errors.Join(err, err2, storableText("label", c.Label)); err != nil {
		return fmt.Errorf("add app credential: %w", err)
	}
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		return t.later(ctx, "add app credential", statement{
			sql: `INSERT INTO app_credentials (id, app_id, label, scopes, tenants, hash, hint, created_at, expires_at, used_at, revoked_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			args: []any{
				ident(c.ID.UUID), ident(c.App.UUID), c.Label, scopes, tenants, c.Hash[:], c.Hint, instant(c.CreatedAt), instant(c.ExpiresAt),
				instant(c.UsedAt), instant(c.RevokedAt),
			},
			taken: &taken{field: takenToken},
		})
	})
}

// RevokeAppCredential implements roster.AppCredentialLocator.
func (db *DB) RevokeAppCredential(ctx context.Context, app tenant.AppID, id tenant.AppCredentialID, at time.Time) error {
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		done := false
		err := t.run(ctx, "revoke app credential", statement{
			sql:  `UPDATE app_credentials SET revoked_at = $3 WHERE app_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING id`,
			args: []any{ident(app.UUID), ident(id.UUID), instant(at)}, each: one(&done, new(ident)),
		})
		if err == nil && !done {
			err = notFound("credential")
		}
		return err
	})
}

// TouchAppCredential implements roster.AppCredentialLocator.
func (db *DB) TouchAppCredential(ctx context.Context, id tenant.AppCredentialID, at time.Time) error {
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		return t.later(ctx, "touch app credential", statement{
			sql:  `UPDATE app_credentials SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at <= $3)`,
			args: []any{ident(id.UUID), instant(at), instant(at.Add(-roster.SeenEvery))},
		})
	})
}
