package acceptance

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"rollcall/internal/roster"
)

// authenticator gives the browser one that makes passkeys without asking.
func (b *tab) authenticator() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		b.t.Fatal(err)
	}
	if _, err := chromedp.Call(b.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
		HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}); err != nil {
		b.t.Fatal(err)
	}
}

// TestPromiseA18AnInviteIsAcceptedWithAPasskey accepts without a password: a name that lacks is asked for first, recovery codes are
// shown, no password is kept, and the passkey signs in by itself afterwards.
func TestPromiseA18AnInviteIsAcceptedWithAPasskey(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		_, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{})
		b := h.browser()
		b.authenticator()
		b.open(link)
		const join = "[data-passkey-button]"
		if b.value(`document.querySelector("`+join+`").hidden + ""`) != "false" {
			t.Fatalf("no passkey is offered: %s", b.text())
		}
		b.click(join) // without a name nothing happens
		a.members(0)
		b.fill("#first", "Bob")
		b.do(chromedp.Click(join), chromedp.WaitVisible(".codes"))
		b.says("Keep your recovery codes")
		m := a.byEmail("bob@home.example")
		if f := do[roster.Factors](t)(h.roster.Store.Reader(a.id).Factors(t.Context(), m.ID)); f.Password || len(f.Passkeys) != 1 || f.RecoveryCodes != 10 {
			t.Errorf("the member signs in by %+v", f)
		}
		b.submit("main a.button")
		if !strings.Contains(b.text(), "Bob") || b.path() != "/" {
			t.Errorf("after that the browser is at %s: %s", b.path(), b.text())
		}
		b.open(link)
		b.says("member already")
		b.open(h.url + "/login/passkey")
		b.do(chromedp.WaitVisible("form[data-passkey] button"), chromedp.Click("form[data-passkey] button"), chromedp.WaitNotPresent("form[data-passkey]"))
		live := do[roster.Page[roster.Session]](t)(h.roster.Sessions(t.Context(), a.id, roster.SessionQuery{Filter: roster.SessionFilter{Member: m.ID}}))
		for _, s := range live.Items {
			if s.Method != roster.MethodPasskey {
				t.Errorf("a session began by %s", s.Method)
			}
		}
		if len(live.Items) == 0 || live.Items[0].CreatedAt.Before(m.CreatedAt) {
			t.Errorf("the sessions are %+v", live.Items)
		}
	})
}
