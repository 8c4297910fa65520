package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/web"
)

func TestEveryKindHasAnAnswer(t *testing.T) {
	t.Parallel()
	for _, k := range roster.Kinds() {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			for _, err := range []error{k, &roster.Error{Kind: k, Err: errors.New("inner")}, fmt.Errorf("find member: %w", &roster.Error{Kind: k})} {
				if got := web.Status(err); got < 400 || got == http.StatusInternalServerError {
					t.Errorf("Status(%v) = %d, want an answer of its own", err, got)
				}
			}
		})
	}
}

func TestProblemShowsWhatIsSafeOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want web.Problem
	}{
		{
			"a rule's refusal", fmt.Errorf("set role: %w", &roster.Error{Kind: roster.Refused, Code: roster.CodeLastAdmin, Detail: "Name another admin first.", Err: errors.New("secret")}),
			web.Problem{Title: "Conflict", Status: 409, Detail: "Name another admin first.", Code: "last_admin"},
		},
		{
			"a bad value", &roster.Error{Kind: roster.Invalid, Field: "email", Detail: "It has no domain."},
			web.Problem{Title: "Unprocessable Entity", Status: 422, Detail: "It has no domain.", Field: "email"},
		},
		{"a bare kind", roster.NotFound, web.Problem{Title: "Not Found", Status: 404}},
		{"a kind nobody knows", &roster.Error{Kind: "odd", Detail: "secret"}, web.Problem{Title: "Internal Server Error", Status: 500}},
		{"anything else", errors.New("secret"), web.Problem{Title: "Internal Server Error", Status: 500}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.Type, tt.want.RequestID = "about:blank", "r-1"
			if diff := cmp.Diff(tt.want, web.ProblemOf(tt.err, "r-1")); diff != "" {
				t.Errorf("ProblemOf(%v) mismatch (-want +got)\n%s", tt.err, diff)
			}
		})
	}
}

func TestProblemCarriesTheHeadersOfItsStatus(t *testing.T) {
	t.Parallel()
	tests := []struct {
		kind         roster.Kind
		header, want string
	}{
		{roster.Unauthorized, "WWW-Authenticate", "Bearer"},
		{roster.Unavailable, "Retry-After", "1"},
		{roster.RateLimited, "Retry-After", "1"},
		{roster.NotFound, "Content-Type", "application/problem+json"},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		web.WriteProblem(w, httptest.NewRequest(http.MethodGet, "/", nil), tt.kind)
		if got := w.Header().Get(tt.header); got != tt.want {
			t.Errorf("%s of %s = %q, want %q", tt.header, tt.kind, got, tt.want)
		}
	}
}
