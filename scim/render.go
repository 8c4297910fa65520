package scim

import (
	"iter"
	"strconv"
	"time"

	"rollcall/internal/roster"
)

// etag is the entity tag of a version, as in meta.version and the ETag header
// (RFC 7644 §3.14). It is weak: the same version may be written in two ways.
func etag(version string) string { return `W/"` + version + `"` }

// timeLayout is RFC 3339 in UTC to the millisecond, as precise as the store.
const timeLayout = "2006-01-02T15:04:05.000Z"

// appendUser writes a user. base is the absolute URL of the directory, without a
// slash at its end; a nil projection writes what is returned by default.
func appendUser(dst []byte, m roster.Member, base string, p *projection) []byte {
	doc := m.Attributes
	if p != nil {
		doc = p.document(doc)
	}
	id := m.ID.UUID.UUID()
	w := writer{dst: dst, p: p}
	w.schemas(userURN, m.Attributes)
	w.text("id", id)
	if m.ExternalID != "" {
		w.optional("externalId", m.ExternalID)
	}
	w.optional("userName", m.Login)
	if w.wants("active") {
		w.key("active")
		w.dst = strconv.AppendBool(w.dst, m.DirectoryActive)
	}
	w.splice(doc)
	if len(m.Groups) > 0 && w.wants("groups") {
		w.groups(m.Groups, base)
	}
	w.meta("User", base+"/Users/", id, versionOfUser(m, p), m.CreatedAt, m.ChangedAt)
	return append(w.dst, '}')
}

// appendGroup writes a group, with its members if that is wanted and the projection wants them.
// base and p are as in appendUser.
func appendGroup(dst []byte, g roster.Group, members []roster.GroupMember, withMembers bool, base string, p *projection) []byte {
	s := &stream{buf: dst}
	var pages iter.Seq2[[]roster.GroupMember, error]
	if withMembers {
		pages = onePage(members)
	}
	_ = s.group(g, pages, base, p, func() error { return nil })
	return s.buf
}

// group writes a group and its members as the pages come; nil: without members. full is called behind each
// page and may send what is there.
func (s *stream) group(g roster.Group, pages iter.Seq2[[]roster.GroupMember, error], base string, p *projection, full func() error) error {
	doc := g.Attributes
	if p != nil {
		doc = p.document(doc)
	}
	id := g.ID.UUID.UUID()
	w := writer{dst: s.buf, p: p}
	w.schemas(groupURN, g.Attributes)
	w.text("id", id)
	if g.ExternalID != "" {
		w.optional("externalId", g.ExternalID)
	}
	w.optional("displayName", g.Name)
	w.splice(doc)
	if pages != nil && w.wants("members") {
		w.key("members")
		w.dst = append(w.dst, '[')
		first := true
		for page, err := range pages {
			if err != nil {
				return err
			}
			w.members(page, base, first)
			first = first && len(page) == 0
			s.buf = w.dst
			if err := full(); err != nil {
				return err
			}
			w.dst = s.buf
		}
		w.dst = append(w.dst, ']')
	}
	w.meta("Group", base+"/Groups/", id, versionOfGroup(g), g.CreatedAt, g.ChangedAt)
	w.dst = append(w.dst, '}')
	s.buf = w.dst
	return nil
}

// writer appends the fields of one resource.
type writer struct {
	dst []byte
	p   *projection
}

func (w *writer) wants(attribute string) bool { return w.p.wants(attribute) }

// key begins a field that is not the first.
func (w *writer) key(name string) {
	w.dst = append(w.dst, ',', '"')
	w.dst = append(append(w.dst, name...), '"', ':')
}

func (w *writer) text(name, s string) {
	w.key(name)
	w.dst = appendText(w.dst, s)
}

func (w *writer) optional(name, s string) {
	if w.wants(name) {
		w.text(name, s)
	}
}

