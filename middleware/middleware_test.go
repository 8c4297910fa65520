package middleware_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/examples/timesheets/app"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/issuertest"
	"rollcall/middleware"
)

// office is Timesheets with a gate before it, and somebody's browser.
type office struct {
	*issuertest.House
	t      *testing.T
	gate   *middleware.Gate
	server *httptest.Server
	app    tenant.App
	secret string
	away   atomic.Bool // Rollcall, for the application
	client *http.Client
}

func newOffice(t *testing.T, h *issuertest.House, introspect bool) *office {
	t.Helper()
	o := &office{House: h, t: t}
	var handler http.Handler
	o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(o.server.Close)
	o.app, o.secret = h.App(tenant.App{
		RedirectURIs: []string{o.server.URL + "/callback"}, PostLogoutURIs: []string{o.server.URL + "/bye"}, BackchannelLogoutURI: o.server.URL + "/backchannel",
	})
	var err error
	o.gate, err = middleware.New(t.Context(), middleware.Config{
		Issuer: h.Server.URL, ClientID: o.app.ID.String(), ClientSecret: o.secret, RedirectURL: o.server.URL + "/callback",
		AfterLogout: o.server.URL + "/bye", Introspect: introspect, Now: h.Clock.Now, HTTP: &http.Client{Transport: o},
	})
	if err != nil {
		t.Fatal(err)
	}
	handler = app.New(o.gate)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	o.client = &http.Client{Jar: jar}
	o.read()
	return o
}

// RoundTrip is the application's way to Rollcall.
func (o *office) RoundTrip(r *http.Request) (*http.Response, error) {
	if o.away.Load() {
		return nil, context.DeadlineExceeded
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (o *office) read() {
	o.t.Helper()
	if err := o.gate.ReadFeed(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) visit(path string) (int, string) {
	o.t.Helper()
	return o.do(http.MethodGet, o.server.URL+path, "", "")
}

func (o *office) do(method, address, bearer, body string) (int, string) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := o.client.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestBrowser(t *testing.T) {
	for name, introspect := range map[string]bool{"feed": false, "introspection": true} {
		t.Run(name, func(t *testing.T) {
			issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) { //nolint:thelper // it is the test
				o := newOffice(t, h, introspect)
				ann := h.Member("ann", "viewer")
				h.Lets(ann)
				if status, page := o.visit("/"); status != http.StatusOK || !strings.Contains(page, `id="role">viewer`) || !strings.Contains(page, "Timesheets of acme") {
					t.Fatalf("after the sign-in: %d %s", status, page)
				}
				if status, _ := o.visit("/approve"); status != http.StatusForbidden {
					t.Errorf("a viewer may approve: %d", status)
				}
				// Tokens are replaced when they expire, and with them the role.
				if _, err := h.Roster.SetRole(t.Context(), h.Staff, ann.ID, "editor"); err != nil {
					t.Fatal(err)
				}
				h.Clock.Advance(6 * time.Minute)
				o.read()
				if status, page := o.visit("/approve"); status != http.StatusOK {
					t.Errorf("an editor may not approve: %d %s", status, page)
				}
				// X2: whoever loses access is out at the next look.
				if _, err := h.Roster.SetActive(t.Context(), h.Staff, ann.ID, false); err != nil {
					t.Fatal(err)
				}
				h.Lets(roster.Member{})
				o.read()
				if _, page := o.visit("/"); page != "login page" {
					t.Errorf("after the deactivation: %s", page)
				}
			})
		})
	}
}

func TestFailsClosed(t *testing.T) {
	for name, introspect := range map[string]bool{"feed": false, "introspection": true} {
		t.Run(name, func(t *testing.T) {
			issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) { //nolint:thelper // it is the test
				o := newOffice(t, h, introspect)
				h.Lets(h.Member("ann", "viewer"))
				o.visit("/")
				f := h.FlowOf(o.app, o.secret, h.Member("ben", "viewer"))
				token := f.Tokens().Text("access_token")
				if status, body := o.do(http.MethodGet, o.server.URL+"/api/week", token, ""); status != http.StatusOK {
					t.Fatalf("an access token: %d %s", status, body)
				}
				o.away.Store(true)
				h.Clock.Advance(6 * time.Second)
				if status, _ := o.visit("/"); status != http.StatusServiceUnavailable {
					t.Errorf("a browser passes while nobody knows: %d", status)
				}
				if status, _ := o.do(http.MethodGet, o.server.URL+"/api/week", token, ""); status != http.StatusServiceUnavailable {
					t.Errorf("a token passes while nobody knows: %d", status)
				}
				o.away.Store(false)
				o.read()
				if status, _ := o.visit("/"); status != http.StatusOK {
					t.Errorf("afterwards: %d", status)
				}
			})
		})
	}
}

