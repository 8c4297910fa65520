package roster

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rollcall/internal/tenant"
)

// IndexKey is a value of an attribute as its index holds it.
type IndexKey struct {
	Index  tenant.UUID
	Value  string // a letter for the type, then the value; see KeyOf
	Unique bool
}

// maxKey is the longest text that a key can be compared with, in bytes. Longer values are cut a little behind it, so
// that they equal none of these but begin as they do.
const maxKey = 1000

// otherKey stands for a value that no key can be equal to, but that is one.
const otherKey = "x"

// IndexKeys are the keys of a document in those of a tenant's indexes that hold values of this resource type, sorted and
// without doubles. live says that its owner is not removed, so that others may not have its unique values.
// An index that is retired gets none.
func IndexKeys(doc Attributes, resource string, live bool, list []tenant.AttributeIndex) []IndexKey {
	var keys []IndexKey
	for _, i := range list {
		if i.State == tenant.IndexRetired || i.Resource() != resource || !bytes.Contains(doc, []byte(i.Schema)) {
			continue
		}
		for _, v := range keysOf(doc.valueAt(i.Schema, i.Attribute), i) {
			unique := i.Unique && live && v != otherKey && len(v) <= maxKey+1
			keys = append(keys, IndexKey{Index: i.ID, Value: v, Unique: unique})
		}
	}
	slices.SortFunc(keys, func(a, b IndexKey) int {
		return cmpOr(bytes.Compare(a.Index[:], b.Index[:]), strings.Compare(a.Value, b.Value))
	})
	return slices.Compact(keys)
}

func cmpOr(a, b int) int {
	if a != 0 {
		return a
	}
	return b
}

// valueAt decodes one attribute of an extension; nil when there is none.
func (a Attributes) valueAt(urn, name string) any {
	all, err := a.members()
	if err != nil || len(all[urn]) == 0 || all[urn][0] != '{' {
		return nil
	}
	inner, err := Attributes(all[urn]).members()
	if err != nil || inner[name] == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(inner[name]))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// keysOf agrees with match: a comparison of a single-valued attribute never holds for a list, and one of a list looks at
// each element.
func keysOf(v any, i tenant.AttributeIndex) []string {
	if !assigned(v) {
		return nil
	}
	var keys []string
	if i.Multi {
		for _, e := range elements(v) {
			if k, ok := keyOfStored(e["value"], i.Exact); ok {
				keys = append(keys, k)
			}
		}
	} else if k, ok := keyOfStored(v, i.Exact); ok {
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return []string{otherKey}
	}
	return keys
}

func keyOfStored(v any, exact bool) (string, bool) {
	switch v := v.(type) {
	case string:
		return textKey(v, exact), v != ""
	case bool:
		k, _ := KeyOf(BoolValue(v), exact)
		return k, true
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return "", false
		}
		return KeyOf(NumberValue(f), exact)
	}
	return "", false
}

func textKey(s string, exact bool) string {
	if !exact {
		s = Fold(s)
	}
	if len(s) > maxKey {
		cut := maxKey + 1
		for cut < len(s) && !utf8.RuneStart(s[cut]) {
			cut++
		}
		s = s[:cut]
	}
	return "s" + s
}

// KeyOf is the key that values equal to a literal have; false when an index can't tell. exact is the index's.
func KeyOf(v Value, exact bool) (string, bool) {
	switch v.Kind {
	case Text:
		s := strings.ToValidUTF8(v.Text, string(utf8.RuneError))
		k := textKey(s, exact)
		return k, s != "" && !strings.Contains(s, "\x00") && len(k) <= maxKey+1
	case Bool:
		return "b" + strconv.FormatBool(v.Bool), true
	case Number:
		return "n" + strconv.FormatFloat(v.Number+0, 'g', -1, 64), v.Number == v.Number && v.Number-v.Number == 0 // finite
	}
	return "", false
}

// KeyRange is where the keys of texts begin and end that begin with a literal: from from up to, and without, to. false when
// an index can't tell.
func KeyRange(v Value, exact bool) (from, to string, ok bool) {
	if v.Kind != Text {
		return "", "", false
	}
	if from, ok = KeyOf(v, exact); !ok {
		return "", "", false
	}
	last, n := utf8.DecodeLastRuneInString(from)
	next := last + 1
	if next == 0xd800 {
		next = 0xe000 // surrogates are no characters
	}
	if next > utf8.MaxRune {
		return "", "", false
	}
	return from, from[:len(from)-n] + string(next), true
}
