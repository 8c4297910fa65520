package scim

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rollcall/internal/roster"
)

// maxNumber is the longest number in characters. PostgreSQL's jsonb would take more,
// but not everything that JSON allows.
const maxNumber = 64

// parseValue reads a JSON text. Names that differ only in case are the same
// attribute (RFC 7643 §2.1), so two of them in one object are refused: nobody
// could say which is meant.
func parseValue(body []byte) (value, error) {
	if !utf8.Valid(body) {
		return value{}, badSyntax("The body is not UTF-8 text. Send JSON in UTF-8.")
	}
	if !json.Valid(body) {
		return value{}, notJSON(body)
	}
	r := newReader(body, maxJSONDepth, maxFields, maxValues)
	return r.value(0)
}

// parseStored reads what was stored, which may nest deeper than a body: PATCH
// puts values into others.
func parseStored(doc roster.Attributes) (value, error) {
	if !json.Valid(doc) {
		return value{}, notJSON(doc)
	}
	r := newReader(doc, maxDocument, maxDocument, maxDocument)
	return r.value(0)
}

func newReader(text []byte, depth, fields, values int) reader {
	// A field takes some thirty bytes; most documents have fewer than two dozen open.
	return reader{src: string(text), maxDepth: depth, maxFields: fields, left: values, fields: make([]field, 0, min(len(text)/32+2, 24))}
}

func notJSON(body []byte) error {
	var skip json.RawMessage
	var at *json.SyntaxError
	if err := json.Unmarshal(body, &skip); errors.As(err, &at) && len(body) > 0 {
		return badSyntax("The body is not valid JSON: something is wrong near byte %d.", at.Offset)
	}
	return badSyntax("The body is empty. Send a JSON object.")
}

// reader builds values from a text that is known to be valid JSON.
type reader struct {
	src string
	pos int
	// maxDepth and maxFields bound how deep values nest and how large objects are.
	maxDepth, maxFields int
	// left is how many more values may come: one takes far more memory than its text.
	left int
	// items and fields are stacks of what open lists and objects have so far, so that each
	// gets its memory in one piece when it closes.
	items  []value
	fields []field
}

func (r *reader) space() byte {
	for {
		switch c := r.src[r.pos]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			r.pos++
		default:
			return c
		}
	}
}

func (r *reader) value(depth int) (value, error) {
	if depth > r.maxDepth {
		return value{}, badSyntax("The body nests more than %d levels deep.", r.maxDepth)
	}
	if r.left--; r.left < 0 {
		return value{}, refuse(roster.TooLarge, "", "The body has more than %d values. Send the change in several requests.", maxValues)
	}
	switch c := r.space(); c {
	case '{':
		return r.object(depth)
	case '[':
		return r.list(depth)
	case '"':
		s, err := r.text()
		return value{shape: textShape, raw: s}, err
	case 't', 'n':
		r.pos += 4
		if c == 'n' {
			return value{}, nil
		}
		return boolValue(true), nil
	case 'f':
		r.pos += 5
		return boolValue(false), nil
	}
	return r.number()
}

func (r *reader) number() (value, error) {
	from := r.pos
	for r.pos < len(r.src) && strings.IndexByte("+-.eE0123456789", r.src[r.pos]) >= 0 {
		r.pos++
	}
	raw := r.src[from:r.pos]
	if f, err := strconv.ParseFloat(raw, 64); err != nil || math.IsInf(f, 0) || len(raw) > maxNumber {
		return value{}, badSyntax("The number %s is too large or has too many digits. Send it as text.", clip(raw))
	}
	return value{shape: numberShape, raw: raw}, nil
}

// text reads a string and returns it with its quotes and in canonical escapes.
func (r *reader) text() (string, error) {
	from, escaped := r.pos, false
	for r.pos++; r.src[r.pos] != '"'; r.pos++ {
		if r.src[r.pos] == '\\' {
			r.pos++
			escaped = true
		}
	}
	r.pos++
	raw := r.src[from:r.pos]
	if !escaped {
		return raw, nil
	}
	s, wrong := unescape(raw[1 : len(raw)-1])
	if wrong != "" {
		return "", badSyntax("The text %s has %s.", clip(raw), wrong)
	}
	return string(appendText(nil, s)), nil
}

func (r *reader) list(depth int) (value, error) {
	bottom := len(r.items)
	for r.pos++; r.space() != ']'; {
		e, err := r.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		r.items = append(r.items, e)
	}
	r.pos++
	v := value{shape: listShape, items: slices.Clone(r.items[bottom:])}
	r.items = r.items[:bottom]
	return v, nil
}

func (r *reader) object(depth int) (value, error) {
	bottom := len(r.fields)
	for r.pos++; r.space() != '}'; {
		raw, err := r.text()
		if err != nil {
			return value{}, err
		}
		e, err := r.value(depth + 1)
		if err != nil {
			return value{}, err
		}
		r.fields = append(r.fields, field{value{shape: textShape, raw: raw}.text(), e})
	}
	r.pos++
	if len(r.fields)-bottom > r.maxFields {
		return value{}, badSyntax("An object of the body has more than %d attributes.", r.maxFields)
	}
	v := value{shape: objectShape, fields: slices.Clone(r.fields[bottom:])}
	r.fields = r.fields[:bottom]
	if name, twice := doubled(v.fields); twice {
		return value{}, badSyntax("The attribute %q is given twice in one object. Names that differ only in case are the same.", clip(name))
	}
	return v, nil
}

// doubled finds a name that occurs twice, regardless of case.
func doubled(fields []field) (string, bool) {
	const few = 32 // below this, comparing all pairs beats a map
	if len(fields) <= few {
		for i := range fields {
			for j := range i {
				if strings.EqualFold(fields[i].name, fields[j].name) {
					return fields[i].name, true
				}
			}
		}
		return "", false
	}
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		key := roster.Fold(f.name)
		if seen[key] {
			return f.name, true
		}
		seen[key] = true
	}
	return "", false
}
