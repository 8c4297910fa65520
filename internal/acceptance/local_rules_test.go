package acceptance

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

// enforces has a tenant insist on its SSO, with a break-glass admin.
func (l *lodge) enforces(a *account, outside roster.Member) tenant.Connection {
	l.t.Helper()
	ctx := l.t.Context()
	c := a.connect(l.samlDraft(l.certificate(365 * day)))
	c = do[tenant.Connection](l.t)(l.roster.ActivateConnection(ctx, a.admin, c.ID))
	do[tenant.Connection](l.t)(l.roster.NoteTested(ctx, a.admin, c.ID, c.Version))
	do[tenant.Tenant](l.t)(l.roster.AddBreakGlass(ctx, a.admin, outside.ID, "the provider may be down", time.Time{}))
	do[tenant.Tenant](l.t)(l.roster.EnforceSSO(ctx, a.admin, true))
	return c
}

// forgets asks for a link to set a password.
func (l *lodge) forgets(b *chrome.Browser, email string) *chrome.Page {
	l.t.Helper()
	return b.Submit(b.Get(l.url+"/password/forgot").FormWith("email"), map[string]string{"email": email})
}

// TestRuleSSOEnforced is the row of that name: no password signs in, is reset or set, nothing is mailed, sessions that
// began by one end, and break-glass people are excepted, aloud. TestPromiseA27 is a part of it.
func TestRuleSSOEnforced_PromiseA27(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a, ctx := l.tenant("acme"), t.Context()
		bob := l.settled(a, "bob@mail.example", "viewer", goodPassword)
		ada := l.settled(a, "ada@mail.example", "admin", goodPassword)
		b, outside := l.from("bob"), l.from("ada")
		l.knocks(b, "bob@mail.example", goodPassword)
		l.knocks(outside, "ada@mail.example", goodPassword)
		l.isIn(b, true)
		waiting := l.from("code")
		form := l.wantsCode(waiting, "bob@mail.example")
		code := l.code("bob@mail.example")
		l.forgets(l.from("link"), "bob@mail.example")
		link := l.mails("bob@mail.example")[1].Links()[0]

		l.enforces(a, ada)
		l.isIn(b, false)
		l.isIn(outside, true)
		if got := a.endings(bob.ID); len(got) != 1 || got[0] != roster.EndSSORequired {
			t.Errorf("Bob's session ended by %v", got)
		}
		if page := l.knocks(b, "bob@mail.example", goodPassword); page.Status != http.StatusForbidden || !page.Has("sso_required") {
			t.Errorf("a password: %d %s", page.Status, page.Text())
		}
		if page := l.types(waiting, form, code); page.Status != http.StatusForbidden || !page.Has("sso_required") {
			t.Errorf("a code that was sent before: %d %s", page.Status, page.Text())
		}
		if page := l.sets(l.from("bob"), link, "another good password"); page.Status != http.StatusForbidden || !page.Has("sso_required") {
			t.Errorf("a link that was sent before: %d %s", page.Status, page.Text())
		}
		if err := l.roster.SetPassword(ctx, a.staff, bob.ID, "x", roster.SessionID{}, nil); err == nil {
			t.Error("a password was set")
		}
		before := len(l.mails("bob@mail.example"))
		l.wantsCode(l.from("x"), "bob@mail.example")
		l.forgets(l.from("y"), "bob@mail.example")
		if n := len(l.mails("bob@mail.example")); n != before {
			t.Errorf("%d mails went to Bob", n-before)
		}
		l.isIn(b, false)

		again := l.from("ada2")
		l.knocks(again, "ada@mail.example", goodPassword)
		l.isIn(again, true)
		if !a.told(roster.BreakGlassUsed, "the provider may be down") {
			t.Error("nobody was told that break-glass was used, and why it may be")
		}
		eve := do[roster.Member](t)(l.roster.AddMember(ctx, a.staff, "eve@mail.example", "admin", ""))
		do[tenant.Tenant](t)(l.roster.AddBreakGlass(ctx, a.admin, eve.ID, "stands in", time.Time{}))
		do[tenant.Tenant](t)(l.roster.RemoveBreakGlass(ctx, a.admin, ada.ID))
		l.isIn(again, false)
	})
}

// told says whether there is an event of a kind with these words in it.
func (a *account) told(kind roster.EventKind, words string) bool {
	a.g.t.Helper()
	a.events() // until all are there
	for _, e := range do[[]roster.Event](a.g.t)(a.g.roster.Store.Reader(a.id).Events(a.g.t.Context(), roster.Cursor{}, 1000)) {
		if e.Kind == kind && strings.Contains(string(e.Data), words) {
			return true
		}
	}
	return false
}

