package scim

import (
	"slices"
	"strings"

	"rollcall/internal/roster"
)

// projection says which attributes an answer has (RFC 7644 §3.9). id and schemas are
// always there, a password never. nil wants all that are returned by default.
type projection struct {
	exclude bool // what is named is left out, instead of all else
	paths   []projected
}

// projected is one attribute that was named: of the document, an extension, or
// both, and with sub only a part of it.
type projected struct {
	extension string
	name      string // empty: the whole extension
	sub       string
}

// parseProjection reads the parameters attributes and excludedAttributes. Names that no
// schema has are passed over. Both at once are Invalid: the RFC has them exclude
// each other.
func parseProjection(attributes, excluded string, s *resourceSchema) (*projection, error) {
	attributes, excluded = strings.TrimSpace(attributes), strings.TrimSpace(excluded)
	switch {
	case strings.Count(attributes, ",") >= maxNames || strings.Count(excluded, ",") >= maxNames:
		return nil, invalid("attributes", "attributes and excludedAttributes can name at most %d attributes.", maxNames)
	case attributes != "" && excluded != "":
		return nil, invalid("attributes", "attributes and excludedAttributes exclude each other. Send one of them.")
	case attributes != "":
		return newProjection(attributes, false, s), nil
	case excluded != "":
		return newProjection(excluded, true, s), nil
	}
	return s.byDefault, nil
}

func newProjection(list string, exclude bool, s *resourceSchema) *projection {
	p := &projection{exclude: exclude}
	for name := range strings.SplitSeq(list, ",") {
		t, ok := s.resolve(strings.TrimSpace(name))
		switch {
		case !ok || t.hidden():
		case t.whole && t.extension == "":
			for _, a := range s.core {
				p.paths = append(p.paths, projected{name: a.name})
			}
		case t.whole && t.known != nil && t.known.guarded:
			for _, a := range t.known.table {
				p.add(t.extension, a, "")
			}
		case t.attr != nil:
			p.add(t.extension, t.attr, t.sub)
		default:
			p.paths = append(p.paths, projected{extension: t.extension, name: t.name, sub: t.sub})
		}
	}
	return p.characteristic(s)
}

// add names an attribute, as far as its characteristics let it be named: what is always returned can't be left out, and
// what never is can't be asked for (RFC 7643 §7).
func (p *projection) add(extension string, a *attribute, sub string) {
	if p.exclude && a.returned == returnedAlways || !p.exclude && a.secret {
		return
	}
	p.paths = append(p.paths, projected{extension: extension, name: a.name, sub: sub})
}

// characteristic adds what is part of an answer, or none, whoever asks: attributes that are always returned, and those
// that are not unless they are named.
func (p *projection) characteristic(s *resourceSchema) *projection {
	for _, e := range s.extensions {
		for name, a := range e.table {
			if name == a.name && (p.exclude && a.returned >= returnedRequest || !p.exclude && a.returned == returnedAlways) {
				p.paths = append(p.paths, projected{extension: e.urn, name: a.name})
			}
		}
	}
	return p
}

// wants says whether an attribute of the top level, by its name in the schema,
// is part of the answer, at least in part. Ask it before reading groups or members.
func (p *projection) wants(attribute string) bool {
	return p.part(attribute).any()
}

// part is what a projection wants of one attribute.
func (p *projection) part(attribute string) part { return p.partOf("", attribute) }

func (p *projection) partOf(extension, name string) part {
	if p == nil {
		return part{all: true}
	}
	out := part{all: p.exclude}
	for _, q := range p.paths {
		switch {
		case q.extension != extension || q.name != "" && q.name != name:
		case q.sub == "":
			return part{all: !p.exclude}
		default:
			out.subs = append(out.subs, q.sub)
		}
	}
	return out
}

// part is what is wanted of an attribute: all or nothing, but for some parts.
type part struct {
	all  bool
	subs []string // the exceptions
}

func (p part) any() bool { return p.all || len(p.subs) > 0 }

func (p part) wants(sub string) bool { return p.all != slices.Contains(p.subs, sub) }

// document keeps of a stored document what is wanted.
func (p *projection) document(doc roster.Attributes) roster.Attributes {
	out := []byte{'{'}
	for name, raw := range topLevel(doc) {
		var kept []byte
		if isExtension(name) {
			kept = p.extensionPart(string(name[1:len(name)-1]), raw)
		} else {
			kept = p.part(string(name[1 : len(name)-1])).of(raw)
		}
		if kept == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), kept...)
	}
	return append(out, '}')
}

// extensionPart keeps of an extension what is wanted; nil for nothing.
func (p *projection) extensionPart(urn string, raw []byte) []byte {
	out := []byte{'{'}
	for name, e := range topLevel(raw) {
		kept := p.partOf(urn, string(name[1:len(name)-1])).of(e)
		if kept == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), kept...)
	}
	if len(out) == 1 {
		return nil
	}
	return append(out, '}')
}

// of keeps of a raw value what is wanted; nil for nothing.
func (p part) of(raw []byte) []byte {
	if len(p.subs) == 0 {
		if p.all {
			return raw
		}
		return nil
	}
	v, err := parseStored(raw)
	if err != nil {
		return nil
	}
	if v.shape == listShape {
		for i := range v.items {
			p.prune(&v.items[i])
		}
		v.items = slices.DeleteFunc(v.items, value.unassigned)
	} else {
		p.prune(&v)
	}
	if v.unassigned() {
		return nil
	}
	return v.append(nil)
}

func (p part) prune(v *value) {
	v.fields = slices.DeleteFunc(v.fields, func(f field) bool { return !p.wants(f.name) })
}
