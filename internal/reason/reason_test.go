package reason

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
)

// TestEveryCodeHasItsWords holds that no page lacks what to do, and that what it says is documented.
func TestEveryCodeHasItsWords(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../../docs/reasons.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []map[roster.Code]Sentence{ofPeople(), ofDoors()} {
		for code, s := range table {
			if s.Heading == "" || s.Sentence == "" || s.Do == "" {
				t.Errorf("%s: %+v lacks something", code, s)
			}
			if !strings.Contains(string(docs), "`"+string(code)+"`") {
				t.Errorf("docs/reasons.md does not tell of %s", code)
			}
		}
	}
}

func TestRefuseShowsCodeContactAndNothingInside(t *testing.T) {
	t.Parallel()
	pages, err := console.New("Rollcall")
	if err != nil {
		t.Fatal(err)
	}
	d := Desk{
		Pages: pages, Public: "https://gw.example", Now: func() time.Time { return time.Unix(0, 0) },
		RequestID: func(ctx context.Context) string { return "req-1" },
	}
	suspended := &roster.Error{Kind: roster.Refused, Code: roster.CodeTenantSuspended, Detail: "inside"}
	tests := []struct {
		name   string
		err    error
		status int
		has    []string
	}{
		{"a rule", With(suspended, About{Contact: "Ana at 4711"}), http.StatusForbidden, []string{"tenant_suspended", "Ana at 4711", "Request: req-1"}},
		{"away", fmt.Errorf("ask: %w", roster.Unavailable), http.StatusServiceUnavailable, []string{"Try again in a few seconds"}},
		{"unknown", fmt.Errorf("inside"), http.StatusInternalServerError, []string{"internal"}},
		{"a form", &roster.Error{Kind: roster.Invalid, Detail: "inside"}, http.StatusUnprocessableEntity, []string{"bad_request"}},
		{"nothing there", roster.NotFound, http.StatusNotFound, []string{"leads nowhere", "/login"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			d.Refuse(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), tt.err)
			body := w.Body.String()
			if w.Code != tt.status || strings.Contains(body, "inside") {
				t.Errorf("%d: %s", w.Code, body)
			}
			for _, want := range tt.has {
				if !strings.Contains(body, want) {
					t.Errorf("the page lacks %q: %s", want, body)
				}
			}
		})
	}
}
