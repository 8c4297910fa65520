package acceptance

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
)

// signedIn is a member's browser, and what apps got of it.
type signedIn struct {
	a       *account
	session roster.Session
	cookie  string
	app     tenant.AppID
	refresh [32]byte
	grant   roster.AppGrant
}

const callback, verifier = "https://app.example/cb", "a-verifier-that-is-long-enough-for-rfc-7636"

func (g *gateway) sessions() *session.Service {
	return &session.Service{Roster: g.roster, Now: g.clock.Now, Log: slog.New(slog.DiscardHandler)}
}

// begin starts a session, as whoever decided on a sign-in does.
func (a *account) begin(id string, start roster.SessionStart) (roster.Session, string, error) {
	a.g.t.Helper()
	ctx := a.g.t.Context()
	text, hash := session.NewToken(a.id)
	start.Method, start.Hash, start.Client = roster.MethodSAML, hash, roster.Client{IP: "192.0.2.7", UserAgent: "Browser/1"}
	var out roster.Session
	err := a.g.roster.Store.Update(ctx, a.id, func(tx roster.Tx) error {
		m, err := tx.LockMember(ctx, roster.Scope{}, a.member(id))
		if err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		out, err = roster.StartSession(ctx, tx, cfg, m, start)
		return err
	})
	return out, text, err
}

// signIn starts a session and signs the person into an app.
func (a *account) signIn(id string) *signedIn {
	a.g.t.Helper()
	s := &signedIn{a: a, app: tenant.AppID{UUID: tenant.UUID{15: 1}}}
	var err error
	if s.session, s.cookie, err = a.begin(id, roster.SessionStart{Connection: tenant.ConnectionID{UUID: tenant.UUID{15: 9}}, Subject: id}); err != nil {
		a.g.t.Fatalf("start a session: %v", err)
	}
	code := s.code()
	s.refresh = newHash()
	g, err := a.g.roster.RedeemCode(a.g.t.Context(), a.id, roster.CodeExchange{
		Code: code, App: s.app, RedirectURI: callback, Verifier: verifier, Refresh: s.refresh,
	})
	if err != nil {
		a.g.t.Fatalf("redeem a code: %v", err)
	}
	s.grant = g.Grant
	return s
}

func newHash() [32]byte { return secret.NewToken(secret.Refresh).Hash() }

// code gives the app a code.
func (s *signedIn) code() [32]byte {
	s.a.g.t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	hash := newHash()
	_, err := s.a.g.roster.StartGrant(s.a.g.t.Context(), s.a.id, roster.GrantStart{
		Session: s.session.ID, App: s.app, Scopes: []string{"openid"}, RedirectURI: callback, CodeHash: hash,
		Challenge: base64.RawURLEncoding.EncodeToString(sum[:]),
	})
	if err != nil {
		s.a.g.t.Fatalf("start a grant: %v", err)
	}
	return hash
}

// alive says what of it is: the cookie, the session by its id, the grant, a refresh.
func (s *signedIn) alive() []bool {
	s.a.g.t.Helper()
	ctx, rd, now := s.a.g.t.Context(), s.a.g.roster.Store.Reader(s.a.id), s.a.g.clock.Now()
	next := newHash()
	_, err := rd.LiveSession(ctx, s.session.Hash, now)
	_, err2 := rd.LiveSessionByID(ctx, s.session.ID, now)
	_, err3 := rd.LiveGrant(ctx, roster.GrantKey{ID: s.grant.ID}, now)
	_, err4 := s.a.g.roster.Refresh(ctx, s.a.id, roster.TokenRefresh{Token: s.refresh, App: s.app, Next: next})
	if err4 == nil {
		s.refresh = next
	}
	return []bool{err == nil, err2 == nil, err3 == nil, err4 == nil}
}

func (s *signedIn) want(name string, alive bool) {
	s.a.g.t.Helper()
	if got := s.alive(); slices.Contains(got, !alive) {
		s.a.g.t.Errorf("%s: cookie, id, grant and refresh are alive: %v, want all %v", name, got, alive)
	}
}

func (a *account) endReason(id roster.SessionID) roster.EndReason {
	a.g.t.Helper()
	return do[roster.Session](a.g.t)(a.g.roster.Store.Reader(a.id).Session(a.g.t.Context(), id)).EndReason
}

