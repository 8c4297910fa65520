package storage

import (
	"context"

	"rollcall/internal/tenant"
)

// SigningKeys implements roster.AppLocator.
func (db *DB) SigningKeys(ctx context.Context) ([]tenant.SigningKey, error) {
	var found []tenant.SigningKey
	err := db.common(ctx, "list signing keys", statement{
		sql:  `SELECT generation, id, algorithm, public, sealed, use_from, created_at FROM signing_keys ORDER BY generation`,
		each: rowsOf(&found, scanSigningKey),
	})
	return found, err
}

func scanSigningKey(r row) (tenant.SigningKey, error) {
	var k tenant.SigningKey
	var from, created instant
	err := r.Scan(&k.Generation, &k.ID, &k.Algorithm, &k.Public, &k.Sealed, &from, &created)
	k.UseFrom, k.CreatedAt = from.time(), created.time()
	return k, err //nolint:wrapcheck // the caller does
}

// AddSigningKey implements roster.AppLocator.
func (db *DB) AddSigningKey(ctx context.Context, k tenant.SigningKey) error {
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		return t.later(ctx, "add signing key", statement{
			sql: `INSERT INTO signing_keys (generation, id, algorithm, public, sealed, use_from, created_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (generation) DO NOTHING`,
			args: []any{k.Generation, k.ID, k.Algorithm, k.Public, k.Sealed, instant(k.UseFrom), instant(k.CreatedAt)},
		})
	})
}

// DropSigningKeys implements roster.AppLocator.
func (db *DB) DropSigningKeys(ctx context.Context, generation int64) error {
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		return t.later(ctx, "drop signing keys", statement{sql: `DELETE FROM signing_keys WHERE generation < $1`, args: []any{generation}})
	})
}
