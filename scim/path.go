package scim

import "strings"

// path says where an operation of PATCH works (RFC 7644 §3.5.2): attr,
// attr.sub, attr[filter], attr[filter].sub, any of them behind a URN, or a URN
// alone.
type path struct {
	text   string
	attr   string // without the filter
	filter *expr  // nil: none
	sub    string // behind the filter
}

// parsePath reads a path. The errors are BadPath ones.
func parsePath(s string, lim Limits) (path, error) {
	s = strings.TrimSpace(s)
	if strings.IndexByte(s, '[') < 0 {
		if strings.ContainsAny(s, " \t\r\n\"'()]") {
			return path{}, badPath("path", "The path %q is not understood. Write it like name.givenName or emails[type eq \"work\"].value.", clip(s))
		}
		return path{text: s, attr: s}, nil
	}
	p := filterParser{src: s, lim: lim.withDefaults()}
	if err := p.admit(); err != nil {
		return path{}, badPath("path", "The path %q is too long or not text.", clip(s))
	}
	e, err := p.term()
	if err != nil {
		return path{}, badPath("path", "The path %q is not understood: %s", clip(s), detailText(err))
	}
	if e.kind != elementExpr || e.op != "" || p.pos < len(p.src) {
		return path{}, badPath("path", "The path %q is not understood. Write it like emails[type eq \"work\"].value.", clip(s))
	}
	return path{text: s, attr: e.path, filter: e.left, sub: e.sub}, nil
}

// target holds a path against the schema. The errors are BadPath ones, and
// BadFilter ones for what is in brackets.
func (d *draft) target(p path) (target, error) {
	t, ok := d.resolve(p.attr)
	switch {
	case !ok:
		return t, badPath("path", "The path %q names no attribute of %ss. /Schemas lists them; an attribute of an extension is written urn:…:name.", clip(p.text), d.schema.noun)
	case p.filter == nil:
		return t, nil
	case t.whole || t.sub != "" || t.attr != nil && t.attr.typ != complexType:
		return t, badPath("path", "The path has a filter in brackets behind %q, which has no elements.", clip(p.attr))
	case p.sub == "":
		return t, nil
	case t.attr == nil && isName(p.sub):
		t.sub = p.sub
		return t, nil
	case t.attr != nil:
		if t.subAttr = t.attr.subs.find(p.sub); t.subAttr != nil {
			t.sub = t.subAttr.name
			return t, nil
		}
	}
	return t, badPath("path", "The path names %q, which is no sub-attribute of %q.", clip(p.sub), t.path())
}
