package scim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
)

// TestStatusOf walks all kinds, so that a new one is not forgotten.
func TestStatusOf(t *testing.T) {
	t.Parallel()
	want := map[roster.Kind]string{
		roster.NotFound: "404 ", roster.Conflict: "409 uniqueness", roster.Invalid: "400 invalidValue",
		roster.Stale: "412 ", roster.Refused: "403 ", roster.Unauthorized: "401 ", roster.Forbidden: "403 ", roster.TooLarge: "413 ",
		roster.TooMany: "400 tooMany", roster.RateLimited: "429 ", roster.Unavailable: "503 ",
		roster.Mutability: "400 mutability", roster.NoTarget: "400 noTarget", roster.BadFilter: "400 invalidFilter",
		roster.BadPath: "400 invalidPath", roster.BadSyntax: "400 invalidSyntax", roster.BadCursor: "400 invalidCursor",
		roster.OldCursor: "400 expiredCursor", roster.Sensitive: "403 sensitive",
	}
	got := map[roster.Kind]string{}
	for _, k := range roster.Kinds() {
		status, scimType := statusOf(&roster.Error{Kind: k})
		got[k] = fmt.Sprint(status, " ", scimType)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statusOf mismatch (-want +got):\n%s", diff)
	}
}

func TestStatusOfRefusal(t *testing.T) {
	t.Parallel()
	for code, want := range map[roster.Code]string{
		roster.CodeDomainNotProven:    "400 invalidValue",
		roster.CodeDomainHeld:         "400 invalidValue",
		roster.CodeEmailExists:        "409 uniqueness",
		roster.CodeExternalIDConflict: "409 uniqueness",
		roster.CodeLastAdmin:          "409 mutability",
		roster.CodeTenantSuspended:    "403 ",
	} {
		status, scimType := statusOf(&roster.Error{Kind: roster.Refused, Code: code})
		if got := fmt.Sprint(status, " ", scimType); got != want {
			t.Errorf("statusOf(refused %s) = %q, want %q", code, got, want)
		}
	}
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		status int
		body   string
		header [2]string
	}{
		{
			name: "domain word becomes SCIM's", err: fmt.Errorf("create: %w", &roster.Error{Kind: roster.Conflict, Field: "login", Detail: "Taken."}),
			status: 409, body: `"status":"409","scimType":"uniqueness","detail":"userName: Taken."`,
		},
		{
			name: "detail that names the attribute stays", err: &roster.Error{Kind: roster.Conflict, Field: "external_id", Detail: "The externalId is taken."},
			status: 409, body: `"detail":"The externalId is taken."`,
		},
		{
			name: "detail is made when there is none", err: &roster.Error{Kind: roster.Conflict, Field: "name"},
			status: 409, body: `"detail":"Another resource of this directory has this displayName already.`,
		},
		{name: "bare kind", err: roster.Stale, status: 412, body: `"status":"412","detail":"The resource has changed`},
		{
			name: "unknown error says nothing of itself", err: errors.New("dial tcp 10.0.0.7: secret"),
			status: 500, body: `"detail":"The service failed.`,
		},
		{
			name: "inner error is not shown", err: &roster.Error{Kind: roster.Invalid, Detail: "Bad.", Err: errors.New("secret")},
			status: 400, body: `"detail":"Bad."`,
		},
		{name: "come back", err: roster.Unavailable, status: 503, header: [2]string{"Retry-After", "5"}, body: `"status":"503"`},
		{name: "our own deadline", err: fmt.Errorf("list: %w", context.DeadlineExceeded), status: 503, header: [2]string{"Retry-After", "5"}, body: `"status":"503"`},
		{name: "too fast", err: roster.RateLimited, status: 429, header: [2]string{"Retry-After", "5"}, body: `"status":"429"`},
		{name: "told to wait", err: tooFast(1200 * time.Millisecond), status: 429, header: [2]string{"Retry-After", "2"}, body: `"status":"429"`},
		{name: "no credential", err: errUnauthorized, status: 401, header: [2]string{"WWW-Authenticate", `Bearer realm="SCIM"`}, body: `"status":"401"`},
		{name: "verb", err: methodNotAllowed("BREW", "GET, HEAD"), status: 405, header: [2]string{"Allow", "GET, HEAD"}, body: `"status":"405"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			newRecorder(w, r).fail(r, tt.err)
			body := w.Body.String()
			if w.Code != tt.status || !strings.Contains(body, tt.body) || strings.Contains(body, "secret") {
				t.Errorf("fail(%v) = %d %s, want %d with %s", tt.err, w.Code, body, tt.status, tt.body)
			}
			if got := w.Header().Get(tt.header[0]); tt.header[0] != "" && got != tt.header[1] {
				t.Errorf("header %s = %q, want %q", tt.header[0], got, tt.header[1])
			}
			checkErrorBody(t, w.Code, w.Header(), w.Body.Bytes())
		})
	}
}

// checkErrorBody holds an answer to RFC 7644 §3.12.
func checkErrorBody(tb testing.TB, status int, h http.Header, body []byte) {
	tb.Helper()
	var e struct {
		Schemas []string
		Status  string
		Detail  string
	}
	if err := json.Unmarshal(body, &e); err != nil {
		tb.Errorf("error body %q: %v", body, err)
	}
	if diff := cmp.Diff([]string{errorSchema}, e.Schemas); diff != "" {
		tb.Errorf("schemas mismatch (-want +got):\n%s", diff)
	}
	if e.Status != fmt.Sprint(status) || e.Detail == "" || h.Get("Content-Type") != contentType {
		tb.Errorf("error is %s (%s) with status %q and detail %q", body, h.Get("Content-Type"), e.Status, e.Detail)
	}
}

// TestErrorsQuoteNothingThatWasSent_P13: the text of an error goes to the log, which
// holds no names and addresses. Only its detail, for the admin, may quote them.
func TestErrorsQuoteNothingThatWasSent_P13(t *testing.T) {
	t.Parallel()
	const secret = "mara@acme.example"
	for _, op := range []string{
		`{"op":"replace","path":"emails[value eq \"mara@acme.example\"].nosuch","value":"x"}`,
		`{"op":"replace","path":"emails[value gt \"mara@acme.example\"].value","value":"x"}`,
		`{"op":"replace","path":"mara@acme.example","value":"x"}`,
		`{"op":"replace","path":"mara@acme.example x","value":"x"}`,
		`{"op":"replace","path":"emails[value eq \"mara@acme.example\"]]","value":"x"}`,
		`{"op":"replace","path":"title[value eq \"mara@acme.example\"]","value":"x"}`,
		`{"op":"replace","path":"urn:x:User:a[value eq \"mara@acme.example\"]","value":"x"}`,
		`{"op":"replace","path":"id[value eq \"mara@acme.example\"]","value":"x"}`,
		`{"op":"replace","path":"active","value":"mara@acme.example"}`,
		`{"op":"mara@acme.example","path":"active","value":"x"}`,
	} {
		_, err := applyUser(`{}`, op, quirks{strict: strings.Contains(op, "].value")})
		if err == nil {
			t.Errorf("%s was accepted", op)
		} else if strings.Contains(err.Error(), "mara") {
			t.Errorf("the log gets %q of %s", err, op)
		}
	}
	for _, filter := range []string{`mara@acme.example eq "x"`, `emails[value eq "` + secret + `"`, `title ` + secret + ` "x"`, `active eq "` + secret + `"`} {
		if _, err := parseFilter(filter, userKind.schema(), Limits{}); err == nil || strings.Contains(err.Error(), "mara") {
			t.Errorf("the log gets %v of the filter %s", err, filter)
		}
	}
}
