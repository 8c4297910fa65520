package storage

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// textColumn is a column of text that is never NULL; "" is unassigned.
type textColumn struct {
	d    dialect
	sql  string
	fold bool // the column is folded; else case matters
}

func (c textColumn) assigned() condition { return expr(c.sql + " <> ''") }

func (c textColumn) holds(op roster.Op, want roster.Value, _ bool) condition {
	if want.Kind != roster.Text {
		return never
	}
	return holdsText(c.d, expr(c.sql), c.assigned(), op, want.Text, c.fold)
}

func (c textColumn) any(k *compiler, p roster.Any) condition { return k.predicate(p.Where, single{c}) }

// holdsText compares a text. Stored texts are valid UTF-8 without NUL, which PostgreSQL refuses.
func holdsText(d dialect, have, assigned condition, op roster.Op, want string, fold bool) condition {
	want = literal(want, fold)
	if before, _, found := strings.Cut(want, "\x00"); found {
		want = before
		switch op {
		case roster.Less, roster.LessEqual: // what is less than a NUL more is the text itself at most
			op = roster.LessEqual
		case roster.Greater, roster.GreaterEqual:
			op = roster.Greater
		default:
			return never
		}
	}
	if want == "" {
		switch op {
		case roster.Contains, roster.HasPrefix, roster.HasSuffix, roster.Greater, roster.GreaterEqual:
			return assigned
		}
		return never
	}
	switch op {
	case roster.Equal:
		return expr("? = ?", have, want)
	case roster.Contains:
		return expr(d.position()+"(?, ?) > 0", have, want)
	case roster.HasPrefix:
		return expr("substr(?, 1, ?) = ?", have, utf8.RuneCountInString(want), want)
	case roster.HasSuffix:
		return expr(d.suffix()+" = ?", have, utf8.RuneCountInString(want), want)
	case roster.Greater:
		return expr("? > ?", have, want)
	case roster.GreaterEqual:
		return expr("? >= ?", have, want)
	case roster.Less:
		return expr("(? AND ? < ?)", assigned, have, want)
	case roster.LessEqual:
		return expr("(? AND ? <= ?)", assigned, have, want)
	}
	return never
}

// literal is a text as stored ones are compared with it.
func literal(s string, fold bool) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	if fold {
		s = roster.Fold(s)
	}
	return s
}

// uuidColumn is a column of ids that is never NULL. Predicates see the canonical form.
type uuidColumn struct {
	d      dialect
	column string
}

func (c uuidColumn) assigned() condition { return always }

func (c uuidColumn) holds(op roster.Op, want roster.Value, exact bool) condition {
	if want.Kind != roster.Text {
		return never
	}
	if op == roster.Equal { // the column itself, for its index
		id, err := tenant.ParseUUID(want.Text)
		if err != nil || id.IsZero() || id.UUID() != want.Text {
			return never
		}
		return expr(c.column+" = ?", id)
	}
	return textColumn{d: c.d, sql: c.d.uuidText(c.column)}.holds(op, want, exact)
}

func (c uuidColumn) any(k *compiler, p roster.Any) condition { return k.predicate(p.Where, single{c}) }

// boolColumn is a column of truth values that is never NULL.
type boolColumn string

func (c boolColumn) assigned() condition { return always }

func (c boolColumn) holds(op roster.Op, want roster.Value, _ bool) condition {
	switch {
	case want.Kind != roster.Bool || op != roster.Equal:
		return never
	case want.Bool:
		return expr(string(c))
	}
	return not(expr(string(c)))
}

func (c boolColumn) any(k *compiler, p roster.Any) condition { return k.predicate(p.Where, single{c}) }

// timeColumn is a column of times that is never NULL.
type timeColumn struct {
	d      dialect
	column string
}

func (c timeColumn) assigned() condition { return always }

// holds compares to the millisecond, without a function around the column: equal is what lies
// between this millisecond and the next.
func (c timeColumn) holds(op roster.Op, want roster.Value, _ bool) condition {
	if want.Kind != roster.Time {
		return never
	}
	// Databases know fewer years than Go. Stored times lie between these.
	t := truncate(want.Time)
	switch year := t.Year(); {
	case year < 1:
		return c.outside(op, false)
	case year > 9999:
		return c.outside(op, true)
	}
	from, next := c.d.time(t), c.d.time(t.Add(time.Millisecond))
	switch op {
	case roster.Equal:
		return expr("("+c.column+" >= ? AND "+c.column+" < ?)", from, next)
	case roster.Less:
		return expr(c.column+" < ?", from)
	case roster.LessEqual:
		return expr(c.column+" < ?", next)
	case roster.Greater:
		return expr(c.column+" >= ?", next)
	case roster.GreaterEqual:
		return expr(c.column+" >= ?", from)
	}
	return never
}

// outside compares with a time after, or else before, all others.
func (c timeColumn) outside(op roster.Op, after bool) condition {
	if after && (op == roster.Less || op == roster.LessEqual) || !after && (op == roster.Greater || op == roster.GreaterEqual) {
		return always
	}
	return never
}

func (c timeColumn) any(k *compiler, p roster.Any) condition { return k.predicate(p.Where, single{c}) }

// holdsNumber compares a finite number; have is NULL where there is none.
func holdsNumber(have condition, op roster.Op, want float64) condition {
	sign := ""
	switch op {
	case roster.Equal:
		sign = "="
	case roster.Less:
		sign = "<"
	case roster.LessEqual:
		sign = "<="
	case roster.Greater:
		sign = ">"
	case roster.GreaterEqual:
		sign = ">="
	}
	switch {
	case sign == "" || math.IsNaN(want):
		return never
	case math.IsInf(want, 1) && (sign == "<" || sign == "<="), math.IsInf(want, -1) && (sign == ">" || sign == ">="):
		return expr("(?) IS NOT NULL", have)
	case math.IsInf(want, 0):
		return never
	}
	// The shortest form, which both databases read back as the same number.
	return expr("COALESCE((?) "+sign+" "+strconv.FormatFloat(want, 'e', -1, 64)+", FALSE)", have)
}
