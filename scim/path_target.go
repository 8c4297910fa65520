package scim

import "strings"

// target is what a path without its filter names.
type target struct {
	// extension is the key of the object in the document that holds the
	// attribute; empty: the document itself.
	extension string
	// whole says that the extension itself, or for an empty one the resource, is named.
	whole bool
	known *extension // of a whole extension whose schema is known; else nil
	name  string     // of the attribute, as the schema spells it
	attr  *attribute // nil: of an extension whose schema is not known
	sub   string     // of the sub-attribute; empty: none is named
	// subAttr is nil when attr is, or no sub-attribute is named.
	subAttr *attribute
}

// readOnly says whether a client may not change what is named.
func (t target) readOnly() bool {
	return t.attr != nil && (t.attr.readOnly || t.subAttr != nil && t.subAttr.readOnly)
}

func (t target) hidden() bool { return t.attr != nil && t.attr.hidden }

// secret says whether nobody may read what is named, be it by a filter or an order.
func (t target) secret() bool { return t.attr != nil && (t.attr.hidden || t.attr.secret) }

// derived says whether what is named is worked out when it is shown, so that nothing can be found by it.
func (t target) derived() bool {
	return t.extension == enterpriseURN && t.name == "manager" && t.sub == "displayName"
}

// path is the name of the target for messages.
func (t target) path() string {
	s := t.name
	if t.sub != "" {
		s += "." + t.sub
	}
	switch {
	case t.extension == "":
		return s
	case t.whole:
		return t.extension
	}
	return t.extension + ":" + s
}

// resolve finds what attr, attr.sub, URN, URN:attr or URN:attr.sub names. Names
// and the URNs that we know are compared regardless of case. Attributes of
// the enterprise extension are found without their URN as well, see
// entraShortName.
func (s *resourceSchema) resolve(path string) (target, bool) {
	if hasURN(path) {
		return s.resolveURN(path)
	}
	if t, ok := s.core.resolve(path, ""); ok {
		return t, true
	}
	return s.entraShortName(path)
}

func hasURN(path string) bool { return beginsFold(path, "urn:") }

func beginsFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func (s *resourceSchema) resolveURN(path string) (target, bool) {
	if rest, ok := cutURN(path, s.urn); ok {
		if rest == "" {
			return target{whole: true}, true
		}
		return s.core.resolve(rest, "")
	}
	if e, rest := s.cutExtension(path); e != nil {
		if rest == "" {
			return target{extension: e.urn, whole: true, known: e}, true
		}
		return e.table.resolve(rest, e.urn)
	}
	return resolveUnknown(path)
}

// knownURN says whether a path is, or begins with, the URN of a schema that we know.
func (s *resourceSchema) knownURN(path string) bool {
	if _, ok := cutURN(path, s.urn); ok {
		return true
	}
	e, _ := s.cutExtension(path)
	return e != nil
}

// cutURN takes the URN of a schema away from a path; the rest is empty when
// there is no more.
func cutURN(path, urn string) (rest string, ok bool) {
	if !beginsFold(path, urn) {
		return "", false
	}
	rest = path[len(urn):]
	if rest == "" {
		return "", true
	}
	return strings.CutPrefix(rest, ":")
}

// cutExtension finds the extension whose URN a path is or begins with; nil: none that is known.
func (s *resourceSchema) cutExtension(path string) (e *extension, rest string) {
	for i := range s.extensions {
		e := &s.extensions[i]
		if rest, ok := cutURN(path, e.urn); ok {
			return e, rest
		}
	}
	if s.kind == userKind {
		if rest, ok := entraMistypedURN(path); ok {
			return &s.extensions[0], rest
		}
	}
	return nil, ""
}

// resolve finds attr or attr.sub in a table.
func (t table) resolve(path, extension string) (target, bool) {
	name, sub, dotted := strings.Cut(path, ".")
	a := t.find(name)
	if a == nil {
		return target{}, false
	}
	out := target{extension: extension, name: a.name, attr: a}
	if !dotted {
		return out, true
	}
	if out.subAttr = a.subs.find(sub); out.subAttr == nil {
		return target{}, false
	}
	out.sub = out.subAttr.name
	return out, true
}

// resolveUnknown splits a path with the URN of an extension that we know
// nothing of. The URNs of schemas end in the name of a resource type (RFC 7643
// §10.2.1); such a path names the extension itself.
func resolveUnknown(path string) (target, bool) {
	cut := strings.LastIndexByte(path, ':')
	urn, rest := path[:cut], path[cut+1:]
	if strings.EqualFold(rest, "User") || strings.EqualFold(rest, "Group") {
		return target{extension: path, whole: true}, isURN(urn)
	}
	name, sub, dotted := strings.Cut(rest, ".")
	if !isURN(urn) || !isName(name) || dotted && !isName(sub) {
		return target{}, false
	}
	return target{extension: urn, name: name, sub: sub}, true
}

// isURN says whether s can be the URN of a schema (RFC 8141 §2).
func isURN(s string) bool {
	const most = 255
	if !hasURN(s) || len(s) <= len("urn:") || len(s) > most {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte("\"\\<>^`{|}", c) >= 0 {
			return false
		}
	}
	return true
}

// isName says whether s is an attribute name (RFC 7643 §2.1), or $ref.
func isName(s string) bool {
	if s == "" || s[0] != '$' && !isLetter(s[0]) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
