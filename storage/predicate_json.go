package storage

import (
	"encoding/json"
	"strings"

	"rollcall/internal/roster"
)

// place is where in a document a value stands; there may be none.
type place struct {
	doc  condition
	keys []string
}

// jsonValue is a value in the document of a member or group. It stands in two documents, which
// differ in the case of texts only.
type jsonValue struct {
	d           dialect
	folded, raw place
	emails      bool // the attribute emails of a member, whose values are in member_emails
}

// at finds a value by its keys. Keys with a NUL can't be stored.
func at(d dialect, folded, raw condition, keys ...string) value {
	for _, k := range keys {
		if strings.Contains(k, "\x00") {
			return nothing{}
		}
	}
	return jsonValue{d: d, folded: place{folded, keys}, raw: place{raw, keys}}
}

func (v jsonValue) assigned() condition { return v.d.jsonAssigned(v.folded) }

func (v jsonValue) holds(op roster.Op, want roster.Value, exact bool) condition {
	switch want.Kind {
	case roster.Text:
		p := v.folded
		if exact {
			p = v.raw
		}
		have := v.d.jsonText(p)
		c := holdsText(v.d, have, expr("? <> ''", have), op, want.Text, !exact)
		return expr("COALESCE(?, FALSE)", c)
	case roster.Bool:
		if op == roster.Equal {
			return v.d.jsonBool(v.folded, want.Bool)
		}
	case roster.Number:
		return holdsNumber(v.d.jsonNumber(v.folded), op, want.Number)
	}
	return never
}

// any looks at the elements of both documents side by side where it must.
func (v jsonValue) any(c *compiler, p roster.Any) condition {
	e := c.alias()
	raw := place{}
	if wantsExact(p.Where) {
		raw = v.raw
	}
	holds := c.predicate(p.Where, element{c.d, expr(e + ".folded"), expr(e + ".raw")})
	found := expr("EXISTS (SELECT 1 FROM ? AS "+e+" WHERE ?)", c.d.jsonElements(v.folded, raw), holds)
	if want, ok := required(p.Where, "value"); ok && v.emails && usable(want.Value.Text) {
		return expr("(m.id IN (SELECT me.member_id FROM member_emails AS me WHERE me.tenant_id = ? AND me.email_fold = ?) AND ?)",
			c.tenant.UUID, literal(want.Value.Text, true), found)
	}
	return found
}

// usable says whether a text can be compared with a column.
func usable(s string) bool { return s != "" && !strings.Contains(s, "\x00") }

// wantsExact says whether case matters somewhere in a predicate.
func wantsExact(p roster.Predicate) bool {
	lax := func(q roster.Predicate) bool { return !wantsExact(q) }
	switch p := p.(type) {
	case roster.And:
		return !all(p, lax)
	case roster.Or:
		return !all(p, lax)
	case roster.Not:
		return wantsExact(p.Of)
	case roster.Any:
		return wantsExact(p.Where)
	case roster.Compare:
		return p.Field.Exact && p.Value.Kind == roster.Text
	}
	return false
}

// element is an element of a collection in a document; it is an object.
type element struct {
	d           dialect
	folded, raw condition
}

func (e element) value(f roster.Field) value { return at(e.d, e.folded, e.raw, f.Sub) }

// path writes keys as SQLite has them: a label in quotes is read as a JSON string.
func (p place) path() string {
	var b strings.Builder
	b.WriteByte('$')
	for _, k := range p.keys {
		label, err := json.Marshal(k)
		if err != nil { // a string always marshals
			continue
		}
		b.WriteByte('.')
		b.Write(label)
	}
	return b.String()
}

// arrow writes the place as PostgreSQL has it. With a text at its right, -> looks into objects only.
func (p place) arrow() condition {
	v := p.doc
	for _, k := range p.keys {
		v = expr("? -> ?::text", v, k)
	}
	return expr("(?)", v)
}
