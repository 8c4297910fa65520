package scim

import (
	"time"

	"rollcall/internal/roster"
)

// constant decides a comparison with what is the same for all.
func constant(op roster.Op, have string, v roster.Value) roster.Predicate {
	m := roster.Member{Login: have}
	if roster.MatchMember(roster.Compare{Field: roster.Field{Column: roster.ColumnLogin}, Op: op, Value: v}, m) {
		return roster.And{}
	}
	return roster.Or{}
}

// unknownAttribute looks for an attribute of an extension whose schema is not known: it
// may hold a single value or many, simple ones or objects.
func unknownAttribute(t target, e *expr) roster.Predicate {
	f := t.collection()
	if t.sub == "" && (e.op == roster.Present || e.value.Kind == roster.Null) {
		return roster.Compare{Field: f, Op: e.op, Value: e.value}
	}
	sub := "value"
	if t.sub != "" {
		sub = t.sub
	}
	return roster.Any{Field: f, Where: roster.Compare{Field: roster.Field{Sub: sub}, Op: e.op, Value: e.value}}
}

// wholeExtension translates URN pr.
func (s *resourceSchema) wholeExtension(t target, e *expr) (roster.Predicate, error) {
	if e.op != roster.Present {
		return nil, badFilter("The extension %q can't be compared as a whole. Name one of its attributes: %s:name.", clip(e.path), clip(e.path))
	}
	return roster.Compare{Field: roster.Field{Attribute: t.extension}, Op: e.op}, nil
}

// schemasTerm translates schemas eq "urn:…". The document holds no schemas: a resource
// has those of its extensions.
func (s *resourceSchema) schemasTerm(e *expr) (roster.Predicate, error) {
	if e.op == roster.Present {
		return roster.And{}, nil
	}
	if e.value.Kind != roster.Text || e.op != roster.Equal && e.op != roster.NotEqual {
		return nil, badFilter(`schemas can only be compared by eq and ne with a URN in quotes.`)
	}
	var has roster.Predicate = roster.Or{}
	if t, ok := s.resolve(e.value.Text); ok && t.whole && t.extension == "" {
		has = roster.And{}
	} else if ok && t.whole {
		has = roster.Compare{Field: roster.Field{Attribute: t.extension}, Op: roster.Present}
	} else if isURN(e.value.Text) {
		has = roster.Compare{Field: roster.Field{Attribute: e.value.Text}, Op: roster.Present}
	}
	if e.op == roster.NotEqual {
		return roster.Not{Of: has}, nil
	}
	return has, nil
}

// metaTerm translates comparisons of meta.resourceType, created and lastModified.
func (s *resourceSchema) metaTerm(t target, e *expr) (roster.Predicate, error) {
	switch {
	case t.sub == "" && e.op == roster.Present:
		return roster.And{}, nil
	case t.sub == "resourceType":
		v, err := literalFor(t.subAttr, t.path(), e.op, e.value)
		return constant(e.op, s.title(), v), err
	case t.subAttr == nil || t.subAttr.column == "":
		return nil, badFilter("Of meta, %ss can be filtered by meta.created, meta.lastModified and meta.resourceType.", s.noun)
	case e.op == roster.Present:
		return roster.Compare{Field: t.field(), Op: e.op}, nil
	case e.op == roster.Contains || e.op == roster.HasPrefix || e.op == roster.HasSuffix:
		return nil, badFilter("%s is a time. Compare it with eq, ne, gt, ge, lt or le.", t.path())
	case e.value.Kind == roster.Null:
		return nil, badFilter("%s always has a value and can't be compared with null.", t.path())
	}
	at, err := time.Parse(time.RFC3339Nano, e.value.Text)
	if err != nil || e.value.Kind != roster.Text || at.Year() < 1 || at.Year() > 9999 {
		return nil, badFilter(`%s is a time. Compare it with one such as "2026-01-31T12:00:00Z".`, t.path())
	}
	return roster.Compare{Field: t.field(), Op: e.op, Value: roster.TimeValue(at.UTC())}, nil
}
