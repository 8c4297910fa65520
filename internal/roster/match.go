package roster

import (
	"encoding/json"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// MatchMember says whether a predicate holds for a member whose Groups are
// filled. It defines the meaning of predicates: every store must agree.
func MatchMember(p Predicate, m Member) bool {
	doc, err := m.Attributes.Object()
	if err != nil {
		return false
	}
	groups := make([]any, len(m.Groups))
	for i, g := range m.Groups {
		groups[i] = map[string]any{"value": exactText(g.ID.UUID.UUID()), "display": foldedText(g.Name)}
	}
	return match(p, subject{doc: doc, columns: map[Column]any{
		ColumnID:         exactText(m.ID.UUID.UUID()),
		ColumnExternalID: exactText(m.ExternalID),
		ColumnLogin:      foldedText(m.Login),
		ColumnActive:     m.DirectoryActive,
		ColumnCreated:    m.CreatedAt,
		ColumnChanged:    m.ChangedAt,
		ColumnGroup:      groups,
		ColumnState:      exactText(m.Standing.State),
		ColumnRole:       exactText(m.Standing.Role),
		ColumnEmail:      exactText(m.Email),
	}})
}

// MatchGroup says whether a predicate holds for a group with these members. It
// defines the meaning of predicates: every store must agree.
func MatchGroup(p Predicate, g Group, members []GroupMember) bool {
	doc, err := g.Attributes.Object()
	if err != nil {
		return false
	}
	rows := make([]any, len(members))
	for i, m := range members {
		rows[i] = map[string]any{"value": exactText(m.ID.UUID.UUID()), "display": foldedText(m.Label), "type": foldedText("User")}
	}
	return match(p, subject{doc: doc, columns: map[Column]any{
		ColumnID:         exactText(g.ID.UUID.UUID()),
		ColumnExternalID: exactText(g.ExternalID),
		ColumnName:       foldedText(g.Name),
		ColumnCreated:    g.CreatedAt,
		ColumnChanged:    g.ChangedAt,
		ColumnMember:     rows,
	}})
}

// The texts of columns say themselves whether case matters.
type (
	exactText  string
	foldedText string
)

// subject is what a predicate is held against: a document with columns, or,
// inside Any, one element.
type subject struct {
	doc     map[string]any
	columns map[Column]any
	element map[string]any
}

func match(p Predicate, s subject) bool {
	switch p := p.(type) {
	case nil:
		return true
	case And:
		for _, q := range p {
			if !match(q, s) {
				return false
			}
		}
		return true
	case Or:
		for _, q := range p {
			if match(q, s) {
				return true
			}
		}
		return false
	case Not:
		return !match(p.Of, s)
	case Compare:
		return compare(p, s.value(p.Field))
	case Any:
		for _, e := range elements(s.value(p.Field)) {
			if match(p.Where, subject{element: e}) {
				return true
			}
		}
	}
	return false
}

// value finds what a field names; nil when there is nothing.
func (s subject) value(f Field) any {
	if s.element != nil {
		return s.element[f.Sub]
	}
	v := s.columns[f.Column]
	if f.Column == "" {
		doc := s.doc
		if f.Extension != "" {
			doc, _ = s.doc[f.Extension].(map[string]any)
		}
		v = doc[f.Attribute]
	}
	if f.Sub != "" {
		o, _ := v.(map[string]any)
		v = o[f.Sub]
	}
	return v
}

// elements makes a list of objects of what a collection may hold.
func elements(v any) []map[string]any {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []map[string]any
	for _, e := range list {
		switch e := e.(type) {
		case nil:
		case map[string]any:
			out = append(out, e)
		default:
			out = append(out, map[string]any{"value": e})
		}
	}
	return out
}

// assigned says whether a value counts as one (RFC 7643 §2.5, and "").
func assigned(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case exactText:
		return v != ""
	case foldedText:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

func compare(c Compare, v any) bool {
	switch {
	case c.Op == Present, c.Op == NotEqual && c.Value.Kind == Null:
		return assigned(v)
	case c.Op == Equal && c.Value.Kind == Null:
		return !assigned(v)
	case !assigned(v):
		return c.Op == NotEqual
	case c.Op == NotEqual:
		return !holds(c, v, Equal)
	}
	return holds(c, v, c.Op)
}

// holds compares two values of one type; values of different types never hold.
func holds(c Compare, v any, op Op) bool {
	switch want := c.Value; want.Kind {
	case Text:
		have, exact, ok := text(v, c.Field.Exact)
		if !ok {
			return false
		}
		w := strings.ToValidUTF8(want.Text, string(utf8.RuneError))
		if !exact {
			have, w = Fold(have), Fold(w)
		}
		return holdsText(op, have, w)
	case Bool:
		have, ok := v.(bool)
		return ok && op == Equal && have == want.Bool
	case Number:
		n, ok := v.(json.Number)
		if !ok {
			return false
		}
		have, err := n.Float64()
		return err == nil && !math.IsNaN(want.Number) && holdsOrder(op, have > want.Number, have < want.Number)
	case Time:
		have, ok := v.(time.Time)
		if !ok {
			return false
		}
		d := have.Truncate(time.Millisecond).Compare(want.Time.Truncate(time.Millisecond))
		return holdsOrder(op, d > 0, d < 0)
	}
	return false
}

// text returns a value's text, if it is one, and whether case matters in it.
func text(v any, exact bool) (string, bool, bool) {
	switch v := v.(type) {
	case string:
		return v, exact, true
	case exactText:
		return string(v), true, true
	case foldedText:
		return string(v), false, true
	}
	return "", false, false
}

func holdsText(op Op, have, want string) bool {
	switch op {
	case Contains:
		return strings.Contains(have, want)
	case HasPrefix:
		return strings.HasPrefix(have, want)
	case HasSuffix:
		return strings.HasSuffix(have, want)
	}
	return holdsOrder(op, have > want, have < want)
}

func holdsOrder(op Op, more, less bool) bool {
	switch op {
	case Equal:
		return !more && !less
	case Less:
		return less
	case LessEqual:
		return !more
	case Greater:
		return more
	case GreaterEqual:
		return !less
	}
	return false
}
