package storage

import (
	"bytes"
	"time"

	"rollcall/internal/roster"
)

// What document writes of addresses and claims is read back with each member, and encoding/json takes
// longer for it than the rest of the row. These readers know the form that encoding/json gives our own
// types and leave everything else to it.

// undocumentBy is undocument by one of these readers.
func undocumentBy[T any](decode func([]byte) ([]T, bool), text []byte) ([]T, error) {
	if list, ok := decode(text); ok {
		return list, nil
	}
	var list []T
	err := undocument(text, &list)
	return list, err
}

// scanner reads JSON of a known form. bad stays set once something else was found.
type scanner struct {
	text []byte
	bad  bool
}

// skip passes over c, and says whether it was there.
func (s *scanner) skip(c byte) bool {
	if len(s.text) == 0 || s.text[0] != c {
		return false
	}
	s.text = s.text[1:]
	return true
}

func (s *scanner) want(c byte) {
	if !s.skip(c) {
		s.bad = true
	}
}

// string reads a string without escapes.
func (s *scanner) string() string {
	s.want('"')
	end := bytes.IndexByte(s.text, '"')
	if s.bad || end < 0 || bytes.IndexByte(s.text[:end], '\\') >= 0 {
		s.bad = true
		return ""
	}
	out := string(s.text[:end])
	s.text = s.text[end+1:]
	return out
}

func (s *scanner) bool() bool {
	for _, word := range []string{"true", "false"} {
		if len(s.text) >= len(word) && string(s.text[:len(word)]) == word {
			s.text = s.text[len(word):]
			return word == "true"
		}
	}
	s.bad = true
	return false
}

// list reads an array, one element with each call of item.
func (s *scanner) list(item func()) {
	s.want('[')
	for !s.bad && !s.skip(']') {
		item()
		if len(s.text) > 0 && s.text[0] != ']' {
			s.want(',')
		}
	}
	s.bad = s.bad || len(s.text) > 0
}

// decodeStrings reads a list of texts; ok says that it was understood.
func decodeStrings(text []byte) (list []string, ok bool) {
	s := scanner{text: text}
	s.list(func() { list = append(list, s.string()) })
	return list, !s.bad
}

// decodeClaims reads the claims of a member; ok says that they were understood.
func decodeClaims(text []byte) (list []roster.Claim, ok bool) {
	s := scanner{text: text}
	s.list(func() { list = append(list, s.claim()) })
	return list, !s.bad
}

// decodeAliases reads the former addresses of a member; ok says that they were understood.
func decodeAliases(text []byte) (list []roster.Alias, ok bool) {
	s := scanner{text: text}
	s.list(func() {
		var a roster.Alias
		s.object(func(key string) {
			switch key {
			case "email":
				a.Email = roster.Email(s.string())
			case "until":
				a.Until = s.time()
			default:
				s.bad = true
			}
		})
		list = append(list, a)
	})
	return list, !s.bad
}

// object reads an object, one value with each call of field.
func (s *scanner) object(field func(key string)) {
	s.want('{')
	for !s.bad && !s.skip('}') {
		key := s.string()
		s.want(':')
		field(key)
		if len(s.text) > 0 && s.text[0] != '}' {
			s.want(',')
		}
	}
}

func (s *scanner) time() time.Time {
	t, err := time.Parse(time.RFC3339Nano, s.string())
	s.bad = s.bad || err != nil
	return t
}

func (s *scanner) claim() roster.Claim {
	var c roster.Claim
	s.object(func(key string) {
		switch key {
		case "source":
			c.Source = roster.Source(s.string())
		case "by":
			c.By = s.string()
		case "here":
			c.Here = s.bool()
		case "active":
			active := s.bool()
			c.Active = &active
		case "role":
			c.Role = s.string()
		case "at":
			c.At = s.time()
		case "due":
			c.Due = s.time()
		default:
			s.bad = true
		}
	})
	return c
}
