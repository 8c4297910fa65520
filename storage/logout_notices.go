package storage

import (
	"context"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// StaleSessions implements roster.SessionLocator.
func (db *DB) StaleSessions(ctx context.Context, now, before, grants time.Time) ([]tenant.ID, error) {
	var found []tenant.ID
	mine := `SELECT 1 FROM sessions s WHERE s.tenant_id = t.tenant_id AND `
	err := db.backend.tenants(ctx, slugs{}, statement{
		sql: `SELECT t.tenant_id FROM tenants t
			WHERE EXISTS (` + mine + `s.ended_at IS NULL AND s.expires_at <= $1)
			  OR EXISTS (` + mine + `s.ended_at IS NULL AND ` + db.dialect.idleUntil("s") + ` <= $1)
			  OR EXISTS (` + mine + `s.ended_at <= $2)
			  OR EXISTS (` + mine + `s.ended_at <= $3 AND EXISTS
			    (SELECT 1 FROM app_grants g WHERE g.tenant_id = s.tenant_id AND g.session_id = s.id))
			ORDER BY t.slug`,
		args: []any{instant(now), instant(before), instant(grants)},
		each: rowsOf(&found, func(r row) (tenant.ID, error) {
			var id ident
			err := r.Scan(&id)
			return tenant.ID{UUID: tenant.UUID(id)}, err
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("list tenants with old sessions: %w", explain(err))
	}
	return found, nil
}

// ClaimLogoutNotices implements roster.SessionLocator. Most of the time there are none, and then
// nothing is written: a look costs less than a transaction.
func (db *DB) ClaimLogoutNotices(ctx context.Context, limit int, lease time.Duration) ([]roster.LogoutNotice, error) {
	due := false
	err := db.common(ctx, "look for logout notices", statement{
		sql: `SELECT 1 FROM logout_notices WHERE due_at <= $1 LIMIT 1`, args: []any{instant(db.now())}, each: one(&due, new(int)), brief: true,
	})
	if err != nil || !due || limit <= 0 {
		return nil, err
	}
	var found []roster.LogoutNotice
	err = db.update(ctx, tenant.ID{}, func(t *tx) error {
		found = nil
		return t.run(ctx, "claim logout notices", statement{
			sql: `UPDATE logout_notices SET due_at = $2, attempts = attempts + 1 WHERE (tenant_id, session_id, app_id) IN
				(SELECT n.tenant_id, n.session_id, n.app_id FROM logout_notices n WHERE n.due_at <= $1 ORDER BY n.due_at LIMIT $3` +
				db.dialect.skipLocked("n") + `) RETURNING tenant_id, session_id, app_id, member_id, queued_at, attempts`,
			args: []any{instant(t.now), instant(t.now.Add(lease)), limit},
			each: rowsOf(&found, scanNotice),
		})
	})
	return found, err
}

// skipLocked is forUpdate that passes over what others hold.
func (d dialect) skipLocked(table string) string {
	if d == postgres {
		return " FOR UPDATE OF " + table + " SKIP LOCKED"
	}
	return ""
}

func scanNotice(r row) (roster.LogoutNotice, error) {
	var n roster.LogoutNotice
	var id, session, app, member ident
	var queued instant
	err := r.Scan(&id, &session, &app, &member, &queued, &n.Attempts)
	n.Tenant.UUID, n.Session.UUID = tenant.UUID(id), tenant.UUID(session)
	n.App.UUID, n.Member.UUID = tenant.UUID(app), tenant.UUID(member)
	n.QueuedAt = queued.time()
	return n, err //nolint:wrapcheck // the caller does
}

// whichNotice names a notice for as long as nobody else has claimed it.
const whichNotice = ` WHERE tenant_id = $1 AND session_id = $2 AND app_id = $3 AND attempts = $4`

func (db *DB) notice(ctx context.Context, doing, sql string, n roster.LogoutNotice, more ...any) error {
	return db.update(ctx, tenant.ID{}, func(t *tx) error {
		args := []any{ident(n.Tenant.UUID), ident(n.Session.UUID), ident(n.App.UUID), n.Attempts}
		return t.later(ctx, doing, statement{sql: sql, args: append(args, more...)})
	})
}

// DoneLogoutNotice implements roster.SessionLocator.
func (db *DB) DoneLogoutNotice(ctx context.Context, n roster.LogoutNotice) error {
	return db.notice(ctx, "drop logout notice", `DELETE FROM logout_notices`+whichNotice, n)
}

// RetryLogoutNotice implements roster.SessionLocator.
func (db *DB) RetryLogoutNotice(ctx context.Context, n roster.LogoutNotice, due time.Time) error {
	return db.notice(ctx, "postpone logout notice", `UPDATE logout_notices SET due_at = $5`+whichNotice, n, instant(due))
}