// sets opens a link to set a password and sends the form.
func (l *lodge) sets(b *chrome.Browser, link, text string) *chrome.Page {
	l.t.Helper()
	page := b.Get(link)
	f := page.FormWith("password")
	if f == nil {
		return page
	}
	return b.Submit(f, map[string]string{"password": text})
}

// TestPromiseA44A47 turns a member off and on again.
func TestPromiseA44A47DeactivatedThenBack(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		m := l.settled(a, "ann@mail.example", "viewer", goodPassword)
		b := l.from("home")
		l.knocks(b, "ann@mail.example", goodPassword)
		l.isIn(b, true)
		l.forgets(l.from("link"), "ann@mail.example")
		link := l.mails("ann@mail.example")[0].Links()[0]
		do[roster.Member](t)(l.roster.SetActive(t.Context(), a.admin, m.ID, false))
		l.isIn(b, false)
		if page := l.knocks(b, "ann@mail.example", goodPassword); page.Status != http.StatusForbidden || !page.Has("deactivated_by_admin") {
			t.Errorf("her password: %d %s", page.Status, page.Text())
		}
		if page := l.sets(l.from("x"), link, "another good password"); page.Status != http.StatusForbidden {
			t.Errorf("her link: %d", page.Status)
		}
		l.wantsCode(l.from("y"), "ann@mail.example")
		if n := len(l.mails("ann@mail.example")); n != 1 {
			t.Errorf("%d mails, want none since", n)
		}
		do[roster.Member](t)(l.roster.SetActive(t.Context(), a.admin, m.ID, true))
		l.isIn(b, false) // what ended does not come back
		l.knocks(b, "ann@mail.example", goodPassword)
		l.isIn(b, true)
		do[tenant.Tenant](t)(l.roster.SetTenantStatus(t.Context(), a.staff, tenant.Suspended))
		l.isIn(b, false)
		if page := l.knocks(b, "ann@mail.example", goodPassword); page.Status != http.StatusForbidden || !page.Has("tenant_suspended") {
			t.Errorf("of a suspended tenant: %d %s", page.Status, page.Text())
		}
	})
}

func TestResetLinkSetsAPasswordOnce(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		m := l.settled(a, "ann@mail.example", "viewer", goodPassword)
		old := l.from("old")
		l.knocks(old, "ann@mail.example", goodPassword)
		l.forgets(l.from("a"), "ann@mail.example")
		l.forgets(l.from("b"), "ann@mail.example")
		mails := l.mails("ann@mail.example")
		link, second := mails[0].Links()[0], mails[1].Links()[0]
		for range 3 { // a scanner looks at it, and changes nothing
			if page := l.from("scanner").Get(link); page.Status != http.StatusOK || strings.Contains(page.URL.String(), "token") || !page.Has("ann@mail.example") {
				t.Fatalf("the link: %d %s %s", page.Status, page.URL, page.Text())
			}
		}
		b := l.from("new")
		if page := l.sets(b, link, "password"); page.Status != http.StatusUnprocessableEntity || !page.Has("Many people use this") {
			t.Errorf("a common password: %d %s", page.Status, page.Text())
		}
		l.sets(b, link, "another good password")
		l.isIn(b, true)
		l.isIn(old, false)
		if got := a.endings(m.ID)[0]; got != roster.EndPassword {
			t.Errorf("the old session ended by %s", got)
		}
		for name, used := range map[string]string{"the same": link, "the other": second} {
			if page := l.sets(l.from("late"), used, "a third good password"); page.Status != http.StatusForbidden || !page.Has("This link is over") {
				t.Errorf("%s link afterwards: %d %s", name, page.Status, page.Text())
			}
		}
		if mails = l.mails("ann@mail.example"); len(mails) != 3 || !strings.Contains(mails[2].Text, "password was changed") {
			t.Errorf("%d mails, want a notice at last", len(mails))
		}
		if page := l.knocks(l.from("w"), "ann@mail.example", goodPassword); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the old password: %d", page.Status)
		}
		l.forgets(l.from("c"), "ann@mail.example")
		mails = l.mails("ann@mail.example")
		late := mails[len(mails)-1].Links()[0]
		l.clock.advance(30 * time.Minute)
		if page := l.sets(l.from("x"), late, "a third good password"); page.Status != http.StatusForbidden {
			t.Errorf("a link of half an hour ago: %d", page.Status)
		}
		if page := l.from("y").Get(l.url + "/password/reset?token=rcw_nonsense"); page.Status != http.StatusForbidden {
			t.Errorf("a link that is none: %d", page.Status)
		}
	})
}