// TestX2 goes through all that takes access away, each followed by what would bring the person back, which
// must not bring the session.
func TestX2EndsWithAccess(t *testing.T) {
	for name, c := range map[string]struct {
		no, yes func(t *testing.T, a *account, d *directory, id string)
		why     roster.EndReason
	}{
		"the directory deactivates": {
			no:  func(_ *testing.T, _ *account, d *directory, id string) { d.setActive(id, false) },
			yes: func(_ *testing.T, _ *account, d *directory, id string) { d.setActive(id, true) },
			why: roster.EndAccessLost,
		},
		"the directory deletes": {
			no: func(_ *testing.T, _ *account, d *directory, id string) {
				d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
			},
			yes: func(_ *testing.T, _ *account, d *directory, _ string) { d.create("ada@acme.example", "e1") },
			why: roster.EndAccessLost,
		},
		"the directory renames": {
			no: func(_ *testing.T, _ *account, d *directory, id string) {
				d.want(http.StatusOK, "PATCH", "/Users/"+id, replace(`emails[type eq "work"].value`, "berg@acme.example"))
			},
			yes: func(_ *testing.T, _ *account, d *directory, id string) {
				d.want(http.StatusOK, "PATCH", "/Users/"+id, replace(`emails[type eq "work"].value`, "ada@acme.example"))
			},
			why: roster.EndEmailChanged,
		},
		"an admin deactivates": {
			no: func(t *testing.T, a *account, _ *directory, id string) {
				do[roster.Member](t)(a.g.roster.SetActive(t.Context(), a.admin, a.member(id), false))
			},
			yes: func(t *testing.T, a *account, _ *directory, id string) {
				do[roster.Member](t)(a.g.roster.SetActive(t.Context(), a.admin, a.member(id), true))
			},
			why: roster.EndAccessLost,
		},
		"the tenant is suspended": {
			no: func(t *testing.T, a *account, _ *directory, _ string) {
				do[tenant.Tenant](t)(a.g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Suspended))
			},
			yes: func(t *testing.T, a *account, _ *directory, _ string) {
				do[tenant.Tenant](t)(a.g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Active))
			},
			why: roster.EndTenantSuspended,
		},
		"the directory goes with its people": {
			no: func(t *testing.T, a *account, d *directory, _ string) {
				do[tenant.Directory](t)(a.g.roster.RemoveDirectory(t.Context(), a.staff, d.id, false))
			},
			yes: func(t *testing.T, a *account, d *directory, _ string) {
				do[tenant.Directory](t)(a.g.roster.RestoreDirectory(t.Context(), a.staff, d.id))
			},
			why: roster.EndAccessLost,
		},
		"an admin revokes": {
			no: func(t *testing.T, a *account, _ *directory, id string) {
				n := do[int](t)(a.g.roster.EndSessions(t.Context(), a.admin, roster.SessionFilter{Member: a.member(id)}, roster.EndRevoked))
				if n != 1 {
					t.Errorf("EndSessions = %d, want 1", n)
				}
			},
			yes: func(*testing.T, *account, *directory, string) {},
			why: roster.EndRevoked,
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, g *gateway) {
				a := g.tenant("acme")
				a.trust("acme.example")
				d := a.directory("Entra")
				id := d.create("ada@acme.example", "e1")
				s, other := a.signIn(id), a.signIn(d.create("bo@acme.example", "e2"))
				s.want("before", true)
				c.no(t, a, d, id)
				s.want("after", false)
				c.yes(t, a, d, id)
				s.want("once the person is back", false)
				if got := a.endReason(s.session.ID); got != c.why {
					t.Errorf("reason = %q, want %q", got, c.why)
				}
				tenantWide := c.why == roster.EndTenantSuspended || name == "the directory goes with its people"
				other.want("another person's", !tenantWide)
				list := do[[]roster.LogoutNotice](t)(g.roster.Locator.ClaimLogoutNotices(t.Context(), 10, time.Minute))
				if !slices.ContainsFunc(list, func(n roster.LogoutNotice) bool {
					return n.Session == s.session.ID && n.App == s.app && n.Member == a.member(id) && n.Tenant == a.id
				}) {
					t.Errorf("notices = %+v, want one for the app", list)
				}
			})
		})
	}
}

