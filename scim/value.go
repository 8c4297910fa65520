package scim

import (
	"slices"
	"strings"
)

// shape is the JSON type of a value.
type shape uint8

// The shapes of values.
const (
	nullShape shape = iota
	boolShape
	numberShape
	textShape
	listShape
	objectShape
)

// value is a JSON value. Scalars keep the text they came in, so that what a
// directory sent reads back unchanged; only the escapes of strings are brought
// into one form. The zero value is null.
type value struct { //nolint:recvcheck // what reads takes copies, what changes does not
	shape  shape
	raw    string // of scalars, with the quotes of strings
	items  []value
	fields []field
}

type field struct {
	name  string
	value value
}

func textValue(s string) value { return value{shape: textShape, raw: string(appendText(nil, s))} }

func boolValue(b bool) value {
	if b {
		return value{shape: boolShape, raw: "true"}
	}
	return value{shape: boolShape, raw: "false"}
}

func objectValue(fields ...field) value { return value{shape: objectShape, fields: fields} }

// text is the string that a text holds; empty for other shapes.
func (v value) text() string {
	if v.shape != textShape {
		return ""
	}
	s := v.raw[1 : len(v.raw)-1]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	s, _ = unescape(s) // what was read or made here has no bad escapes
	return s
}

func (v value) isTrue() bool { return v.shape == boolShape && v.raw == "true" }

// unassigned says whether the value counts as none (RFC 7643 §2.5). The empty
// string is a value, see docs/decisions/0005-scim-values.md.
func (v value) unassigned() bool {
	switch v.shape {
	case nullShape:
		return true
	case listShape:
		return len(v.items) == 0
	case objectShape:
		return len(v.fields) == 0
	}
	return false
}

// get finds a field of an object by its exact name; nil when there is none.
func (v *value) get(name string) *value {
	for i := range v.fields {
		if v.fields[i].name == name {
			return &v.fields[i].value
		}
	}
	return nil
}

// textOf is the text of a field; empty when it has none.
func (v *value) textOf(name string) string {
	if f := v.get(name); f != nil {
		return f.text()
	}
	return ""
}

// set gives a field of an object a value; an unassigned one takes the field away.
func (v *value) set(name string, to value) {
	if to.unassigned() {
		v.drop(name)
		return
	}
	if f := v.get(name); f != nil {
		*f = to
		return
	}
	v.fields = append(v.fields, field{name, to})
}

func (v *value) drop(name string) {
	v.fields = slices.DeleteFunc(v.fields, func(f field) bool { return f.name == name })
}

// object returns a field that is an object, making it one if it is not.
func (v *value) object(name string) *value {
	f := v.get(name)
	if f == nil {
		v.fields = append(v.fields, field{name, value{}})
		f = &v.fields[len(v.fields)-1].value
	}
	if f.shape != objectShape {
		*f = value{shape: objectShape}
	}
	return f
}

// size is about how many bytes the value takes as JSON.
func (v value) size() int {
	n := len(v.raw)
	for _, e := range v.items {
		n += e.size()
	}
	for _, f := range v.fields {
		n += len(f.name) + f.value.size()
	}
	return n
}

// clone copies everything that can be changed.
func (v value) clone() value {
	if v.items != nil {
		items := make([]value, len(v.items))
		for i, e := range v.items {
			items[i] = e.clone()
		}
		v.items = items
	}
	if v.fields != nil {
		fields := make([]field, len(v.fields))
		for i, f := range v.fields {
			fields[i] = field{f.name, f.value.clone()}
		}
		v.fields = fields
	}
	return v
}

// equal compares two values; the order of fields does not matter.
func (v value) equal(w value) bool {
	if v.shape != w.shape || v.raw != w.raw || len(v.items) != len(w.items) || len(v.fields) != len(w.fields) {
		return false
	}
	for i := range v.items {
		if !v.items[i].equal(w.items[i]) {
			return false
		}
	}
	for i := range v.fields {
		other := w.get(v.fields[i].name)
		if other == nil || !v.fields[i].value.equal(*other) {
			return false
		}
	}
	return true
}

// append writes the value as compact JSON with the fields of objects in the
// order of their names, so that equal values have equal texts. It sorts v.
func (v value) append(dst []byte) []byte {
	switch v.shape {
	case nullShape:
		return append(dst, "null"...)
	case listShape:
		dst = append(dst, '[')
		for i, e := range v.items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.append(dst)
		}
		return append(dst, ']')
	case objectShape:
		byName := func(a, b field) int { return strings.Compare(a.name, b.name) }
		if !slices.IsSortedFunc(v.fields, byName) {
			slices.SortFunc(v.fields, byName)
		}
		dst = append(dst, '{')
		for i, f := range v.fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendText(dst, f.name), ':')
			dst = f.value.append(dst)
		}
		return append(dst, '}')
	}
	return append(dst, v.raw...)
}
