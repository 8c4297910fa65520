package scim

import "strings"

// conform brings a value into the form in which an attribute is kept: names as the
// schema spells them, no unassigned or unknown parts, one primary at most. It
// shares no memory that changes with v. A null result stands for unassigned.
func (q quirks) conform(v value, a *attribute, path string) (value, error) {
	if !a.multi {
		return q.conformOne(entraManagerArray(a, v), a, path)
	}
	list := v.items
	if v.shape != listShape {
		list = []value{v} // RFC 7644 §3.5.2.1 lets PATCH send one; others mean the same
	}
	if a.name == "roles" && !q.strict {
		var roles []value
		for _, e := range list {
			roles = append(roles, entraRoleText(a, e)...)
		}
		list = roles
	}
	out := value{shape: listShape, items: make([]value, 0, len(list))}
	primary := false
	for _, e := range list {
		e, err := q.conformElement(e, a, path)
		if err != nil {
			return value{}, err
		}
		if e.unassigned() {
			continue
		}
		if p := e.get("primary"); p != nil && p.isTrue() {
			if primary && q.strict {
				return value{}, invalid(path, "More than one element of %q is primary. Mark one at most.", path)
			} else if primary {
				*p = boolValue(false)
			}
			primary = true
		}
		out.items = append(out.items, e)
	}
	if len(out.items) == 0 {
		return value{}, nil
	}
	return out, nil
}

// conformElement reads one element of a list. A bare text is the value of the element,
// which is how small sync tools write members and roles.
func (q quirks) conformElement(v value, a *attribute, path string) (value, error) {
	if sub := a.subs["value"]; v.shape == textShape && sub != nil && !q.strict {
		v = objectValue(field{"value", v})
	}
	return q.conformOne(v, a, path)
}

func (q quirks) conformOne(v value, a *attribute, path string) (value, error) {
	if v.shape != textShape && v.unassigned() { // null, [] and {}
		return value{}, nil
	}
	switch a.typ {
	case complexType:
		return q.conformObject(entraManagerString(a, v), a, path)
	case boolType:
		return q.conformBool(v, path)
	}
	switch {
	case a.typ == integerType || a.typ == decimalType:
		return q.conformNumber(v, a, path)
	case v.shape != textShape:
		return value{}, invalid(path, "Attribute %q must be text in quotes, not %s.", path, v.describe())
	case a.indexed && len(v.text()) > maxIndexed:
		return value{}, invalid(path, "Attribute %q is longer than %d bytes. Map a shorter value to it.", path, maxIndexed)
	case a.typ != textType || a.canonical != nil:
		return v, a.checkText(v, path)
	}
	return v, nil
}

func (q quirks) conformBool(v value, path string) (value, error) {
	if v.shape == boolShape {
		return v, nil
	}
	if !q.strict {
		if b, ok := entraStringBoolean(v.text()); ok {
			return boolValue(b), nil
		}
		if oneLoginEmptyBoolean(v) {
			return value{}, nil
		}
	}
	return value{}, invalid(path, "Attribute %q must be true or false, not %s.", path, v.describe())
}

// conformObject keeps the parts that the schema knows and a client may write.
func (q quirks) conformObject(v value, a *attribute, path string) (value, error) {
	if v.unassigned() {
		return value{}, nil
	}
	if v.shape != objectShape {
		return value{}, invalid(path, "Attribute %q must be an object with %s, not %s.", path, names(a.subs), v.describe())
	}
	out := value{shape: objectShape, fields: make([]field, 0, len(v.fields))}
	for _, f := range v.fields {
		sub := a.subs.find(f.name)
		if sub == nil || sub.readOnly {
			continue
		}
		e, err := q.conformOne(f.value, sub, path+"."+sub.name)
		if err != nil {
			return value{}, err
		}
		if !e.unassigned() {
			out.fields = append(out.fields, field{sub.name, e})
		}
	}
	if len(out.fields) == 0 {
		return value{}, nil
	}
	return out, nil
}

// describe names a value in a message.
func (v value) describe() string {
	switch v.shape {
	case listShape:
		return "a list"
	case objectShape:
		return "an object"
	case nullShape:
		return "null"
	}
	return strings.ToValidUTF8(clip(v.raw), "")
}
