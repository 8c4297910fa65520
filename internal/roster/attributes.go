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
