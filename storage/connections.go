package storage

import (
	"context"
	"fmt"

	"rollcall/internal/tenant"
)

const connectionColumns = `id, name, type, status, saml, oidc, mapping, tested_at, version, created_at, changed_at, removed_at`

func scanConnection(r row) (tenant.Connection, error) {
	var c tenant.Connection
	var id ident
	var kind, status string
	var saml, oidc, mapping []byte
	var tested, created, changed, removed instant
	if err := r.Scan(&id, &c.Name, &kind, &status, &saml, &oidc, &mapping, &tested, &c.Version, &created, &changed, &removed); err != nil {
		return c, err //nolint:wrapcheck // the caller does
	}
	c.ID.UUID, c.Type, c.Status = tenant.UUID(id), tenant.ConnectionType(kind), tenant.ConnectionStatus(status)
	c.TestedAt, c.CreatedAt, c.ChangedAt, c.RemovedAt = tested.time(), created.time(), changed.time(), removed.time()
	if err := undocument(saml, &c.SAML); err != nil {
		return c, err
	}
	if err := undocument(oidc, &c.OIDC); err != nil {
		return c, err
	}
	return c, undocument(mapping, &c.Mapping)
}

// PutConnection implements roster.ConnectionTx. It makes the connection known to the locator too.
func (t *tx) PutConnection(ctx context.Context, c tenant.Connection) error {
	var texts [3]string
	for i, v := range []any{c.SAML, c.OIDC, c.Mapping} {
		var err error
		if texts[i], err = document(v); err != nil {
			return fmt.Errorf("put connection: %w", err)
		}
	}
	t.grants = true // the configuration is to be read anew
	return t.later(ctx, "put connection",
		statement{
			sql: `INSERT INTO connections (tenant_id, id, name, type, status, saml, oidc, mapping, tested_at, version, created_at, changed_at, removed_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
				ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, type = excluded.type, status = excluded.status,
				  saml = excluded.saml, oidc = excluded.oidc, mapping = excluded.mapping, tested_at = excluded.tested_at,
				  version = excluded.version, changed_at = excluded.changed_at, removed_at = excluded.removed_at`,
			args: []any{
				t.me(), ident(c.ID.UUID), c.Name, string(c.Type), string(c.Status), texts[0], texts[1], texts[2], instant(c.TestedAt),
				c.Version, instant(c.CreatedAt), instant(c.ChangedAt), instant(c.RemovedAt),
			},
		},
		statement{
			sql:  `INSERT INTO locator (kind, key, tenant_id) VALUES ('connection', $2, $1) ON CONFLICT (kind, key) DO NOTHING`,
			args: []any{t.me(), c.ID.UUID.UUID()},
		},
		t.bumpConfig())
}

// TenantOfConnection implements roster.ConnectionLocator.
func (db *DB) TenantOfConnection(ctx context.Context, id tenant.ConnectionID) (tenant.ID, error) {
	var found []tenant.ID
	key := id.UUID.UUID()
	err := db.backend.locate(ctx, "connection", key, statement{
		sql: `SELECT tenant_id FROM locator WHERE kind = 'connection' AND key = $1`, args: []any{key}, each: rowsOf(&found, scanTenantID),
	})
	if err != nil {
		err = fmt.Errorf("find the tenant of a connection: %w", explain(err))
	}
	return first(found, err, "connection")
}

// TenantsWithConnections implements roster.ConnectionLocator.
func (db *DB) TenantsWithConnections(ctx context.Context) ([]tenant.ID, error) {
	var found []tenant.ID
	err := db.backend.locate(ctx, "connection", "", statement{
		sql: `SELECT DISTINCT tenant_id FROM locator WHERE kind = 'connection' ORDER BY tenant_id`, each: rowsOf(&found, scanTenantID),
	})
	if err != nil {
		return nil, fmt.Errorf("list tenants with connections: %w", explain(err))
	}
	return found, nil
}

func scanTenantID(r row) (tenant.ID, error) {
	var id ident
	err := r.Scan(&id)
	return tenant.ID{UUID: tenant.UUID(id)}, err //nolint:wrapcheck // the caller does
}
