package acceptance

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"rollcall/internal/password"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/internal/testenv/chromium"
	"rollcall/internal/totp"
)

// withPassword gives a member a password.
func (a *account) withPassword(id string) {
	a.g.t.Helper()
	hash := do[string](a.g.t)(password.Hash(goodPassword))
	m := a.member(id)
	err := a.g.roster.Store.Update(a.g.t.Context(), a.id, func(tx roster.Tx) error {
		return tx.PutPassword(a.g.t.Context(), roster.Password{Member: m, Hash: hash, SetAt: tx.Now()})
	})
	if err != nil {
		a.g.t.Fatalf("set a password: %v", err)
	}
}

// types signs in with an address and the password; what comes next is the caller's.
func (o *ownPages) types(b *chrome.Browser, email string) *chrome.Page {
	o.t.Helper()
	p := b.Fetch("POST", o.url+"/login/password", "application/x-www-form-urlencoded", []byte(url.Values{"email": {email}, "password": {goodPassword}}.Encode()))
	if p.Status != http.StatusSeeOther {
		o.t.Fatalf("sign in as %s = %d %s", email, p.Status, p.Text())
	}
	return b.Get(o.url + p.Header.Get("Location"))
}

var (
	keyShown   = regexp.MustCompile(`Key: <code>([A-Z2-7 ]+)</code>`)
	sealedForm = regexp.MustCompile(`name="sealed" value="([^"]+)"`)
	codeShown  = regexp.MustCompile(`<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>`)
)

// app is the authenticator app of a page that sets one up.
func (o *ownPages) app(p *chrome.Page) totp.Secret {
	o.t.Helper()
	m := keyShown.FindSubmatch(p.Body)
	if m == nil {
		o.t.Fatalf("the page shows no key: %s", p.Body)
	}
	return do[totp.Secret](o.t)(totp.Parse(string(m[1])))
}

// setsUpApp sets an authenticator app up on the person's own page, and returns it with the recovery codes.
func (o *ownPages) setsUpApp(b *chrome.Browser) (totp.Secret, []string) {
	o.t.Helper()
	p := b.Get(o.url + "/me/security?setup=app")
	app := o.app(p)
	p = b.Submit(p.FormWith("sealed", "code"), map[string]string{"code": app.Code(o.clock.Now())})
	if !p.Has("The authenticator app is set up.") {
		o.t.Fatalf("the app is not set up: %s", p.Text())
	}
	var codes []string
	for _, m := range codeShown.FindAllSubmatch(p.Body, -1) {
		codes = append(codes, string(m[1]))
	}
	if len(codes) != totp.RecoveryCodes {
		o.t.Fatalf("%d recovery codes are shown", len(codes))
	}
	return app, codes
}

// TestSecondFactorByApp sets an app up, is asked for its code at the next sign-in, and uses each code once.
func TestSecondFactorByApp(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada := a.somebody("ada@acme.example", "viewer")
		a.withPassword(ada)
		shows(t, o.types(chrome.New(t, nil), "ada@acme.example"), http.StatusOK, "in as ada@acme.example by password")
		app, recovery := o.setsUpApp(o.in(a, ada))
		g.clock.advance(time.Minute)

		b := chrome.New(t, nil)
		p := o.types(b, "ada@acme.example")
		shows(t, p, http.StatusOK, "One more step", "or a recovery code")
		shows(t, b.Fetch("GET", o.url+"/", "", nil), http.StatusUnauthorized, "nobody")
		shows(t, b.Submit(p.FormWith("code"), map[string]string{"code": "000000"}), http.StatusUnprocessableEntity, "This code is not right")
		code := app.Code(g.clock.Now())
		shows(t, b.Submit(b.Page().FormWith("code"), map[string]string{"code": code}), http.StatusOK, "in as ada@acme.example")

		other := chrome.New(t, nil)
		p = o.types(other, "ada@acme.example")
		shows(t, other.Submit(p.FormWith("code"), map[string]string{"code": code}), http.StatusUnprocessableEntity, "was used before")
		shows(t, other.Submit(other.Page().FormWith("code"), map[string]string{"code": strings.ToUpper(recovery[0])}), http.StatusOK, "in as ada@acme.example")
		third := chrome.New(t, nil)
		p = o.types(third, "ada@acme.example")
		shows(t, third.Submit(p.FormWith("code"), map[string]string{"code": recovery[0]}), http.StatusUnprocessableEntity, "This recovery code is not right, or was used before.")

		shows(t, b.Get(o.url+"/me/security"), http.StatusOK, "9 are left")
		var remove *chrome.Form
		for _, f := range b.Page().Forms() {
			if f.Value("action") == "app-remove" {
				remove = f
			}
		}
		shows(t, b.Submit(remove, nil), http.StatusOK, "The authenticator app is removed.")
		shows(t, o.types(chrome.New(t, nil), "ada@acme.example"), http.StatusOK, "in as ada@acme.example")
		if n, m := a.count("factor.added"), a.count("factor.removed"); n != 1 || m != 1 {
			t.Errorf("%d and %d events, want one of each", n, m)
		}
	})
}

