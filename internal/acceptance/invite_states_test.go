package acceptance

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
)

// TestPromiseA39_A40_Expired_Replaced_Revoked: links that are over, each with its own page and next step; who holds an expired
// one asks for another from there, and the inviter gets a mail.
func TestPromiseA39_A40_Expired_Replaced_Revoked(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		ana := h.boss(a, "ana@acme.example", "Ana Alvarez")
		var late roster.Invite
		var link string
		h.past(8*day, func() { late, link = h.invite(ana, "bob@home.example", roster.InviteDraft{}) })
		b := h.browser()
		if status := b.open(link); status != http.StatusGone || b.heading() != "Invite expired" {
			t.Errorf("an expired link = %d %q", status, b.heading())
		}
		b.says("invite_expired", "Ask Ana Alvarez to resend it")
		form := acceptForm(tokenIn(link)).Encode()
		if res := h.ask(http.MethodPost, "/invite/accept", &form); res.StatusCode != http.StatusGone {
			t.Errorf("the form of an expired link = %d", res.StatusCode)
		}
		a.members(1)
		b.submit("main form button[type=submit]")
		b.says("A new link was asked for")
		if b.has("main form") {
			t.Error("one can ask again and again")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if m := h.mails.To(ctx, t, "ana@acme.example", 1); !strings.Contains(m.Subject, "bob@home.example") {
			t.Errorf("Ana's mail: %s", m.Subject)
		}
		if i := do[roster.Invite](t)(h.roster.Invite(t.Context(), a.staff, late.ID)); i.AskedAt.IsZero() || i.State != roster.InvitePending {
			t.Errorf("the list of invites does not say so: %+v", i)
		}
		_, fresh, err := h.sender.Resend(t.Context(), ana, late.ID, true)
		if err != nil {
			t.Fatal(err)
		}
		if status := b.open(link); status != http.StatusGone || b.heading() != "There is a newer link" {
			t.Errorf("the old link = %d %q", status, b.heading())
		}
		b.says("invite_replaced", "newest mail")
		if status := b.open(fresh); status != http.StatusOK || b.heading() != "Welcome to ACME" {
			t.Errorf("the new link = %d %q", status, b.heading())
		}
		do[roster.Invite](t)(h.roster.RevokeInvite(t.Context(), ana, late.ID))
		if status := b.open(fresh); status != http.StatusGone || b.heading() != "This invite was taken back" {
			t.Errorf("a revoked link = %d %q", status, b.heading())
		}
		b.says("invite_revoked", "Ask Ana Alvarez")
	})
}

// TestPromiseA41_A49_Suspended: nothing is used up, the page leads to billing, and afterwards the same link works.
func TestPromiseA41_A49_Suspended(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		i, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{})
		h.in.run("tenant", "suspend", "acme")
		b := h.browser()
		if status := b.open(link); status != http.StatusForbidden || b.heading() != "Tenant suspended" {
			t.Fatalf("the page is %d %q", status, b.heading())
		}
		b.says("tenant_suspended", "not used up", "manages billing", "Billing; support can't")
		if got := b.value(`document.querySelector("a.button").href`); got != "https://app.example/billing" {
			t.Errorf("the button leads to %s", got)
		}
		form := acceptForm(tokenIn(link)).Encode()
		if res := h.ask(http.MethodPost, "/invite/accept", &form); res.StatusCode != http.StatusForbidden {
			t.Errorf("the form = %d", res.StatusCode)
		}
		if s := h.stateOf(a, i); s != roster.InvitePending {
			t.Errorf("the invite is %s", s)
		}
		h.in.run("tenant", "resume", "acme")
		h.accepted(acceptForm(tokenIn(link)))
		a.byEmail("bob@home.example")
	}, "ROLLCALL_BILLING_URL=https://app.example/billing")
}

