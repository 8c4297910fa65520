package scim

import (
	"bytes"
	"iter"
	"net/http"
	"slices"
	"strings"
)

// bulkPrefix begins a reference to a resource that another operation of the request creates
// (RFC 7644 §3.7.2).
const bulkPrefix = "bulkId:"

// elementsOf walks the elements of a compact JSON list.
func elementsOf(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := 1; i < len(list)-1; {
			end := endOf(list, i)
			if end <= i || !yield(list[i:end]) {
				return
			}
			i = end + 1 // the comma
		}
	}
}

// references lists the bulkIds that an operation names, each once, and reads its data if there are any.
func (b *bulkRun) references(op *bulkOperation) (names []string, data value, err error) {
	note := func(name string) (string, error) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		return bulkPrefix + name, nil
	}
	if name, ok := strings.CutPrefix(op.id, bulkPrefix); ok {
		names = append(names, name)
	}
	if !bytes.Contains(op.data, []byte(bulkPrefix)) {
		if len(names) > 0 && op.data != nil { // the path refers, and the data is sent on as it was read
			data, err = parseValue(op.data)
		}
		return names, data, err
	}
	if data, err = parseValue(op.data); err == nil {
		err = eachReference(&data, "", note)
	}
	return names, data, err
}

// eachReference replaces the references in a value by what with says, the ids that they stand for. They
// stand where references to resources do: in value and $ref, in members and manager themselves, and in
// the filters of a PATCH path.
func eachReference(v *value, name string, with func(string) (string, error)) error {
	switch v.shape {
	case listShape:
		for i := range v.items {
			if err := eachReference(&v.items[i], name, with); err != nil {
				return err
			}
		}
	case objectShape:
		for i := range v.fields {
			if err := eachReference(&v.fields[i].value, v.fields[i].name, with); err != nil {
				return err
			}
		}
	case textShape:
		return replaceReference(v, name, with)
	}
	return nil
}

func replaceReference(v *value, name string, with func(string) (string, error)) error {
	if cut := strings.LastIndexByte(name, ':'); cut >= 0 {
		name = name[cut+1:] // urn:…:User:manager
	}
	text := v.text()
	before, rest, found := strings.Cut(text, bulkPrefix)
	if !found {
		return nil
	}
	after := ""
	switch strings.ToLower(name) {
	case "value", "members", "manager", "managerid":
		if before != "" {
			return nil
		}
	case "$ref": // also as the end of a URL
		if before != "" && !strings.HasSuffix(before, "/") {
			return nil
		}
	case "path": // members[value eq "bulkId:x"]
		end := strings.IndexByte(rest, '"')
		if !strings.HasSuffix(before, `"`) || end < 0 {
			return nil
		}
		rest, after = rest[:end], rest[end:]
	default:
		return nil
	}
	id, err := with(rest)
	if err == nil {
		*v = textValue(before + id + after)
	}
	return err
}

// resolve replaces the references in a value by ids.
func (b *bulkRun) resolve(v *value) error { return eachReference(v, "", b.idOf) }

// resolvePath replaces the reference that a path may be.
func (b *bulkRun) resolvePath(id string) (string, error) {
	if name, ok := strings.CutPrefix(id, bulkPrefix); ok {
		return b.idOf(name)
	}
	return id, nil
}

// idOf is the id of what the operation with a bulkId created or names.
func (b *bulkRun) idOf(name string) (string, error) {
	i, known := b.byID[name]
	if !known {
		return "", unresolved(name, "no operation of the request has it")
	}
	op, r := b.ops[i], b.results[i]
	switch {
	case op.method != http.MethodPost && op.wrong == nil && !strings.HasPrefix(op.id, bulkPrefix):
		return op.id, nil
	case r.state == bulkDone && r.location != "":
		return r.location[strings.LastIndexByte(r.location, '/')+1:], nil
	case r.state == bulkDone:
		return "", unresolved(name, "its operation failed")
	}
	return "", unresolved(name, "its operation was not carried out")
}

// unresolved is the answer to a reference that stands for nothing (RFC 7644 §3.7.1).
func unresolved(name, why string) error {
	return &fault{
		status: http.StatusConflict, scimType: "invalidValue",
		detail: "The reference " + bulkPrefix + clip(name) + " can't be resolved: " + why + ".",
	}
}

// bulkDue is a part of a body that must wait for another operation.
type bulkDue struct {
	of   int   // the operation
	part value // an operation of a PATCH that adds the part
}

// cut takes out of a body what refers to operations that are running: those that wait for this one. Of
// lists the elements go, of anything else the attribute.
func (b *bulkRun) cut(body *value) []bulkDue {
	var out []bulkDue
	for i := range body.fields {
		f := &body.fields[i]
		if f.value.shape != objectShape || !hasURN(f.name) {
			out = append(out, b.cutAttribute(f, f.name)...)
			continue
		}
		for k := range f.value.fields {
			e := &f.value.fields[k]
			out = append(out, b.cutAttribute(e, f.name+":"+e.name)...)
		}
	}
	return out
}

func (b *bulkRun) cutAttribute(f *field, path string) []bulkDue {
	add := func(v value) value {
		return objectValue(field{"op", textValue("add")}, field{"path", textValue(path)}, field{"value", v})
	}
	if f.value.shape != listShape {
		of := b.waitsFor(&f.value, f.name)
		if of < 0 {
			return nil
		}
		part := add(f.value)
		f.value = value{}
		return []bulkDue{{of, part}}
	}
	var out []bulkDue
	kept := f.value.items[:0:0]
	for _, e := range f.value.items {
		if of := b.waitsFor(&e, f.name); of >= 0 {
			out = append(out, bulkDue{of, add(value{shape: listShape, items: []value{e}})})
		} else {
			kept = append(kept, e)
		}
	}
	f.value.items = kept
	return out
}

// waitsFor finds an operation that is running and that a value refers to; -1 for none.
func (b *bulkRun) waitsFor(v *value, name string) int {
	of := -1
	found := func(name string) (string, error) {
		if i, known := b.byID[name]; known && b.results[i].state == bulkRunning {
			of = i
		}
		return bulkPrefix + name, nil
	}
	_ = eachReference(v, name, found) // found never fails
	return of
}
