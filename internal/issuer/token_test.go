package issuer_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/issuertest"
)

func wantError(t *testing.T, name string, a issuertest.Answer, status int, code string) {
	t.Helper()
	if a.Status != status || a.Text("error") != code {
		t.Errorf("%s: %d %s, want %d %s", name, a.Status, a.Body, status, code)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: Cache-Control %q", name, a.Header.Get("Cache-Control"))
	}
}

// TestX9Code: what a code does not do.
func TestX9Code(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		other, otherSecret := h.App(tenant.App{Name: "Other"})
		post := func(form url.Values) issuertest.Answer {
			return h.Post(h.Replica, "/oauth2/token", form, issuertest.Basic(f.App, f.Secret))
		}
		code := f.Code(nil)
		form := f.Exchange(code)
		wantError(t, "another app", h.Post(h.Replica, "/oauth2/token", form, issuertest.Basic(other, otherSecret)), http.StatusBadRequest, "invalid_grant")
		for name, change := range map[string]func(url.Values){
			"another redirect_uri": func(q url.Values) { q.Set("redirect_uri", "https://app.example/other") },
			"another verifier":     func(q url.Values) { q.Set("code_verifier", strings.Repeat("v", 52)) },
			"no verifier":          func(q url.Values) { q.Del("code_verifier") },
			"another code":         func(q url.Values) { q.Set("code", code[:27]+"rcg_"+strings.Repeat("x", len(code)-31)) },
			"no code of ours":      func(q url.Values) { q.Set("code", "x") },
		} {
			q := f.Exchange(code)
			change(q)
			wantError(t, name, post(q), http.StatusBadRequest, "invalid_grant")
		}
		tokens := f.Redeem(code)
		if tokens.Status != http.StatusOK {
			t.Fatalf("the code itself: %d %s", tokens.Status, tokens.Body)
		}
		access := tokens.Text("access_token")
		if !f.Active(h.Replica, access) {
			t.Error("the access token is not active")
		}
		wantError(t, "again", f.Redeem(code), http.StatusBadRequest, "invalid_grant")
		if f.Active(h.Replica, access) || f.Active(h.Replica, tokens.Text("refresh_token")) {
			t.Error("what the reused code gave is active")
		}
		wantError(t, "its refresh token", f.Refresh(tokens.Text("refresh_token")), http.StatusBadRequest, "invalid_grant")

		late := f.Code(nil)
		h.Clock.Advance(roster.CodeLife)
		wantError(t, "after 60 s", f.Redeem(late), http.StatusBadRequest, "invalid_grant")
	})
}

// TestX4RefreshReplay: a replaced refresh token ends them all, but for the seconds in which an honest client asks twice.
func TestX4RefreshReplay(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		first := f.Tokens().Text("refresh_token")
		second := f.Refresh(first)
		again := f.Refresh(first)
		if second.Status != http.StatusOK || again.Status != http.StatusOK || second.Text("refresh_token") == again.Text("refresh_token") {
			t.Fatalf("within the grace: %d, %d", second.Status, again.Status)
		}
		h.Clock.Advance(roster.RefreshGrace + time.Second)
		wantError(t, "replayed", f.Refresh(first), http.StatusBadRequest, "invalid_grant")
		for name, a := range map[string]issuertest.Answer{"the second": second, "the third": again} {
			wantError(t, name, f.Refresh(a.Text("refresh_token")), http.StatusBadRequest, "invalid_grant")
			if f.Active(h.Replica, a.Text("access_token")) {
				t.Errorf("%s's access token is active", name)
			}
		}
	})
}

// TestX2Deactivation: every way to ask says no at the next request, at every replica, whatever the member becomes again.
func TestX2Deactivation(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		other := h.Replicate(h.Server.URL)
		tokens, code := f.Tokens(), f.Code(nil)
		access := tokens.Text("access_token")
		for _, active := range []bool{false, true} {
			if _, err := h.Roster.SetActive(t.Context(), h.Staff, f.Member.ID, active); err != nil {
				t.Fatal(err)
			}
			for _, at := range []*issuertest.Replica{h.Replica, other} {
				if f.Active(at, access) || f.Active(at, tokens.Text("refresh_token")) {
					t.Error("introspection calls it active")
				}
				wantError(t, "userinfo", h.Get(at, "/oauth2/userinfo", nil, issuertest.Bearer(access)), http.StatusUnauthorized, "invalid_token")
				if a := h.Get(at, "/oauth2/authorize", f.With(map[string]string{"prompt": "none"}), issuertest.Cookie(f.Cookie)); a.Back("error") != "login_required" {
					t.Errorf("authorize: %q", a.Header.Get("Location"))
				}
			}
			wantError(t, "refresh", f.Refresh(tokens.Text("refresh_token")), http.StatusBadRequest, "invalid_grant")
			wantError(t, "code", f.Redeem(code), http.StatusBadRequest, "invalid_grant")
		}
	})
}