func TestX2NobodyBeginsWithoutAccess(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		d.setActive(id, false)
		_, _, err := a.begin(id, roster.SessionStart{})
		wantCode(t, "inactive", roster.CodeDeactivatedByDirectory, err)
		d.setActive(id, true)
		_, _, err = a.begin(id, roster.SessionStart{NotAfter: g.clock.Now()})
		if !errors.Is(err, roster.Invalid) {
			t.Errorf("over already = %v, want invalid", err)
		}
		end := g.clock.Now().Add(10 * time.Minute)
		s, _, err := a.begin(id, roster.SessionStart{NotAfter: end})
		if err != nil || !s.ExpiresAt.Equal(end.Truncate(time.Millisecond)) {
			t.Errorf("capped session = %v, %v, want until %v", s.ExpiresAt, err, end)
		}
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Suspended))
		_, _, err = a.begin(id, roster.SessionStart{})
		wantCode(t, "suspended", roster.CodeTenantSuspended, err)
	})
}

func wantCode(t *testing.T, what string, want roster.Code, err error) {
	t.Helper()
	if e, ok := errors.AsType[*roster.Error](err); !ok || e.Code != want {
		t.Errorf("%s = %v, want %s", what, err, want)
	}
}

// TestX3 has fifty apps refresh as fast as they can while the directory turns the person off: from its answer on
// nobody gets a token, and none that anybody got before is good.
func TestX3RefreshRacesDeactivation(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		s := a.signIn(id)
		const apps = 50
		tokens := make([][32]byte, apps)
		for i := range tokens {
			tokens[i] = newHash()
			do[roster.LiveGrant](t)(g.roster.RedeemCode(t.Context(), a.id, roster.CodeExchange{
				Code: s.code(), App: s.app, RedirectURI: callback, Verifier: verifier, Refresh: tokens[i],
			}))
		}
		var wg sync.WaitGroup
		var off atomic.Bool
		var before, late atomic.Int64
		started := make(chan struct{}, apps)
		for i := range tokens {
			wg.Go(func() {
				for n := 0; ; n++ {
					wasOff, next := off.Load(), newHash()
					_, err := g.roster.Refresh(t.Context(), a.id, roster.TokenRefresh{Token: tokens[i], App: s.app, Next: next})
					if n == 0 {
						started <- struct{}{}
					}
					switch {
					case err == nil && wasOff:
						late.Add(1)
					case err == nil:
						before.Add(1)
						tokens[i] = next
						continue
					case !errors.Is(err, roster.NotFound):
						t.Errorf("refresh: %v", err)
					}
					return
				}
			})
		}
		for range apps / 2 {
			<-started
		}
		d.setActive(id, false)
		off.Store(true)
		wg.Wait()
		if late.Load() > 0 || before.Load() == 0 {
			t.Errorf("%d tokens were given after the deactivation, %d before", late.Load(), before.Load())
		}
		d.setActive(id, true)
		for _, token := range tokens {
			if _, err := g.roster.Store.Reader(a.id).LiveGrant(t.Context(), roster.GrantKey{Refresh: token}, g.clock.Now()); !errors.Is(err, roster.NotFound) {
				t.Fatalf("a token that was given before: %v, want none", err)
			}
		}
	})
}

// TestX3SignInRacesDeactivation has people come in while the directory turns them off: no session that began
// before is alive afterwards, even when they are turned on again.
func TestX3SignInRacesDeactivation(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		for range 10 {
			var wg sync.WaitGroup
			var mu sync.Mutex
			var began []roster.Session
			for range 5 {
				wg.Go(func() {
					s, _, err := a.begin(id, roster.SessionStart{})
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						began = append(began, s)
					} else {
						wantCode(t, "sign-in", roster.CodeDeactivatedByDirectory, err)
					}
				})
			}
			d.setActive(id, false)
			wg.Wait()
			d.setActive(id, true)
			for _, s := range began {
				if _, err := g.roster.Store.Reader(a.id).LiveSession(t.Context(), s.Hash, g.clock.Now()); !errors.Is(err, roster.NotFound) {
					t.Fatalf("a session from before the deactivation: %v, want none", err)
				}
			}
		}
	})
}

