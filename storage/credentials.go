package storage

import (
	"context"
	"encoding/hex"
	"fmt"

	"rollcall/internal/tenant"
)

const credentialColumns = `c.id, c.directory_id, c.kind, c.label, c.hash, c.expires_at, c.last_used_at, c.last_used_by, c.revoked_at, c.created_at,
	c.token_minutes, c.trust, c.noticed`

// credentialRow is a credential as the tables hold it.
type credentialRow struct {
	id, directory                       ident
	kind, label, usedBy                 string
	hash, trust                         []byte
	expires, lastUsed, revoked, created instant
	minutes, noticed                    int
}

func (c *credentialRow) dest() []any {
	return []any{
		&c.id, &c.directory, &c.kind, &c.label, &c.hash, &c.expires, &c.lastUsed, &c.usedBy, &c.revoked, &c.created,
		&c.minutes, &c.trust, &c.noticed,
	}
}

func (c *credentialRow) credential() (tenant.Credential, error) {
	out := tenant.Credential{
		ID: tenant.CredentialID{UUID: tenant.UUID(c.id)}, Directory: tenant.DirectoryID{UUID: tenant.UUID(c.directory)},
		Kind: tenant.CredentialKind(c.kind), Label: c.label,
		ExpiresAt: c.expires.time(), LastUsedAt: c.lastUsed.time(), LastUsedBy: c.usedBy, RevokedAt: c.revoked.time(), CreatedAt: c.created.time(),
		TokenMinutes: c.minutes, Noticed: c.noticed,
	}
	if out.Kind == tenant.TrustedIssuer {
		if err := undocument(c.trust, &out.Trust); err != nil {
			return out, err
		}
	}
	if n := copy(out.Hash[:], c.hash); n != len(out.Hash) || n != len(c.hash) {
		return out, fmt.Errorf("the hash of a credential has %d bytes", len(c.hash))
	}
	return out, nil
}

func scanCredential(r row) (tenant.Credential, error) {
	var c credentialRow
	if err := r.Scan(c.dest()...); err != nil {
		return tenant.Credential{}, err //nolint:wrapcheck // the caller does
	}
	return c.credential()
}

// Credentials implements roster.TenantReader.
func (r *reader) Credentials(ctx context.Context, id tenant.DirectoryID) ([]tenant.Credential, error) {
	var found []tenant.Credential
	err := r.run(ctx, "list credentials", statement{
		sql:  `SELECT ` + credentialColumns + ` FROM credentials c WHERE c.tenant_id = $1 AND c.directory_id = $2 ORDER BY c.id`,
		args: []any{r.me(), ident(id.UUID)},
		each: rowsOf(&found, scanCredential),
	})
	return found, err
}

// PutCredential implements roster.Tx. Only bearer tokens are known across directories.
func (t *tx) PutCredential(ctx context.Context, c tenant.Credential) error {
	trust := "{}"
	if c.Kind == tenant.TrustedIssuer {
		var err error
		if trust, err = document(c.Trust); err != nil {
			return fmt.Errorf("put credential: %w", err)
		}
	}
	list := []statement{{
		sql: `INSERT INTO credentials (tenant_id, id, directory_id, kind, label, hash, expires_at, last_used_at, last_used_by, revoked_at,
			  created_at, token_minutes, trust, noticed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
			ON CONFLICT (tenant_id, id) DO UPDATE SET directory_id = excluded.directory_id, kind = excluded.kind, label = excluded.label,
			  hash = excluded.hash, expires_at = excluded.expires_at, last_used_at = excluded.last_used_at, last_used_by = excluded.last_used_by,
			  revoked_at = excluded.revoked_at, token_minutes = excluded.token_minutes, trust = excluded.trust, noticed = excluded.noticed`,
		args: []any{
			t.me(), ident(c.ID.UUID), ident(c.Directory.UUID), string(c.Kind), c.Label, c.Hash[:], instant(c.ExpiresAt), instant(c.LastUsedAt),
			c.LastUsedBy, instant(c.RevokedAt), instant(c.CreatedAt), c.TokenMinutes, trust, c.Noticed,
		},
		taken: &taken{field: takenToken},
	}}
	if c.Kind == tenant.BearerToken {
		list = append(list, statement{
			sql:  `INSERT INTO locator (kind, key, tenant_id) VALUES ('token', $2, $1) ON CONFLICT (kind, key) DO NOTHING`,
			args: []any{t.me(), hex.EncodeToString(c.Hash[:])},
		})
	}
	return t.changeGrants(ctx, "put credential", list...)
}

// changeGrants writes what grants are made of, so that nobody goes on with old ones.
func (t *tx) changeGrants(ctx context.Context, doing string, list ...statement) error {
	t.grants = true
	if err := t.later(ctx, doing, list...); err != nil {
		return err
	}
	if err := t.w.forgetGrants(ctx); err != nil {
		return fmt.Errorf("%s: %w", doing, explain(err))
	}
	return nil
}

// KnowsCredential implements roster.Locator.
func (db *DB) KnowsCredential(ctx context.Context, hash [32]byte) (bool, error) {
	key := hex.EncodeToString(hash[:])
	now, known := truncate(db.now()), false
	err := db.backend.locate(ctx, "token", key, statement{
		sql: `SELECT ` + credentialColumns + `, d.status FROM locator l
			JOIN credentials c ON c.tenant_id = l.tenant_id AND c.hash = $2 AND c.kind = 'token'
			JOIN directories d ON d.tenant_id = c.tenant_id AND d.id = c.directory_id
			WHERE l.kind = 'token' AND l.key = $1`,
		args: []any{key, hash[:]},
		each: func(row row) error {
			var c credentialRow
			var status string
			if err := row.Scan(append(c.dest(), &status)...); err != nil {
				return err //nolint:wrapcheck // explained below
			}
			found, err := c.credential()
			known = known || found.Usable(now) && status != string(tenant.DirectoryRemoved)
			return err
		},
	})
	if err != nil {
		return false, fmt.Errorf("look for a credential: %w", explain(err))
	}
	return known, nil
}
