package scim

import (
	"slices"

	"rollcall/internal/roster"
)

// guarded holds a document to what the tenant's schemas ask of a change as a whole: required values are there, and
// immutable ones stay (RFC 7643 §2.2). before is nil for a new resource. put says that the body stands for the whole
// resource: what the client may not write, or was not shown by a GET, is carried over then, so that a PUT that repeats
// what was read erases nothing.
//
// Errors: Mutability and Invalid.
func (q quirks) guarded(k resourceKind, before, after roster.Attributes, put bool) (roster.Attributes, error) {
	if q.schemas == nil {
		return after, nil
	}
	var was, is value
	carried := false
	for _, e := range q.schema(k).extensions {
		if !e.guarded {
			continue
		}
		if was.shape == nullShape {
			var err error
			if was, err = storedObject(before); err != nil {
				return nil, err
			}
			if is, err = storedObject(after); err != nil {
				return nil, err
			}
		}
		more, err := e.guard(was.get(e.urn), &is, put)
		if err != nil {
			return nil, err
		}
		carried = carried || more
	}
	if !carried {
		return after, nil
	}
	return is.append(nil), nil
}

// guard looks at one extension: old is what was there, nil for nothing, and root the document that shall be. It says whether
// it carried values over.
func (e *extension) guard(old, root *value, put bool) (carried bool, err error) {
	if old == nil {
		old = &value{shape: objectShape}
	}
	for name, a := range e.table {
		if name != a.name {
			continue
		}
		had, has := old.get(name), root.part(e.urn, name)
		keeps := a.immutable || a.readOnly || a.secret || a.returned == returnedRequest
		switch {
		case put && keeps && had != nil && has == nil:
			root.object(e.urn).set(name, had.clone())
			carried = true
		case a.immutable && had != nil && !had.unassigned() && (has == nil || !has.equal(*had)):
			path := e.urn + ":" + name
			return false, refuse(roster.Mutability, path, "%q is immutable: it has a value, which can't be changed or removed. Take it out of the attribute mapping, or map the value that it has.", path)
		}
	}
	if is := root.get(e.urn); is == nil || is.equal(*old) {
		return carried, nil
	}
	return carried, e.checkRequired(root)
}

// checkRequired asks for required values where the extension is used at all, in an order that does not change.
func (e *extension) checkRequired(root *value) error {
	var missing []string
	for name, a := range e.table {
		if name != a.name {
			continue
		}
		v := root.part(e.urn, name)
		if a.required && v.blank() {
			missing = append(missing, name)
		}
		if v != nil {
			missing = append(missing, a.missingParts(v)...)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	path := e.urn + ":" + missing[0]
	return invalid(path, "Attribute %q is required. Map a value to it.", path)
}

// missingParts names required sub-attributes that an element lacks.
func (a *attribute) missingParts(v *value) (missing []string) {
	for key, sub := range a.subs {
		if key != sub.name || !sub.required {
			continue
		}
		for _, o := range v.elements() {
			if o.get(sub.name).blank() {
				missing = append(missing, a.name+"."+sub.name)
			}
		}
	}
	return missing
}

// blank says whether there is no value, or one that fills nothing.
func (v *value) blank() bool {
	return v == nil || v.unassigned() || v.shape == textShape && v.text() == ""
}

// part is a field of a field; nil when there is none.
func (v *value) part(name, sub string) *value {
	if o := v.get(name); o != nil {
		return o.get(sub)
	}
	return nil
}

// storedObject reads a stored document; an empty object when there is none.
func storedObject(doc roster.Attributes) (value, error) {
	if len(doc) == 0 {
		return value{shape: objectShape}, nil
	}
	v, err := parseStored(doc)
	if err != nil || v.shape != objectShape {
		return value{}, &roster.Error{Kind: roster.Unavailable, Detail: "The stored attributes can't be read.", Err: err}
	}
	return v, nil
}
