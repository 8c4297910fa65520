package roster

import (
	"context"
	"errors"
	"fmt"

	"rollcall/internal/tenant"
)

// PutSchema defines an extension of User or Group, or changes it, and returns it with its defaults filled. Values that
// directories sent before it was defined are kept, and are held to it when they change. Call BuildIndexes afterwards: until
// then filters by an attribute that got an index are right, but read all documents.
//
// Errors: Invalid, with a Field such as attributes.badge.type, for what can't be defined; Stale; Refused with
// schema_has_values for a type or number of values that would no longer fit what is there, and for hidden
// attributes that would come to light.
func (r *Roster) PutSchema(ctx context.Context, s Staff, def tenant.Schema) (tenant.Schema, error) {
	def = def.WithDefaults()
	if err := invalidSchema(def.Check()); err != nil {
		return tenant.Schema{}, err
	}
	var out tenant.Schema
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		out = def
		old, known := cfg.Extensions.Schema(def.URN)
		if err := s.If.Check(old.Version); err != nil {
			return err
		}
		if err := fits(cfg.Extensions, def, old, known); err != nil {
			return err
		}
		out.Version, out.CreatedAt, out.ChangedAt = 1, tx.Now(), tx.Now()
		if known {
			out.URN = old.URN // the document's keys have this spelling
			out.Version, out.CreatedAt = old.Version+1, old.CreatedAt
			if err := keepsValues(ctx, tx, old, out); err != nil {
				return err
			}
		}
		if err := tx.PutSchema(ctx, out); err != nil {
			return err
		}
		if err := reindex(ctx, tx, cfg.Extensions, out); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(SchemaChanged, details{Name: out.URN, Fields: changedAttributes(old, out)}))
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

// RemoveSchema forgets a schema and returns what it was. The values stay with the members and groups, as those of an
// extension that nobody has defined: kept, returned and filtered without an index.
//
// Errors: NotFound; Stale; Refused with schema_has_values while there are values of attributes that are never returned,
// because without the schema they would be.
func (r *Roster) RemoveSchema(ctx context.Context, s Staff, urn string) (tenant.Schema, error) {
	var old tenant.Schema
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		var known bool
		if old, known = cfg.Extensions.Schema(urn); !known {
			return &Error{Kind: NotFound, Detail: "The tenant has no schema with this URN."}
		}
		if err := s.If.Check(old.Version); err != nil {
			return err
		}
		none := tenant.Schema{URN: old.URN}
		if err := keepsValues(ctx, tx, old, none); err != nil {
			return err
		}
		if err := tx.DeleteSchema(ctx, old.URN); err != nil {
			return err
		}
		if err := reindex(ctx, tx, cfg.Extensions, none); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(SchemaRemoved, details{Name: old.URN}))
	})
	return old, r.recorded(ctx, s.Tenant, s.source(), err)
}

// invalidSchema makes an Error of what is wrong with a definition.
func invalidSchema(err error) error {
	if wrong, ok := errors.AsType[*tenant.SchemaError](err); ok {
		return &Error{Kind: Invalid, Field: wrong.Field, Detail: wrong.Detail}
	}
	return err
}

// fits holds a schema against the others of its tenant.
func fits(e tenant.Extensions, def, old tenant.Schema, known bool) error {
	if !known && len(e.Schemas) >= tenant.MaxSchemas {
		return &Error{Kind: Invalid, Field: "id", Detail: fmt.Sprintf("The tenant has %d schemas already, which is the most. Add the attributes to one of them.", len(e.Schemas))}
	}
	claims := map[string]string{}
	for _, other := range e.Schemas {
		if other.URN == old.URN {
			continue
		}
		for _, a := range other.Attributes {
			claims[a.Claim] = other.URN
		}
	}
	for _, a := range def.Attributes {
		if urn, taken := claims[a.Claim]; taken && a.Claim != "" {
			return &Error{
				Kind: Invalid, Field: "attributes." + a.Name + ".claim",
				Detail: "The claim " + a.Claim + " is given by the schema " + urn + " already. Name another.",
			}
		}
	}
	return nil
}

