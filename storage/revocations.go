package storage

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Revocations implements roster.AppLocator.
func (db *DB) Revocations(ctx context.Context, app tenant.AppID, after roster.Revocation, limit int) ([]roster.Revocation, error) {
	var found []roster.Revocation
	behind, args := `at >= $2`, []any{ident(app.UUID), instant(after.At), int64(limit)}
	if !after.ID.IsZero() {
		behind, args = `(at, id) > ($2, $4)`, append(args, ident(after.ID))
	}
	err := db.common(ctx, "list revocations", statement{
		sql:  `SELECT id, kind, at FROM revocations WHERE app_id = $1 AND ` + behind + ` ORDER BY at, id LIMIT $3`,
		args: args,
		each: rowsOf(&found, func(r row) (roster.Revocation, error) {
			var id ident
			var kind string
			var at instant
			err := r.Scan(&id, &kind, &at)
			return roster.Revocation{ID: tenant.UUID(id), OfGrant: kind == "grant", At: at.time()}, err
		}),
	})
	return found, err
}

// DropRevocations implements roster.AppLocator.
func (db *DB) DropRevocations(ctx context.Context, before time.Time) error {
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		return t.later(ctx, "forget revocations", statement{sql: `DELETE FROM revocations WHERE at < $1`, args: []any{instant(before)}})
	})
}
