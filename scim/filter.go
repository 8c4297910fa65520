package scim

import (
	"slices"
	"strings"

	"rollcall/internal/roster"
)

// parseFilter turns a filter (RFC 7644 §3.4.2.2) into what the roster looks
// for. The errors are BadFilter ones whose Detail says what to change.
func parseFilter(raw string, s *resourceSchema, lim Limits) (roster.Predicate, error) {
	e, err := parseExpr(raw, lim)
	if err != nil {
		return nil, err
	}
	return s.predicate(e)
}

// parseSort finds the field to sort by (RFC 7644 §3.4.2.3). Of a list that is
// the value of its elements, of which the store takes the first. The errors are BadPath ones.
func parseSort(attr string, s *resourceSchema) (roster.Field, error) {
	t, ok := s.resolve(strings.TrimSpace(attr))
	if !ok || t.whole || t.secret() || t.derived() {
		return roster.Field{}, badPath("sortBy", "There is no attribute %q to sort %ss by. Name one of /Schemas, such as %s.", clip(attr), s.noun, s.example())
	}
	if t.attr != nil && t.attr.typ == complexType && t.sub == "" {
		if t.subAttr = t.attr.subs["value"]; t.subAttr != nil {
			t.sub = "value"
		}
	}
	switch {
	case t.attr == nil:
	case t.name == "schemas", t.attr.column == roster.ColumnGroup, t.attr.column == roster.ColumnMember,
		t.attr.typ == complexType && t.sub == "", t.name == "meta" && t.subAttr.column == "":
		return roster.Field{}, badPath("sortBy", "%ss can't be sorted by %q. Name another attribute, such as %s.", s.title(), clip(attr), s.example())
	}
	return t.field(), nil
}

// example is an attribute for messages.
func (s *resourceSchema) example() string {
	if s.kind == groupKind {
		return "displayName"
	}
	return "userName"
}

// field is what the roster calls a target that holds a single value.
func (t target) field() roster.Field {
	switch {
	case t.attr == nil:
		return roster.Field{Extension: t.extension, Attribute: t.name, Sub: t.sub}
	case t.subAttr != nil && t.subAttr.column != "":
		return roster.Field{Column: t.subAttr.column}
	case t.attr.column != "":
		return roster.Field{Column: t.attr.column}
	case t.subAttr != nil:
		return roster.Field{Extension: t.extension, Attribute: t.name, Sub: t.sub, Exact: t.subAttr.exact}
	}
	return roster.Field{Extension: t.extension, Attribute: t.name, Exact: t.attr.exact, Index: t.attr.index}
}

// element is what the roster calls a sub-attribute of an element inside Any.
func element(sub *attribute) roster.Field { return roster.Field{Sub: sub.name, Exact: sub.exact} }

// names lists the attributes of a table in the order of the alphabet.
func names(t table) string {
	var list []string
	for _, a := range t {
		list = append(list, a.name)
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

func firstName(t table) string {
	first, _, _ := strings.Cut(names(t), ",")
	return first
}

// title is the noun at the start of a sentence.
func (s *resourceSchema) title() string { return strings.ToUpper(s.noun[:1]) + s.noun[1:] }
