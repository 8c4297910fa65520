package scim

import (
	"bytes"

	"rollcall/internal/roster"
)

// patchUser applies operations to a user, all or none, and returns the whole that comes out.
// Active and Email are set only when the operations speak of them.
//
// Errors: BadPath, BadFilter, Invalid, NoTarget (strict directories) and
// Mutability.
func patchUser(m roster.Member, ops []operation, q quirks) (roster.Change, error) {
	d, err := draftOf(m.Attributes, q.schema(userKind), q)
	if err != nil {
		return roster.Change{}, err
	}
	d.root.set("userName", textValue(m.Login))
	if m.ExternalID != "" {
		d.root.set("externalId", textValue(m.ExternalID))
	}
	email := d.primaryEmail()
	for _, op := range ops {
		if err := d.apply(op); err != nil {
			return roster.Change{}, err
		}
	}
	c, err := d.change()
	if err != nil {
		return roster.Change{}, err
	}
	if c.Email == email {
		c.Email = "" // nobody spoke of it; the member's may come from elsewhere
	}
	if bytes.Equal(c.Attributes, m.Attributes) {
		c.Attributes = m.Attributes
		return c, nil
	}
	c.Attributes, err = q.guarded(userKind, m.Attributes, c.Attributes, false)
	return c, err
}

// draftOf makes a draft of a stored document.
func draftOf(a roster.Attributes, s *resourceSchema, q quirks) (*draft, error) {
	d := &draft{schema: s, q: q, root: value{shape: objectShape}}
	if len(a) == 0 {
		return d, nil
	}
	var err error
	d.root, err = storedObject(a)
	return d, err
}

// apply carries out one operation.
func (d *draft) apply(op operation) error {
	if op.path == nil {
		return d.assignAll(op.mode, op.value)
	}
	t, err := d.target(*op.path)
	if err != nil {
		return err
	}
	switch {
	case t.hidden(), t.name == "schemas" && t.extension == "":
		return nil // a password is never kept, and schemas follow from the rest
	case t.readOnly():
		return refuse(roster.Mutability, t.path(), "%q is read-only. Take it out of the attribute mapping.", t.path())
	case t.attr != nil && t.attr.column == roster.ColumnMember:
		return d.applyMembers(op, t)
	case op.path.filter != nil:
		return d.applyFiltered(op, t)
	case op.mode == removeMode:
		return d.remove(t, op)
	}
	return d.assign(op.mode, t, op.value)
}

// applyFiltered carries out an operation on the elements that a filter selects.
func (d *draft) applyFiltered(op operation, t target) error {
	if t.attr == nil {
		return badPath("path", "The path %q leads into an extension that is not known, so no elements can be selected. Send the attribute as a whole.", clip(op.path.text))
	}
	p, err := t.where(op.path.filter)
	if err != nil {
		return err
	}
	h := d.holder(t)
	list := h.get(t.name)
	var at []int
	if list != nil {
		for i, e := range list.elements() {
			const page = 512 // bytes that take about as long as an element
			if err := d.compare(1 + e.size()/page); err != nil {
				return err
			}
			if matches(p, e) {
				at = append(at, i)
			}
		}
	}
	none := op.value.unassigned()
	switch {
	case op.mode == removeMode || none && op.mode == replaceMode && len(at) > 0:
		d.removeElements(h, t, at)
		return nil
	case none && (op.mode == addMode || !d.q.strict):
		return nil
	case len(at) > 0 && !t.attr.multi:
		return d.assign(op.mode, t, op.value)
	case len(at) > 0:
		return d.putElements(op, t, h, at, p)
	case op.mode == replaceMode && d.q.strict:
		return refuse(roster.NoTarget, "path", "Nothing matches the path %q. Add it before it is replaced.", clip(op.path.text))
	}
	return d.entraTypedPathCreatesElement(op, t, p)
}

// putElements changes selected elements. A replace of whole elements leaves nothing of the old ones but what
// the filter asked for (RFC 7644 §3.5.2.3).
func (d *draft) putElements(op operation, t target, h *value, at []int, p roster.Predicate) error {
	v := op.value
	if v.shape == listShape && len(v.items) == 1 && t.sub == "" {
		v = v.items[0]
	}
	if op.mode == replaceMode && t.sub == "" {
		if v.shape != objectShape {
			return invalid(t.path(), "Attribute %q must be an object with %s, not %s.", t.path(), names(t.attr.subs), v.describe())
		}
		kept, _ := equalities(p)
		list := h.get(t.name)
		for _, i := range at {
			list.items[i] = kept.clone()
		}
	}
	return d.assignElements(op.mode, t, h, at, v)
}