// TestAttackI5SomebodyElseIsSignedIn: a browser that is Jane's accepts nothing for Bob, unless she signs out first.
func TestAttackI5SomebodyElseIsSignedIn(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		_, jane := h.invite(a.staff, "jane@home.example", roster.InviteDraft{})
		i, link := h.invite(a.staff, "bob@home.example", roster.InviteDraft{})
		session := h.accepted(acceptForm(tokenIn(jane)))
		form := acceptForm(tokenIn(link)).Encode()
		if res := h.ask(http.MethodPost, "/invite/accept", &form, "Cookie", session.Name+"="+session.Value); res.StatusCode != http.StatusForbidden {
			t.Errorf("Jane's browser accepts for Bob: %d", res.StatusCode)
		}
		if s := h.stateOf(a, i); s != roster.InvitePending {
			t.Fatalf("the invite is %s", s)
		}
		b := h.browser()
		_, again := h.invite(a.staff, "joan@home.example", roster.InviteDraft{})
		b.open(again)
		b.fill("#first", "Joan")
		b.fill("#password", goodPassword)
		b.submit("main form button[type=submit]")
		if status := b.open(again); status != http.StatusConflict || b.heading() != "You are a member already" {
			t.Errorf("one's own used link = %d %q", status, b.heading())
		}
		if status := b.open(link); status != http.StatusForbidden || b.heading() != "This invite is for somebody else" {
			t.Fatalf("the page is %d %q", status, b.heading())
		}
		b.says("You are joan@home.example; this invite is for bob@home.example", "invite_email_mismatch", "Stay signed in as joan@home.example")
		b.submit("main form button[type=submit]") // sign out, and go on
		if b.heading() != "Welcome to ACME" || b.field("#email") != "bob@home.example" {
			t.Fatalf("after signing out: %q", b.heading())
		}
		b.fill("#first", "Bob")
		b.fill("#password", goodPassword)
		if b.submit("main form button[type=submit]"); b.path() != "/" {
			t.Errorf("Bob is at %s: %s", b.path(), b.text())
		}
		a.byEmail("bob@home.example")
	})
}

// TestInvitesThatEndByThemselves: the directory brought the person, or the inviter is no admin any more.
func TestInvitesThatEndByThemselves(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a := h.tenant("acme")
		a.trust("acme.example")
		ana := h.boss(a, "ana@acme.example", "Ana Alvarez")
		h.boss(a, "eve@acme.example", "Eve")
		_, directory := h.invite(ana, "dora@acme.example", roster.InviteDraft{})
		_, orphan := h.invite(ana, "bob@home.example", roster.InviteDraft{})
		a.directory("okta").create("dora@acme.example", "d1")
		b := h.browser()
		if status := b.open(directory); status != http.StatusGone || b.heading() != "You don't need this invite any more" {
			t.Errorf("the directory's person = %d %q", status, b.heading())
		}
		b.says("invite_superseded", "Sign in")
		do[roster.Member](t)(h.roster.SetRole(t.Context(), a.staff, a.byEmail("ana@acme.example").ID, "viewer"))
		if status := b.open(orphan); status != http.StatusGone || b.heading() != "This invite is not good any more" {
			t.Errorf("the inviter is gone = %d %q", status, b.heading())
		}
		b.says("inviter_gone", "another admin")
	})
}

// TestPromiseA50HelpIsInTheProduct: the four things that people stumble over are explained, where they stumble.
func TestPromiseA50HelpIsInTheProduct(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		b := h.browser()
		b.open(h.url + "/invite/help")
		b.says("E-mail already exists", "Invite expired", "I get no alerts", "Tenant suspended", "Who can help:", "press Ask for a new link", "under Billing")
		for _, part := range []string{"exists", "expired", "alerts", "suspended"} {
			if !b.has("#" + part) {
				t.Errorf("there is no part %s", part)
			}
		}
		a := h.tenant("acme")
		var link string
		h.past(8*day, func() { _, link = h.invite(a.staff, "bob@home.example", roster.InviteDraft{}) })
		b.open(link)
		if b.submit(`a[href^="/invite/help"]`); b.path() != "/invite/help" || b.value(`location.hash`) != "#expired" {
			t.Errorf("the page of an expired invite leads to %s", b.path())
		}
	})
}
