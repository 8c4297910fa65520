package scim

import (
	"slices"
	"strconv"

	"rollcall/internal/roster"
)

// elements is a list's items, or a single object as a list of one.
func (v *value) elements() []value {
	if v.shape == listShape {
		return v.items
	}
	return []value{*v}
}

// matches says whether an element satisfies the filter of a path. What
// directories send, parts that equal texts or booleans, is decided here; the meaning of
// all else is the roster's to tell.
func matches(p roster.Predicate, e value) bool {
	switch p := p.(type) {
	case roster.And:
		for _, q := range p {
			if !matches(q, e) {
				return false
			}
		}
		return true
	case roster.Compare:
		if p.Op != roster.Equal {
			break
		}
		have := e.get(p.Field.Sub)
		switch {
		case p.Value.Kind == roster.Bool:
			return have != nil && have.shape == boolShape && have.isTrue() == p.Value.Bool
		case p.Value.Kind == roster.Text && p.Value.Text != "" && !p.Field.Exact:
			return have != nil && roster.Fold(have.text()) == roster.Fold(p.Value.Text)
		}
	}
	doc := objectValue(field{"e", value{shape: listShape, items: []value{e}}})
	m := roster.Member{Attributes: doc.append(nil)}
	return roster.MatchMember(roster.Any{Field: roster.Field{Attribute: "e"}, Where: p}, m)
}

// equalities makes the element that a filter describes by parts that equal
// something. It reports false when the filter says anything else.
func equalities(p roster.Predicate) (value, bool) {
	v := value{shape: objectShape}
	ok := addEqualities(&v, p)
	return v, ok
}

func addEqualities(v *value, p roster.Predicate) bool {
	switch p := p.(type) {
	case roster.And:
		for _, q := range p {
			if !addEqualities(v, q) {
				return false
			}
		}
		return true
	case roster.Compare:
		if p.Op != roster.Equal {
			return false
		}
		switch p.Value.Kind {
		case roster.Text:
			v.set(p.Field.Sub, textValue(p.Value.Text))
		case roster.Bool:
			v.set(p.Field.Sub, boolValue(p.Value.Bool))
		case roster.Number:
			v.set(p.Field.Sub, value{shape: numberShape, raw: strconv.FormatFloat(p.Value.Number, 'g', -1, 64)})
		default:
			return false
		}
		return true
	}
	return false
}

// entraTypedPathCreatesElement makes the element that a path describes: Entra
// adds and replaces emails[type eq "work"].value and .primary, addresses[type eq
// "work"].locality and roles[primary eq "True"].value of users who have none.
func (d *draft) entraTypedPathCreatesElement(op operation, t target, p roster.Predicate) error {
	e, ok := equalities(p)
	if !ok || !t.attr.multi {
		return refuse(roster.NoTarget, "path", "Nothing matches the path %q, and it does not say what to make. Select by type eq \"…\".", clip(op.path.text))
	}
	if t.sub != "" && op.value.shape == textShape && op.value.text() == "" {
		return nil // clears what is not there
	}
	v := op.value
	if t.sub != "" {
		v = objectValue(field{t.sub, v})
	} else if v.shape == listShape && len(v.items) == 1 {
		v = v.items[0]
	}
	c, err := d.q.conformElement(v, t.attr, t.name)
	if err != nil || c.unassigned() {
		return err
	}
	for _, f := range c.fields {
		e.set(f.name, f.value)
	}
	list := d.holder(t).get(t.name)
	if list == nil {
		d.holder(t).set(t.name, value{shape: listShape, items: []value{e}})
		return nil
	}
	if primaryOf([]value{e}) == 0 {
		clearPrimary(list.items)
	}
	list.items, err = appendNew(list.items, []value{e}, t.attr, t.path())
	return err
}

// remove takes away what a path without filter names (RFC 7644 §3.5.2.2).
func (d *draft) remove(t target, op operation) error {
	switch {
	case t.whole && t.extension == "":
		return refuse(roster.NoTarget, t.path(), "The path names the whole %s. Use DELETE to remove it.", d.schema.noun)
	case t.whole:
		d.root.drop(t.extension)
		return nil
	case t.attr != nil && t.attr.column == roster.ColumnLogin:
		return refuse(roster.Mutability, t.path(), "%q is required and can't be removed.", t.path())
	}
	h := d.holder(t)
	list := h.get(t.name)
	switch {
	case list == nil:
	case t.sub != "":
		for i := range list.items {
			list.items[i].drop(t.sub)
		}
		list.items = slices.DeleteFunc(list.items, value.unassigned)
		list.drop(t.sub)
	case op.value.shape != nullShape && (t.attr == nil || t.attr.multi):
		return d.removeNamed(list, t, op.value)
	default:
		h.drop(t.name)
	}
	return nil
}

// removeNamed takes only those elements away that the value of a remove names, as
// Entra, authentik and JumpCloud do. An empty list names none.
func (d *draft) removeNamed(list *value, t target, v value) error {
	if list.shape != listShape {
		return invalid(t.path(), "Attribute %q is not a list. Remove it without a value.", t.path())
	}
	if len(v.elements()) > maxElements || len(list.items) > maxElements {
		return invalid(t.path(), "Attribute %q has more than %d elements.", t.path(), maxElements)
	}
	const cheap = 50 // of these comparisons cost as much as one of a filter
	if err := d.compare(len(v.elements()) * len(list.items) / cheap); err != nil {
		return err
	}
	for _, e := range v.elements() {
		if t.attr != nil {
			c, err := d.q.conformElement(e, t.attr, t.path())
			if err != nil {
				return err
			}
			if e = c; e.unassigned() {
				continue
			}
		}
		list.items = slices.DeleteFunc(list.items, func(have value) bool { return have.includes(e) })
	}
	return nil
}

// includes says whether all parts of e are in v: its value decides, if it has one, with
// its type.
func (v value) includes(e value) bool {
	if e.shape != objectShape || v.shape != objectShape {
		return v.equal(e)
	}
	if x := e.textOf("value"); x != "" {
		typ := e.textOf("type")
		return roster.Fold(v.textOf("value")) == roster.Fold(x) && (typ == "" || roster.Fold(v.textOf("type")) == roster.Fold(typ))
	}
	for _, f := range e.fields {
		if have := v.get(f.name); have == nil || !have.equal(f.value) {
			return false
		}
	}
	return len(e.fields) > 0
}

// removeElements takes selected elements away, or a part of each.
func (d *draft) removeElements(h *value, t target, at []int) {
	list := h.get(t.name)
	switch {
	case len(at) == 0:
		return
	case list.shape == objectShape && t.sub == "":
		h.drop(t.name)
		return
	case list.shape == objectShape:
		list.drop(t.sub)
		return
	}
	kept := list.items[:0]
	for i, e := range list.items {
		if slices.Contains(at, i) {
			if t.sub == "" {
				continue
			}
			if e.drop(t.sub); e.unassigned() {
				continue
			}
		}
		kept = append(kept, e)
	}
	list.items = kept
}
