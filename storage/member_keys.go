package storage

import (
	"context"
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// owner is a member or group whose values stand in indexes.
type owner struct {
	resource string
	id       tenant.UUID
}

func memberOwner(m roster.Member) owner { return owner{tenant.UserResource, m.ID.UUID} }
func groupOwner(g roster.Group) owner   { return owner{tenant.GroupResource, g.ID.UUID} }

// indexable is what the indexes hold the values of.
type indexable struct {
	doc  roster.Attributes
	live bool // its owner is not removed
}

// attributeIndexes are those of the tenant at the beginning of the transaction. A transaction that changes indexes writes
// no members.
func (t *tx) attributeIndexes(ctx context.Context) ([]tenant.AttributeIndex, error) {
	if !t.indexed {
		read := func(ctx context.Context) (tenant.Config, error) { return t.config(ctx, t.w.configVersion()) }
		if t.w.draft() != nil {
			read = t.Config
		}
		c, err := read(ctx)
		if err != nil {
			return nil, err
		}
		t.indexes, t.indexed = c.Extensions.Indexes, true
	}
	return t.indexes, nil
}

const (
	insertKey = `INSERT INTO attribute_keys (tenant_id, index_id, value, owner_id, uniq) VALUES ($1, $2, $3, $4, $5)`
	keyIsIn   = ` ON CONFLICT (tenant_id, index_id, value, owner_id) DO UPDATE SET uniq = excluded.uniq`
)

// keyChanges are the statements that bring the rows of indexes from one document of an owner to the next. There are none
// for tenants without indexes.
func (t *tx) keyChanges(ctx context.Context, of owner, before, after indexable) ([]statement, error) {
	indexes, err := t.attributeIndexes(ctx)
	if err != nil || len(indexes) == 0 {
		return nil, err
	}
	had := roster.IndexKeys(before.doc, of.resource, before.live, indexes)
	has := roster.IndexKeys(after.doc, of.resource, after.live, indexes)
	var list []statement
	for _, k := range had {
		same := func(o roster.IndexKey) bool { return o.Index == k.Index && o.Value == k.Value }
		if !slices.ContainsFunc(has, same) {
			list = append(list, statement{
				sql:  `DELETE FROM attribute_keys WHERE tenant_id = $1 AND index_id = $2 AND value = $3 AND owner_id = $4`,
				args: []any{t.me(), ident(k.Index), k.Value, ident(of.id)},
			})
		}
	}
	for _, k := range has {
		if !slices.Contains(had, k) {
			list = append(list, statement{sql: insertKey + keyIsIn, args: t.keyArgs(of.id, k), taken: &taken{field: takenAttribute}})
		}
	}
	return list, nil
}

func (t *tx) keyArgs(id tenant.UUID, k roster.IndexKey) []any {
	return []any{t.me(), ident(k.Index), k.Value, ident(id), k.Unique}
}

// dropKeys takes the values of a group away that is deleted unread.
func (t *tx) dropKeys(ctx context.Context, of owner) ([]statement, error) {
	indexes, err := t.attributeIndexes(ctx)
	if err != nil {
		return nil, err
	}
	var list []statement
	for _, i := range indexes {
		if i.Resource() == of.resource {
			list = append(list, statement{
				sql:  `DELETE FROM attribute_keys WHERE tenant_id = $1 AND index_id = $2 AND owner_id = $3`,
				args: []any{t.me(), ident(i.ID), ident(of.id)},
			})
		}
	}
	return list, nil
}
