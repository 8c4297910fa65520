package roster

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"rollcall/internal/tenant"
)

// values is what a member or group has in its document, for the tenant's unique attributes.
type values struct {
	resource string
	id       tenant.UUID
	doc      Attributes
	live     bool
}

func memberValues(m Member) values {
	return values{tenant.UserResource, m.ID.UUID, m.Attributes, m.Version > 0 && !m.Removed()}
}

func groupValues(g Group) values {
	return values{tenant.GroupResource, g.ID.UUID, g.Attributes, g.Version > 0}
}

// checkUniqueGroup is checkUnique for groups, which else need no configuration.
func checkUniqueGroup(ctx context.Context, tx Tx, before, after Group) error {
	if bytes.Equal(before.Attributes, after.Attributes) {
		return nil
	}
	cfg, err := tx.Config(ctx)
	if err != nil {
		return err
	}
	return checkUnique(ctx, tx, cfg, groupValues(before), groupValues(after))
}

// checkUnique refuses values that come new and that another live member or group of the tenant has, in attributes whose
// uniqueness is server (RFC 7643 §7). It asks the store only for these. Two that come at once are caught by the store's
// own index.
func checkUnique(ctx context.Context, tx Tx, cfg tenant.Config, before, after values) error {
	if len(cfg.Extensions.Indexes) == 0 || before.live == after.live && bytes.Equal(before.doc, after.doc) {
		return nil
	}
	had := IndexKeys(before.doc, before.resource, before.live, cfg.Extensions.Indexes)
	for _, k := range IndexKeys(after.doc, after.resource, after.live, cfg.Extensions.Indexes) {
		if !k.Unique || slices.Contains(had, k) {
			continue
		}
		i := slices.IndexFunc(cfg.Extensions.Indexes, func(i tenant.AttributeIndex) bool { return i.ID == k.Index })
		if err := sole(ctx, tx, cfg.Extensions.Indexes[i], k, after); err != nil {
			return err
		}
	}
	return nil
}

// sole looks for another one that has the value, tombstones left out.
func sole(ctx context.Context, tx Tx, i tenant.AttributeIndex, k IndexKey, of values) error {
	v := of.doc.valueAt(i.Schema, i.Attribute)
	var same Or
	for _, e := range elements(v) {
		lit := literalOf(e["value"])
		if key, ok := KeyOf(lit, i.Exact); ok && key == k.Value {
			same = append(same, equalIn(i, lit))
			break
		}
	}
	q := Query{Where: And{same, Not{Compare{Field: Field{Column: ColumnID}, Op: Equal, Value: TextValue(of.id.UUID())}}}, Limit: 1}
	taken := false
	if of.resource == tenant.GroupResource {
		page, err := tx.Groups(ctx, q)
		if err != nil {
			return err
		}
		taken = len(page.Items) > 0
	} else {
		page, err := tx.Members(ctx, q)
		if err != nil {
			return err
		}
		taken = len(page.Items) > 0
	}
	if !taken {
		return nil
	}
	field := i.Schema + ":" + i.Attribute
	return &Error{
		Kind: Conflict, Code: CodeNotUnique, Field: field,
		Detail: "Another resource of this tenant has the same value in " + field + ", which must be unique. Correct what the directory maps to it, or the other one.",
	}
}

// equalIn compares an indexed attribute with a literal, by its index if that is ready.
func equalIn(i tenant.AttributeIndex, lit Value) Predicate {
	f := Field{Extension: i.Schema, Attribute: i.Attribute}
	if i.State == tenant.IndexReady {
		f.Index = i.ID
	}
	if i.Multi {
		return Any{Field: f, Where: Compare{Field: Field{Sub: "value", Exact: i.Exact}, Op: Equal, Value: lit}}
	}
	f.Exact = i.Exact
	return Compare{Field: f, Op: Equal, Value: lit}
}

func literalOf(v any) Value {
	switch v := v.(type) {
	case string:
		return TextValue(v)
	case bool:
		return BoolValue(v)
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return NumberValue(f)
		}
	}
	return Value{}
}
