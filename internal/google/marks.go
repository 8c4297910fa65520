package google

import (
	"context"
	"encoding/hex"
	"strconv"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

type markKey struct {
	kind roster.PullMarkKind
	key  string
}

// marks are what earlier runs noted of single records, and what this one does. What changes waits until
// flush, so that an unchanged run writes none.
type marks struct {
	known   map[markKey]roster.PullMark
	changed map[markKey]bool // those of known to be written, and those that are gone from it
}

func readMarks(ctx context.Context, rd roster.Reader, id tenant.DirectoryID) (marks, error) {
	m := marks{known: map[markKey]roster.PullMark{}, changed: map[markKey]bool{}}
	all, err := rd.PullMarks(ctx, id)
	for _, v := range all {
		m.known[markKey{v.Kind, v.Key}] = v
	}
	return m, err
}

func (m marks) find(kind roster.PullMarkKind, key string) roster.PullMark {
	return m.known[markKey{kind, key}]
}

func (m marks) put(v roster.PullMark) {
	m.known[markKey{v.Kind, v.Key}] = v
	m.changed[markKey{v.Kind, v.Key}] = true
}

func (m marks) drop(kind roster.PullMarkKind, key string) {
	if _, ok := m.known[markKey{kind, key}]; ok {
		delete(m.known, markKey{kind, key})
		m.changed[markKey{kind, key}] = true
	}
}

// flush writes what changed.
func (m marks) flush(ctx context.Context, r *run) error {
	var put, drop []roster.PullMark
	for k := range m.changed {
		if v, ok := m.known[k]; ok {
			put = append(put, v)
		} else {
			drop = append(drop, roster.PullMark{Kind: k.kind, Key: k.key})
		}
	}
	clear(m.changed)
	return r.Roster.PutPullMarks(ctx, r.tenant, r.pull.Directory, put, drop)
}

// passedOver says whether a record that looks like this was refused not long ago, so that nothing would
// come of another try but one more refusal in the log.
func (r *run) passedOver(kind roster.PullMarkKind, key string, s state) bool {
	m := r.marks.find(kind, key)
	return !r.thorough && m.Code != "" && m.Mark == r.refusedMark(s) && r.began.Sub(m.At) < retryRefused
}

// refusedMark names a record's state together with what the tenant's settings were.
func (r *run) refusedMark(s state) string {
	return hex.EncodeToString(s[:]) + "." + strconv.FormatInt(r.version, 36)
}

// refuse notes that a record was refused.
func (r *run) refuse(kind roster.PullMarkKind, key string, s state, e *roster.Error) {
	code := e.Code
	switch {
	case code != "":
	case e.Kind == roster.Conflict:
		code = roster.CodeTaken
	default:
		code = roster.CodePullRecord
	}
	r.marks.put(roster.PullMark{Kind: kind, Key: key, Mark: r.refusedMark(s), Code: code, Detail: e.Detail, At: r.began})
}
