package scim

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rollcall/internal/roster"
)

// never is a version that no resource has: an entity tag that is not ours.
const never = -1

// tags is the value of an If-Match or If-None-Match header (RFC 9110 §13.1).
type tags struct {
	given    bool
	any      bool // *
	versions []int64
}

// parseTags reads a list of entity tags. Ours are weak, W/"3" (RFC 7644 §3.14);
// clients that drop the W/ or the quotes mean the same.
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
		item = strings.Trim(strings.TrimPrefix(item, "W/"), `"`)
		version, err := strconv.ParseInt(item, 10, 64)
		if err != nil || version <= 0 {
			version = never
		}
		t.versions = append(t.versions, version)
	}
	return t
}

func (t tags) match(version int64) bool {
	return t.any || slices.Contains(t.versions, version)
}

// conditional decides a conditional GET: done means that 304 was the answer. The
// version is that of what the directory writes; the groups of a user, which follow from
// what is written to groups (RFC 7643 §4.1.2), do not change it.
func conditional(w http.ResponseWriter, r *http.Request, version int64) (done bool, err error) {
	if t := parseTags(r.Header.Values("If-Match")); t.given && !t.match(version) {
		return false, roster.Stale
	}
	if t := parseTags(r.Header.Values("If-None-Match")); t.given && t.match(version) {
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