func TestX4RefreshReplay(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		s := a.signIn(do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "", "")).ID.String())
		refresh := func(token, next [32]byte) error {
			_, err := g.roster.Refresh(t.Context(), a.id, roster.TokenRefresh{Token: token, App: s.app, Next: next})
			return err
		}
		first, second, sibling := s.refresh, newHash(), newHash()
		if err := errors.Join(refresh(first, second), refresh(first, sibling)); err != nil {
			t.Fatalf("a second time within the grace: %v", err)
		}
		other := roster.TokenRefresh{Token: second, App: tenant.AppID{UUID: tenant.UUID{15: 2}}, Next: newHash()}
		if _, err := g.roster.Refresh(t.Context(), a.id, other); !errors.Is(err, roster.NotFound) {
			t.Errorf("another app's token = %v, want not found", err)
		}
		g.clock.advance(roster.RefreshGrace + time.Second)
		third := newHash()
		if err := refresh(second, third); err != nil {
			t.Fatalf("the current one: %v", err)
		}
		wantCode(t, "the first one again", roster.CodeTokenReused, refresh(first, newHash()))
		for _, token := range [][32]byte{first, second, sibling, third} {
			if err := refresh(token, newHash()); !errors.Is(err, roster.NotFound) {
				t.Errorf("a token of the family = %v, want not found", err)
			}
		}
		if _, err := g.roster.Store.Reader(a.id).LiveSession(t.Context(), s.session.Hash, g.clock.Now()); err != nil {
			t.Errorf("the session itself: %v, want it to live", err)
		}
		if n := a.count("grant.ended"); n != 1 {
			t.Errorf("%d events tell of it, want 1", n)
		}
	})
}

func TestX9Code(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		s := a.signIn(do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "", "")).ID.String())
		code := s.code()
		good := roster.CodeExchange{Code: code, App: s.app, RedirectURI: callback, Verifier: verifier}
		redeem := func(change func(*roster.CodeExchange)) error {
			x := good
			change(&x)
			_, err := g.roster.RedeemCode(t.Context(), a.id, x)
			return err
		}
		for _, c := range []struct {
			name   string
			change func(*roster.CodeExchange)
			want   roster.Kind
		}{
			{"another code", func(x *roster.CodeExchange) { x.Code = newHash() }, roster.NotFound},
			{"another client", func(x *roster.CodeExchange) { x.App.UUID[15] = 2 }, roster.NotFound},
			{"another redirect", func(x *roster.CodeExchange) { x.RedirectURI += "/" }, roster.Invalid},
			{"another verifier", func(x *roster.CodeExchange) { x.Verifier += "x" }, roster.Invalid},
			{"no verifier", func(x *roster.CodeExchange) { x.Verifier = "" }, roster.Invalid},
		} {
			if err := redeem(c.change); !errors.Is(err, c.want) {
				t.Errorf("%s = %v, want %s", c.name, err, c.want)
			}
		}
		refresh := newHash()
		if err := redeem(func(x *roster.CodeExchange) { x.Refresh = refresh }); err != nil {
			t.Fatalf("the code itself: %v", err)
		}
		wantCode(t, "the code again", roster.CodeCodeReused, redeem(func(*roster.CodeExchange) {}))
		if _, err := g.roster.Refresh(t.Context(), a.id, roster.TokenRefresh{Token: refresh, App: s.app, Next: newHash()}); !errors.Is(err, roster.NotFound) {
			t.Errorf("what the code gave = %v, want it to have ended", err)
		}
		good.Code = s.code()
		g.clock.advance(roster.CodeLife)
		if err := redeem(func(*roster.CodeExchange) {}); !errors.Is(err, roster.NotFound) {
			t.Errorf("after a minute = %v, want not found", err)
		}
		good.Code = s.code()
		got := atOnceRedeemed(20, func() error { return redeem(func(*roster.CodeExchange) {}) })
		if got != 1 {
			t.Errorf("%d of 20 at once were given tokens, want 1", got)
		}
	})
}

func atOnceRedeemed(n int, f func() error) int64 {
	var wg sync.WaitGroup
	var got atomic.Int64
	for range n {
		wg.Go(func() {
			if f() == nil {
				got.Add(1)
			}
		})
	}
	wg.Wait()
	return got.Load()
}

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
			return service.SignedIn(w, r, s.cookie, s.session)
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