// TestSecondFactorIsRequired has a tenant want one: who has none sets it up on the way in, and can't remove it.
func TestSecondFactorIsRequired(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada := a.somebody("ada@acme.example", "viewer")
		a.withPassword(ada)
		do[tenant.Tenant](t)(g.roster.SetTenantPolicy(t.Context(), a.staff, tenant.Policy{SecondFactor: tenant.SecondFactorRequired}))
		b := chrome.New(t, nil)
		p := o.types(b, "ada@acme.example")
		shows(t, p, http.StatusOK, "ACME asks for a second factor")
		app := o.app(p)
		p = b.Submit(p.FormWith("sealed", "code"), map[string]string{"code": "000000"})
		shows(t, p, http.StatusUnprocessableEntity, "not the code that the app shows now")
		if again := o.app(p); again.Text() != app.Text() {
			t.Error("the page shows another key after a slip")
		}
		shows(t, b.Submit(p.FormWith("sealed", "code"), map[string]string{"code": app.Code(g.clock.Now())}), http.StatusOK, "Keep your recovery codes")
		shows(t, b.Get(o.url+"/"), http.StatusOK, "in as ada@acme.example")
		b.Get(o.url + "/me/security")
		p = b.Fetch("POST", o.url+"/me/security", "application/x-www-form-urlencoded", []byte("action=app-remove"))
		shows(t, p, http.StatusUnprocessableEntity, "this is the last one")
	})
}

// TestFactorsAreThePersonsOwn tries to change the factors of somebody else, and with an old sign-in.
func TestFactorsAreThePersonsOwn(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada, eve := a.somebody("ada@acme.example", "viewer"), a.somebody("eve@acme.example", "admin")
		staff := roster.Staff{Tenant: a.id, Actor: roster.Actor{Source: roster.SourceSignIn, ID: eve}}
		for _, s := range []roster.Staff{staff, a.staff, a.admin} {
			if err := g.roster.AddTOTP(t.Context(), s, a.member(ada), roster.NewApp{Sealed: []byte{1}, Step: 1}); err == nil {
				t.Errorf("%v set up an app for somebody else", s.Actor)
			}
			if err := g.roster.AddPasskey(t.Context(), s, roster.Passkey{ID: []byte{1}, Member: a.member(ada), Data: []byte("{}")}, nil, nil); err == nil {
				t.Errorf("%v added a passkey for somebody else", s.Actor)
			}
		}
		// The form that sets an app up is good for the one who got it.
		sealed := sealedForm.FindSubmatch(o.in(a, eve).Get(o.url + "/me/security?setup=app").Body)[1]
		form := url.Values{"action": {"app-add"}, "sealed": {string(sealed)}, "code": {"123456"}}.Encode()
		b := o.in(a, ada)
		b.Get(o.url + "/me/security")
		shows(t, b.Fetch("POST", o.url+"/me/security", "application/x-www-form-urlencoded", []byte(form)), http.StatusUnprocessableEntity, "changed on its way")
		g.clock.advance(61 * time.Minute)
		shows(t, b.Fetch("POST", o.url+"/me/security", "application/x-www-form-urlencoded", []byte(form)), http.StatusUnprocessableEntity, "You signed in a while ago")
	})
}

