package acceptance

import (
	"html"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
)

// BenchmarkPages reads each page that people see over HTTP, with 10,000 members in the tenant and 20,000 in others, and
// says how long half of the answers took at most, and 95 in a hundred. Beside them: an answer of the same program that
// reads nothing.
func BenchmarkPages(b *testing.B) {
	onEachMeasuredHouse(b, func(b *testing.B, h *house) {
		t := h.town(townMembers)
		invite, link, review := t.waits()
		boss, own := "rollcall="+t.cookie(t.ana), "rollcall="+t.cookie(t.uma)
		pages := []struct{ name, path, cookie string }{
			{"bare", "/healthz", ""},
			{"login", "/login", ""},
			{"forgot", "/password/forgot", ""},
			{"invite_accept", "/invite/accept", h.opened(link)},
			{"invite_help", "/invite/help", ""},
			{"home", "/", own},
			{"me", "/me", own},
			{"me_sessions", "/me/sessions", own},
			{"me_security", "/me/security", own},
		}
		for _, p := range t.consolePages(h.client(), boss, invite, review) {
			pages = append(pages, struct{ name, path, cookie string }{p[0], p[1], boss})
		}
		client := h.client()
		for _, p := range pages {
			b.Run(p.name, func(b *testing.B) {
				measure(b, func() { fetch(b, client, h.url+p.path, p.cookie) })
			})
		}
	})
}

// consolePages are the pages for admins, by name and path.
func (t *town) consolePages(client *http.Client, cookie string, invite roster.Invite, review roster.Review) [][2]string {
	list := "/console/members"
	out := [][2]string{
		{"members", list},
		{"members_search", list + "?q=person99"},
		{"members_search_few", list + "?q=person9999"},
		{"members_search_none", list + "?q=nobody"},
		{"members_state", list + "?state=inactive"},
		{"members_role", list + "?role=viewer"},
		{"members_source", list + "?source=invite"},
		{"members_group", list + "?group=" + t.groups[0].String()},
		{"members_domain", list + "?domain=acme.example"},
		{"members_away", list + "?away=30"},
		{"members_by_activity", list + "?sort=active"},
		{"members_by_joined", list + "?sort=joined"},
		{"member", list + "/" + t.people[77].String()},
		{"invites", "/console/invites"},
		{"invites_search", "/console/invites?q=guest77"},
		{"invite", "/console/invites/" + invite.ID.String()},
		{"invite_new", "/console/invites/new"},
		{"requests", "/console/requests"},
		{"groups", "/console/groups"},
		{"group", "/console/groups/" + t.groups[0].String()},
		{"roles", "/console/roles"},
		{"reviews", "/console/review"},
		{"review", "/console/review/" + review.ID.String()},
		{"review_search", "/console/review/" + review.ID.String() + "?q=person77"},
	}
	for _, sort := range []string{"", "active", "joined"} {
		at := list + "?sort=" + sort
		for range 100 { // half the way through
			next := linkOf(fetch(t.h.t, client, t.h.url+at, cookie), "next")
			if next == "" {
				t.h.t.Fatalf("the list %q ends early, at %s", sort, at)
			}
			at = next
		}
		out = append(out, [2]string{"members_page_100_" + sort, at})
	}
	return out
}

// opened is the cookie of a browser that opened an invite's link.
func (h *house) opened(link string) string {
	h.t.Helper()
	res := h.ask(http.MethodGet, strings.TrimPrefix(link, h.url), nil)
	var out []string
	for _, c := range res.Cookies() {
		out = append(out, c.Name+"="+c.Value)
	}
	return strings.Join(out, "; ")
}

// linkOf is where a page leads by a link of this kind.
func linkOf(page, rel string) string {
	before, _, ok := strings.Cut(page, `" rel="`+rel+`"`)
	if !ok {
		return ""
	}
	return html.UnescapeString(before[strings.LastIndex(before, `"`)+1:])
}

// fetch reads a page, which must be there.
func fetch(t testing.TB, client *http.Client, url, cookie string) string {
	t.Helper()
	return string(asked(t, client, url, "Cookie", cookie))
}

// measure does something again and again, and reports the median and the 95th of a hundred beside the mean.
func measure(b *testing.B, f func()) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		f()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	for _, p := range []struct {
		name string
		of   int
	}{{"p50-ms", 50}, {"p95-ms", 95}} {
		b.ReportMetric(took[min(len(took)-1, len(took)*p.of/100)].Seconds()*1000, p.name)
	}
}