// TestX3Race: no token that is given while access is taken away is good afterwards.
func TestX3Race(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		tokens := f.Tokens()
		var given []issuertest.Answer
		var wait sync.WaitGroup
		wait.Go(func() {
			next := tokens.Text("refresh_token")
			for range 50 {
				a := f.Refresh(next)
				if a.Status != http.StatusOK {
					return
				}
				given, next = append(given, a), a.Text("refresh_token")
			}
		})
		if _, err := h.Roster.SetActive(t.Context(), h.Staff, f.Member.ID, false); err != nil {
			t.Fatal(err)
		}
		wait.Wait()
		for _, a := range append(given, tokens) {
			if f.Active(h.Replica, a.Text("access_token")) || f.Active(h.Replica, a.Text("refresh_token")) {
				t.Fatal("a token outlived its member's access")
			}
		}
	})
}

// TestWhatTokensTell: claims, header types and lives (SECURITY D.2).
func TestWhatTokensTell(t *testing.T) {
	issuertest.OnEach(t, func(t *testing.T, h *issuertest.House) {
		f := h.Flow("ann")
		tokens := f.Tokens()
		id, access := issuertest.Claims(tokens.Text("id_token")), issuertest.Claims(tokens.Text("access_token"))
		for name, want := range map[string]any{
			"iss": h.Server.URL, "aud": f.App.ID.String(), "sub": f.Member.ID.String(), "nonce": "a nonce", "email": "ann@acme.example", "email_verified": true,
			"org_id": h.Tenant.ID.String(), "org_slug": "acme", "org_name": "Acme", "org_role": "viewer", "sid": f.Session.ID.UUID.UUID(), "name": "ann",
		} {
			if id[name] != want {
				t.Errorf("ID token: %s = %v, want %v", name, id[name], want)
			}
		}
		for name, want := range map[string]any{"iss": h.Server.URL, "aud": f.App.ID.String(), "client_id": f.App.ID.String(), "org_role": "viewer"} {
			if access[name] != want {
				t.Errorf("access token: %s = %v, want %v", name, access[name], want)
			}
		}
		if access["email"] != nil || access["name"] != nil {
			t.Error("the access token names the human")
		}
		for name, c := range map[string]map[string]any{"ID token": id, "access token": access} {
			issued, _ := c["iat"].(float64)
			expires, _ := c["exp"].(float64)
			if expires-issued != 300 {
				t.Errorf("%s lives %v s", name, expires-issued)
			}
		}
		token, err := jose.ParseSignedCompact(tokens.Text("access_token"), []jose.SignatureAlgorithm{jose.RS256})
		if err != nil || token.Signatures[0].Protected.ExtraHeaders["typ"] != "at+jwt" {
			t.Errorf("the access token's type is not at+jwt (RFC 9068): %v", err)
		}
		// Less is told to whom less was given, and no refresh token without offline_access.
		slim := f.Redeem(f.Code(map[string]string{"scope": "openid", "nonce": ""}))
		c := issuertest.Claims(slim.Text("id_token"))
		for _, name := range []string{"email", "name", "groups", "org_name", "nonce"} {
			if c[name] != nil {
				t.Errorf("scope openid: %s = %v", name, c[name])
			}
		}
		if slim.JSON["refresh_token"] != nil {
			t.Error("a refresh token without offline_access")
		}
		grants, err := h.DB.Reader(h.Tenant.ID).Grants(t.Context(), f.Session.ID)
		if err != nil || len(grants) != 2 {
			t.Errorf("Grants() = %v, %v", grants, err)
		}
		// An access token is no ID token, a refresh token no access token, another app's nobody's business.
		wantError(t, "userinfo by an ID token", h.Get(h.Replica, "/oauth2/userinfo", nil, issuertest.Bearer(tokens.Text("id_token"))), http.StatusUnauthorized, "invalid_token")
		wantError(t, "userinfo by a refresh token", h.Get(h.Replica, "/oauth2/userinfo", nil, issuertest.Bearer(tokens.Text("refresh_token"))), http.StatusUnauthorized, "invalid_token")
		other, secret := h.App(tenant.App{Name: "Other"})
		g := *f
		g.App, g.Secret = other, secret
		if g.Active(h.Replica, tokens.Text("access_token")) || g.Active(h.Replica, tokens.Text("refresh_token")) {
			t.Error("introspection tells of another app's token")
		}
		if a := h.Post(h.Replica, "/oauth2/revoke", url.Values{"token": {tokens.Text("refresh_token")}}, issuertest.Basic(other, secret)); a.Status != http.StatusOK {
			t.Errorf("revocation of another app's token: %d", a.Status)
		}
		if !f.Active(h.Replica, tokens.Text("refresh_token")) {
			t.Error("another app could revoke a token")
		}
		if a := h.Post(h.Replica, "/oauth2/revoke", url.Values{"token": {tokens.Text("access_token")}}, issuertest.Basic(f.App, f.Secret)); a.Status != http.StatusOK {
			t.Errorf("revocation: %d %s", a.Status, a.Body)
		}
		if f.Active(h.Replica, tokens.Text("access_token")) || f.Active(h.Replica, tokens.Text("refresh_token")) {
			t.Error("a revoked token is active")
		}
		h.Clock.Advance(10 * time.Minute)
		if f.Active(h.Replica, slim.Text("access_token")) {
			t.Error("an expired access token is active")
		}
	})
}
