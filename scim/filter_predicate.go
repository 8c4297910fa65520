package scim

import (
	"slices"
	"strings"

	"rollcall/internal/roster"
)

// predicate holds an expression against the schema.
func (s *resourceSchema) predicate(e *expr) (roster.Predicate, error) {
	switch e.kind {
	case andExpr, orExpr, notExpr:
		return logical(e, s.predicate)
	case elementExpr:
		return s.elements(e)
	}
	t, ok := s.resolve(e.path)
	switch {
	case !ok || t.whole && t.extension == "":
		return nil, badFilter("There is no attribute %q to filter %ss by. /Schemas lists them; an attribute of an extension is written urn:…:name.", clip(e.path), s.noun)
	case t.secret():
		return nil, badFilter("A filter can't ask for %s.", t.name)
	case t.derived():
		return nil, badFilter("%s is looked up when it is shown. Filter by manager.value.", t.path())
	case t.whole:
		return s.wholeExtension(t, e)
	case t.attr == nil:
		return unknownAttribute(t, e), nil
	case t.name == "schemas":
		return s.schemasTerm(e)
	case t.name == "meta":
		return s.metaTerm(t, e)
	}
	return t.comparison(e)
}

// logical translates and, or and not with the given translation of their
// parts. Chains of one operator become one list.
func logical(e *expr, part func(*expr) (roster.Predicate, error)) (roster.Predicate, error) {
	if e.kind == notExpr {
		of, err := part(e.left)
		return roster.Not{Of: of}, err
	}
	var parts []roster.Predicate
	chain := e
	for ; chain.kind == e.kind; chain = chain.left {
		p, err := part(chain.right)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	p, err := part(chain)
	if err != nil {
		return nil, err
	}
	parts = append(parts, p)
	slices.Reverse(parts)
	if e.kind == orExpr {
		return roster.Or(parts), nil
	}
	return roster.And(parts), nil
}

// comparison translates path op value for an attribute that we know.
func (t target) comparison(e *expr) (roster.Predicate, error) {
	a, sub := t.attr, t.subAttr
	if a.typ == complexType && sub == nil && e.op != roster.Present && e.value.Kind != roster.Null {
		// RFC 7644 §3.4.2.2 lets emails co "x" stand for emails.value; Entra asks
		// manager eq "x" and members eq "x".
		if sub = a.subs["value"]; sub == nil {
			return nil, badFilter("%q has parts and can't be compared as a whole. Name one of them, such as %s.", t.name, t.name+"."+firstName(a.subs))
		}
		t.sub, t.subAttr = sub.name, sub
	}
	if a.typ == complexType && a.multi {
		if sub == nil {
			return t.anyElement(e)
		}
		where, err := subTerm(t, sub, e.op, e.value)
		return roster.Any{Field: t.collection(), Where: where}, err
	}
	of := a
	if sub != nil {
		of = sub
	}
	if a.multi && sub == nil && e.op != roster.Present && e.value.Kind != roster.Null { // a list of simple values
		v, err := literalFor(of, t.path(), e.op, e.value)
		f := t.collection()
		f.Index = a.index
		return roster.Any{Field: f, Where: roster.Compare{Field: roster.Field{Sub: "value", Exact: a.exact}, Op: e.op, Value: v}}, err
	}
	v, err := literalFor(of, t.path(), e.op, e.value)
	return roster.Compare{Field: t.field(), Op: e.op, Value: v}, err
}

// anyElement translates emails pr, emails eq null and emails ne null.
func (t target) anyElement(e *expr) (roster.Predicate, error) {
	p := roster.Any{Field: t.collection()}
	switch e.op {
	case roster.Present, roster.NotEqual:
		return p, nil
	case roster.Equal:
		return roster.Not{Of: p}, nil
	}
	return nil, badFilter("null can be compared with eq and ne only.")
}

// collection is the field of Any for a list or a complex attribute.
func (t target) collection() roster.Field {
	if t.attr != nil && t.attr.column != "" {
		return roster.Field{Column: t.attr.column}
	}
	return roster.Field{Extension: t.extension, Attribute: t.name}
}

// elements translates path[filter], and Entra's path[filter].sub op value,
// which asks for an element of which both hold.
func (s *resourceSchema) elements(e *expr) (roster.Predicate, error) {
	t, ok := s.resolve(e.path)
	switch {
	case !ok || t.whole || t.secret() || t.name == "schemas" || t.name == "meta":
		return nil, badFilter("There is no list %q whose elements could be filtered.", clip(e.path))
	case t.sub != "", t.attr != nil && t.attr.typ != complexType:
		return nil, badFilter("%q has no elements to put a filter in brackets behind it. Compare it directly.", clip(e.path))
	}
	where, err := t.where(e.left)
	if err != nil {
		return nil, err
	}
	if e.sub != "" {
		if e.op == "" {
			return nil, badFilter("The filter ends where an operator should follow.")
		}
		and, err := t.where(&expr{kind: termExpr, path: e.sub, op: e.op, value: e.value})
		if err != nil {
			return nil, err
		}
		where = roster.And{where, and}
	}
	return roster.Any{Field: t.collection(), Where: where}, nil
}

// where translates the inside of brackets, in which paths are sub-attributes.
func (t target) where(e *expr) (roster.Predicate, error) {
	switch e.kind {
	case andExpr, orExpr, notExpr:
		return logical(e, t.where)
	case elementExpr:
		return nil, badFilter("Brackets can't stand inside of brackets.")
	}
	if t.attr == nil {
		if !isName(e.path) {
			return nil, badFilter("%q is not the name of a sub-attribute.", clip(e.path))
		}
		return roster.Compare{Field: roster.Field{Sub: e.path}, Op: e.op, Value: e.value}, nil
	}
	sub := t.attr.subs.find(e.path)
	if sub == nil {
		return nil, badFilter("%q has no sub-attribute %q. It has %s.", t.path(), clip(e.path), names(t.attr.subs))
	}
	return subTerm(t, sub, e.op, e.value)
}

// subTerm compares a sub-attribute of an element.
func subTerm(t target, sub *attribute, op roster.Op, v roster.Value) (roster.Predicate, error) {
	v, err := literalFor(sub, t.name+"."+sub.name, op, v)
	if err != nil {
		return nil, err
	}
	f := element(sub)
	switch t.attr.column {
	case roster.ColumnGroup, roster.ColumnMember:
		switch {
		case sub.name == "value":
			v.Text = strings.ToLower(v.Text) // ids, which we write in lower case
		case sub.name == "$ref":
			return nil, badFilter("Nothing can be found by %s.$ref. Use %s.value.", t.name, t.name)
		case t.attr.column == roster.ColumnGroup && sub.name == "type":
			return constant(op, "direct", v), nil
		}
	}
	return roster.Compare{Field: f, Op: op, Value: v}, nil
}

// literalFor checks that an attribute can be compared this way with this value.
func literalFor(a *attribute, path string, op roster.Op, v roster.Value) (roster.Value, error) {
	switch {
	case op == roster.Present:
		return v, nil
	case v.Kind == roster.Null:
		if op != roster.Equal && op != roster.NotEqual {
			return v, badFilter("null can be compared with eq and ne only.")
		}
		return v, nil
	case a.typ == boolType:
		if op != roster.Equal && op != roster.NotEqual {
			return v, badFilter("%s is true or false. Compare it with eq, ne or pr.", path)
		}
		if b, ok := entraStringBoolean(v.Text); ok && v.Kind == roster.Text {
			return roster.BoolValue(b), nil
		}
		if v.Kind != roster.Bool {
			return v, badFilter("%s is true or false. Compare it with one of these.", path)
		}
	case a.typ == integerType || a.typ == decimalType:
		if v.Kind != roster.Number {
			return v, badFilter("%s is a number. Compare it with one, without quotes.", path)
		}
		if op == roster.Contains || op == roster.HasPrefix || op == roster.HasSuffix {
			return v, badFilter("%s is a number. Compare it with eq, ne, gt, ge, lt, le or pr.", path)
		}
	case v.Kind != roster.Text:
		return v, badFilter("%s is text. Put the value in double quotes.", path)
	}
	return v, nil
}
