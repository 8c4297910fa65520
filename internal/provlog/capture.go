package provlog

import (
	"strings"
	"time"
	"unicode/utf8"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// MaxBody is how much of a body is kept.
const MaxBody = 8 << 10

// maxChanges is how many events are kept of one exchange; a bulk request may write thousands.
const maxChanges = 100

// Capture is an exchange as a door saw it. The recorder keeps it until it is written: the door
// must not change it, nor what its slices hold, after Add.
type Capture struct {
	Tenant    tenant.ID
	Directory tenant.DirectoryID
	At        time.Time
	Took      time.Duration
	RequestID string
	Method    string
	Route     string
	// Path is below the base URL, RawQuery as it came.
	Path, RawQuery string
	Status         int
	ScimType       string
	Code           roster.Code
	Field          string
	Received, Sent int64
	UserAgent      string
	Vendor         tenant.Provider
	Events         []roster.Event
	// Request and Answer are the beginnings of the bodies, of at most MaxBody bytes; nil: not
	// wanted. Cut says that the request's went on.
	Request, Answer []byte
	Cut             bool
	// Show leaves personal values in the bodies.
	Show bool
}

// size is what the capture keeps alive beside itself.
func (c *Capture) size() int { return len(c.Request) + len(c.Answer) }

// failed says whether the answer was an error.
func (c *Capture) failed() bool { return c.Status >= 400 }

// entry makes what is stored of a capture, with everything masked. buf is room for the work.
func (c *Capture) entry(buf []byte) roster.Exchange {
	e := roster.Exchange{
		ID: roster.ExchangeID{UUID: tenant.NewUUID(c.At)}, Directory: c.Directory, At: c.At, Status: c.Status,
		ExchangeDetails: roster.ExchangeDetails{
			RequestID: c.RequestID, Method: c.Method, Route: c.Route, Path: c.path(), Query: clip(Query(c.RawQuery), 2000),
			ScimType: c.ScimType, Code: c.Code, Field: c.field(), Took: c.Took, Received: c.Received, Sent: c.Sent,
			UserAgent: clip(c.UserAgent, 200), Vendor: c.Vendor,
		},
	}
	for _, v := range c.Events[:min(len(c.Events), maxChanges)] {
		e.Changes = append(e.Changes, roster.ExchangeChange{Kind: v.Kind, Member: v.Member, Group: v.Group, Data: v.Data})
	}
	e.Subject = c.subject()
	if c.Request != nil {
		e.Request = string(Body(buf[:0], c.Request, c.Show && !c.Cut))
	}
	if c.Answer != nil {
		e.Answer = string(body(buf[:0], c.Answer, c.Show, c.values(e)))
	}
	e.Bodies = c.Show && (c.Request != nil || c.Answer != nil)
	return e
}

// values are the words that the request sent as values, which an error may tell of.
func (c *Capture) values(e roster.Exchange) map[string]struct{} {
	if !c.failed() || c.Show {
		return nil
	}
	return valuesIn([]string{decoded(c.RawQuery), c.Path, string(c.Request)}, []string{e.Query, e.Path, c.Route, e.Request})
}

// path is empty where the route says it all.
func (c *Capture) path() string {
	if c.Path == c.Route {
		return ""
	}
	return clip(Path(c.Path), 300)
}

func (c *Capture) field() string {
	if c.Field == "" || attributeWord(c.Field) {
		return c.Field
	}
	return clip(Filter(c.Field), 300)
}

// subject is the resource that the path names, or else the first that an event tells of.
func (c *Capture) subject() tenant.UUID {
	if strings.HasSuffix(c.Route, "/{id}") {
		if id, err := tenant.ParseUUID(strings.TrimRight(c.Path[strings.LastIndexByte(strings.TrimRight(c.Path, "/"), '/')+1:], "/")); err == nil {
			return id
		}
	}
	for _, e := range c.Events {
		switch {
		case !e.Member.IsZero():
			return e.Member.UUID
		case !e.Group.IsZero():
			return e.Group.UUID
		}
	}
	return tenant.UUID{}
}

// clip shortens a text to some bytes.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + cutToken
}
