package issuer_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/issuertest"
)

// TestX8RedirectURI: only what was registered, to the letter.
func TestX8RedirectURI(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		for _, uri := range []string{
			"", "https://app.example/", "https://app.example/cb/", "https://app.example/cb?x=1", "https://app.example/cb#f", "https://app.example:443/cb",
			"http://app.example/cb", "https://APP.example/cb", "https://app.example/CB", "https://app.example/%63b", "https://app.example/./cb",
			"https://app.example/cb%2e", "https://app.example/x/../cb", "https://user@app.example/cb", "https://app.example.evil.example/cb",
			"https://app.example\\@evil.example/cb", "https://sub.app.example/cb", "//app.example/cb", "javascript:alert(1)", " https://app.example/cb",
		} {
			a := h.Get(h.Replica, "/oauth2/authorize", f.With(map[string]string{"redirect_uri": uri}), issuertest.Cookie(f.Cookie))
			if a.Status < 400 || a.Status >= 500 || a.Header.Get("Location") != "" {
				t.Errorf("redirect_uri %q: %d, Location %q; want a page", uri, a.Status, a.Header.Get("Location"))
			}
			if e := a.Text("detail"); !strings.Contains(e, "not registered") {
				t.Errorf("redirect_uri %q: the page says %q", uri, e)
			}
		}
		q := f.With(nil)
		q.Add("redirect_uri", "https://evil.example/")
		if a := h.Get(h.Replica, "/oauth2/authorize", q, issuertest.Cookie(f.Cookie)); a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusBadRequest {
			t.Errorf("two redirect_uri: %d %s", a.Status, a.Body)
		}
		if code := f.Code(nil); code == "" {
			t.Error("no code for the registered one")
		}
	})
}

func TestAuthorizeRefusals(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		for name, c := range map[string]struct {
			more map[string]string
			want string
		}{
			"implicit":             {map[string]string{"response_type": "id_token"}, "unsupported_response_type"},
			"hybrid":               {map[string]string{"response_type": "code id_token"}, "unsupported_response_type"},
			"fragment":             {map[string]string{"response_mode": "fragment"}, "invalid_request"},
			"no PKCE":              {map[string]string{"code_challenge": "", "code_challenge_method": ""}, "invalid_request"},
			"plain PKCE":           {map[string]string{"code_challenge_method": "plain"}, "invalid_request"},
			"short challenge":      {map[string]string{"code_challenge": "abc"}, "invalid_request"},
			"request object":       {map[string]string{"request": "e30.e30."}, "request_not_supported"},
			"request uri":          {map[string]string{"request_uri": "https://evil.example/"}, "request_uri_not_supported"},
			"no openid":            {map[string]string{"scope": "email"}, "invalid_scope"},
			"none with login":      {map[string]string{"prompt": "none login"}, "invalid_request"},
			"max_age is no number": {map[string]string{"max_age": "-1"}, "invalid_request"},
			"long nonce":           {map[string]string{"nonce": strings.Repeat("n", 3000)}, "invalid_request"},
		} {
			a := h.Get(h.Replica, "/oauth2/authorize", f.With(c.more), issuertest.Cookie(f.Cookie))
			if a.Status != http.StatusSeeOther || a.Back("error") != c.want || a.Back("code") != "" {
				t.Errorf("%s: %d %q, want the error %s at the app", name, a.Status, a.Header.Get("Location"), c.want)
			}
			if a.Back("state") != "a state" || a.Back("iss") != h.Server.URL {
				t.Errorf("%s: state %q and iss %q, want ours (RFC 9207)", name, a.Back("state"), a.Back("iss"))
			}
		}
		for _, id := range []string{"", "app_00000000000000000000000000", "x", strings.ToUpper(f.App.ID.String())} {
			if a := h.Get(h.Replica, "/oauth2/authorize", f.With(map[string]string{"client_id": id}), issuertest.Cookie(f.Cookie)); a.Status != http.StatusNotFound || a.Header.Get("Location") != "" {
				t.Errorf("client_id %q: %d %s", id, a.Status, a.Body)
			}
		}
	})
}

// TestAuthorizeSignIn goes round by the login page, with what the app knows of the person.
func TestAuthorizeSignIn(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		browser := newBrowser(t)
		h.Lets(f.Member)
		back := browser.follow(h.Server.URL + "/oauth2/authorize?" + f.With(map[string]string{
			"login_hint": "ann@acme.example", "organization": "acme", "prompt": "login",
		}).Encode())
		if back.Query().Get("code") == "" || back.Query().Get("iss") != h.Server.URL || back.Query().Get("state") != "a state" {
			t.Fatalf("came back to %s, want a code", back)
		}
		asked := h.Asked()[0]
		if asked.Get("login_hint") != "ann@acme.example" || asked.Get("organization") != "acme" || asked.Get("fresh") == "" {
			t.Errorf("the login page was asked %v", asked)
		}
		// The request is answered once.
		u, _ := url.Parse(asked.Get("return"))
		if a := h.Get(h.Replica, u.Path, u.Query(), issuertest.Cookie(f.Cookie)); a.Status != http.StatusNotFound {
			t.Errorf("the same request again: %d %s", a.Status, a.Body)
		}
	})
}

