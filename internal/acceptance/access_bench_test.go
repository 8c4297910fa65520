package acceptance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/internal/tenant"
)

// BenchmarkLocalSignIn is the whole way in without an identity provider, page by page: by a password, most of which is its
// hash, and by a code, with its mail sent and read.
func BenchmarkLocalSignIn(b *testing.B) {
	onEachMeasured(b, func(b *testing.B, g *gateway) {
		a, l := g.tenant("acme"), g.lodge()
		const text = "a long enough sentence"
		for i := range people {
			l.settled(a, fmt.Sprintf("p%d@acme.example", i), "viewer", text)
		}
		ways := map[string]func(from, email string) bool{
			"password": func(from, email string) bool { return l.knocks(l.from(from), email, text).Has("signed in to") },
			"code": func(from, email string) bool {
				tab := l.from(from)
				page := l.wantsCode(tab, email)
				return l.types(tab, page, l.code(email)).Has("signed in to")
			},
		}
		for name, way := range ways {
			b.Run(name, func(b *testing.B) {
				n := 0
				measure(b, func() {
					n++
					g.clock.advance(time.Hour) // nobody is told to wait
					if email := fmt.Sprintf("p%d@acme.example", n%people); !way("net"+strconv.Itoa(n), email) {
						b.Fatalf("%s did not get in", email)
					}
				})
			})
		}
	})
}

// BenchmarkAccess asks what applications ask, in a tenant of 10,000 members: whether somebody may come in, and whom to notify.
func BenchmarkAccess(b *testing.B) {
	onEachMeasuredHouse(b, func(b *testing.B, h *house) {
		t, client := h.town(townMembers), h.client()
		for name, path := range map[string]string{
			"bare": "/healthz", "check": "/api/v1/check?tenant=acme&email=person77@acme.example",
			"recipients_50":         "/api/v1/tenants/acme/recipients?limit=50&group=" + t.groups[1].String(),
			"recipients_50_of_5000": "/api/v1/tenants/acme/recipients?limit=50&group=" + t.groups[0].String(),
		} {
			b.Run(name, func(b *testing.B) {
				measure(b, func() { asked(b, client, h.url+path, "Authorization", "Bearer "+operatorKey) })
			})
		}
	})
}

// BenchmarkMembersCSV exports all members, of whom ROLLCALL_BENCH_MEMBERS says how many there are, and tells the most
// memory that the program ever had.
func BenchmarkMembersCSV(b *testing.B) {
	n := townMembers
	if text := os.Getenv("ROLLCALL_BENCH_MEMBERS"); text != "" {
		n = do[int](b)(strconv.Atoi(text))
	}
	onEachMeasuredHouse(b, func(b *testing.B, h *house) {
		c := h.squad("acme", tenant.ContentRoles())
		h.hire(c.a, "acme.example", n)
		client, cookie, rows := h.client(), "rollcall="+c.cookie(c.ana), 0
		before := h.peak()
		for b.Loop() {
			rows = bytes.Count(asked(b, client, h.url+"/console/members.csv", "Cookie", cookie), []byte("\n")) - 1
		}
		if rows != n+2 {
			b.Fatalf("%d members of %d are in the file", rows, n+2)
		}
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(before, "MB-before")
		b.ReportMetric(h.peak(), "MB-peak")
	})
}

// peak is the most memory that the program ever had resident, in megabytes.
func (h *house) peak() float64 {
	h.t.Helper()
	status := string(do[[]byte](h.t)(os.ReadFile(fmt.Sprintf("/proc/%d/status", h.server.cmd.Process.Pid))))
	_, rest, _ := strings.Cut(status, "VmHWM:")
	kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	return do[float64](h.t)(strconv.ParseFloat(kb, 64)) / 1024
}

// asked reads an answer, which must be 200, with one header.
func asked(t testing.TB, client *http.Client, url, header, value string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(header, value)
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s = %d, %v: %.200s", url, res.StatusCode, err, body)
	}
	return body
}
