package storage

import (
	"context"
	"encoding/json"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// loadExtensions reads what a tenant has added to the schemas, as a part of its configuration.
func loadExtensions(id ident, into *tenant.Extensions) []statement {
	args := []any{id}
	return []statement{
		{
			sql:  `SELECT urn, definition, version, created_at, changed_at FROM schemas WHERE tenant_id = $1 ORDER BY urn`,
			args: args, each: rowsOf(&into.Schemas, scanSchema),
		},
		{
			sql:  `SELECT ` + indexColumns + ` FROM attribute_indexes WHERE tenant_id = $1 ORDER BY id`,
			args: args, each: rowsOf(&into.Indexes, scanIndex),
		},
		{
			sql:  `SELECT value, display, type FROM entitlements WHERE tenant_id = $1 ORDER BY type, value`,
			args: args, each: rowsOf(&into.Entitlements, scanEntitlement),
		},
	}
}

// versioned gives extensions the version of the configuration that they are of, if there are any.
func versioned(e tenant.Extensions, version int64) tenant.Extensions {
	if len(e.Schemas)+len(e.Indexes)+len(e.Entitlements) > 0 {
		e.Version = version
	}
	return e
}

// extensions are those of a tenant's configuration of this version. They are read once for each version.
func (db *DB) extensions(ctx context.Context, id tenant.ID, version int64) (tenant.Extensions, error) {
	r := &reader{db: db, tenant: id, s: db.backend.reader(id)}
	c, err := r.config(ctx, version)
	return c.Extensions, err
}

func scanSchema(r row) (tenant.Schema, error) {
	var s tenant.Schema
	var urn string
	var definition []byte
	var created, changed instant
	if err := r.Scan(&urn, &definition, &s.Version, &created, &changed); err != nil {
		return s, err //nolint:wrapcheck // the caller does
	}
	if err := json.Unmarshal(definition, &s); err != nil {
		return s, fmt.Errorf("decode the schema %s: %w", urn, err)
	}
	s.CreatedAt, s.ChangedAt = created.time(), changed.time()
	return s, nil
}

func scanEntitlement(r row) (tenant.Entitlement, error) {
	var e tenant.Entitlement
	err := r.Scan(&e.Value, &e.Display, &e.Type)
	return e, err //nolint:wrapcheck // the caller does
}

// PutSchema implements roster.SchemaTx.
func (t *tx) PutSchema(ctx context.Context, s tenant.Schema) error {
	definition, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("put schema: %w", err)
	}
	return t.changeGrants(ctx, "put schema", statement{
		sql: `INSERT INTO schemas (tenant_id, urn, definition, version, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant_id, urn) DO UPDATE SET definition = excluded.definition, version = excluded.version, changed_at = excluded.changed_at`,
		args: []any{t.me(), s.URN, string(definition), s.Version, instant(s.CreatedAt), instant(s.ChangedAt)},
	}, t.bumpConfig())
}

// DeleteSchema implements roster.SchemaTx.
func (t *tx) DeleteSchema(ctx context.Context, urn string) error {
	return t.changeGrants(ctx, "delete schema", statement{
		sql: `DELETE FROM schemas WHERE tenant_id = $1 AND urn = $2`, args: []any{t.me(), urn},
	}, t.bumpConfig())
}

// PutEntitlement implements roster.SchemaTx.
func (t *tx) PutEntitlement(ctx context.Context, e tenant.Entitlement) error {
	return t.changeGrants(ctx, "put entitlement", statement{
		sql: `INSERT INTO entitlements (tenant_id, value, display, type) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, value) DO UPDATE SET display = excluded.display, type = excluded.type`,
		args: []any{t.me(), e.Value, e.Display, e.Type},
	}, t.bumpConfig())
}

// DeleteEntitlement implements roster.SchemaTx.
func (t *tx) DeleteEntitlement(ctx context.Context, value string) error {
	return t.changeGrants(ctx, "delete entitlement", statement{
		sql: `DELETE FROM entitlements WHERE tenant_id = $1 AND value = $2`, args: []any{t.me(), value},
	}, t.bumpConfig())
}

// Labels implements roster.LabelReader.
func (r *reader) Labels(ctx context.Context, s roster.Scope, ids []roster.MemberID) (map[roster.MemberID]string, error) {
	out := make(map[roster.MemberID]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	d := r.db.dialect
	err := r.run(ctx, "read the names of members", statement{
		sql:  `SELECT m.id, m.label, m.directory_id FROM members m WHERE m.tenant_id = $1 AND ` + d.in("m.id", "$2") + ` AND m.removed_at IS NULL`,
		args: []any{r.me(), d.list(memberIdents(ids))},
		each: func(row row) error {
			var id, directory ident
			var label string
			err := row.Scan(&id, &label, &directory)
			if sees(s, tenant.DirectoryID{UUID: tenant.UUID(directory)}, false) {
				out[roster.MemberID{UUID: tenant.UUID(id)}] = label
			}
			return err
		},
	})
	return out, err
}