func TestAuthorizeFits(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		ask := func(more map[string]string, as ...issuertest.As) issuertest.Answer {
			return h.Get(h.Replica, "/oauth2/authorize", f.With(more), as...)
		}
		in := issuertest.Cookie(f.Cookie)
		if a := ask(map[string]string{"prompt": "none"}); a.Back("error") != "login_required" {
			t.Errorf("prompt=none without a session: %q", a.Header.Get("Location"))
		}
		if a := ask(map[string]string{"prompt": "none"}, in); a.Back("code") == "" {
			t.Errorf("prompt=none with a session: %q", a.Header.Get("Location"))
		}
		h.Clock.Advance(10 * time.Minute)
		for name, c := range map[string]struct {
			more map[string]string
			fits bool
		}{
			"max_age long enough":       {map[string]string{"max_age": "3600"}, true},
			"max_age over":              {map[string]string{"max_age": "60"}, false},
			"max_age 0":                 {map[string]string{"max_age": "0"}, false},
			"prompt login":              {map[string]string{"prompt": "login"}, false},
			"prompt select_account":     {map[string]string{"prompt": "select_account"}, false},
			"its organization, by slug": {map[string]string{"organization": "acme"}, true},
			"its organization, by id":   {map[string]string{"organization": h.Tenant.ID.String()}, true},
			"another organization":      {map[string]string{"organization": "other"}, false},
			"another connection":        {map[string]string{"connection": "con_00000000000000000000000000"}, false},
		} {
			a := ask(c.more, in)
			if got := a.Back("code") != ""; got != c.fits {
				t.Errorf("%s: %q, want a code: %v", name, a.Header.Get("Location"), c.fits)
			}
			if !c.fits && (!strings.HasPrefix(a.Header.Get("Location"), "/login?") || a.Back("another") != "1") {
				t.Errorf("%s: %q, want the login page, for another session", name, a.Header.Get("Location"))
			}
			c.more["prompt"] = "none"
			if a := ask(c.more, in); !c.fits && c.more["max_age"] != "" && a.Back("error") != "login_required" {
				t.Errorf("%s, and nobody may be asked: %q", name, a.Header.Get("Location"))
			}
		}
	})
}

// TestRedisDown: nobody can start to sign in, and whoever is in stays in.
func TestRedisDown(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		tokens := f.Tokens()
		h.Short.Down.Store(true)
		a := h.Get(h.Replica, "/oauth2/authorize", f.With(nil))
		if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || strings.Contains(a.Body, "192.0.2.9") {
			t.Errorf("authorize: %d %v %s; want 503 with Retry-After and nothing of ours", a.Status, a.Header, a.Body)
		}
		if a := h.Get(h.Replica, "/oauth2/authorize", f.With(map[string]string{"prompt": "none"})); a.Back("error") != "login_required" {
			t.Errorf("authorize with prompt=none: %q", a.Header.Get("Location"))
		}
		if !f.Active(h.Replica, tokens.Text("access_token")) {
			t.Error("introspection stopped")
		}
		if a := f.Refresh(tokens.Text("refresh_token")); a.Status != http.StatusOK {
			t.Errorf("refresh: %d %s", a.Status, a.Body)
		}
		if f.Code(nil) == "" {
			t.Error("no code for who is signed in")
		}
	})
}

// TestAppTurnedOff: nobody signs in, and what it has is inactive at once.
func TestAppTurnedOff(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		tokens, code := f.Tokens(), f.Code(nil)
		for _, s := range []tenant.AppStatus{tenant.AppDisabled, tenant.AppRemoved} {
			if _, err := h.Roster.SetAppStatus(t.Context(), f.App.ID, roster.Precondition{}, s); err != nil {
				t.Fatal(err)
			}
			if a := h.Get(h.Replica, "/oauth2/authorize", f.With(nil), issuertest.Cookie(f.Cookie)); a.Status < 400 || a.Header.Get("Location") != "" {
				t.Errorf("%s: authorize = %d", s, a.Status)
			}
			if a := h.Get(h.Replica, "/oauth2/userinfo", nil, issuertest.Bearer(tokens.Text("access_token"))); a.Status != http.StatusUnauthorized {
				t.Errorf("%s: userinfo = %d", s, a.Status)
			}
			for name, a := range map[string]issuertest.Answer{"token": f.Redeem(code), "refresh": f.Refresh(tokens.Text("refresh_token"))} {
				if a.Status != http.StatusUnauthorized || a.Text("error") != "invalid_client" {
					t.Errorf("%s: %s = %d %s", s, name, a.Status, a.Body)
				}
			}
		}
	})
}
