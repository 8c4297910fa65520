package scim

import (
	"context"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rollcall/internal/roster"
)

// never is a version that no resource has: an entity tag that is not ours.
const never = -1

// An entity tag has the version that counts what was written to the resource. That of a user whose groups
// are shown has a digest of them behind it: they are part of the answer, but follow from what is written
// to groups (RFC 7643 §4.1.2), and to write a new version into each member of a group whose name
// changes would cost as much as the group is large. Writes are judged by the version alone, for no
// client can write a user's groups here; a read that may be answered 304 is judged by both.

// versionOfUser is the opaque part of a user's tag, as the answer with this projection shows the user.
func versionOfUser(m roster.Member, p *projection) string {
	version := strconv.FormatInt(m.Version, 10)
	if len(m.Groups) == 0 || !p.wants("groups") {
		return version
	}
	h := fnv.New64a()
	for _, g := range m.Groups {
		_, _ = h.Write(g.ID.UUID[:]) // a hash never fails
		_, _ = h.Write(strconv.AppendQuote(nil, g.Name))
	}
	return version + "." + strconv.FormatUint(h.Sum64(), 36)
}

// versionOfGroup is the opaque part of a group's tag. A change of its members is a change of the group.
func versionOfGroup(g roster.Group) string { return strconv.FormatInt(g.Version, 10) }

// tags is the value of an If-Match or If-None-Match header (RFC 9110 §13.1).
type tags struct {
	given    bool
	any      bool // *
	versions []int64
	texts    []string // the opaque parts as they came
}

// parseTags reads a list of entity tags. Ours are weak, W/"3" or W/"3.x" (RFC 7644 §3.14), and compared so
// for writes as well: SCIM has no others. Clients that drop the W/ or the quotes mean the same.
func parseTags(values []string) tags {
	if len(values) == 0 {
		return tags{}
	}
	t := tags{given: true}
	for item := range strings.SplitSeq(strings.Join(values, ","), ",") {
		item = strings.TrimSpace(item)
		if item == "*" {
			t.any = true
			continue
		}
		item = strings.Trim(strings.TrimPrefix(strings.TrimPrefix(item, "W/"), "w/"), `"`)
		number, _, _ := strings.Cut(item, ".")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil || version <= 0 {
			version = never
		}
		t.versions, t.texts = append(t.versions, version), append(t.texts, item)
	}
	return t
}

func (t tags) match(version int64) bool {
	return t.any || slices.Contains(t.versions, version)
}

// conditional decides a conditional GET: done means that 304 was the answer. whole says that the answer shows
// all that the tag of the resource speaks of; else a tag of more than that fits by its version.
func conditional(w http.ResponseWriter, r *http.Request, version string, whole bool) (done bool, err error) {
	count := parseTags([]string{version}).first()
	if t := parseTags(r.Header.Values("If-Match")); t.given && !t.match(count) {
		return false, roster.Stale
	}
	if t := parseTags(r.Header.Values("If-None-Match")); t.any || slices.Contains(t.texts, version) || !whole && t.match(count) {
		w.Header().Set("ETag", etag(version))
		w.WriteHeader(http.StatusNotModified)
		return true, nil
	}
	return false, nil
}

// precondition reads the conditions of a write. One tag is checked by the
// roster inside its transaction. For * and for lists the version of now is
// looked up with current, judged here, and becomes the condition, so that the write still
// happens only on what was judged.
func (q *request) precondition(current func(context.Context) (int64, error)) (roster.Precondition, error) {
	match, none := parseTags(q.Header.Values("If-Match")), parseTags(q.Header.Values("If-None-Match"))
	simple := func(t tags) bool { return !t.given || !t.any && len(t.versions) == 1 }
	if simple(match) && simple(none) {
		return roster.Precondition{Version: match.first(), NotVersion: none.first()}, nil
	}
	version, err := current(q.Context())
	if err != nil {
		return roster.Precondition{}, err
	}
	if match.given && !match.match(version) || none.given && none.match(version) {
		return roster.Precondition{}, roster.Stale
	}
	return roster.Precondition{Version: version}, nil
}

// first is the only version of a simple list; 0 when there is none.
func (t tags) first() int64 {
	if len(t.versions) == 0 {
		return 0
	}
	return t.versions[0]
}
