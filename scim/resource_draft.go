package scim

import (
	"strings"

	"rollcall/internal/roster"
)

// mode says how a value meets the one that is there.
type mode uint8

// The ways of PATCH (RFC 7644 §3.5.2). POST and PUT replace in an empty draft.
const (
	addMode mode = iota + 1
	replaceMode
	removeMode
)

// draft is a resource that is being worked on. Its root holds the document and
// those attributes that the roster keeps elsewhere but a client may write.
type draft struct {
	schema *resourceSchema
	q      quirks
	root   value
	// steps are the changes of a group's members.
	steps []roster.MemberStep
	// compared counts the elements that filters have looked at; see compare.
	compared int
}

// compare notes that n more elements are looked at, and refuses more than one
// request may have.
func (d *draft) compare(n int) error {
	if d.compared += n; d.compared > maxCompared {
		return refuse(roster.TooLarge, "Operations", "The filters of the request look at more than %d elements. Send the operations in several requests.", maxCompared)
	}
	return nil
}

// holder is the object that a target's attribute is a field of.
func (d *draft) holder(t target) *value {
	if t.extension == "" {
		return &d.root
	}
	return d.root.object(t.extension)
}

// assignAll assigns the keys of an object: the body of POST and PUT, and
// the value of a PATCH operation without path.
func (d *draft) assignAll(m mode, v value) error {
	for _, f := range v.fields {
		if err := d.assignKey(m, f.name, f.value); err != nil {
			return err
		}
	}
	return nil
}

// assignKey assigns one key. With its flag set, Entra names parts by dots and
// attributes of extensions by colons: "name.givenName", "urn:…:User:department".
// Unknown attributes are passed over (RFC 7644 §3.3).
func (d *draft) assignKey(m mode, key string, v value) error {
	if hasURN(key) && v.shape == objectShape && isURN(key) {
		if !d.schema.knownURN(key) {
			return d.assign(m, target{extension: key, whole: true}, v)
		}
	}
	if at := strings.IndexByte(key, '['); at > 0 {
		return d.entraBracketKey(m, key, at, v)
	}
	t, ok := d.resolve(key)
	if !ok || oktaIgnoredKey(t) {
		return nil
	}
	return d.assign(m, t, v)
}

// resolve is the schema's, but for extensions that the document has: their
// URNs need not end in the name of a resource type.
func (d *draft) resolve(path string) (target, bool) {
	if hasURN(path) && d.root.get(path) != nil && !d.schema.knownURN(path) {
		return target{extension: path, whole: true}, true
	}
	return d.schema.resolve(path)
}

// assign gives what a path without filter names a value. In strict directories
// the caller has checked more before.
func (d *draft) assign(m mode, t target, v value) error {
	switch {
	case t.whole:
		return d.assignWhole(m, t, v)
	case t.attr == nil:
		return d.assignUnknown(m, t, v)
	case t.attr.column == roster.ColumnMember && t.sub == "":
		return d.assignMembers(m, v)
	case t.attr.column == roster.ColumnMember:
		return badPath(t.path(), "The members of a group can't be changed by %q. Send the list under members.", t.path())
	case t.sub != "" && t.attr.multi:
		return d.assignOnly(m, t, v)
	case entraManagerCleared(t, v):
		d.holder(t).drop(t.name)
		return nil
	case t.sub != "":
		return d.assignSub(d.holder(t).object(t.name), m, t, v)
	case t.attr.multi:
		return d.assignList(m, t, v)
	case t.attr.typ == complexType:
		return d.assignObject(m, t, v)
	}
	c, err := d.q.conform(v, t.attr, t.path())
	if err != nil || c.unassigned() && m == addMode {
		return err
	}
	d.holder(t).set(t.name, c)
	return nil
}

