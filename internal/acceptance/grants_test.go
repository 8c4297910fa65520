package acceptance

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

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
