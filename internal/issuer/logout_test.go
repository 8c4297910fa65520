package issuer_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/issuer"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/issuertest"
)

func TestLogout(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		a, secret := h.App(tenant.App{PostLogoutURIs: []string{"https://app.example/bye"}})
		f := h.FlowOf(a, secret, h.Member("ann", "viewer"))
		other := h.FlowOf(a, secret, h.Member("ben", "viewer"))
		in, hint, theirs := issuertest.Cookie(f.Cookie), f.Tokens().Text("id_token"), other.Tokens().Text("id_token")
		alive := func() bool {
			return h.Get(h.Replica, "/oauth2/authorize", f.With(nil), in).Back("code") != ""
		}
		for name, q := range map[string]url.Values{
			"a foreign redirect":       {"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://evil.example/"}},
			"a redirect without app":   {"post_logout_redirect_uri": {"https://app.example/bye"}},
			"a hint that is not ours":  {"id_token_hint": {hint[:len(hint)-8] + "AAAAAAAA"}},
			"an access token for hint": {"id_token_hint": {f.Tokens().Text("access_token")}},
			"two apps":                 {"id_token_hint": {hint}, "client_id": {"app_00000000000000000000000001"}, "post_logout_redirect_uri": {"https://app.example/bye"}},
		} {
			if a := h.Get(h.Replica, "/oauth2/logout", q, in); a.Status < 400 || a.Header.Get("Location") != "" {
				t.Errorf("%s: %d, Location %q", name, a.Status, a.Header.Get("Location"))
			}
		}
		for name, q := range map[string]url.Values{"no hint": nil, "the hint of another session": {"id_token_hint": {theirs}}, "a confirmation by GET": {"confirm": {"yes"}}} {
			if a := h.Get(h.Replica, "/oauth2/logout", q, in); a.Body != "sign out?" {
				t.Errorf("%s: %d %s, want a question", name, a.Status, a.Body)
			}
		}
		// X5: what another site posts is not confirmed, and begins again with the cookie that its POST did not bear.
		for _, site := range []string{"cross-site", "same-site"} {
			form := url.Values{"confirm": {"yes"}, "id_token_hint": {hint}}
			if a := h.Post(h.Replica, "/oauth2/logout", form, in, issuertest.Header("Sec-Fetch-Site", site)); a.Status != http.StatusSeeOther || a.Back("confirm") != "" || a.Back("id_token_hint") != hint {
				t.Errorf("a POST from %s: %d %q", site, a.Status, a.Header.Get("Location"))
			}
		}
		if !alive() {
			t.Fatal("the session has ended")
		}
		q := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://app.example/bye"}, "state": {"s"}}
		h.Clock.Advance(time.Hour) // a hint need not be fresh
		out := h.Get(h.Replica, "/oauth2/logout", q, in)
		if out.Header.Get("Location") != "https://app.example/bye?state=s" || !strings.Contains(out.Header.Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("logout: %d %v", out.Status, out.Header)
		}
		if alive() {
			t.Error("the session lives")
		}
		if a := h.Post(h.Replica, "/oauth2/logout", url.Values{"confirm": {"yes"}}, issuertest.Cookie(other.Cookie), issuertest.Header("Sec-Fetch-Site", "same-origin")); a.Body != "signed out" {
			t.Errorf("a confirmed logout: %d %s", a.Status, a.Body)
		}
	})
}

// receiver is an app's back-channel logout URI.
type receiver struct {
	*httptest.Server
	status atomic.Int64
	got    chan string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{got: make(chan string, 1000)}
	r.status.Store(http.StatusOK)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		form, _ := url.ParseQuery(string(body))
		r.got <- form.Get("logout_token")
		if status := int(r.status.Load()); status >= 300 && status < 400 {
			http.Redirect(w, q, "/elsewhere", status)
		} else {
			w.WriteHeader(status)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func round(t *testing.T, n *issuer.Notifier) int {
	t.Helper()
	told, err := n.RunOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return told
}

func TestBackChannelLogout(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		app := newReceiver(t)
		a, secret := h.App(tenant.App{BackchannelLogoutURI: app.URL + "/logout"})
		silent, silentSecret := h.App(tenant.App{Name: "Silent"})
		f := h.FlowOf(a, secret, h.Member("ann", "viewer"))
		f.Tokens()
		s := *f
		s.App, s.Secret, s.Params = silent, silentSecret, f.With(map[string]string{"client_id": silent.ID.String()})
		s.Tokens()
		n := h.Notifier()
		if told := round(t, n); told != 0 {
			t.Errorf("%d notices before the end", told)
		}
		if _, err := h.Roster.SetActive(t.Context(), h.Staff, f.Member.ID, false); err != nil {
			t.Fatal(err)
		}
		for i, status := range []int{http.StatusInternalServerError, http.StatusFound, http.StatusOK} {
			app.status.Store(int64(status))
			round(t, n)
			if len(app.got) != 1 {
				t.Fatalf("with %d the app was told %d times", status, len(app.got))
			}
			token := <-app.got
			signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
			if err != nil || signed.Signatures[0].Protected.ExtraHeaders["typ"] != "logout+jwt" {
				t.Fatalf("the logout token is none: %v", err)
			}
			c := issuertest.Claims(token)
			events, _ := c["events"].(map[string]any)
			if c["sub"] != f.Member.ID.String() || c["sid"] != f.Session.ID.UUID.UUID() || c["aud"] != a.ID.String() || c["nonce"] != nil ||
				events["http://schemas.openid.net/event/backchannel-logout"] == nil {
				t.Errorf("the logout token tells %v", c)
			}
			if told := round(t, n); told != 0 {
				t.Errorf("with %d the notice is due again at once", status)
			}
			h.Clock.Advance(time.Duration(i+1) * time.Minute)
		}
		if told := round(t, n); told != 0 || len(app.got) != 0 {
			t.Error("a delivered notice was sent again")
		}
	})
}

// TestBackChannelTwoReplicas: many notices, each told once.
func TestBackChannelTwoReplicas(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		app := newReceiver(t)
		a, secret := h.App(tenant.App{BackchannelLogoutURI: app.URL + "/logout"})
		m := h.Member("ann", "viewer")
		for range 10 {
			h.FlowOf(a, secret, m).Tokens()
		}
		if _, err := h.Roster.SetActive(t.Context(), h.Staff, m.ID, false); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		for range 2 {
			go func() { done <- h.Notifier().Run(ctx) }()
		}
		sids := map[any]bool{}
		for range 10 {
			sids[issuertest.Claims(<-app.got)["sid"]] = true
		}
		stop()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if len(sids) != 10 || len(app.got) != 0 {
			t.Errorf("%d sessions were told, %d of them again", len(sids), len(app.got))
		}
	})
}

func TestBackChannelAppGone(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		app := newReceiver(t)
		a, secret := h.App(tenant.App{BackchannelLogoutURI: app.URL + "/logout"})
		f := h.FlowOf(a, secret, h.Member("ann", "viewer"))
		f.Tokens()
		if _, err := h.Roster.SetAppStatus(t.Context(), a.ID, roster.Precondition{}, tenant.AppRemoved); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Roster.SetActive(t.Context(), h.Staff, f.Member.ID, false); err != nil {
			t.Fatal(err)
		}
		n := h.Notifier()
		round(t, n)
		h.Clock.Advance(time.Hour)
		if told := round(t, n); told != 0 || len(app.got) != 0 {
			t.Errorf("%d notices of a removed app", told)
		}
	})
}
