package scim

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// answer writes an answer down and learns its id and cursor.
func (x *exchange) answer(name string, rec *httptest.ResponseRecorder) string {
	var learnt struct {
		ID, NextCursor string
		Operations     []struct{ Method, BulkID, Location string }
	}
	if json.Unmarshal(rec.Body.Bytes(), &learnt) == nil {
		known := slices.ContainsFunc(x.names, func(n string) bool { return x.values[n] == learnt.ID })
		if _, err := tenant.ParseUUID(learnt.ID); err == nil && !known {
			x.learn(name, learnt.ID)
		}
		if learnt.NextCursor != "" {
			x.learn(name+".next", learnt.NextCursor)
		}
	}
	for _, op := range learnt.Operations {
		if _, known := x.values[name+"."+op.BulkID]; op.Method == "POST" && op.BulkID != "" && op.Location != "" && !known {
			x.learn(name+"."+op.BulkID, op.Location[strings.LastIndexByte(op.Location, '/')+1:])
		}
	}
	var b strings.Builder
	fmt.Fprintln(&b, rec.Code)
	for _, h := range []string{"Accept", "Accept-Encoding", "Allow", "Content-Type", "ETag", "Location", "Retry-After", "WWW-Authenticate"} {
		if v := rec.Header().Get(h); v != "" && (h != "Content-Type" || v != contentType) {
			fmt.Fprintf(&b, "%s: %s\n", h, v)
		}
	}
	if rec.Body.Len() > 0 {
		fmt.Fprintf(&b, "\n%s\n", pretty(rec.Body.Bytes()))
	}
	return x.conceal(b.String())
}

// leaf is an array or object without others in it.
var leaf = regexp.MustCompile(`[{\[]\n[^{}\[\]]*[}\]]`)

var space = regexp.MustCompile(`\s*\n\s*`)

// pretty indents JSON and keeps short leaves on one line.
func pretty(body []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, body, "", "  "); err != nil {
		return string(body)
	}
	return leaf.ReplaceAllStringFunc(b.String(), func(s string) string {
		if one := space.ReplaceAllString(s, " "); len(one) < 110 {
			return one
		}
		return s
	})
}

// members writes down who is in the tenant at the end, and how.
func (x *exchange) members(tb testing.TB) string {
	tb.Helper()
	q := roster.Query{Limit: 1000, WithRemoved: true, WithGroups: true}
	page, err := x.w.db.Reader(x.own.tenant).Members(tb.Context(), q)
	if err != nil {
		tb.Fatal(err)
	}
	// Ids that one bulk request made bear the same time, and so have no order of their own.
	slices.SortFunc(page.Items, func(a, b roster.Member) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.Login, b.Login))
	})
	var b strings.Builder
	for _, m := range page.Items {
		fmt.Fprintf(&b, "%s is %s, %s", m.Login, m.Standing.State, m.Standing.Role)
		if m.Standing.Reason != "" {
			fmt.Fprintf(&b, ", for %s", m.Standing.Reason)
		}
		fmt.Fprintf(&b, "; key %s, address %s, version %d", cmp.Or(m.ExternalID, "none"), cmp.Or(string(m.Email), "none"), m.Version)
		for _, g := range m.Groups {
			fmt.Fprintf(&b, ", in %q", g.Name)
		}
		b.WriteByte('\n')
	}
	return x.conceal(b.String())
}

// events writes down what the requests caused.
func (x *exchange) events(tb testing.TB) string {
	tb.Helper()
	all := x.feed(tb)
	var b strings.Builder
	for _, e := range all {
		if e.RequestID == "" {
			continue // the set-up
		}
		about := e.Member.UUID
		if about.IsZero() {
			about = e.Group.UUID
		}
		subject := ""
		if !about.IsZero() {
			subject = about.UUID()
		}
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprint(e.RequestID, ": ", e.Kind, " ", subject, " ", compact(e.Data)), " "))
	}
	return x.conceal(b.String())
}

// feed reads all events. Those of PostgreSQL appear when no older transaction runs, of any tenant, so a last
// event is written and waited for.
func (x *exchange) feed(tb testing.TB) []roster.Event {
	tb.Helper()
	operator := roster.Staff{Tenant: x.own.tenant, Actor: roster.Actor{Source: roster.SourceOperator}}
	if _, err := x.w.roster.AddDomain(tb.Context(), operator, x.domain+"last.example"); err != nil {
		tb.Fatal(err)
	}
	for {
		all, err := x.w.db.Reader(x.own.tenant).Events(tb.Context(), roster.Cursor{}, 1000)
		if err != nil {
			tb.Fatal(err)
		}
		domains := 0
		for _, e := range all {
			if e.Kind == roster.DomainChanged {
				domains++
			}
		}
		if domains == 2 { // that of newExchange and the last
			return all
		}
	}
}

// compact makes the JSON of both databases the same.
func compact(data json.RawMessage) string {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return string(data)
	}
	b, err := json.Marshal(v)
	if err != nil || string(b) == "{}" || string(b) == "null" {
		return ""
	}
	return string(b)
}
