package storage

import (
	"context"
	"errors"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// CreateTenant implements roster.Locator.
func (db *DB) CreateTenant(ctx context.Context, t tenant.Tenant) error {
	args, err := tenantArgs(t)
	if err != nil {
		return fmt.Errorf("create tenant: %w", err)
	}
	return db.update(ctx, t.ID, func(tx *tx) error {
		return tx.later(ctx, "create tenant",
			statement{
				sql: `INSERT INTO locator (kind, key, tenant_id) VALUES ('slug', $2, $1)`, args: []any{tx.me(), t.Slug},
				taken: &taken{field: takenSlug, key: true},
			},
			statement{sql: insertTenant, args: append([]any{tx.me()}, args...), taken: &taken{field: takenID}})
	})
}

// TenantBySlug implements roster.Locator.
func (db *DB) TenantBySlug(ctx context.Context, slug string) (tenant.Tenant, error) {
	var found []tenant.Tenant
	err := db.backend.locate(ctx, "slug", slug, statement{
		sql: `SELECT ` + tenantColumns + ` FROM locator l JOIN tenants t ON t.tenant_id = l.tenant_id
			WHERE l.kind = 'slug' AND l.key = $1`,
		args: []any{slug}, each: rowsOf(&found, scanTenant),
	})
	if err != nil {
		err = fmt.Errorf("find tenant by slug: %w", explain(err))
	}
	return first(found, err, "tenant")
}

// Tenants implements roster.Locator.
func (db *DB) Tenants(ctx context.Context) ([]tenant.Tenant, error) {
	var found []tenant.Tenant
	err := db.backend.tenants(ctx, slugs{}, statement{
		sql: `SELECT ` + tenantColumns + ` FROM tenants t ORDER BY t.slug`, each: rowsOf(&found, scanTenant),
	})
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", explain(err))
	}
	return found, nil
}

// TenantsPage implements roster.Locator.
func (db *DB) TenantsPage(ctx context.Context, after string, limit int) (roster.Page[tenant.Tenant], error) {
	var found []tenant.Tenant
	which := slugs{after, limit + 1}
	err := db.backend.tenants(ctx, which, statement{
		sql:  `SELECT ` + tenantColumns + ` FROM tenants t WHERE t.slug > $1 ORDER BY t.slug LIMIT $2`,
		args: []any{which.after, int64(which.limit)}, each: rowsOf(&found, scanTenant),
	})
	if err != nil {
		return roster.Page[tenant.Tenant]{}, fmt.Errorf("list tenants: %w", explain(err))
	}
	return roster.Page[tenant.Tenant]{Items: found[:min(limit, len(found))], More: len(found) > limit}, nil
}

// TenantOfDirectory implements roster.Locator.
func (db *DB) TenantOfDirectory(ctx context.Context, id tenant.DirectoryID) (tenant.ID, error) {
	var found []tenant.ID
	key := id.UUID.UUID()
	err := db.backend.locate(ctx, "directory", key, statement{
		sql: `SELECT tenant_id FROM locator WHERE kind = 'directory' AND key = $1`, args: []any{key},
		each: rowsOf(&found, func(r row) (tenant.ID, error) {
			var id ident
			err := r.Scan(&id)
			return tenant.ID{UUID: tenant.UUID(id)}, err
		}),
	})
	if err != nil {
		err = fmt.Errorf("find the tenant of a directory: %w", explain(err))
	}
	return first(found, err, "directory")
}

const grantByHash = `SELECT ` + tenantColumns + `, ` + directoryColumns + `, ` + credentialColumns + `, t.config_version FROM locator l
	JOIN credentials c ON c.tenant_id = l.tenant_id AND c.directory_id = $2 AND c.hash = $3
	JOIN directories d ON d.tenant_id = c.tenant_id AND d.id = c.directory_id
	JOIN tenants t ON t.tenant_id = c.tenant_id
	WHERE l.kind = 'directory' AND l.key = $1`

// Credential implements roster.Locator. On PostgreSQL the answer may be grantAge old, unless
// what it is made of has changed: then it is not used any more as soon as the notice of that
// arrives. Its slices are shared and must not be changed.
func (db *DB) Credential(ctx context.Context, id tenant.DirectoryID, hash [32]byte) (roster.Grant, error) {
	return db.grant(ctx, id, hash, grantByHash)
}

// grant answers from the cache, or else asks the database for what a hash opens.
func (db *DB) grant(ctx context.Context, id tenant.DirectoryID, hash [32]byte, sql string) (roster.Grant, error) {
	key := grantKey{id, hash}
	g, round, ok := db.grants.get(key)
	if ok {
		return g, nil
	}
	var found []roster.Grant
	name := id.UUID.UUID()
	err := db.backend.locate(ctx, "directory", name, statement{
		sql: sql, args: []any{name, ident(id.UUID), hash[:]}, each: rowsOf(&found, scanGrant),
	})
	if err != nil {
		err = fmt.Errorf("find credential: %w", explain(err))
	}
	g, err = first(found, err, "credential")
	if err == nil {
		g.Extensions, err = db.extensions(ctx, g.Tenant.ID, g.Extensions.Version)
	}
	if err == nil {
		db.grants.put(key, g, round)
	}
	return g, err
}

// scanGrant leaves the version of the configuration where the extensions will have it.
func scanGrant(r row) (roster.Grant, error) {
	var t tenantRow
	var d directoryRow
	var c credentialRow
	var g roster.Grant
	if err := r.Scan(append(append(append(t.dest(), d.dest()...), c.dest()...), &g.Extensions.Version)...); err != nil {
		return roster.Grant{}, err //nolint:wrapcheck // the caller does
	}
	var errs [3]error
	g.Tenant, errs[0] = t.tenant()
	g.Directory, errs[1] = d.directory()
	g.Credential, errs[2] = c.credential()
	return g, errors.Join(errs[:]...)
}
