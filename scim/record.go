package scim

import (
	"errors"
	"net/http"
	"strings"

	"rollcall/internal/provlog"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Log takes in what directories asked and were answered, and never waits;
// *provlog.Recorder is the implementation.
type Log interface {
	Add(c *provlog.Capture)
	Deny(d provlog.Denial)
}

// watch readies a request for the log: it gathers events and, where values may
// be shown, the answer.
func (d *Door) watch(q *request, t *tap) {
	if d.Log == nil || q == nil {
		return
	}
	if q.Method != http.MethodGet {
		q.by.Trail = &roster.Trail{}
	}
	t.all = q.by.Directory.Settings.LogBodies.After(d.Now())
}

// record hands an answered request to the log. Bodies of reads that went well
// are not kept: there would be many, and they tell nothing.
func (d *Door) record(q *request, t *tap, route string, o Observation, err error) {
	if d.Log == nil || q == nil {
		return
	}
	c := &provlog.Capture{
		Tenant: q.by.Tenant, Directory: q.by.Directory.ID, At: d.Now().Add(-o.Duration), Took: o.Duration, RequestID: q.by.RequestID,
		Method: o.Method, Route: route, Path: belowBase(q.URL.Path), RawQuery: q.URL.RawQuery,
		Status: t.status, Received: max(q.ContentLength, int64(len(q.taken))), Sent: t.sent,
		UserAgent: q.UserAgent(), Vendor: d.recognise(q.Request, q.taken), Show: t.all && !q.quirks.schemas.tellsSecret(q.taken),
	}
	if q.by.Trail != nil {
		c.Events = q.by.Trail.Events
	}
	if err != nil {
		c.ScimType, c.Code, c.Field = refusalOf(err)
	}
	if t.status >= http.StatusBadRequest || t.all || len(c.Events) > 0 {
		c.Request, c.Cut = beginning(q.taken)
		c.Answer = t.body
	}
	d.Log.Add(c)
}

// refusalOf is what the log keeps of an error.
func refusalOf(err error) (scimType string, code roster.Code, field string) {
	if _, left := errors.AsType[*gone](err); left {
		return "", "", ""
	}
	e, ok := errors.AsType[*roster.Error](err)
	if ok {
		code, field = e.Code, wordOf(e)
		if code == "" && e.Kind == roster.Conflict {
			code = roster.CodeTaken
		}
	}
	return faultOf(err).scimType, code, field
}

// beginning copies as much of a body as is kept.
func beginning(body []byte) (copied []byte, cut bool) {
	if len(body) == 0 {
		return nil, false
	}
	n := min(len(body), provlog.MaxBody)
	return append(make([]byte, 0, n), body[:n]...), n < len(body)
}

// belowBase is the path behind the directory's id.
func belowBase(path string) string {
	path = strings.TrimPrefix(path, Prefix+"/")
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[i:]
	}
	return ""
}

// deny counts a request that was not let in and returns err, which does not tell
// the client which kind it was.
func (d *Door) deny(id tenant.DirectoryID, kind roster.AuthFailure, err error) error {
	if d.Log != nil {
		d.Log.Deny(provlog.Denial{Directory: id, Kind: kind, At: d.Now()})
	}
	return err
}

// tap counts what is answered, and keeps the beginning of errors, or of all.
type tap struct {
	http.ResponseWriter
	status int
	sent   int64
	body   []byte
	log    bool
	all    bool
}

func (d *Door) tap(w http.ResponseWriter) *tap {
	return &tap{ResponseWriter: w, status: http.StatusOK, log: d.Log != nil}
}

// WriteHeader implements http.ResponseWriter.
func (t *tap) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (t *tap) Write(b []byte) (int, error) {
	if room := provlog.MaxBody - len(t.body); t.log && room > 0 && (t.all || t.status >= http.StatusBadRequest) {
		t.body = append(t.body, b[:min(len(b), room)]...)
	}
	n, err := t.ResponseWriter.Write(b)
	t.sent += int64(n)
	return n, err //nolint:wrapcheck // the connection's own
}

// Unwrap lets http.ResponseController reach the connection.
func (t *tap) Unwrap() http.ResponseWriter { return t.ResponseWriter }