// keepsValues refuses changes that values which are there would not survive, or should not.
func keepsValues(ctx context.Context, tx Tx, old, next tenant.Schema) error {
	for _, was := range old.Attributes {
		is, ok := next.Attribute(was.Name)
		gone := !ok
		if gone {
			is = tenant.Attribute{Type: was.Type, MultiValued: was.MultiValued} // nothing is hidden any more
		}
		var why string
		switch {
		case was.Hidden() && !is.Hidden():
			why = "is never returned, and its values would be from now on"
		case was.Type != is.Type || was.MultiValued != is.MultiValued:
			why = "has values, which would not fit the new type"
		case ok && is.Name != was.Name:
			why = "has values under this spelling of its name"
		default:
			continue
		}
		used, err := hasValues(ctx, tx, old, was)
		if err != nil {
			return err
		}
		if used {
			return &Error{
				Kind: Refused, Code: CodeSchemaHasValues, Field: "attributes." + was.Name,
				Detail: "The attribute " + was.Name + " " + why + ". Remove its values at the directory first, or define another attribute under another name.",
			}
		}
	}
	return nil
}

// hasValues says whether anybody has a value of an attribute, tombstones included.
func hasValues(ctx context.Context, tx Tx, s tenant.Schema, a tenant.Attribute) (bool, error) {
	q := Query{Where: Compare{Field: Field{Extension: s.URN, Attribute: a.Name}, Op: Present}, Limit: 1, WithRemoved: true}
	if s.Resource() == tenant.GroupResource {
		page, err := tx.Groups(ctx, q)
		return len(page.Items) > 0, err
	}
	page, err := tx.Members(ctx, q)
	return len(page.Items) > 0, err
}

func reindex(ctx context.Context, tx Tx, e tenant.Extensions, s tenant.Schema) error {
	for _, i := range e.Reindex(s, tx.Now()) {
		if err := tx.PutIndex(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// changedAttributes names the attributes that were added, changed or taken away.
func changedAttributes(old, next tenant.Schema) []string {
	var names []string
	for _, a := range next.Attributes {
		if was, ok := old.Attribute(a.Name); !ok || !sameAttribute(was, a) {
			names = append(names, a.Name)
		}
	}
	for _, a := range old.Attributes {
		if _, ok := next.Attribute(a.Name); !ok {
			names = append(names, a.Name)
		}
	}
	return names
}

func sameAttribute(a, b tenant.Attribute) bool {
	return fmt.Sprint(a) == fmt.Sprint(b) // no pointers in it
}

// PutEntitlement defines an entitlement that directories may give, or changes what it is called. Invalid for texts
// that can't be used.
func (r *Roster) PutEntitlement(ctx context.Context, s Staff, e tenant.Entitlement) (tenant.Entitlement, error) {
	if err := invalidSchema(e.Check()); err != nil {
		return tenant.Entitlement{}, err
	}
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		if _, known := entitlement(cfg, e.Value); !known && len(cfg.Extensions.Entitlements) >= tenant.MaxEntitlements {
			return &Error{Kind: Invalid, Field: "value", Detail: fmt.Sprintf("The tenant has %d entitlements already, which is the most.", tenant.MaxEntitlements)}
		}
		if err := tx.PutEntitlement(ctx, e); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(EntitlementPut, details{Name: e.Value}))
	})
	return e, r.recorded(ctx, s.Tenant, s.source(), err)
}

// RemoveEntitlement takes an entitlement out of what directories are offered, and returns it. Users who carry it keep
// it until their directory takes it away. NotFound.
func (r *Roster) RemoveEntitlement(ctx context.Context, s Staff, value string) (tenant.Entitlement, error) {
	var old tenant.Entitlement
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		var known bool
		if old, known = entitlement(cfg, value); !known {
			return &Error{Kind: NotFound, Detail: "The tenant has no such entitlement."}
		}
		if err := tx.DeleteEntitlement(ctx, value); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(EntitlementGone, details{Name: value}))
	})
	return old, r.recorded(ctx, s.Tenant, s.source(), err)
}

func entitlement(cfg tenant.Config, value string) (tenant.Entitlement, bool) {
	for _, e := range cfg.Extensions.Entitlements {
		if e.Value == value {
			return e, true
		}
	}
	return tenant.Entitlement{}, false
}
