package storage

import "rollcall/internal/tenant"

const tenantColumns = `t.tenant_id, t.slug, t.name, t.status, t.roles, t.policy, t.no_admin, t.version, t.created_at, t.changed_at`

// tenantRow is a tenant as the tables hold it.
type tenantRow struct {
	id                 ident
	slug, name, status string
	roles, policy      []byte
	noAdmin            bool
	version            int64
	created, changed   instant
}

func (t *tenantRow) dest() []any {
	return []any{&t.id, &t.slug, &t.name, &t.status, &t.roles, &t.policy, &t.noAdmin, &t.version, &t.created, &t.changed}
}

func (t *tenantRow) tenant() (tenant.Tenant, error) {
	out := tenant.Tenant{
		ID: tenant.ID{UUID: tenant.UUID(t.id)}, Slug: t.slug, Name: t.name, Status: tenant.Status(t.status),
		NoAdmin: t.noAdmin, Version: t.version, CreatedAt: t.created.time(), ChangedAt: t.changed.time(),
	}
	if err := undocument(t.roles, &out.Roles); err != nil {
		return out, err
	}
	return out, undocument(t.policy, &out.Policy)
}

// rowsOf makes an each that gathers what rows turn into.
func rowsOf[T any](into *[]T, scan func(row) (T, error)) func(row) error {
	return func(r row) error {
		v, err := scan(r)
		*into = append(*into, v)
		return err
	}
}

func scanTenant(r row) (tenant.Tenant, error) {
	var t tenantRow
	if err := r.Scan(t.dest()...); err != nil {
		return tenant.Tenant{}, err //nolint:wrapcheck // the caller does
	}
	return t.tenant()
}

// first returns the one row that a look-up by key found; NotFound.
func first[T any](found []T, err error, what string) (T, error) {
	if err == nil && len(found) == 0 {
		err = notFound(what)
	}
	if err != nil {
		var none T
		return none, err
	}
	return found[0], nil
}

const directoryColumns = `d.id, d.name, d.provider, d.status, d.settings, d.mappings, d.version, d.created_at, d.changed_at, d.removed_at,
	d.mass_change_at`

// directoryRow is a directory as the tables hold it.
type directoryRow struct {
	id                        ident
	name, provider, status    string
	settings, mappings        []byte
	version                   int64
	created, changed, removed instant
	massChange                instant
}

func (d *directoryRow) dest() []any {
	return []any{&d.id, &d.name, &d.provider, &d.status, &d.settings, &d.mappings, &d.version, &d.created, &d.changed, &d.removed, &d.massChange}
}

func (d *directoryRow) directory() (tenant.Directory, error) {
	out := tenant.Directory{
		ID: tenant.DirectoryID{UUID: tenant.UUID(d.id)}, Name: d.name, Provider: tenant.Provider(d.provider),
		Status: tenant.DirectoryStatus(d.status), Version: d.version,
		CreatedAt: d.created.time(), ChangedAt: d.changed.time(), RemovedAt: d.removed.time(),
		MassChangeAt: d.massChange.time(),
	}
	if err := undocument(d.settings, &out.Settings); err != nil {
		return out, err
	}
	return out, undocument(d.mappings, &out.Mappings)
}

func scanDirectory(r row) (tenant.Directory, error) {
	var d directoryRow
	if err := r.Scan(d.dest()...); err != nil {
		return tenant.Directory{}, err //nolint:wrapcheck // the caller does
	}
	return d.directory()
}