// assignWhole assigns an extension, or with the URN of the core the resource, by its attributes.
func (d *draft) assignWhole(m mode, t target, v value) error {
	if v.unassigned() {
		if m == replaceMode && t.extension != "" {
			d.root.drop(t.extension)
		}
		return nil
	}
	if v.shape != objectShape {
		return invalid(t.extension, "%q must be an object with the attributes of the schema, not %s.", clip(t.extension), v.describe())
	}
	if t.extension == "" {
		return d.assignAll(m, v)
	}
	for _, f := range v.fields {
		inner := target{extension: t.extension, name: f.name}
		if t.known != nil {
			var ok bool
			if inner, ok = t.known.table.resolve(f.name, t.extension); !ok || inner.readOnly() {
				continue
			}
		}
		if err := d.assign(m, inner, f.value); err != nil {
			return err
		}
	}
	return nil
}

// assignUnknown assigns an attribute of an extension whose schema is not
// known: it is kept as it comes.
func (d *draft) assignUnknown(m mode, t target, v value) error {
	if v.shape == nullShape && m == addMode {
		return nil
	}
	h := d.holder(t)
	if t.sub != "" {
		if old := h.get(t.name); old != nil && old.shape == listShape { // it would make way for an object
			return badPath("path", "The path names a part of %q, which is a list. Send the list.", clip(t.name))
		}
		h.object(t.name).set(t.sub, v.clone())
		return nil
	}
	old := h.get(t.name)
	if m != addMode || old == nil || old.shape != listShape {
		h.set(t.name, v.clone())
		return nil
	}
	var err error
	old.items, err = appendNew(old.items, value{items: v.elements()}.clone().items, nil, t.path())
	return err
}

// assignObject assigns a complex attribute: the parts that are named are
// replaced or added, the others stay (RFC 7644 §3.5.2.3).
func (d *draft) assignObject(m mode, t target, v value) error {
	v = entraManagerString(t.attr, entraManagerArray(t.attr, v))
	if v.unassigned() {
		if m == replaceMode {
			d.holder(t).drop(t.name)
		}
		return nil
	}
	if _, err := d.q.conform(v, t.attr, t.path()); err != nil {
		return err
	}
	o := d.holder(t).object(t.name)
	for _, f := range v.fields {
		part := t
		if part.subAttr = t.attr.subs.find(f.name); part.subAttr == nil || part.subAttr.readOnly {
			continue
		}
		part.sub = part.subAttr.name
		if err := d.assignSub(o, m, part, f.value); err != nil {
			return err
		}
	}
	return nil
}

// assignSub assigns a part of an object.
func (d *draft) assignSub(o *value, m mode, t target, v value) error {
	c, err := d.q.conform(v, t.subAttr, t.path())
	if err != nil || c.unassigned() && m == addMode {
		return err
	}
	o.set(t.sub, c)
	return nil
}

// finish takes what became empty out of the draft.
func (d *draft) finish() {
	kept := d.root.fields[:0]
	for _, f := range d.root.fields {
		if f.value.shape == objectShape {
			inner := f.value.fields[:0]
			for _, g := range f.value.fields {
				if !g.value.unassigned() {
					inner = append(inner, g)
				}
			}
			f.value.fields = inner
		}
		if !f.value.unassigned() {
			kept = append(kept, f)
		}
	}
	d.root.fields = kept
}

// take removes a field of the root and returns its text.
func (d *draft) take(name string) string {
	s := d.root.textOf(name)
	d.root.drop(name)
	return s
}

// document is what is left of the draft when the roster's own fields are taken.
func (d *draft) document() (roster.Attributes, error) {
	if len(d.root.fields) == 0 {
		return nil, nil
	}
	doc := d.root.append(make([]byte, 0, 512))
	if len(doc) > maxDocument {
		return nil, refuse(roster.TooLarge, "", "The attributes of the %s take more than %d bytes together. Take large values such as photos out of the attribute mapping.", d.schema.noun, maxDocument)
	}
	return doc, nil
}
