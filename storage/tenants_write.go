package storage

import (
	"context"
	"fmt"

	"rollcall/internal/tenant"
)

// tenantArgs are the columns of a tenant behind its id.
func tenantArgs(t tenant.Tenant) ([]any, error) {
	roles, err := document(t.Roles)
	if err != nil {
		return nil, err
	}
	policy, err := document(t.Policy)
	if err != nil {
		return nil, err
	}
	return []any{
		t.Slug, t.Name, string(t.Status), roles, policy, t.NoAdmin, t.Version, instant(t.CreatedAt), instant(t.ChangedAt),
	}, nil
}

const insertTenant = `
	INSERT INTO tenants (tenant_id, slug, name, status, roles, policy, no_admin, version, created_at, changed_at, config_version)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`

// bumpConfig makes all processes read the tenant's configuration anew.
func (t *tx) bumpConfig() statement {
	return statement{sql: `UPDATE tenants SET config_version = config_version + 1 WHERE tenant_id = $1`, args: []any{t.me()}}
}

// PutTenant implements roster.Tx. Only CreateTenant makes a tenant known by its slug.
func (t *tx) PutTenant(ctx context.Context, v tenant.Tenant) error {
	args, err := tenantArgs(v)
	if err != nil {
		return fmt.Errorf("put tenant: %w", err)
	}
	return t.changeGrants(ctx, "put tenant", statement{
		sql: insertTenant + ` ON CONFLICT (tenant_id) DO UPDATE SET slug = excluded.slug, name = excluded.name, status = excluded.status,
			roles = excluded.roles, policy = excluded.policy, no_admin = excluded.no_admin, version = excluded.version,
			changed_at = excluded.changed_at, config_version = tenants.config_version + 1`,
		args: append([]any{t.me()}, args...),
	})
}

// PutDirectory implements roster.Tx. It makes the directory known to the locator too.
func (t *tx) PutDirectory(ctx context.Context, d tenant.Directory) error {
	settings, err := document(d.Settings)
	if err != nil {
		return fmt.Errorf("put directory: %w", err)
	}
	mappings, err := document(d.Mappings)
	if err != nil {
		return fmt.Errorf("put directory: %w", err)
	}
	return t.changeGrants(ctx, "put directory",
		statement{
			sql: `INSERT INTO directories (tenant_id, id, name, provider, status, settings, mappings, version, created_at, changed_at, removed_at,
				  mass_change_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
				ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, provider = excluded.provider, status = excluded.status,
				  settings = excluded.settings, mappings = excluded.mappings, version = excluded.version, changed_at = excluded.changed_at,
				  removed_at = excluded.removed_at, mass_change_at = excluded.mass_change_at`,
			args: []any{
				t.me(), ident(d.ID.UUID), d.Name, string(d.Provider), string(d.Status), settings, mappings, d.Version,
				instant(d.CreatedAt), instant(d.ChangedAt), instant(d.RemovedAt), instant(d.MassChangeAt),
			},
		},
		statement{
			sql:  `INSERT INTO locator (kind, key, tenant_id) VALUES ('directory', $2, $1) ON CONFLICT (kind, key) DO NOTHING`,
			args: []any{t.me(), d.ID.UUID.UUID()},
		},
		t.bumpConfig())
}
