package storage

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// RevokedSessions implements roster.AppLocator.
func (db *DB) RevokedSessions(ctx context.Context, id tenant.AppID, since time.Time, limit int) ([]roster.RevokedSession, error) {
	var found []roster.RevokedSession
	err := db.common(ctx, "list revoked sessions", statement{
		sql:  `SELECT session_id, at FROM revoked_sessions WHERE app_id = $1 AND at >= $2 ORDER BY at, session_id LIMIT $3`,
		args: []any{ident(id.UUID), instant(since), int64(limit)},
		each: rowsOf(&found, func(r row) (roster.RevokedSession, error) {
			var session ident
			var at instant
			err := r.Scan(&session, &at)
			return roster.RevokedSession{Session: roster.SessionID{UUID: tenant.UUID(session)}, At: at.time()}, err
		}),
	})
	return found, err
}

// DropRevokedSessions implements roster.AppLocator.
func (db *DB) DropRevokedSessions(ctx context.Context, before time.Time) error {
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		return t.later(ctx, "forget revoked sessions", statement{sql: `DELETE FROM revoked_sessions WHERE at < $1`, args: []any{instant(before)}})
	})
}
