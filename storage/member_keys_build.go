package storage

import (
	"context"
	"fmt"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const indexColumns = `id, urn, attribute, exact, multi, uniq, state, after`

func scanIndex(r row) (tenant.AttributeIndex, error) {
	var i tenant.AttributeIndex
	var id, after ident
	var state string
	err := r.Scan(&id, &i.Schema, &i.Attribute, &i.Exact, &i.Multi, &i.Unique, &state, &after)
	i.ID, i.After, i.State = tenant.UUID(id), tenant.UUID(after), tenant.IndexState(state)
	return i, err //nolint:wrapcheck // the caller does
}

// noteIndexing writes into the locator whether the tenant has work to do on its indexes.
func (t *tx) noteIndexing() []statement {
	key := t.tenant.UUID.UUID()
	return []statement{
		{
			sql:  `INSERT INTO locator (kind, key, tenant_id) VALUES ('index', $2, $1) ON CONFLICT (kind, key) DO NOTHING`,
			args: []any{t.me(), key},
		},
		{
			sql:  `UPDATE locator SET held_until = $3 WHERE kind = 'index' AND key = $2 AND tenant_id = $1`,
			args: []any{t.me(), key, instant(t.now)},
		},
		{
			sql: `UPDATE locator SET held_until = NULL WHERE kind = 'index' AND key = $2 AND tenant_id = $1
				AND EXISTS (SELECT 1 FROM attribute_indexes i WHERE i.tenant_id = $1 AND i.state <> 'ready')`,
			args: []any{t.me(), key},
		},
	}
}

// PutIndex implements roster.SchemaTx.
func (t *tx) PutIndex(ctx context.Context, i tenant.AttributeIndex) error {
	list := append([]statement{{
		sql: `INSERT INTO attribute_indexes (tenant_id, id, urn, attribute, exact, multi, uniq, state, after)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (tenant_id, id) DO UPDATE SET state = excluded.state, after = excluded.after`,
		args: []any{t.me(), ident(i.ID), i.Schema, i.Attribute, i.Exact, i.Multi, i.Unique, string(i.State), ident(i.After)},
	}}, t.noteIndexing()...)
	return t.changeGrants(ctx, "put index", append(list, t.bumpConfig())...)
}

// FillIndex implements roster.SchemaTx. A value that several have already is in the index for all of them: only
// the first holds it as its own, and new ones are refused.
func (t *tx) FillIndex(ctx context.Context, i tenant.AttributeIndex, limit int) (last tenant.UUID, more bool, err error) {
	table, removed := "members", "removed_at IS NULL"
	if i.Resource() == tenant.GroupResource {
		table, removed = "groups", "TRUE"
	}
	var list []statement
	n := 0
	err = t.run(ctx, "read values for an index", statement{
		sql: `SELECT x.id, x.attributes, ` + removed + ` FROM ` + table + ` x WHERE x.tenant_id = $1 AND x.id > $2 ORDER BY x.id LIMIT $3` +
			t.db.dialect.forUpdate("x"),
		args: []any{t.me(), i.After.UUID(), limit},
		each: func(r row) error {
			var id ident
			var doc []byte
			var live bool
			if err := r.Scan(&id, &doc, &live); err != nil {
				return err //nolint:wrapcheck // explained by run
			}
			n++
			last = tenant.UUID(id)
			for _, k := range roster.IndexKeys(doc, i.Resource(), live, []tenant.AttributeIndex{i}) {
				list = append(list, statement{sql: insertKey + ` ON CONFLICT DO NOTHING`, args: t.keyArgs(last, k)})
				if k.Unique {
					k.Unique = false
					list = append(list, statement{sql: insertKey + ` ON CONFLICT DO NOTHING`, args: t.keyArgs(last, k)})
				}
			}
			return nil
		},
	})
	if err != nil {
		return last, false, err
	}
	return last, n == limit, t.later(ctx, "fill an index", list...)
}

// DrainIndex implements roster.SchemaTx.
func (t *tx) DrainIndex(ctx context.Context, i tenant.AttributeIndex, limit int) (bool, error) {
	var n int
	err := t.run(ctx, "empty an index",
		statement{
			sql: `DELETE FROM attribute_keys WHERE tenant_id = $1 AND index_id = $2 AND (value, owner_id) IN (
				SELECT value, owner_id FROM attribute_keys WHERE tenant_id = $1 AND index_id = $2 LIMIT $3)`,
			args: []any{t.me(), ident(i.ID), limit},
		},
		statement{
			sql:  `SELECT count(*) FROM (SELECT 1 FROM attribute_keys WHERE tenant_id = $1 AND index_id = $2 LIMIT 1) AS rest`,
			args: []any{t.me(), ident(i.ID)}, each: func(r row) error { return r.Scan(&n) },
		})
	if err != nil || n > 0 {
		return n > 0, err
	}
	gone := statement{
		sql:  `DELETE FROM attribute_indexes WHERE tenant_id = $1 AND id = $2 AND state = 'retired'`,
		args: []any{t.me(), ident(i.ID)},
	}
	return false, t.changeGrants(ctx, "drop an index", append(append([]statement{gone}, t.noteIndexing()...), t.bumpConfig())...)
}

// TenantsToIndex implements roster.IndexLocator.
func (db *DB) TenantsToIndex(ctx context.Context) ([]tenant.ID, error) {
	var found []tenant.ID
	err := db.backend.reader(tenant.ID{}).run(ctx, statement{
		sql: `SELECT tenant_id FROM locator WHERE kind = 'index' AND held_until IS NULL ORDER BY tenant_id`,
		each: rowsOf(&found, func(r row) (tenant.ID, error) {
			var id ident
			err := r.Scan(&id)
			return tenant.ID{UUID: tenant.UUID(id)}, err
		}),
	})
	if err != nil {
		return nil, fmt.Errorf("list tenants to index: %w", explain(err))
	}
	return found, nil
}
