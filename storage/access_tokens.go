package storage

import (
	"context"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// grantByAccessToken gives the credential that got the token, with the earlier of the two ends.
const grantByAccessToken = `SELECT ` + tenantColumns + `, ` + directoryColumns + `,
	c.id, c.directory_id, c.kind, c.label, a.hash,
	CASE WHEN c.expires_at < a.expires_at THEN c.expires_at ELSE a.expires_at END,
	c.last_used_at, c.last_used_by, c.revoked_at, c.created_at, c.token_minutes, c.trust, c.noticed, t.config_version
	FROM locator l
	JOIN access_tokens a ON a.tenant_id = l.tenant_id AND a.hash = $3 AND a.directory_id = $2
	JOIN credentials c ON c.tenant_id = a.tenant_id AND c.id = a.credential_id AND c.directory_id = a.directory_id
	JOIN directories d ON d.tenant_id = c.tenant_id AND d.id = c.directory_id
	JOIN tenants t ON t.tenant_id = c.tenant_id
	WHERE l.kind = 'directory' AND l.key = $1`

// AccessToken implements roster.CredentialLocator, as fresh as Credential.
func (db *DB) AccessToken(ctx context.Context, id tenant.DirectoryID, hash [32]byte) (roster.Grant, error) {
	return db.grant(ctx, id, hash, grantByAccessToken)
}

const grantsByTrust = `SELECT ` + tenantColumns + `, ` + directoryColumns + `, ` + credentialColumns + `, t.config_version FROM locator l
	JOIN credentials c ON c.tenant_id = l.tenant_id AND c.directory_id = $2 AND c.kind = 'trust' AND c.revoked_at IS NULL
	JOIN directories d ON d.tenant_id = c.tenant_id AND d.id = c.directory_id
	JOIN tenants t ON t.tenant_id = c.tenant_id
	WHERE l.kind = 'directory' AND l.key = $1 ORDER BY c.id`

// Trusts implements roster.CredentialLocator.
func (db *DB) Trusts(ctx context.Context, id tenant.DirectoryID) ([]roster.Grant, error) {
	var found []roster.Grant
	name := id.UUID.UUID()
	err := db.backend.locate(ctx, "directory", name, statement{
		sql: grantsByTrust, args: []any{name, ident(id.UUID)}, each: rowsOf(&found, scanGrant),
	})
	if err != nil {
		return nil, fmt.Errorf("list trusted issuers: %w", explain(err))
	}
	for i := range found {
		found[i].Extensions = tenant.Extensions{} // who gives out tokens need not know the tenant's schemas
	}
	return found, nil
}

// Expiring implements roster.CredentialLocator.
func (db *DB) Expiring(ctx context.Context, credentials, tokens time.Time) ([]tenant.ID, error) {
	var found []tenant.ID
	err := db.backend.tenants(ctx, slugs{}, statement{
		sql: `SELECT t.tenant_id FROM tenants t
			WHERE EXISTS (SELECT 1 FROM credentials c WHERE c.tenant_id = t.tenant_id AND c.expires_at <= $1 AND c.revoked_at IS NULL AND c.noticed >= 0)
			  OR EXISTS (SELECT 1 FROM access_tokens a WHERE a.tenant_id = t.tenant_id AND a.expires_at <= $2)
			ORDER BY t.slug`,
		args: []any{instant(credentials), instant(tokens)},
		each: rowsOf(&found, func(r row) (tenant.ID, error) {
			var id ident
			err := r.Scan(&id)
			return tenant.ID{UUID: tenant.UUID(id)}, err
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("list tenants with expiring credentials: %w", explain(err))
	}
	return found, nil
}

// PutAccessToken implements roster.CredentialTx.
func (t *tx) PutAccessToken(ctx context.Context, a tenant.AccessToken) error {
	mine := []any{t.me(), ident(a.Credential.UUID)}
	return t.later(ctx, "put access token",
		statement{
			sql: `DELETE FROM access_tokens WHERE tenant_id = $1 AND credential_id = $2 AND (expires_at <= $3 OR hash IN (
				SELECT hash FROM access_tokens WHERE tenant_id = $1 AND credential_id = $2 AND expires_at > $3
				ORDER BY created_at DESC, hash LIMIT 1000 OFFSET $4))`,
			args: append(mine, instant(t.now), tenant.MaxLiveTokens-1),
		},
		statement{
			sql: `INSERT INTO access_tokens (tenant_id, hash, directory_id, credential_id, expires_at, created_at)
				SELECT tenant_id, $3, directory_id, id, $5, $6 FROM credentials WHERE tenant_id = $1 AND id = $2 AND directory_id = $4`,
			args:  append(mine, a.Hash[:], ident(a.Directory.UUID), instant(a.ExpiresAt), instant(a.CreatedAt)),
			taken: &taken{field: takenToken, key: true},
		})
}

// DropAccessTokens implements roster.CredentialTx.
func (t *tx) DropAccessTokens(ctx context.Context, before time.Time) error {
	return t.later(ctx, "drop access tokens", statement{
		sql:  `DELETE FROM access_tokens WHERE tenant_id = $1 AND expires_at <= $2`,
		args: []any{t.me(), instant(before)},
	})
}
