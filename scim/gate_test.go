package scim

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// turnstile is a gate that notes who entered and left.
type turnstile struct {
	mu   sync.Mutex
	seen []string
}

func (g *turnstile) note(what string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen = append(g.seen, what)
}

func (g *turnstile) take() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := g.seen
	g.seen = nil
	return out
}

func (g *turnstile) Allow(context.Context, *roster.Grant, int) time.Duration {
	g.note("allow")
	return 0
}

func (g *turnstile) Enter(context.Context, tenant.ID) (time.Duration, error) {
	g.note("enter")
	return 0, nil
}
func (g *turnstile) Leave() { g.note("leave") }

// noting notes when a body is read to its end and when an answer begins.
type noting struct {
	io.ReadCloser
	http.ResponseWriter
	gate *turnstile
}

func (n noting) Read(p []byte) (int, error) {
	k, err := n.ReadCloser.Read(p)
	if err == io.EOF {
		n.gate.note("body")
	}
	return k, err
}

func (n noting) Write(p []byte) (int, error) {
	n.gate.note("answer")
	return n.ResponseWriter.Write(p)
}

// TestGateP14 holds where a request's turn begins and ends: a tenant that sends and reads slowly keeps
// no place from others, and nothing is worked on without a turn.
func TestGateP14(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sqliteURL(t))
	c := w.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
	gate := &turnstile{}
	config := w.door.Config
	config.Gate = gate
	door, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	router := mux.NewRouter()
	router.PathPrefix(Prefix + "/").Handler(door)
	for _, tt := range []struct {
		name, method, path, body string
		want                     []string
	}{
		{"a list", "GET", "/Users", "", []string{"allow", "enter", "leave", "answer"}},
		{"a list with a body, which nobody reads", "GET", "/Users", "{}", []string{"allow", "enter", "leave", "answer"}},
		{"a create", "POST", "/Users", userBody("ann@ours.test"), []string{"allow", "body", "enter", "leave", "answer"}},
		{"a create without a body", "POST", "/Users", "", []string{"allow", "enter", "leave", "answer"}},
		{"a body that can't be read", "POST", "/Users", "\xff", []string{"allow", "body", "answer"}},
		{"a path that is not served", "GET", "/Nobody", "", []string{"allow", "answer"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), tt.method, c.path+tt.path, strings.NewReader(tt.body))
			r.Header.Set("Authorization", "Bearer "+c.token)
			if tt.body == "" {
				r.Body = http.NoBody
			} else {
				r.Body = noting{ReadCloser: r.Body, gate: gate}
			}
			router.ServeHTTP(noting{ResponseWriter: httptest.NewRecorder(), gate: gate}, r)
			if diff := cmp.Diff(tt.want, gate.take()); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// TestGateSlowReaderP14: while a piece of a long answer is on its way the request has no turn, and nothing
// is read without one.
func TestGateSlowReaderP14(t *testing.T) {
	t.Parallel()
	w, c, group := streamed(t, sqliteURL(t), 11)
	gate := &turnstile{}
	w.door.Gate, w.door.Store = gate, longNames{w.db, gate}
	for _, path := range []string{"/Groups/" + group, "/Groups", "/Users?count=11", ""} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", c.path+path, http.NoBody)
		r.Header.Set("Authorization", "Bearer "+c.token)
		rec := httptest.NewRecorder()
		w.router.ServeHTTP(noting{ResponseWriter: rec, gate: gate}, r)
		inside, pieces := 0, 0
		seen := gate.take()
		for _, what := range seen {
			switch what {
			case "enter":
				inside++
			case "leave":
				inside--
			case "answer":
				pieces++
			}
			if (what == "answer") != (inside == 0) && what != "leave" && what != "allow" {
				t.Fatalf("%s: %s with %d turns: %v", path, what, inside, seen)
			}
		}
		if inside != 0 || rec.Code != http.StatusOK || pieces < 2 {
			t.Errorf("%q = %d in %d pieces, %d turns left over: %v", path, rec.Code, pieces, inside, seen)
		}
	}
}

// longNames is a store of people with names so long that answers leave in pieces. It notes what is read.
type longNames struct {
	roster.Store
	gate *turnstile
}

func (s longNames) Reader(id tenant.ID) roster.Reader {
	return longNamesReader{s.Store.Reader(id), s.gate}
}

type longNamesReader struct {
	roster.Reader
	gate *turnstile
}

func (r longNamesReader) GroupMembers(ctx context.Context, id roster.GroupID, after roster.MemberID, limit int) ([]roster.GroupMember, error) {
	r.gate.note("read")
	members, err := r.Reader.GroupMembers(ctx, id, after, limit)
	for i := range members {
		members[i].Label = strings.Repeat("x", streamBytes)
	}
	return members, err
}

func (r longNamesReader) Members(ctx context.Context, q roster.Query) (roster.Page[roster.Member], error) {
	r.gate.note("read")
	page, err := r.Reader.Members(ctx, q)
	for i := range page.Items {
		page.Items[i].Login = strings.Repeat("x", streamBytes)
	}
	return page, err
}

func (r longNamesReader) Resources(ctx context.Context, q roster.ResourceQuery) (roster.Page[roster.Resource], error) {
	r.gate.note("read")
	page, err := r.Reader.Resources(ctx, q)
	for i := range page.Items {
		if m := page.Items[i].Member; m != nil {
			m.Login = strings.Repeat("x", streamBytes)
		}
	}
	return page, err
}
