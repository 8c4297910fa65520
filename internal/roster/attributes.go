package roster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Attributes is the document of a member or group: one JSON object in compact
// form with the attributes of RFC 7643 §4 under their own names, and each
// extension as an object under its URN. It does not hold what Member and Group
// have fields for (id, externalId, userName, active, groups, members, meta,
// schemas) and never a password. nil stands for the empty object. The
// bytes must not be changed.
type Attributes []byte

// Object decodes the document; it is never nil. Numbers are json.Number.
func (a Attributes) Object() (map[string]any, error) {
	o := map[string]any{}
	if len(a) == 0 {
		return o, nil
	}
	d := json.NewDecoder(bytes.NewReader(a))
	d.UseNumber()
	if err := d.Decode(&o); err != nil {
		return nil, fmt.Errorf("decode attributes: %w", err)
	}
	return o, nil
}

// Folded returns the document with every string value folded, which is what
// stores search. Keys stay as they are.
func (a Attributes) Folded() (Attributes, error) {
	o, err := a.Object()
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(foldValue(o))
	if err != nil {
		return nil, fmt.Errorf("encode folded attributes: %w", err)
	}
	return b, nil
}

func foldValue(v any) any {
	switch v := v.(type) {
	case string:
		return Fold(v)
	case []any:
		for i := range v {
			v[i] = foldValue(v[i])
		}
	case map[string]any:
		for k, e := range v {
			v[k] = foldValue(e)
		}
	}
	return v
}

// Fold maps a text to the form in which texts that differ only in case are
// equal. It folds rune by rune and depends on no language, so that every store
// and every node agree.
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
		} else if 'A' <= c && c <= 'Z' {
			return foldMixed(s)
		}
	}
	return s
}

func foldMixed(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
		}
	}
	return strings.ToLower(s)
}
