package google

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"rollcall/internal/provlog"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// agent is what the log calls who spoke.
const agent = "Google Directory API"

// pulled is the method that the log shows: nothing was sent to us, we went and read.
const pulled = "PULL"

// entry is what the log keeps of one record that was applied, or refused.
type entry struct {
	route   string
	record  []byte // as Google wrote it
	events  []roster.Event
	began   time.Time
	created bool
	removed bool
	err     error // a refusal
}

// log hands an entry to the provisioning log. What changed nothing and was not refused is not told:
// the entry of the run counts it.
func (r *run) log(e entry) {
	if r.Log == nil || e.err == nil && len(e.events) == 0 {
		return
	}
	now := r.Now()
	if e.began.IsZero() {
		e.began = now
	}
	c := &provlog.Capture{
		Tenant: r.tenant, Directory: r.pull.Directory, At: e.began, Took: now.Sub(e.began), RequestID: r.by.RequestID,
		Method: pulled, Route: e.route, Path: e.route, Status: http.StatusOK, Received: int64(len(e.record)),
		UserAgent: agent, Vendor: tenant.Google, Events: e.events, Show: r.by.Directory.Settings.LogBodies.After(now),
	}
	switch {
	case e.created:
		c.Status = http.StatusCreated
	case e.removed:
		c.Status = http.StatusNoContent
	}
	c.Request = e.record[:min(len(e.record), provlog.MaxBody)]
	c.Cut = len(c.Request) < len(e.record)
	if refusal, _, _ := refusalOf(e.err); refusal != nil {
		c.Status, c.Code, c.Field = statusOf(refusal), refusal.Code, refusal.Field
		if c.Code == "" && refusal.Kind == roster.Conflict {
			c.Code = roster.CodeTaken
		}
		c.Answer = said(c.Status, refusal.Detail)
	}
	r.Log.Add(c)
}

// logRun tells of the run itself, behind what it did: that it came, and why it could not read Google.
func (r *run) logRun(f *Failure) {
	if r.Log == nil {
		return
	}
	c := &provlog.Capture{
		Tenant: r.tenant, Directory: r.pull.Directory, At: r.out.EndedAt, Took: r.out.EndedAt.Sub(r.began), RequestID: r.by.RequestID,
		Method: pulled, Route: "/run", Path: "/run", Status: http.StatusOK, UserAgent: agent, Vendor: tenant.Google,
	}
	if f != nil {
		if c.Status = f.Status; c.Status < http.StatusBadRequest {
			c.Status = http.StatusBadGateway
		}
		c.Code, c.Answer = f.Code, said(c.Status, f.Detail)
	}
	r.Log.Add(c)
}

// said is a refusal's text in the form in which the log shows it.
func said(status int, detail string) []byte {
	b, _ := json.Marshal(map[string]string{"status": strconv.Itoa(status), "detail": detail}) //nolint:errchkjson // texts
	return b
}

// statusOf is how the log counts a refusal, as if the record had been pushed.
func statusOf(e *roster.Error) int {
	switch e.Kind {
	case roster.Conflict:
		return http.StatusConflict
	case roster.NotFound:
		return http.StatusNotFound
	case roster.TooLarge:
		return http.StatusRequestEntityTooLarge
	case roster.Refused:
		if e.Code == roster.CodeLastAdmin || e.Code == roster.CodeEmailExists {
			return http.StatusConflict
		}
	}
	return http.StatusBadRequest
}
