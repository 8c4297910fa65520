package provlog

import (
	"iter"
	"net/url"
	"strings"
	"unicode"
)

// Filter masks the values of a filter or of a PATCH path. Names of attributes that the standards
// know stay, as do operators, types, booleans and ids.
func Filter(s string) string {
	f := filterMask{want: wantName}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			end := literalEnd(s, i)
			f.literal(s[i+1 : max(i+1, end-1)])
			i = end
		case strings.IndexByte(" ()[],", c) >= 0:
			f.sign(c)
			i++
		default:
			end := i
			for end < len(s) && strings.IndexByte(" ()[],\"", s[end]) < 0 {
				end++
			}
			f.word(s[i:end])
			i = end
		}
	}
	return string(f.dst)
}

// literalEnd is behind the closing quote of the literal that begins at i.
func literalEnd(s string, i int) int {
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return len(s) + 1 // the last sign belongs to it
}

type wanted int

const (
	wantName wanted = iota
	wantOperator
	wantValue
	wantJoint // and, or, a closing bracket
)

// filterMask knows what stands where in a filter (RFC 7644 §3.4.2.2), so that a value that was
// not put in quotes is masked all the same.
type filterMask struct {
	dst  []byte
	want wanted
}

func (f *filterMask) literal(s string) {
	f.dst = append(f.dst, '"')
	if isUUID(s) || isBoolean(s) || typeWord(s) || s == "" {
		f.dst = append(f.dst, s...)
	} else {
		f.dst = token(f.dst, s)
	}
	f.dst = append(f.dst, '"')
	f.want = wantJoint
}

func (f *filterMask) sign(c byte) {
	f.dst = append(f.dst, c)
	switch c {
	case '(', '[', ',':
		f.want = wantName
	case ')', ']':
		f.want = wantJoint
	}
}

func (f *filterMask) word(s string) {
	low, keep, was := strings.ToLower(s), false, f.want
	switch was {
	case wantName:
		keep = low == "not" || attributeWord(s)
		if low != "not" {
			f.want = wantOperator
		}
	case wantOperator:
		switch low {
		case "pr":
			keep, f.want = true, wantJoint
		case "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le":
			keep, f.want = true, wantValue
		}
	case wantValue:
		keep = isBoolean(s) || low == "null" || isUUID(s)
		f.want = wantJoint
	case wantJoint:
		if low == "and" || low == "or" {
			keep, f.want = true, wantName
		} else {
			keep = s[0] == '.' && len(s) > 1 && attributeWord(s[1:]) // emails[…].value
			if keep {
				f.want = wantOperator
			}
		}
	}
	if keep {
		f.dst = append(f.dst, s...)
		return
	}
	f.dst = token(f.dst, s)
}

// Query masks a query, and returns it decoded. Keys that are words stay.
func Query(raw string) string {
	if raw == "" {
		return ""
	}
	var out []byte
	for pair := range strings.SplitSeq(raw, "&") {
		if len(out) > 0 {
			out = append(out, '&')
		}
		key, value, set := strings.Cut(pair, "=")
		key, value = decoded(key), decoded(value)
		if len(key) > 40 || !identifier(key) {
			out = token(out, key)
		} else {
			out = append(out, key...)
		}
		if !set {
			continue
		}
		out = parameter(append(out, '='), strings.ToLower(key), value)
	}
	return string(out)
}

// parameter masks the value of a key in a query.
func parameter(out []byte, key, value string) []byte {
	switch key {
	case "filter", "attributes", "excludedattributes", "sortby":
		return append(out, Filter(value)...)
	case "startindex", "count", "sortorder":
		if len(value) <= 10 && (identifier(value) || allDigits([]byte(value))) {
			return append(out, value...)
		}
	}
	if value == "" {
		return out
	}
	return token(out, value)
}

func decoded(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return "?" // a sign that no key has
}

// Path masks the parts of a path that are neither words of the protocol nor ids.
func Path(s string) string {
	parts := strings.Split(s, "/")
	for i, p := range parts {
		switch p {
		case "", "Users", "Groups", "Me", "Bulk", ".search", "ServiceProviderConfig", "ResourceTypes", "Schemas", "Roles", "Entitlements",
			"User", "Group", "Role", "Entitlement", "scim", "v2", "v1":
		default:
			if !isUUID(p) && (!strings.HasPrefix(p, "urn:") || !identifier(p)) {
				parts[i] = string(token(nil, p))
			}
		}
	}
	return strings.Join(parts, "/")
}

// Detail masks what the detail of an error quotes of the request: what stands in quotes and is no
// path of attributes, paths, addresses, numbers, and the words of values, which may be nil.
func Detail(s string, values map[string]struct{}) string {
	var out []byte
	for i := 0; i < len(s); {
		switch s[i] {
		case '"':
			end := literalEnd(s, i)
			quoted := s[i+1 : max(i+1, min(end-1, len(s)))]
			if plain := strings.ReplaceAll(quoted, `\"`, `"`); isUUID(plain) || isBoolean(plain) || typeWord(plain) || Filter(plain) == plain {
				out = append(append(append(out, '"'), quoted...), '"')
			} else {
				out = append(token(append(out, '"'), quoted), '"')
			}
			i = end
		case ' ':
			out = append(out, ' ')
			i++
		default:
			end := i
			for end < len(s) && s[end] != ' ' && s[end] != '"' {
				end++
			}
			word := strings.TrimRight(s[i:end], ".,;:")
			out = append(append(out, detailWord(word, values)...), s[i+len(word):end]...)
			i = end
		}
	}
	return string(out)
}

func detailWord(word string, values map[string]struct{}) string {
	switch {
	case word == "":
		return ""
	case strings.Contains(word, "@"):
		return string(token(nil, word))
	case word[0] == '/':
		return Path(word)
	case strings.IndexByte("+-0123456789", word[0]) >= 0:
		return "‹number›"
	}
	for part := range wordsOf(word) {
		if _, ok := values[part]; ok {
			return string(token(nil, word))
		}
	}
	return word
}

// wordsOf are the words of a text, in lower case.
func wordsOf(s string) iter.Seq[string] {
	return strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// valuesIn are the words that were sent and are not in what is left of it.
func valuesIn(sent, left []string) map[string]struct{} {
	values := map[string]struct{}{}
	for _, s := range sent {
		for w := range wordsOf(s) {
			values[w] = struct{}{}
		}
	}
	for _, s := range left {
		for w := range wordsOf(s) {
			delete(values, w)
		}
	}
	return values
}
