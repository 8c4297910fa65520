package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

var (
	aTenant    = tenant.ID{UUID: tenant.UUID{15: 1}}
	aDirectory = tenant.DirectoryID{UUID: tenant.UUID{15: 2}}
)

// steps is a clock that moves on by 250 ms with each look.
func steps() func() time.Time {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(250 * time.Millisecond)
		return now
	}
}

// ask sends one request through a chain around one door and returns the answer
// and the log.
func ask(t *testing.T, r *http.Request, h web.HandlerFunc) (*http.Response, string) {
	t.Helper()
	var log bytes.Buffer
	root := mux.NewRouter()
	web.Mount(root, web.Door{Name: "people", Routes: func(r *mux.Router) {
		r.Handle("/people/{login}", web.Handler(h)).Methods(http.MethodGet, http.MethodPost)
	}})
	chain := web.Chain{Log: slog.New(slog.NewJSONHandler(&log, nil)), Now: steps()}
	w := httptest.NewRecorder()
	chain.Wrap(root).ServeHTTP(w, r)
	return w.Result(), log.String()
}

func TestChainWritesOneLineARequestWithNothingPersonalInIt(t *testing.T) {
	t.Parallel()
	fine := func(w http.ResponseWriter, r *http.Request) error {
		rec := web.From(r.Context())
		rec.Tenant, rec.Directory = aTenant, aDirectory
		_, err := w.Write([]byte("hello"))
		return err
	}
	taken := func(http.ResponseWriter, *http.Request) error {
		return &roster.Error{
			Kind: roster.Conflict, Code: roster.CodeEmailExists, Field: "email",
			Detail: "ann@acme.test is taken.", Err: errors.New("ann@acme.test"),
		}
	}
	down := func(http.ResponseWriter, *http.Request) error {
		return &roster.Error{Kind: roster.Unavailable, Err: errors.New("connection refused")}
	}
	paused := func(http.ResponseWriter, *http.Request) error {
		return &roster.Error{Kind: roster.Unavailable, Code: roster.CodeDirectoryPaused}
	}
	unknown := func(http.ResponseWriter, *http.Request) error { return errors.New("disk full") }
	tests := []struct {
		name         string
		method, path string
		handler      web.HandlerFunc
		want         map[string]any
	}{
		{"a good answer", "GET", "/people/ann@acme.test?filter=ann", fine, map[string]any{
			"level": "INFO", "status": 200.0, "bytes": 5.0, "door": "people", "route": "/people/{login}",
			"tenant": "ten_00000000000000000000000001", "directory": "dir_00000000000000000000000002",
		}},
		{"an error of the caller", "POST", "/people/ann@acme.test", taken, map[string]any{
			"level": "INFO", "method": "POST", "status": 409.0, "door": "people", "route": "/people/{login}",
			"error": "conflict (email_exists) email",
		}},
		{"a store that is away", "GET", "/people/ann@acme.test", down, map[string]any{
			"level": "ERROR", "status": 503.0, "door": "people", "route": "/people/{login}",
			"error": "unavailable: connection refused",
		}},
		{"a pause", "POST", "/people/ann@acme.test", paused, map[string]any{
			"level": "INFO", "method": "POST", "status": 503.0, "door": "people", "route": "/people/{login}",
			"error": "unavailable (directory_paused)",
		}},
		{"an unknown error", "GET", "/people/ann@acme.test", unknown, map[string]any{
			"level": "ERROR", "status": 500.0, "door": "people", "route": "/people/{login}", "error": "disk full",
		}},
		{"no such route", "GET", "/ann@acme.test", fine, map[string]any{
			"status": 404.0, "door": "none", "route": "none", "error": "There is nothing at this address.",
		}},
		{"no such method", "DELETE", "/people/ann@acme.test", fine, map[string]any{
			"method": "DELETE", "status": 405.0, "door": "none", "route": "none",
			"error": "This address does not take requests of this method.",
		}},
		{"a made-up method", "ANN", "/people/x", fine, map[string]any{
			"method": "other", "status": 405.0, "door": "none", "route": "none",
			"error": "This address does not take requests of this method.",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(`{"userName":"ann@acme.test"}`))
			r.Header.Set("Authorization", "Bearer ann@acme.test")
			r.Header.Set("X-Request-Id", "r-1")
			_, log := ask(t, r, tt.handler)
			if strings.Count(log, "\n") != 1 || strings.Contains(strings.ToLower(log), "ann@") {
				t.Errorf("want one line without the person's name, got\n%s", log)
			}
			got := map[string]any{}
			if err := json.Unmarshal([]byte(log), &got); err != nil {
				t.Fatal(err)
			}
			want := map[string]any{"level": "INFO", "msg": "request", "method": "GET", "duration_ms": 250.0, "request_id": "r-1"}
			maps.Copy(want, tt.want)
			delete(got, "time")
			if want["bytes"] == nil {
				delete(got, "bytes")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("log line mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	made := regexp.MustCompile(`^req_[0-9a-z]{26}$`)
	tests := []struct{ name, in, want string }{
		{"a proxy's id is kept", "1-67891233-abcdef012345678912345678", "1-67891233-abcdef012345678912345678"},
		{"none: one is made", "", ""},
		{"an address is no id", "ann@acme.test", ""},
		{"too long", strings.Repeat("a", 65), ""},
		{"a line break", "a\nb", ""},
		{"a quote", `a"b`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest("GET", "/people/x", nil)
			r.Header["X-Request-Id"] = []string{tt.in}
			var seen string
			res, _ := ask(t, r, func(_ http.ResponseWriter, r *http.Request) error {
				seen = web.RequestID(r.Context())
				return nil
			})
			got := res.Header.Get("X-Request-Id")
			if seen != got {
				t.Errorf("the handler saw %q, the client %q", seen, got)
			}
			if tt.want != "" && got != tt.want || tt.want == "" && !made.MatchString(got) {
				t.Errorf("X-Request-Id = %q, want %q or one of ours", got, tt.want)
			}
		})
	}
}

func TestPanicIsAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	res, log := ask(t, httptest.NewRequest("GET", "/people/x", nil), func(http.ResponseWriter, *http.Request) error {
		panic("broken invariant")
	})
	if res.StatusCode != http.StatusInternalServerError {
		t.Errorf("status = %d, want 500", res.StatusCode)
	}
	var p web.Problem
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	want := web.Problem{Type: "about:blank", Title: "Internal Server Error", Status: 500, RequestID: res.Header.Get("X-Request-Id")}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("problem mismatch (-want +got)\n%s", diff)
	}
	if !strings.Contains(log, "broken invariant") || !strings.Contains(log, "chain_test.go") {
		t.Errorf("the log does not tell where it broke:\n%s", log)
	}
}

// TestAnswerGivenUpHalfwayIsNotWhole: the client must see that the rest is missing.
func TestAnswerGivenUpHalfwayIsNotWhole(t *testing.T) {
	t.Parallel()
	var status int
	chain := web.Chain{Log: slog.New(slog.DiscardHandler), Now: steps(), Observe: func(rec web.Record) { status = rec.Status }}
	server := httptest.NewServer(chain.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"Resources":[`))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})))
	defer server.Close()
	res, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if got, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("the client read %q as if it were whole", got)
	}
	server.Close()
	if status != http.StatusOK {
		t.Errorf("observed %d, want the 200 that was sent", status)
	}
}

func TestRequestEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	var got error
	chain := web.Chain{
		Log: slog.New(slog.DiscardHandler), Now: steps(), Timeout: time.Nanosecond,
		Observe: func(rec web.Record) { got = rec.Err },
	}
	h := chain.Wrap(web.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		<-r.Context().Done()
		return r.Context().Err()
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !errors.Is(got, context.DeadlineExceeded) {
		t.Errorf("answer %d, observed %v", w.Code, got)
	}
}

func TestClientThatLeavesIsNoErrorOfOurs(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	_, log := ask(t, httptest.NewRequestWithContext(ctx, "GET", "/people/x", nil), func(_ http.ResponseWriter, r *http.Request) error {
		leave()
		return r.Context().Err()
	})
	for _, want := range []string{`"level":"INFO"`, `"status":499`, `"error":"the client has gone"`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in %s", want, log)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	chain := web.Chain{Log: slog.New(slog.DiscardHandler), Now: steps(), HTTPS: true}
	w := httptest.NewRecorder()
	chain.Wrap(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	for _, name := range []string{"X-Content-Type-Options", "Cache-Control", "Referrer-Policy", "Content-Security-Policy", "Strict-Transport-Security"} {
		if w.Header().Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}

// TestPanicHalfwayIsNotWhole: also what a mistake of ours cuts short must not look whole, and the log says so.
func TestPanicHalfwayIsNotWhole(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	chain := web.Chain{Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelError})), Now: steps()}
	server := httptest.NewServer(chain.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"Resources":[`))
		_ = http.NewResponseController(w).Flush()
		panic("broken invariant")
	})))
	defer server.Close()
	res, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if got, err := io.ReadAll(res.Body); err == nil {
		t.Errorf("the client read %q as if it were whole", got)
	}
	server.Close()
	if !strings.Contains(log.String(), "broken invariant") {
		t.Errorf("no error is logged: %s", log.String())
	}
}
