package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/metrics"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/storage/shortlived"
)

// front is a gateway at https://sso.example that is not listening, and the routes below it.
func front(t *testing.T) (http.Handler, *mux.Router) {
	t.Helper()
	var errs bytes.Buffer
	p := &program{ctx: context.WithoutCancel(t.Context()), errs: &errs, now: time.Now, short: shortlived.NewMemory(time.Now, 0)}
	p.DatabaseURL, p.LogLevel = "sqlite://"+filepath.Join(t.TempDir(), "rollcall.db"), "error"
	if _, err := p.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.close(nil) })
	key, log := secret.NewKey(), slog.New(slog.DiscardHandler)
	handler, err := p.gateway(key, "https://sso.example", log, metrics.New("test"))
	if err != nil {
		t.Fatal(err)
	}
	_, root, err := p.doors(key, "https://sso.example", log, metrics.New("test"))
	if err != nil {
		t.Fatal(err)
	}
	return handler, root
}

var variable = regexp.MustCompile(`\{[^}]+\}`)

// walk calls f with each route's template and methods, and a path that fits; no method means any.
func walk(t *testing.T, root *mux.Router, f func(template, path string, methods []string)) {
	t.Helper()
	n := 0
	err := root.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		template, err := route.GetPathTemplate()
		if err != nil || route.GetHandler() == nil {
			return nil //nolint:nilerr // a group of routes
		}
		methods, _ := route.GetMethods()
		n++
		f(template, variable.ReplaceAllString(template, tenant.NewUUID(time.Now()).UUID()), methods)
		return nil
	})
	if err != nil || n < 15 {
		t.Fatalf("walked %d routes: %v", n, err)
	}
}

// TestForeignPagesChangeNothing_X5: every unsafe route that a browser's cookie could open refuses what another site's page
// sends. The API and the machines' endpoints know no cookie.
func TestForeignPagesChangeNothing_X5(t *testing.T) {
	t.Parallel()
	handler, root := front(t)
	// Identity providers' pages post to the first two on purpose; to the others programs post, who show what they know.
	open := []string{
		"/sso/{connection}/acs", "/sso/{connection}/callback", "/sso/{connection}/logout",
		"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/userinfo",
		// Apps' pages may post to these (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2): without our cookie, as if by GET.
		"/oauth2/authorize", "/oauth2/logout",
	}
	seen := map[string]bool{}
	walk(t, root, func(template, path string, methods []string) {
		if strings.HasPrefix(template, "/api/") {
			return
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			if len(methods) > 0 && !slices.Contains(methods, method) {
				continue
			}
			seen[template] = true
			for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
				r := httptest.NewRequestWithContext(t.Context(), method, "https://sso.example"+path, strings.NewReader("a=b"))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set(name, value)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				refused := w.Code == http.StatusForbidden || w.Code == http.StatusMethodNotAllowed
				if refused == slices.Contains(open, template) || len(w.Result().Cookies()) > 0 {
					t.Errorf("%s %s with %s = %d %v", method, template, name, w.Code, w.Result().Cookies())
				}
			}
		}
	})
	for _, template := range []string{"/login", "/logout", "/sso/{connection}/acs", "/login/password", "/login/code", "/login/choose", "/password/forgot", "/password/reset"} {
		if !seen[template] {
			t.Errorf("%s was not walked: %v", template, seen)
		}
	}
}

// TestHeadersOfAllAnswers_X7: clickjacking, sniffing, plain http, scripts and referrers of all routes.
func TestHeadersOfAllAnswers_X7(t *testing.T) {
	t.Parallel()
	handler, root := front(t)
	check := func(method, path string) {
		r := httptest.NewRequestWithContext(t.Context(), method, "https://sso.example"+path, http.NoBody)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		h := w.Header()
		policy := h.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s %s: Content-Security-Policy %q", method, path, policy)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Strict-Transport-Security"), "max-age=") || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s %s: %v", method, path, h)
		}
		if strings.HasPrefix(h.Get("Content-Type"), "text/html") {
			if h.Get("X-Frame-Options") != "DENY" || h.Get("Cache-Control") != "no-store" || !strings.Contains(policy, "base-uri 'none'") || !strings.Contains(policy, "form-action ") {
				t.Errorf("page %s %s: %v", method, path, h)
			}
		}
		for _, c := range w.Result().Cookies() {
			if !c.HttpOnly || !c.Secure {
				t.Errorf("%s %s: cookie %v", method, path, c)
			}
		}
	}
	walk(t, root, func(_, path string, methods []string) {
		if len(methods) == 0 {
			methods = []string{http.MethodGet, http.MethodPost}
		}
		for _, method := range methods {
			check(method, path)
		}
	})
	check(http.MethodGet, "/nothing-here")
	check(http.MethodPost, "/scim/v2/x/Users")
	check(http.MethodGet, "/assets/rollcall.css")
}
