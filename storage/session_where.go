package storage

import (
	"strconv"

	"rollcall/internal/roster"
)

// selection is a condition in the making, with its arguments.
type selection struct {
	text string
	args []any
}

// arg binds an argument and returns its place.
func (w *selection) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *selection) and(text string) {
	if w.text != "" {
		w.text += " AND "
	}
	w.text += text
}

// whereSession is the condition of a filter on sessions s; that of the zero filter is the tenant.
// There are few texts, so that they are worth keeping prepared. The arguments that were given come first.
func whereSession(d dialect, me ident, f roster.SessionFilter, args ...any) *selection {
	w := &selection{args: append([]any{me}, args...)}
	w.and(`s.tenant_id = $1`)
	if !f.Session.IsZero() {
		w.and(`s.id = ` + w.arg(ident(f.Session.UUID)))
	}
	if !f.Except.IsZero() {
		w.and(`s.id <> ` + w.arg(ident(f.Except.UUID)))
	}
	if f.Token != [32]byte{} {
		w.and(`s.hash = ` + w.arg(f.Token[:]))
	}
	if !f.Member.IsZero() {
		w.and(`s.member_id = ` + w.arg(ident(f.Member.UUID)))
	}
	if !f.Connection.IsZero() {
		w.and(`s.connection_id = ` + w.arg(ident(f.Connection.UUID)))
	}
	for _, c := range []struct{ column, value string }{
		{"s.subject", f.Subject}, {"s.idp_session", f.IDPSession}, {"s.method", string(f.Method)},
	} {
		if c.value != "" {
			w.and(c.column + ` = ` + w.arg(c.value))
		}
	}
	if f.Domain != "" || f.Unmanaged {
		w.and(`EXISTS (SELECT 1 FROM members m WHERE m.tenant_id = s.tenant_id AND m.id = s.member_id` + w.ofMember(f) + `)`)
	}
	if !f.ExpiredBy.IsZero() {
		now := w.arg(instant(f.ExpiredBy))
		w.and(`(s.expires_at <= ` + now + ` OR ` + d.idleUntil("s") + ` <= ` + now + `)`)
	}
	for _, m := range f.Spared {
		if !m.IsZero() {
			w.and(`s.member_id <> ` + w.arg(ident(m.UUID)))
		}
	}
	return w
}

func (w *selection) ofMember(f roster.SessionFilter) string {
	text := ""
	if f.Unmanaged {
		text += ` AND m.directory_id IS NULL`
	}
	if f.Domain != "" {
		domain := escapeLike(f.Domain)
		text += ` AND m.email LIKE ` + w.arg("%@"+domain) + ` ESCAPE '\'`
	}
	return text
}

// idleUntil is when a session has rested too long.
func (d dialect) idleUntil(table string) string {
	if d == postgres {
		return table + ".seen_at + " + table + ".idle * interval '1 millisecond'"
	}
	return table + ".seen_at + " + table + ".idle"
}
