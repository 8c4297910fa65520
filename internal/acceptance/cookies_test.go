package acceptance

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
)

// browser answers one request with a cookie, and returns what the service made of it.
func browser(t *testing.T, cookies []*http.Cookie, f func(http.ResponseWriter, *http.Request) error) ([]*http.Cookie, error) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://gateway.example/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	err := f(w, r)
	return w.Result().Cookies(), err
}

func cookie(value string) *http.Cookie { return &http.Cookie{Name: "__Host-rollcall", Value: value} }

func TestX1NewTokenAtSignInAndRoleChange(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, service := g.tenant("acme"), g.sessions()
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "", ""))
		planted := a.signIn(m.ID.String())
		s := a.signIn(m.ID.String())
		set, err := browser(t, []*http.Cookie{cookie(planted.cookie)}, func(w http.ResponseWriter, r *http.Request) error {
			return service.SignedIn(w, r, s.cookie, s.session, roster.BrowserToken{})
		})
		if err != nil || len(set) != 1 || set[0].Value != s.cookie || set[0].Name != "__Host-rollcall" || !set[0].HttpOnly || !set[0].Secure ||
			set[0].SameSite != http.SameSiteLaxMode || set[0].Path != "/" || set[0].Domain != "" {
			t.Fatalf("signed in: %+v, %v", set, err)
		}
		planted.want("the one that the browser came with", false)
		s.want("the new one", true)

		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.staff, m.ID, "admin"))
		resume := func(value string) ([]*http.Cookie, roster.LiveSession, error) {
			var l roster.LiveSession
			set, err := browser(t, []*http.Cookie{cookie(value)}, func(w http.ResponseWriter, r *http.Request) (err error) {
				l, err = service.Resume(w, r)
				return err
			})
			return set, l, err
		}
		set, l, err := resume(s.cookie)
		if err != nil || len(set) != 1 || set[0].Value == s.cookie || l.Member.Standing.Role != "admin" {
			t.Fatalf("after the role change: %+v, %+v, %v", set, l, err)
		}
		renewed := set[0].Value
		if set, _, err = resume(renewed); err != nil || len(set) != 0 {
			t.Errorf("the new token: %+v, %v, want it to stay", set, err)
		}
		if set, l, err = resume(s.cookie); err != nil || len(set) != 0 || !l.Former {
			t.Errorf("the former token, at once: %+v, %v", set, err)
		}
		g.clock.advance(roster.RotationGrace)
		if set, _, err = resume(s.cookie); !errors.Is(err, roster.Unauthorized) || len(set) != 1 || set[0].MaxAge != -1 {
			t.Errorf("the former token, later: %+v, %v, want it gone", set, err)
		}
		if _, _, err = resume(renewed); err != nil {
			t.Errorf("the new token, later: %v", err)
		}
		if set, err := browser(t, []*http.Cookie{cookie(renewed)}, service.SignOut); err != nil || len(set) != 1 || set[0].MaxAge != -1 {
			t.Errorf("sign out: %+v, %v", set, err)
		}
		if got := a.endReason(s.session.ID); got != roster.EndLogout {
			t.Errorf("reason = %q, want %q", got, roster.EndLogout)
		}
		if _, err := browser(t, nil, service.SignOut); err != nil {
			t.Errorf("sign out without a session: %v", err)
		}
	})
}

func TestX6Cookies(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, service := g.tenant("acme"), g.sessions()
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "", ""))
		s := a.signIn(m.ID.String())
		other, _ := session.NewToken(a.id)
		foreign, _ := session.NewToken(g.tenant("other").id)
		code, _ := secret.NewBound(a.id.UUID, secret.Code)
		for _, c := range []struct {
			name    string
			cookies []*http.Cookie
			ok      bool
		}{
			{"its own", []*http.Cookie{cookie(s.cookie)}, true},
			{"beside another cookie", []*http.Cookie{{Name: "theme", Value: "dark"}, cookie(s.cookie)}, true},
			{"none", nil, false},
			{"twice", []*http.Cookie{cookie(s.cookie), cookie(s.cookie)}, false},
			{"planted before it", []*http.Cookie{cookie(other), cookie(s.cookie)}, false},
			{"planted behind it", []*http.Cookie{cookie(s.cookie), cookie(other)}, false},
			{"without the prefix", []*http.Cookie{{Name: "rollcall", Value: s.cookie}}, false},
			{"unknown token", []*http.Cookie{cookie(other)}, false},
			{"another tenant's", []*http.Cookie{cookie(foreign)}, false},
			{"its secret under another tenant", []*http.Cookie{cookie(foreign[:26] + s.cookie[26:])}, false},
			{"a code", []*http.Cookie{cookie(code)}, false},
			{"no token", []*http.Cookie{cookie("x")}, false},
		} {
			_, err := browser(t, c.cookies, func(_ http.ResponseWriter, r *http.Request) error {
				_, err := service.FromRequest(r)
				return err
			})
			if c.ok && err != nil || !c.ok && !errors.Is(err, roster.Unauthorized) {
				t.Errorf("%s = %v, want it to open: %v", c.name, err, c.ok)
			}
		}
	})
}

func TestSessionsRestAndExpire(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, service := g.tenant("acme"), g.sessions()
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "", ""))
		do[tenant.Tenant](t)(g.roster.SetSessions(t.Context(), a.staff, tenant.SessionPolicy{Idle: 10 * time.Minute, Life: 30 * time.Minute}))
		use := func(s *signedIn) error {
			_, err := browser(t, []*http.Cookie{cookie(s.cookie)}, func(_ http.ResponseWriter, r *http.Request) error {
				_, err := service.FromRequest(r)
				return err
			})
			return err
		}
		used, idle := a.signIn(m.ID.String()), a.signIn(m.ID.String())
		for range 3 {
			g.clock.advance(9 * time.Minute)
			if err := use(used); err != nil {
				t.Fatalf("one that is used: %v", err)
			}
		}
		if err := use(idle); !errors.Is(err, roster.Unauthorized) {
			t.Errorf("one that rested = %v, want none", err)
		}
		g.clock.advance(4 * time.Minute)
		if err := use(used); !errors.Is(err, roster.Unauthorized) {
			t.Errorf("after its life = %v, want none", err)
		}
		if err := g.roster.SweepSessions(t.Context(), g.clock.Now()); err != nil {
			t.Fatalf("sweep: %v", err)
		}
		if got := []roster.EndReason{a.endReason(used.session.ID), a.endReason(idle.session.ID)}; !slices.Equal(got, []roster.EndReason{roster.EndExpired, roster.EndExpired}) {
			t.Errorf("reasons = %v, want expired", got)
		}
		list := do[[]roster.LogoutNotice](t)(g.roster.Locator.ClaimLogoutNotices(t.Context(), 10, time.Minute))
		if len(list) != 2 {
			t.Errorf("%d apps are told, want 2", len(list))
		}
		g.clock.advance(31 * 24 * time.Hour)
		if err := g.roster.SweepSessions(t.Context(), g.clock.Now()); err != nil {
			t.Fatalf("sweep: %v", err)
		}
		page := do[roster.Page[roster.Session]](t)(g.roster.Sessions(t.Context(), a.id, roster.SessionQuery{WithEnded: true}))
		if len(page.Items) != 0 {
			t.Errorf("%d sessions are kept after a month, want none", len(page.Items))
		}
	})
}
