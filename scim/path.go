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
			return path{}, badPath(clip(s), "The path %q is not understood. Write it like name.givenName or emails[type eq \"work\"].value.", clip(s))
		}
		return path{text: s, attr: s}, nil
	}
	p := filterParser{src: s, lim: lim.withDefaults()}
	if err := p.admit(); err != nil {
		return path{}, badPath(clip(s), "The path %q is too long or not text.", clip(s))
	}
	e, err := p.term()
	if err != nil {
		return path{}, badPath(clip(s), "The path %q is not understood: %s", clip(s), detailText(err))
	}
	if e.kind != elementExpr || e.op != "" || p.pos < len(p.src) {
		return path{}, badPath(clip(s), "The path %q is not understood. Write it like emails[type eq \"work\"].value.", clip(s))
	}
	return path{text: s, attr: e.path, filter: e.left, sub: e.sub}, nil
}

// target holds a path against the schema. The errors are BadPath ones, and
// BadFilter ones for what is in brackets.
func (d *draft) target(p path) (target, error) {
	t, ok := d.resolve(p.attr)
	switch {
	case !ok:
		return t, badPath(clip(p.text), "%ss have no attribute %q. /Schemas lists them; an attribute of an extension is written urn:…:name.", d.schema.title(), clip(p.text))
	case p.filter == nil:
		return t, nil
	case t.whole || t.sub != "" || t.attr != nil && t.attr.typ != complexType:
		return t, badPath(clip(p.text), "%q has no elements to put a filter in brackets behind it.", clip(p.attr))
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
	return t, badPath(clip(p.text), "%q has no sub-attribute %q.", t.path(), clip(p.sub))
}
