package acceptance

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/console"
	"rollcall/internal/password"
	"rollcall/internal/roster"
)

// consents are what somebody said about text messages.
func (h *house) consents(a *account, m roster.MemberID) []roster.Consent {
	h.t.Helper()
	return do[[]roster.Consent](h.t)(h.roster.Store.Reader(a.id).Consents(h.t.Context(), m, 100))
}

func (h *house) contact(a *account, m roster.MemberID) roster.Contact {
	h.t.Helper()
	return do[roster.Contact](h.t)(h.roster.Store.Reader(a.id).Contact(h.t.Context(), m))
}

// TestPromiseA18_A19_A20_A21_TheForm: what is asked, what is refused, that what was typed stays, and what is stored.
func TestPromiseA18_A19_A20_A21_TheForm(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		_, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{Names: roster.Names{First: "Bob", Last: "Berg"}})
		b := h.browser()
		b.open(link)
		if got := b.value(`document.querySelector("#sms").checked + " " + document.querySelector("#sms").required + " " + document.querySelector("#phone").required`); got != "false false false" {
			t.Errorf("ticked, required, phone required: %s", got)
		}
		if got := b.value(`document.querySelector("#password").autocomplete`); got != "new-password" {
			t.Errorf("the password's autocomplete is %q", got)
		}
		b.says(console.SMSConsentWording)
		b.click("button[data-show=password]") // it only helps
		if got := b.value(`document.querySelector("#password").type`); got != "text" {
			t.Errorf("the password is shown as %q", got)
		}
		b.click("button[data-show=password]")
		b.value(`document.querySelector("main form").noValidate = true`) // the browser would stop these by itself
		b.fill("#last", "Bergmann")
		b.fill("#phone", "123")
		b.click("#sms")
		b.fill("#password", "k7#qZ2w") // 7
		if status := b.submit("main form button[type=submit]"); status != http.StatusUnprocessableEntity {
			t.Errorf("seven characters = %d", status)
		}
		b.says("too short", "phone number")
		if got := b.field("#last") + "|" + b.field("#phone") + "|" + b.field("#password") + "|" + b.value(`document.querySelector("#sms").checked`); got != "Bergmann|123||true" {
			t.Errorf("what was typed became %s", got)
		}
		if !b.has("[role=alert]") || b.value(`document.querySelector("#password").getAttribute("aria-invalid")`) != "true" {
			t.Error("the mistakes are not marked")
		}
		a.members(0)
		b.fill("#phone", "+49 30 901820")
		b.fill("#password", "k7#qZ2wx") // 8
		if b.submit("main form button[type=submit]"); b.path() != "/" {
			t.Fatalf("eight characters: %s", b.text())
		}
		m := a.byEmail("bob@home.example")
		if c := h.contact(a, m.ID); c.Phone != "+4930901820" || !c.SMS {
			t.Errorf("contact = %+v", c)
		}
		said := h.consents(a, m.ID)
		if len(said) != 1 || !said[0].Given || said[0].Wording != console.SMSConsentRecord || said[0].Source != roster.ConsentInvite || said[0].At.IsZero() || said[0].Client.IP != "127.0.0.1" || said[0].Phone != "+4930901820" {
			t.Errorf("consents = %+v", said)
		}
		p := do[roster.Password](t)(h.roster.Store.Reader(a.id).Password(t.Context(), m.ID))
		if ok, _ := password.Verify(p.Hash, "k7#qZ2wx"); !ok || !strings.HasPrefix(p.Hash, "$argon2id$") {
			t.Errorf("the password is kept as %.12s…", p.Hash)
		}
	})
}

// TestPromiseA19_A21_NothingWithoutAWord: who leaves the number empty, or the box, is let in and gets no text messages.
func TestPromiseA19_A21_NothingWithoutAWord(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		for email, number := range map[string]string{"none@home.example": "", "number@home.example": "+49 30 901820"} {
			_, link := h.invite(a.staff, email, roster.InviteDraft{})
			form := acceptForm(tokenIn(link))
			form.Set("phone", number)
			h.accepted(form)
			m := a.byEmail(email)
			if c := h.contact(a, m.ID); c.SMS || (c.Phone != "") != (number != "") || len(h.consents(a, m.ID)) > 0 {
				t.Errorf("%s: %+v", email, c)
			}
		}
		_, link := h.invite(a.staff, "box@home.example", roster.InviteDraft{})
		form := acceptForm(tokenIn(link))
		form.Set("sms", "yes")
		body := form.Encode()
		if res := h.ask(http.MethodPost, "/invite/accept", &body); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(bodyOf(t, res), "Enter the number for text messages") {
			t.Errorf("a consent without a number = %d", res.StatusCode)
		}
		form.Set("role", "admin") // SECURITY I10: what is submitted besides counts for nothing
		form.Del("sms")
		h.accepted(form)
		if m := a.byEmail("box@home.example"); m.Standing.Role != "viewer" {
			t.Errorf("the role is %s", m.Standing.Role)
		}
	})
}

// accepted sends the form and fails the test unless it was taken. It returns the session's cookie.
func (h *house) accepted(form url.Values) *http.Cookie {
	h.t.Helper()
	body := form.Encode()
	res := h.ask(http.MethodPost, "/invite/accept", &body)
	for _, c := range res.Cookies() {
		if c.Name == "rollcall" && res.StatusCode == http.StatusSeeOther {
			return c
		}
	}
	h.t.Fatalf("the form = %d %s", res.StatusCode, bodyOf(h.t, res))
	return nil
}

// TestPromiseB04NothingBeforeAcceptance: who is invited reaches nothing until they accept.
func TestPromiseB04NothingBeforeAcceptance(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		_, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{})
		a.members(0)
		for _, path := range []string{"/", "/console/", "/console/members"} {
			res := h.ask(http.MethodGet, path, nil, "Cookie", "rollcall-invite="+tokenIn(link)+"; rollcall="+tokenIn(link))
			if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/login") {
				t.Errorf("GET %s = %d %s", path, res.StatusCode, res.Header.Get("Location"))
			}
		}
		check := func() string {
			return bodyOf(t, h.ask(http.MethodGet, "/api/v1/check?tenant=acme&email=bob@home.example", nil, "Authorization", "Bearer "+operatorKey))
		}
		if got := check(); !strings.Contains(got, `"invited"`) || !strings.Contains(got, `false`) {
			t.Errorf("check says %s", got)
		}
		if _, err := h.roster.Store.Reader(a.id).PendingInvite(context.WithoutCancel(t.Context()), "bob@home.example"); errors.Is(err, roster.NotFound) {
			t.Error("the invite is gone")
		}
		session := h.accepted(acceptForm(tokenIn(link)))
		if res := h.ask(http.MethodGet, "/", nil, "Cookie", session.Name+"="+session.Value); res.StatusCode != http.StatusOK {
			t.Errorf("after it GET / = %d", res.StatusCode)
		}
		if got := check(); strings.Contains(got, `"invited"`) {
			t.Errorf("after it check says %s", got)
		}
	})
}
