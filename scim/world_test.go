package scim

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/migrated"
	"rollcall/storage"
)

const publicURL = "https://rollcall.example"

// databases are the stores that the door is tested on.
var databases = []struct {
	name string
	url  func(testing.TB) string
}{
	{"sqlite", migrated.SQLite},
	{"postgres", migrated.Postgres},
}

func sqliteURL(tb testing.TB) string {
	tb.Helper()
	return migrated.SQLite(tb)
}

// world is a door on a database of its own, with a clock that stands still
// between requests.
type world struct {
	db     *storage.DB
	roster *roster.Roster
	door   *Door
	router *mux.Router
	began  time.Time
	ticks  atomic.Int64

	mu       sync.Mutex
	reported []error
	observed []Observation
}

// nameKey is the context key of a request's id.
type nameKey struct{}

func newWorld(tb testing.TB, url string) *world {
	tb.Helper()
	w := &world{began: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), router: mux.NewRouter().SkipClean(true)}
	db, err := storage.Open(tb.Context(), storage.Config{URL: url, Now: w.now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	w.db, w.roster = db, &roster.Roster{Store: db, Locator: db, Now: w.now}
	w.door, err = New(Config{
		Roster: w.roster, Store: db, Locator: db, PublicURL: publicURL + "/",
		Secret: []byte(strings.Repeat("k", 32)), Now: w.now,
		RequestID: func(ctx context.Context) string { name, _ := ctx.Value(nameKey{}).(string); return name },
		Report: func(_ context.Context, err error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.reported = append(w.reported, err)
		},
		Observe: func(o Observation) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.observed = append(w.observed, o)
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	w.router.PathPrefix(Prefix + "/").Handler(w.door)
	return w
}

func (w *world) now() time.Time { return w.began.Add(time.Duration(w.ticks.Load()) * time.Second) }

// wait moves the clock.
func (w *world) wait(d time.Duration) { w.ticks.Add(int64(d / time.Second)) }

// customer is a tenant with one directory and one token.
type customer struct {
	tenant    tenant.ID
	directory tenant.Directory
	token     string
	path      string // of the directory's base URL
}

func (w *world) customer(tb testing.TB, slug, domain string, p tenant.Provider, s tenant.DirectorySettings) customer {
	tb.Helper()
	t, err := w.roster.CreateTenant(tb.Context(), slug, slug, tenant.SimpleRoles())
	if err != nil {
		tb.Fatal(err)
	}
	operator := roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
	if domain != "" {
		if _, err := w.roster.TrustDomain(tb.Context(), operator, domain); err != nil {
			tb.Fatal(err)
		}
	}
	d, err := w.roster.CreateDirectory(tb.Context(), operator, "People", p, s)
	if err != nil {
		tb.Fatal(err)
	}
	c := customer{tenant: t.ID, directory: d, token: "token-of-" + slug, path: Prefix + "/" + d.ID.UUID.UUID()}
	if _, err := w.roster.AddCredential(tb.Context(), operator, d.ID, "test", sha256.Sum256([]byte(c.token)), time.Time{}); err != nil {
		tb.Fatal(err)
	}
	return c
}

// do sends a request one second after the last. Headers are "Name: value".
func (w *world) do(tb testing.TB, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	return w.send(r)
}

func (w *world) send(r *http.Request) *httptest.ResponseRecorder {
	w.wait(time.Second)
	rec := httptest.NewRecorder()
	w.router.ServeHTTP(rec, r)
	return rec
}

// as sends a request of a customer's directory.
func (w *world) as(tb testing.TB, c customer, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	tb.Helper()
	headers = append([]string{"Authorization: Bearer " + c.token}, headers...)
	if body != "" {
		headers = append([]string{"Content-Type: " + contentType}, headers...)
	}
	return w.do(tb, method, c.path+path, body, headers...)
}

// userBody is a small user for tests that are not about users.
func userBody(name string) string {
	return fmt.Sprintf(`{"schemas":[%q],"userName":%q}`, userURN, name)
}

// lateContext is a context whose time is over as soon as that is said.
type lateContext struct {
	context.Context
	over atomic.Bool
}

func (c *lateContext) Err() error {
	if c.over.Load() {
		return context.DeadlineExceeded
	}
	return c.Context.Err()
}