// TestPasskeyInChromium makes a passkey with a virtual authenticator, signs in by it alone, and as a second factor.
func TestPasskeyInChromium(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada := a.somebody("ada@acme.example", "viewer")
		a.withPassword(ada)
		ctx := chromium.New(t)
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
			HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}}); err != nil {
			t.Fatal(err)
		}
		o.tab(ctx, t, a.browser(ada))
		text := func(steps ...chromedp.Action[chromedp.Void]) string {
			t.Helper()
			if err := chromedp.Do(ctx, steps...); err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		got := text(chromedp.Navigate(o.url+"/me/security"), chromedp.WaitVisible("#label"), chromedp.SendKeys("#label", "My phone"),
			chromedp.Click("form[data-passkey] button"), chromedp.WaitVisible(".codes"))
		if !strings.Contains(got, "The passkey is added.") || !strings.Contains(got, "My phone") {
			t.Errorf("after a passkey was made: %s", got)
		}
		o.tab(ctx, t, "")
		got = text(chromedp.Navigate(o.url+"/login/passkey"), chromedp.WaitVisible("form[data-passkey] button"),
			chromedp.Click("form[data-passkey] button"), chromedp.WaitNotPresent("form[data-passkey]"))
		if !strings.Contains(got, "in as ada@acme.example by passkey") {
			t.Errorf("after a sign-in by passkey: %s", got)
		}
		// Behind a password it is the second factor.
		b := chrome.New(t, nil)
		shows(t, o.types(b, "ada@acme.example"), http.StatusOK, "One more step", "Use a passkey")
		step, ok := b.Cookie(o.url+"/login/factor", "rollcall-step")
		if !ok {
			t.Fatal("the browser bears no step")
		}
		o.tab(ctx, t, "")
		o.cookie(ctx, t, "rollcall-step", step, "/")
		got = text(chromedp.Navigate(o.url+"/login/factor"), chromedp.WaitVisible("form[data-passkey] button"),
			chromedp.Click("form[data-passkey] button"), chromedp.WaitNotPresent("form[data-passkey]"))
		if !strings.Contains(got, "in as ada@acme.example by password") {
			t.Errorf("after a passkey as the second factor: %s", got)
		}
	})
}

// TestAttackFirstFactorOfAFormerPassword has somebody stand at the page that sets the first factor up while the password that
// led there is changed: nothing is set up, so that the thief's app does not keep the person out.
func TestAttackFirstFactorOfAFormerPassword(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		ada := a.somebody("ada@acme.example", "viewer")
		a.withPassword(ada)
		do[tenant.Tenant](t)(g.roster.SetTenantPolicy(t.Context(), a.staff, tenant.Policy{SecondFactor: tenant.SecondFactorRequired}))
		thief := chrome.New(t, nil)
		p := o.types(thief, "ada@acme.example")
		app := o.app(p)
		a.withPassword(ada) // another hash
		p = thief.Submit(p.FormWith("sealed", "code"), map[string]string{"code": app.Code(g.clock.Now())})
		shows(t, p, http.StatusForbidden, "This sign-in is over")
		if f := do[roster.Factors](t)(g.roster.Store.Reader(a.id).Factors(t.Context(), a.member(ada))); f.Second() || f.RecoveryCodes != 0 || a.count("factor.added") != 0 {
			t.Errorf("the thief set up %+v", f)
		}
	})
}

// TestAttackPasskeyThatWasRemoved signs in by a passkey that is taken away between the look at it and the sign-in.
func TestAttackPasskeyThatWasRemoved(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		ada := a.member(a.somebody("ada@acme.example", "viewer"))
		key := roster.Passkey{ID: []byte("stolen key"), Member: ada, Data: []byte("{}"), Label: "Phone"}
		self := roster.Staff{Tenant: a.id, Actor: roster.Actor{Source: roster.SourceSignIn, ID: ada.String()}}
		if err := g.roster.AddPasskey(t.Context(), self, key, nil, nil); err != nil {
			t.Fatal(err)
		}
		key = do[roster.Factors](t)(g.roster.Store.Reader(a.id).Factors(t.Context(), ada)).Passkeys[0]
		if err := g.roster.ResetFactors(t.Context(), a.staff, ada, nil); err != nil {
			t.Fatal(err)
		}
		proof := roster.LocalProof{Method: roster.MethodPasskey, Second: true, Passkey: &key}
		_, err := g.roster.SignInLocal(t.Context(), a.id, ada, proof, roster.SessionStart{Hash: [32]byte{1}})
		if !errors.Is(err, roster.Unauthorized) {
			t.Errorf("a sign-in by a passkey that was removed: %v", err)
		}
		if f := do[roster.Factors](t)(g.roster.Store.Reader(a.id).Factors(t.Context(), ada)); len(f.Passkeys) > 0 {
			t.Error("the passkey is back")
		}
	})
}
