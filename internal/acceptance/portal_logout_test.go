package acceptance

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
)

// tellsLogout posts a logout token to the connection, as its provider does, and returns the answer's status.
func (i *provider) tellsLogout(token string) int {
	i.p.t.Helper()
	body := strings.NewReader(url.Values{"logout_token": {token}}.Encode())
	req, err := http.NewRequestWithContext(i.p.t.Context(), http.MethodPost, i.con.ID.URLs(i.p.url).Logout, body)
	if err != nil {
		i.p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		i.p.t.Fatalf("tell of a logout: %v", err)
	}
	defer func() { _ = res.Body.Close() }()
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		i.p.t.Errorf("Cache-Control of the answer is %q", got)
	}
	return res.StatusCode
}

func TestOIDCDoorHearsOfLogouts_O23(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("s1", "ada@acme.example"), verified("s2", "bo@acme.example"))
		one, two, bo := i.in("ada@acme.example"), i.in("ada@acme.example"), i.in("bo@acme.example")
		ada := a.byEmail("ada@acme.example")
		var sid string // of the older one
		for _, s := range a.live() {
			if s.Member == ada.ID {
				sid = s.IDPSession
			}
		}
		token := func(subject, session string, change func(map[jose.HeaderKey]any, map[string]any)) string {
			return do[string](t)(i.LogoutToken("gateway", subject, session, change))
		}
		claim := func(name string, value any) func(map[jose.HeaderKey]any, map[string]any) {
			return func(_ map[jose.HeaderKey]any, c map[string]any) {
				c[name] = value
				if value == nil {
					delete(c, name)
				}
			}
		}
		forger := op.New(op.Config{Issuer: i.con.OIDC.Issuer, Keys: []op.Key{do[op.Key](t)(op.NewKey("k1"))}, Now: g.clock.Now})
		late := token("s1", sid, nil)
		bad := map[string]string{
			"nothing": "", "no token": "x.y.z", "forged": do[string](t)(forger.LogoutToken("gateway", "s1", sid, nil)),
			"with a nonce": token("s1", sid, claim("nonce", "n")), "of nobody": token("", "", nil), "for another": token("s1", sid, claim("aud", "other")),
			"without an id": token("s1", sid, claim("jti", nil)), "of no event": token("s1", sid, claim("events", map[string]any{})),
			"expired": token("s1", sid, claim("exp", g.clock.Now().Add(-time.Hour).Unix())),
			"an ID token": token("s1", sid, func(h map[jose.HeaderKey]any, c map[string]any) {
				h["typ"] = "JWT"
				delete(c, "events")
				c["nonce"] = "n"
			}),
		}
		a.unchanged("", func() {
			for name, text := range bad {
				if got := i.tellsLogout(text); got != http.StatusBadRequest {
					t.Errorf("a logout token that is %s: %d, want 400", name, got)
				}
			}
		})
		if got := p.provider(a).tellsLogout(late); got != http.StatusBadRequest {
			t.Errorf("at another connection: %d, want 400", got)
		}
		p.stays(one, "after bad tokens")

		bySession := token("s1", sid, nil)
		if got := i.tellsLogout(bySession); got != http.StatusOK {
			t.Errorf("of one session: %d, want 200", got)
		}
		p.ended(one, "after its logout")
		p.stays(two, "after the logout of another one")
		a.unchanged("", func() {
			if got := i.tellsLogout(bySession); got != http.StatusBadRequest {
				t.Errorf("replayed: %d, want 400", got)
			}
		})
		if got := i.tellsLogout(token("s1", "", nil)); got != http.StatusOK {
			t.Errorf("of the person: %d, want 200", got)
		}
		p.ended(two, "after the logout of the person")
		p.stays(bo, "after the logout of somebody else")
		for _, why := range a.endings(ada.ID) {
			if why != roster.EndIDPLogout {
				t.Errorf("the sessions ended by %v", why)
			}
		}
		if got := i.tellsLogout(token("nobody", "", nil)); got != http.StatusOK {
			t.Errorf("of somebody who is not here: %d, want 200", got)
		}
	})
}
