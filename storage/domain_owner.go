package storage

import (
	"context"
	"strconv"
	"strings"

	"rollcall/internal/tenant"
)

// TenantOfDomain implements roster.Locator. The names above the domain are asked for at once.
func (db *DB) TenantOfDomain(ctx context.Context, name string) (tenant.ID, error) {
	args, places := []any{}, []string{}
	for rest, ok := name, true; ok && strings.Contains(rest, ".") && len(args) < maxLabels; _, rest, ok = strings.Cut(rest, ".") {
		args = append(args, rest)
		places = append(places, "$"+strconv.Itoa(len(args)))
	}
	var found []tenant.ID
	if len(args) == 0 {
		return first(found, nil, "domain")
	}
	err := db.common(ctx, "find the tenant of a domain", statement{
		sql: `SELECT tenant_id FROM locator WHERE kind = 'domain' AND held_until IS NULL AND key IN (` + strings.Join(places, ", ") + `)
			ORDER BY length(key) DESC LIMIT 1`,
		args: args,
		each: rowsOf(&found, func(r row) (tenant.ID, error) {
			var id ident
			err := r.Scan(&id)
			return tenant.ID{UUID: tenant.UUID(id)}, err
		}),
	})
	return first(found, err, "domain")
}

// maxLabels is how many names above a domain are looked at: nobody proves one that deep.
const maxLabels = 10
