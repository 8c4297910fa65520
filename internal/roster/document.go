package roster

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// The scanner below reads documents that are known to be compact JSON (see
// Attributes) without building them, because each write of a member folds its
// document and compares it with the former one.

var errNotCompact = errors.New("the document is no compact JSON object")

// members returns the raw values of the document's members by their names.
func (a Attributes) members() (map[string][]byte, error) {
	out := map[string][]byte{}
	for i := 1; i < len(a) && a[i] != '}'; {
		end := stringEnd(a, i)
		if end < 0 || end >= len(a) || a[end] != ':' {
			return nil, errNotCompact
		}
		key, err := unquoted(a[i:end])
		if err != nil {
			return nil, err
		}
		stop := valueEnd(a, end+1)
		if stop < 0 || stop >= len(a) {
			return nil, errNotCompact
		}
		out[key] = a[end+1 : stop]
		if i = stop; a[i] == ',' {
			i++
		}
	}
	return out, nil
}

// Text returns the string that the document holds under a name, and "" when it
// holds none.
func (a Attributes) Text(name string) string {
	all, err := a.members()
	if err != nil || len(all[name]) == 0 || all[name][0] != '"' {
		return ""
	}
	s, _ := unquoted(all[name])
	return s
}

// Folded returns the document with every string value folded, which is what
// stores search. Keys stay as they are.
func (a Attributes) Folded() (Attributes, error) {
	if len(a) == 0 {
		return Attributes("{}"), nil
	}
	out := make([]byte, 0, len(a)+len(a)/8)
	for i := 0; i < len(a); {
		if a[i] != '"' {
			out = append(out, a[i])
			i++
			continue
		}
		end := stringEnd(a, i)
		if end < 0 {
			return nil, errNotCompact
		}
		if end < len(a) && a[end] == ':' {
			out = append(out, a[i:end]...)
		} else {
			var err error
			if out, err = appendFolded(out, a[i:end]); err != nil {
				return nil, err
			}
		}
		i = end
	}
	return out, nil
}

// appendFolded folds one quoted string. Plain ASCII is folded as it stands.
func appendFolded(out, quoted []byte) ([]byte, error) {
	for _, c := range quoted {
		if c == '\\' || c >= utf8.RuneSelf {
			s, err := unquoted(quoted)
			if err != nil {
				return nil, err
			}
			b, err := json.Marshal(Fold(s))
			return append(out, b...), err //nolint:wrapcheck // strings always marshal
		}
	}
	n := len(out)
	out = append(out, quoted...)
	for i, c := range out[n:] {
		if 'A' <= c && c <= 'Z' {
			out[n+i] = c + 'a' - 'A'
		}
	}
	return out, nil
}

func unquoted(quoted []byte) (string, error) {
	if bytes.IndexByte(quoted, '\\') < 0 && utf8.Valid(quoted) {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		return "", fmt.Errorf("decode attributes: %w", err)
	}
	return s, nil
}

// stringEnd returns the place behind the string that begins at i, or -1.
func stringEnd(b []byte, i int) int {
	if b[i] != '"' {
		return -1
	}
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// valueEnd returns the place behind the value that begins at i, or -1.
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = stringEnd(b, i); i < 0 {
				return -1
			}
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // behind a number or word at the end of the object
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}
