package storage

import (
	"context"
	"sync"

	"rollcall/internal/tenant"
)

// configCache holds tenants' configurations as they were last read. It is never trusted without
// comparing the version, so it needs no invalidation.
type configCache struct {
	mu      sync.Mutex
	entries map[tenant.ID]configEntry
}

type configEntry struct {
	config  tenant.Config
	version int64
}

// maxConfigs bounds the cache; beyond it all is forgotten, which costs a look-up each.
const maxConfigs = 10_000

func (c *configCache) get(id tenant.ID, version int64) (tenant.Config, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[id]
	return e.config, ok && e.version == version
}

// latest returns what was read last, which may be out of date.
func (c *configCache) latest(id tenant.ID) (configEntry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[id]
	return e, ok
}

func (c *configCache) put(id tenant.ID, e configEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || len(c.entries) >= maxConfigs {
		c.entries = map[tenant.ID]configEntry{}
	}
	c.entries[id] = e
}

// configVersion reads the version of a tenant's configuration.
func configVersion(id ident, into *int64) statement {
	return statement{
		sql: `SELECT config_version FROM tenants WHERE tenant_id = $1`, args: []any{id},
		each: func(r row) error { return r.Scan(into) },
	}
}

// Config implements roster.TenantReader.
func (r *reader) Config(ctx context.Context) (tenant.Config, error) { return r.config(ctx, 0) }

// config answers from memory when the version there is still that of the database; 0: not known.
func (r *reader) config(ctx context.Context, version int64) (tenant.Config, error) {
	if version == 0 {
		if err := r.run(ctx, "compare the configuration", configVersion(r.me(), &version)); err != nil {
			return tenant.Config{}, err
		}
	}
	if version == 0 {
		return tenant.Config{}, notFound("tenant")
	}
	if c, ok := r.db.configs.get(r.tenant, version); ok {
		return c, nil
	}
	e, err := r.load(ctx)
	if err == nil && e.version == version {
		r.db.configs.put(r.tenant, e)
	}
	return e.config, err
}

// load reads the whole configuration.
func (r *reader) load(ctx context.Context) (configEntry, error) {
	var e configEntry
	var tenants []tenant.Tenant
	args := []any{r.me()}
	list := []statement{
		configVersion(r.me(), &e.version),
		{sql: `SELECT ` + tenantColumns + ` FROM tenants t WHERE t.tenant_id = $1`, args: args, each: rowsOf(&tenants, scanTenant)},
		{
			sql: `SELECT ` + domainColumns + ` FROM domains WHERE tenant_id = $1 ORDER BY name, id`, args: args,
			each: rowsOf(&e.config.Domains, scanDomain),
		},
		{
			sql: `SELECT ` + directoryColumns + ` FROM directories d WHERE d.tenant_id = $1 ORDER BY d.id`, args: args,
			each: rowsOf(&e.config.Directories, scanDirectory),
		},
		{
			sql: `SELECT ` + connectionColumns + ` FROM connections WHERE tenant_id = $1 ORDER BY id`, args: args,
			each: rowsOf(&e.config.Connections, scanConnection),
		},
	}
	err := r.run(ctx, "read the configuration", append(list, loadExtensions(r.me(), &e.config.Extensions)...)...)
	e.config.Extensions = versioned(e.config.Extensions, e.version)
	e.config.Tenant, err = first(tenants, err, "tenant")
	return e, err
}
