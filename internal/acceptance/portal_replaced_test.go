package acceptance

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

// TestSAMLDoorReplacesTheSession_X1: browsers leave the session's cookie out of what a provider's page posts, being
// SameSite=Lax. The session that the browser bore when it left ends all the same, also that of another tenant, which learns
// nothing of who came instead.
func TestSAMLDoorReplacesTheSession_X1(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		p := g.portal()
		a, con := p.acme(samlPerson("ann", mail("ann@acme.example")))
		other := g.tenant("other")
		other.joins("other.example", tenant.AutoJoinOn, "")
		elsewhere := p.provider(other, verified("s1", "ann@other.example"))
		b := chrome.New(t, nil)
		former := elsewhere.comesIn(b, "ann@other.example")
		for _, from := range []*account{other, a} {
			form := p.held(b, con, "ann", "")
			bound, ok := b.Cookie(p.url, "rollcall-signin")
			if !ok {
				t.Fatal("the sign-in is bound to no browser")
			}
			fresh := p.postBare(form, bound)
			if n := len(from.live()); from == other && n != 0 {
				t.Errorf("%d sessions of %s are live after the sign-in elsewhere, want none", n, from.id)
			}
			if live := a.live(); len(live) != 1 {
				t.Errorf("%d sessions are live after a sign-in in their place, want one", len(live))
			}
			b.SetCookie(p.url, &http.Cookie{Name: "rollcall", Value: fresh, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
		for _, why := range other.endings(former) {
			if why != roster.EndReplaced {
				t.Errorf("the former session ended by %q, want %q", why, roster.EndReplaced)
			}
		}
		for _, e := range do[[]roster.Event](t)(g.roster.Store.Reader(other.id).Events(t.Context(), roster.Cursor{}, 1000)) {
			if e.Kind == roster.SessionEnded && e.Actor.ID != "" {
				t.Errorf("the other tenant's event names %q", e.Actor.ID)
			}
		}
	})
}

// comesIn signs somebody in and returns who it is.
func (i *provider) comesIn(b *chrome.Browser, email string) roster.MemberID {
	i.p.t.Helper()
	i.p.signedIn(b, i.comes(b, email))
	return i.a.byEmail(email).ID
}

// postBare posts a provider's form with the cookie that binds sign-ins alone, as browsers do from another site, and returns
// the token of the session that began.
func (p *portal) postBare(form *chrome.Form, bound string) string {
	p.t.Helper()
	fields := url.Values{"SAMLResponse": {form.Value("SAMLResponse")}, "RelayState": {form.Value("RelayState")}}
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, form.Action.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: "rollcall-signin", Value: bound})
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	for _, c := range res.Cookies() {
		if c.Name == "rollcall" {
			return c.Value
		}
	}
	p.t.Fatalf("the post = %d and gives no session", res.StatusCode)
	return ""
}

// failing is a store that can't be written to while it is told so.
type failing struct {
	roster.Store
	down atomic.Bool
}

func (f *failing) Update(ctx context.Context, id tenant.ID, do func(roster.Tx) error) error {
	if f.down.Load() {
		return &roster.Error{Kind: roster.Unavailable, Detail: "The database is away."}
	}
	return f.Store.Update(ctx, id, do)
}

// TestOIDCDoorHearsOfALogoutAgain_O23: a logout token counts as used once the sessions have ended, and not before: the
// provider that was told to try again does so with the same token.
func TestOIDCDoorHearsOfALogoutAgain_O23(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		_, p, i := g.open(verified("s1", "ada@acme.example"))
		ada := i.in("ada@acme.example")
		store := &failing{Store: g.roster.Store}
		p.door.Roster = &roster.Roster{Store: store, Locator: g.roster.Locator, Now: g.roster.Now}
		token := do[string](t)(i.LogoutToken("gateway", "s1", "", nil))
		store.down.Store(true)
		if got := i.tellsLogout(token); got != http.StatusServiceUnavailable {
			t.Errorf("while the database is away: %d, want 503", got)
		}
		p.stays(ada, "after a logout that was not heard")
		store.down.Store(false)
		if got := i.tellsLogout(token); got != http.StatusOK {
			t.Errorf("the same token again: %d, want 200", got)
		}
		p.ended(ada, "after the logout")
		if got := i.tellsLogout(token); got != http.StatusBadRequest {
			t.Errorf("replayed: %d, want 400", got)
		}
	})
}
