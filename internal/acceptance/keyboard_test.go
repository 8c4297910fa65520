package acceptance

import (
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"rollcall/internal/tenant"
)

// press presses keys, on whatever has the focus.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// strike presses one key as a keyboard does: what the page forbids is not typed.
func (b *tab) strike(key string) {
	b.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		p := input.DispatchKeyEventParams{Type: kind, Key: key}
		if kind == input.DispatchKeyEventTypeKeyDown {
			p.Text = key
		}
		if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, p); err != nil {
			b.t.Fatal(err)
		}
	}
}

// tabTo goes on with the tab key until what the selector finds has the focus, which must be seen.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	const most = 60
	for n := range most {
		if b.value(`document.activeElement.matches(`+quoted(selector)+`)`) == "true" {
			if n > 0 && b.value(`document.activeElement.matches(":focus-visible")`) != "true" { // which the stylesheet gives an outline
				b.t.Errorf("the focus on %s can't be seen", selector)
			}
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("the tab key does not reach %s; the focus is on %s", selector, b.value(`document.activeElement.outerHTML`))
}

// enter presses a key that leads to another page.
func (b *tab) enter(key string) int {
	b.t.Helper()
	return b.load(chromedp.KeyEvent(key))
}

// TestPagesByKeyboard invites somebody and accepts the invite without a mouse, looks for a member with / and comes to the
// invite with i.
func TestPagesByKeyboard(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		b := c.tab(c.ana)
		b.open(h.url + "/console/members")
		b.press(kb.Tab)
		if b.value(`document.activeElement.className`) != "skip" {
			t.Errorf("the first stop is not the way past the navigation: %s", b.value(`document.activeElement.outerHTML`))
		}
		b.strike("/")
		if b.value(`document.activeElement.id`) != "q" {
			t.Errorf("/ leads to %s", b.value(`document.activeElement.outerHTML`))
		}
		b.press("uma/i") // in a field they are letters
		if got := b.field("#q"); got != "uma/i" {
			t.Errorf("the field holds %q", got)
		}
		b.value(`document.activeElement.value = "uma"`)
		b.enter(kb.Enter)
		b.says("Uma Bell")
		b.value(`document.activeElement.blur()`)
		if b.enter("i"); b.path() != "/console/invites/new" {
			t.Fatalf("i leads to %s", b.path())
		}
		b.tabTo("#emails")
		b.press("bo@partner.example")
		b.tabTo("input[name=role]")
		b.tabTo("button[value=send]")
		b.enter(kb.Enter)
		if b.heading() != "Invite sent" {
			t.Fatalf("after Enter: %s", b.text())
		}

		guest := h.browser()
		guest.open(h.mailed("bo@partner.example", 1))
		guest.tabTo("#first")
		guest.press("Bo")
		guest.tabTo("#password")
		guest.press(goodPassword)
		guest.tabTo("#sms")
		guest.tabTo("main form button[type=submit]")
		if status := guest.enter(kb.Enter); status != http.StatusOK || guest.path() != "/" {
			t.Errorf("after Enter = %d at %s: %s", status, guest.path(), guest.text())
		}
		if m := c.a.byEmail("bo@partner.example"); h.contact(c.a, m.ID).SMS {
			t.Error("going past the box for text messages ticked it")
		}
	})
}
