package acceptance

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/sso"
	"rollcall/sso/oidc"
)

func TestOIDCDoorTakesVouchedAddressesOfTheTenantAlone_O1_O2_O3(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		says := func(subject string, vouched any) op.Account {
			return op.Account{Subject: subject, Email: subject + "@acme.example", Verified: vouched}
		}
		victim := g.tenant("victim")
		victim.joins("victim.example", tenant.AutoJoinOn, "")
		ceo := do[roster.Member](t)(g.roster.AddMember(t.Context(), victim.staff, "ceo@victim.example", "admin", ""))
		_, p, i := g.open(
			verified("mallory", "ceo@victim.example"), op.Account{Subject: "unverif", Email: "ceo@victim.example.acme.example", Verified: false},
			says("noverify", nil), says("no", false), says("sno", "false"), says("one", 1), says("yes", "yes"), says("big", "True"),
			says("strtrue", "true"), says("true", true),
		)
		i.refused("ceo@victim.example", roster.CodeDomainNotOwned)
		for _, who := range []string{"noverify", "no", "sno", "one", "yes", "big"} {
			i.refused(who+"@acme.example", roster.CodeEmailNotVerified)
		}
		i.refused("ceo@victim.example.acme.example", roster.CodeEmailNotVerified)
		i.in("strtrue@acme.example")
		i.in("true@acme.example")
		if links := victim.linksOf(ceo.ID); len(links) != 0 || len(victim.live()) != 0 {
			t.Errorf("the victim has links %v", links)
		}
		// Entra's tid is pinned: whoever owns another tenant of Entra types any address there.
		const ours, other = "11111111-2222-3333-4444-555555555555", "99999999-2222-3333-4444-555555555555"
		entra := p.providerWith(i.a, tenant.OIDCSettings{EntraTenant: ours, EntraDomainOwner: true},
			op.Account{Subject: "e1", Email: "ada@acme.example", Extra: map[string]any{"tid": other, "xms_edov": true}},
			op.Account{Subject: "e2", Email: "bo@acme.example", Extra: map[string]any{"tid": ours}},
			op.Account{Subject: "e3", Email: "cy@acme.example", Extra: map[string]any{"tid": ours, "xms_edov": true}})
		entra.refused("ada@acme.example", oidc.CodeTenant)
		entra.refused("bo@acme.example", roster.CodeEmailNotVerified)
		entra.in("cy@acme.example")
	})
}

func TestOIDCDoorWhenTheKeysAreDown_O5(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("s1", "ada@acme.example"), verified("s2", "bo@acme.example"))
		down := func(status int) {
			i.Turn(func(k *op.Knobs) { k.Status = map[string]int{"/jwks": status, "/token": 0} })
		}
		down(http.StatusInternalServerError)
		comes := func(email string) *chrome.Page { return i.comes(chrome.New(t, nil), email) }
		unavailable := func(email string) {
			t.Helper()
			var page *chrome.Page
			a.unchanged("", func() { page = comes(email) })
			p.turnedAway(page, http.StatusServiceUnavailable, "unavailable")
			if page.Header.Get("Retry-After") == "" {
				t.Error("the answer does not say when to try again")
			}
		}
		unavailable("ada@acme.example")
		down(0)
		g.clock.advance(time.Minute)
		ada := i.in("ada@acme.example")
		i.SetKeys(do[op.Key](t)(op.NewKey("k2")))
		down(http.StatusServiceUnavailable)
		g.clock.advance(time.Minute)
		unavailable("bo@acme.example")
		p.stays(ada, "while the provider's keys are down")
		down(0)
		g.clock.advance(time.Minute)
		i.in("bo@acme.example") // by the new key
	})
}