func TestBearer(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) { //nolint:thelper // it is the test
		o := newOffice(t, h, false)
		f := h.FlowOf(o.app, o.secret, h.Member("ann", "viewer"))
		tokens, second := f.Tokens(), f.Tokens()
		another, anotherSecret := h.App(tenant.App{Name: "Other"})
		theirs := h.FlowOf(another, anotherSecret, f.Member).Tokens().Text("access_token")
		week := func(token string) int {
			status, _ := o.do(http.MethodGet, o.server.URL+"/api/week", token, "")
			return status
		}
		good := tokens.Text("access_token")
		for name, token := range map[string]string{
			"nothing": "", "an ID token": tokens.Text("id_token"), "a refresh token": tokens.Text("refresh_token"), "another app's token": theirs, "a changed token": good[:len(good)-8] + "AAAAAAAA",
		} {
			if status := week(token); status != http.StatusUnauthorized {
				t.Errorf("%s: %d", name, status)
			}
		}
		if status := week(good); status != http.StatusOK {
			t.Errorf("a good token: %d", status)
		}
		// A grant that ends alone takes its own tokens along.
		h.Post(h.Replica, "/oauth2/revoke", url.Values{"token": {good}}, issuertest.Basic(o.app, o.secret))
		o.read()
		if a, b := week(good), week(second.Text("access_token")); a != http.StatusUnauthorized || b != http.StatusOK {
			t.Errorf("after a revocation: %d, and the other %d", a, b)
		}
		h.Clock.Advance(6 * time.Minute)
		o.read()
		if status := week(second.Text("access_token")); status != http.StatusUnauthorized {
			t.Errorf("an expired token: %d", status)
		}
	})
}

func TestSignOut(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) { //nolint:thelper // it is the test
		o := newOffice(t, h, false)
		h.Lets(h.Member("ann", "viewer"))
		o.visit("/")
		h.Lets(roster.Member{})
		if status, body := o.do(http.MethodPost, o.server.URL+"/logout", "", ""); status != http.StatusNotFound { // there is no page at /bye
			t.Errorf("logout: %d %s", status, body)
		}
		if _, page := o.visit("/"); page != "login page" {
			t.Errorf("after the logout: %s", page)
		}
	})
}

func TestBackChannel(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) { //nolint:thelper // it is the test
		o := newOffice(t, h, false)
		ann := h.Member("ann", "viewer")
		h.Lets(ann)
		o.visit("/")
		h.Lets(roster.Member{})
		if _, err := h.Roster.SetActive(t.Context(), h.Staff, ann.ID, false); err != nil {
			t.Fatal(err)
		}
		if told, err := h.Notifier().RunOnce(t.Context()); told != 1 || err != nil {
			t.Fatalf("RunOnce() = %d, %v", told, err)
		}
		if _, page := o.visit("/"); page != "login page" { // without a look at the feed
			t.Errorf("after the back-channel logout: %s", page)
		}
		for name, token := range map[string]string{"nothing": "", "no token": "a.b.c"} {
			if status, _ := o.do(http.MethodPost, o.server.URL+"/backchannel", "", "logout_token="+token); status != http.StatusBadRequest {
				t.Errorf("%s: %d", name, status)
			}
		}
	})
}

func TestForgedCallback(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) { //nolint:thelper // it is the test
		o := newOffice(t, h, false)
		f := h.FlowOf(o.app, o.secret, h.Member("mallory", "viewer"))
		code := f.Code(nil)
		o.visit("/") // begins a sign-in of the browser's own
		for name, q := range map[string]url.Values{
			"another's code":   {"code": {code}, "state": {"a state"}, "iss": {h.Server.URL}},
			"no state":         {"code": {code}},
			"another's issuer": {"code": {code}, "state": {"x"}, "iss": {"https://evil.example"}},
		} {
			if status, _ := o.visit("/callback?" + q.Encode()); status != http.StatusBadRequest {
				t.Errorf("%s: %d", name, status)
			}
		}
	})
}