// schemas opens the object with the URN of the core and those of the extensions that
// the document has.
func (w *writer) schemas(core string, doc roster.Attributes) {
	w.dst = append(append(append(w.dst, `{"schemas":["`...), core...), '"')
	for name := range topLevel(doc) {
		if isExtension(name) {
			w.dst = append(append(w.dst, ','), name...)
		}
	}
	w.dst = append(w.dst, ']')
}

// splice writes the fields of the document as they are stored.
func (w *writer) splice(doc roster.Attributes) {
	if len(doc) > len("{}") {
		w.dst = append(append(w.dst, ','), doc[1:len(doc)-1]...)
	}
}

// ref writes an object that refers to a resource.
func (w *writer) ref(p part, url, id, display, typ string) {
	start := len(w.dst)
	if p.wants("value") {
		w.text("value", id)
	}
	if p.wants("$ref") {
		w.key("$ref")
		w.dst = append(append(append(append(w.dst, '"'), url...), id...), '"')
	}
	if p.wants("display") {
		w.text("display", display)
	}
	if p.wants("type") {
		w.text("type", typ)
	}
	if len(w.dst) == start {
		w.dst = append(w.dst, ',')
	}
	w.dst[start] = '{' // instead of the first comma
	w.dst = append(w.dst, '}')
}

func (w *writer) groups(groups []roster.GroupRef, base string) {
	p, url := w.p.part("groups"), base+"/Groups/"
	w.key("groups")
	w.dst = append(w.dst, '[')
	for i, g := range groups {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.ref(p, url, g.ID.UUID.UUID(), g.Name, "direct")
	}
	w.dst = append(w.dst, ']')
}

// members writes some members of the list, which is there even when it is empty, so that clients that
// compare it, such as authentik, see that nobody is left.
func (w *writer) members(members []roster.GroupMember, base string, first bool) {
	p, url := w.p.part("members"), base+"/Users/"
	for _, m := range members {
		if !first {
			w.dst = append(w.dst, ',')
		}
		first = false
		w.ref(p, url, m.ID.UUID.UUID(), m.Label, "User")
	}
}

// meta writes the last field (RFC 7643 §3.1). url and id make the location.
func (w *writer) meta(resourceType, url, id, version string, created, changed time.Time) {
	if !w.wants("meta") {
		return
	}
	p := w.p.part("meta")
	w.key("meta")
	start := len(w.dst)
	if p.wants("resourceType") {
		w.text("resourceType", resourceType)
	}
	if p.wants("created") {
		w.time("created", created)
	}
	if p.wants("lastModified") {
		w.time("lastModified", changed)
	}
	if p.wants("location") {
		w.key("location")
		w.dst = append(append(append(append(w.dst, '"'), url...), id...), '"')
	}
	if p.wants("version") {
		w.key("version")
		w.dst = append(append(append(w.dst, `"W/\"`...), version...), `\""`...)
	}
	if len(w.dst) == start {
		w.dst = append(w.dst, ',')
	}
	w.dst[start] = '{' // instead of the first comma
	w.dst = append(w.dst, '}')
}

func (w *writer) time(name string, t time.Time) {
	w.key(name)
	w.dst = append(appendTime(append(w.dst, '"'), t), '"')
}

// appendTime writes a time as timeLayout does, which time.AppendFormat takes ten times as long for.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 1000 || year > 9999 {
		return t.AppendFormat(dst, timeLayout)
	}
	hour, minute, second := t.Clock()
	dst = append(strconv.AppendInt(dst, int64(year), 10), '-')
	dst = append(appendTwo(dst, int(month)), '-')
	dst = append(appendTwo(dst, day), 'T')
	dst = append(appendTwo(dst, hour), ':')
	dst = append(appendTwo(dst, minute), ':')
	dst = append(appendTwo(dst, second), '.')
	milli := t.Nanosecond() / 1e6
	return append(appendTwo(append(dst, byte('0'+milli/100)), milli%100), 'Z')
}

func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }
