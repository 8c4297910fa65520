package acceptance

import (
	"strings"
	"testing"

	"rollcall/internal/roster"
)

const goodPassword = "correct horse battery 17"

// TestPromiseA09_A10_A13_A17_A22_B03_AcceptAnInvite goes the whole way in a real browser: the mail's link, the page, the
// form, the dashboard.
func TestPromiseA09_A10_A13_A17_A22_B03_AcceptAnInvite(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		ana := h.boss(a, "ana@acme.example", "Ana Alvarez")
		h.invite(ana, "bob@home.example", roster.InviteDraft{Role: "editor", Names: roster.Names{First: "Robert", Last: "Berg"}, Message: "Hello Bob"})
		link := h.mailed("bob@home.example", 1)
		if !strings.HasPrefix(link, h.url+"/invite/accept?token=inv_") { // A-13, B-03
			t.Errorf("the mail's link is %s", link)
		}
		b := h.browser()
		b.open(link)
		if b.path() != "/invite/accept" {
			t.Errorf("the browser is at %s", b.path())
		}
		if got := b.heading(); got != "Welcome to ACME" {
			t.Errorf("the page is titled %q", got)
		}
		b.says("Ana Alvarez", "Hello Bob", "editor")
		if got := b.field("#first") + " " + b.field("#last"); got != "Robert Berg" {
			t.Errorf("the names are prefilled with %q", got)
		}
		b.fill("#first", "Bob")
		b.fill("#password", goodPassword)
		b.submit("main form button[type=submit]")
		if b.path() == "/" {
			b.says("Bob Berg")
		} else {
			t.Errorf("after the form the browser is at %s: %s", b.path(), b.text())
		}
		m := a.byEmail("bob@home.example")
		if got := m.Attributes.Text("displayName") + "|" + m.Standing.Role; got != "Bob Berg|editor" {
			t.Errorf("stored: %s", got)
		}
		token := tokenIn(link)
		if log := h.server.log.String(); log == "" || strings.Contains(log, token) || strings.Contains(log, token[:30]) { // SECURITY I2
			t.Errorf("the log holds the token, or nothing: %s", log)
		}
	})
}
