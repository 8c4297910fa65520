package storage

import (
	"context"
	"sync"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// touchEvery is how exactly the last use of a credential is known.
const touchEvery = time.Minute

// touches remembers when this process last wrote that a credential was used.
type touches struct {
	mu   sync.Mutex
	last map[tenant.CredentialID]time.Time
}

// due says whether the use is worth writing, and takes it for written.
func (t *touches) due(id tenant.CredentialID, at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at.Sub(t.last[id]) < touchEvery {
		return false
	}
	if t.last == nil {
		t.last = map[tenant.CredentialID]time.Time{}
	}
	t.last[id] = at
	return true
}

// TouchCredential implements roster.Locator. It writes once a minute and credential, and at once.
func (db *DB) TouchCredential(ctx context.Context, g roster.Grant, at time.Time, by string) error {
	at = truncate(at)
	if at.Sub(g.Credential.LastUsedAt) < touchEvery || !db.touched.due(g.Credential.ID, at) {
		return nil
	}
	return db.update(ctx, g.Tenant.ID, func(t *tx) error {
		return t.later(ctx, "note the use of a credential", statement{
			sql: `UPDATE credentials SET last_used_at = $3, last_used_by = $4
				WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $3)`,
			args: []any{t.me(), ident(g.Credential.ID.UUID), instant(at), by},
		})
	})
}