func TestOIDCDoorTakesEachStateOnceFromItsBrowser_O8(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("s1", "ada@acme.example"))
		other := p.provider(a, verified("s1", "ada@acme.example"))
		changed := func(to string, change func(*url.URL, url.Values)) string {
			u := do[*url.URL](t)(url.Parse(to))
			q := u.Query()
			change(u, q)
			u.RawQuery = q.Encode()
			return u.String()
		}
		for name, change := range map[string]func(*url.URL, url.Values){
			"missing":               func(_ *url.URL, q url.Values) { q.Del("state") },
			"wrong":                 func(_ *url.URL, q url.Values) { q.Set("state", strings.Repeat("A", 43)) },
			"empty":                 func(_ *url.URL, q url.Values) { q.Set("state", "") },
			"of another connection": func(u *url.URL, _ url.Values) { u.Path = "/sso/" + other.con.ID.UUID.UUID() + "/callback" },
		} {
			b := chrome.New(t, nil)
			to := changed(i.back(b, "ada@acme.example"), change)
			a.unchanged("", func() { p.turnedAway(b.Get(to), http.StatusBadRequest, sso.CodeNoFlow) })
			p.ended(b, name)
		}
		victim, attacker := chrome.New(t, nil), chrome.New(t, nil)
		to := i.back(attacker, "ada@acme.example")
		a.unchanged("", func() { p.turnedAway(victim.Get(to), http.StatusBadRequest, sso.CodeNoFlow) })
		p.ended(victim, "with the link of another browser") // who would act as the attacker

		b := chrome.New(t, nil)
		to = i.back(b, "ada@acme.example")
		if page := b.Get(to); !page.Has("signed in to") {
			t.Fatalf("the honest one ended with %s", page.Text())
		}
		a.unchanged("", func() { p.turnedAway(b.Get(to), http.StatusBadRequest, sso.CodeNoFlow) })
		p.stays(b, "after the link was opened again")

		late := chrome.New(t, nil)
		to = i.back(late, "ada@acme.example")
		g.clock.advance(10 * time.Minute)
		a.unchanged("", func() { p.turnedAway(late.Get(to), http.StatusBadRequest, sso.CodeNoFlow) })
	})
}

func TestOIDCDoorTakesNoCodeOfAnother_O11(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("s1", "ada@acme.example"), verified("s9", "mallory@acme.example"))
		codeOf := func(to string) string { return do[*url.URL](t)(url.Parse(to)).Query().Get("code") }
		inject := func(victim *chrome.Browser, code string) *chrome.Page {
			u := do[*url.URL](t)(url.Parse(i.back(victim, "ada@acme.example")))
			q := u.Query()
			q.Set("code", code)
			u.RawQuery = q.Encode()
			return victim.Get(u.String())
		}
		for _, c := range []struct {
			name   string
			noPKCE bool
			code   roster.Code
		}{{"PKCE", false, oidc.CodeExchange}, {"the nonce alone", true, oidc.CodeNonce}} {
			i.Turn(func(k *op.Knobs) { k.NoPKCE = c.noPKCE })
			stolen := codeOf(i.back(chrome.New(t, nil), "mallory@acme.example"))
			victim := chrome.New(t, nil)
			a.unchanged(c.code, func() { p.turnedAway(inject(victim, stolen), http.StatusForbidden, c.code) })
			p.ended(victim, "held by "+c.name)
		}
		i.Turn(func(k *op.Knobs) { k.NoPKCE = false })
		b := chrome.New(t, nil)
		to := i.back(b, "ada@acme.example")
		b.Get(to)
		a.unchanged(oidc.CodeExchange, func() { // a code twice, in a sign-in of its own
			p.turnedAway(inject(chrome.New(t, nil), codeOf(to)), http.StatusForbidden, oidc.CodeExchange)
		})
		p.stays(b, "after the code was tried again")
	})
}

func TestOIDCDoorKeepsProvidersApart_O12(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, honest := g.open(verified("s1", "ada@acme.example"))
		evil := p.provider(a, verified("s1", "ada@acme.example"))
		b := chrome.New(t, nil)
		stolen := do[*url.URL](t)(url.Parse(honest.back(b, "ada@acme.example"))).Query()
		u := do[*url.URL](t)(url.Parse(evil.back(b, "ada@acme.example")))
		q := u.Query() // the state of one, with code and issuer of the other
		q.Set("code", stolen.Get("code"))
		q.Set("iss", stolen.Get("iss"))
		u.RawQuery = q.Encode()
		a.unchanged(oidc.CodeIssuer, func() { p.turnedAway(b.Get(u.String()), http.StatusForbidden, oidc.CodeIssuer) })
		if n := evil.Seen("/token"); n != 0 {
			t.Errorf("the code of one provider was sent to another %d times", n)
		}
		evil.Turn(func(k *op.Knobs) { k.Callback = func(answer url.Values) { answer.Del("iss") } })
		evil.refused("ada@acme.example", oidc.CodeIssuer)
		evil.Turn(func(k *op.Knobs) {
			k.Callback = nil
			k.Claims = func(c map[string]any) { c["iss"] = honest.con.OIDC.Issuer }
		})
		evil.refused("ada@acme.example", oidc.CodeIssuer)
		a.members(0)
	})
}
