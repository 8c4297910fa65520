package acceptance

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

// read is the member as it is now.
func (a *account) read(id string) roster.Member {
	a.g.t.Helper()
	return do[roster.Member](a.g.t)(a.g.roster.Store.Reader(a.id).Member(a.g.t.Context(), roster.Scope{}, a.member(id), false))
}

// asksFor types a new address on the page for that.
func (o *ownPages) asksFor(b *chrome.Browser, address string) *chrome.Page {
	o.t.Helper()
	f := b.Get(o.url + "/me/email").FormWith("email")
	if f == nil {
		o.t.Fatalf("no address can be typed: %s", b.Page().Text())
	}
	return b.Submit(f, map[string]string{"email": address})
}

func bothCodes(old, now string) map[string]string { return map[string]string{"old": old, "new": now} }

// TestEmailChangesWithProofOfBothSides has somebody change their address: one code alone, or the wrong way round, changes
// nothing; with both all sessions end, and the new address leads in where the former one led.
func TestEmailChangesWithProofOfBothSides(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		m := o.mailroom()
		ada := a.somebody("ada@home.example", "viewer")
		a.withPassword(ada)
		b, elsewhere := o.in(a, ada), o.in(a, ada)
		shows(t, o.asksFor(b, "ada@home.example"), http.StatusUnprocessableEntity, "This is your address already.")
		shows(t, o.asksFor(b, "no address"), http.StatusUnprocessableEntity, "name@domain")
		page := o.asksFor(b, " Ada@New.example ")
		shows(t, page, http.StatusOK, "Code sent to ada@home.example", "Code sent to ada@new.example")
		old, now := m.code("ada@home.example"), m.code("ada@new.example")
		for _, wrong := range []map[string]string{bothCodes(old, "00000000"), bothCodes("00000000", now), bothCodes(now, old)} {
			page = b.Submit(page.FormWith("old", "new"), wrong)
			shows(t, page, http.StatusUnprocessableEntity, "is not right")
		}
		if got := a.read(ada).Email; got != "ada@home.example" {
			t.Fatalf("the address is %s before it was proven", got)
		}
		shows(t, b.Submit(page.FormWith("old", "new"), bothCodes(old, now)), http.StatusOK, "from now on")
		after := a.read(ada)
		if after.Email != "ada@new.example" || !after.Proven || after.Login != "ada@new.example" || after.Standing.State != roster.StateActive {
			t.Errorf("the member is %+v", after)
		}
		for _, browser := range []*chrome.Browser{b, elsewhere} {
			shows(t, browser.Fetch("GET", o.url+"/", "", nil), http.StatusUnauthorized, "nobody")
		}
		if l := m.to("ada@home.example"); l.Subject != "Your e-mail address was changed to ada@new.example. (ACME)" {
			t.Errorf("the former address reads %q", l.Subject)
		}
		shows(t, o.types(chrome.New(t, nil), "ada@new.example"), http.StatusOK, "in as ada@new.example by password")
		refused := chrome.New(t, nil).Fetch("POST", o.url+"/login/password", "application/x-www-form-urlencoded", []byte(url.Values{"email": {"ada@home.example"}, "password": {goodPassword}}.Encode()))
		shows(t, refused, http.StatusUnprocessableEntity, "not right")
	})
}

// TestEmailChangeCodesAreBound tries the codes in another session, too often, too late, and twice.
func TestEmailChangeCodesAreBound(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		m := o.mailroom()
		ada := a.somebody("ada@home.example", "viewer")
		b, other := o.in(a, ada), o.in(a, ada)
		begin := func(to string) (*chrome.Form, map[string]string) {
			form := o.asksFor(b, to).FormWith("old", "new")
			return form, bothCodes(m.code("ada@home.example"), m.code(roster.Email(to)))
		}
		form, good := begin("one@new.example")
		shows(t, other.Submit(form, good), http.StatusUnprocessableEntity, "Nothing was changed")
		shows(t, b.Submit(form, good), http.StatusUnprocessableEntity, "Nothing was changed") // whoever tried has used it up

		form, good = begin("two@new.example")
		for range 4 {
			form = b.Submit(form, bothCodes("1", "2")).FormWith("old", "new")
		}
		shows(t, b.Submit(form, bothCodes("1", "2")), http.StatusUnprocessableEntity, "Nothing was changed")
		shows(t, b.Submit(form, good), http.StatusUnprocessableEntity, "Nothing was changed")

		form, good = begin("three@new.example")
		g.clock.advance(31 * time.Minute)
		shows(t, b.Submit(form, good), http.StatusUnprocessableEntity, "Nothing was changed")
		g.clock.advance(time.Hour)
		shows(t, o.asksFor(b, "four@new.example"), http.StatusUnprocessableEntity, "You signed in a while ago")
		if got := a.read(ada).Email; got != "ada@home.example" {
			t.Errorf("the address is %s", got)
		}
	})
}

// TestEmailIsChangedWhereItIsKept refuses people whose directory, provider or organization says what the address is, and
// addresses that would outlast the membership.
func TestEmailIsChangedWhereItIsKept(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		m := o.mailroom()
		a.trust("acme.example")
		pushed := a.directory("Entra").create("pia@acme.example", "e1")
		shows(t, o.in(a, pushed).Get(o.url+"/me/email"), http.StatusOK, "Your address is managed by the directory Entra.")
		i := a.idp()
		a.joins("acme.example", tenant.AutoJoinOn, "")
		zoe := i.in(i.vouches("s1", "zoe@acme.example")).Member.ID.String()
		shows(t, o.in(a, zoe).Get(o.url+"/me/email"), http.StatusOK, "which says what your address is")

		ann := a.somebody("ann@acme.example", "viewer")
		a.somebody("bo@acme.example", "viewer")
		try := func(to string) *chrome.Page {
			b := o.in(a, ann)
			form := o.asksFor(b, to).FormWith("old", "new")
			return b.Submit(form, bothCodes(m.code("ann@acme.example"), m.code(roster.Email(to))))
		}
		shows(t, try("ann@private.example"), http.StatusUnprocessableEntity, "Choose one of a domain that your organization has proven")
		shows(t, try("bo@acme.example"), http.StatusUnprocessableEntity, "Somebody of your team has this address already")
		shows(t, try("ann.lee@acme.example"), http.StatusOK, "from now on")
		if got := a.read(ann); got.Email != "ann.lee@acme.example" || got.Person.IsZero() {
			t.Errorf("the member is %+v", got)
		}
	})
}

// TestEmailChangeJoinsThePersonOfTheNewAddress has a member of two teams, under two addresses, make one of them: the sign-in
// offers both teams then.
func TestEmailChangeJoinsThePersonOfTheNewAddress(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, other, o := g.tenant("acme"), g.tenant("other"), g.ownPages()
		m := o.mailroom()
		ada := a.somebody("ada@home.example", "viewer")
		there := other.somebody("ada@new.example", "viewer")
		change := func() *chrome.Page {
			b := o.in(a, ada)
			form := o.asksFor(b, "ada@new.example").FormWith("old", "new")
			return b.Submit(form, bothCodes(m.code("ada@home.example"), m.code("ada@new.example")))
		}
		g.roster.OneTenantPerEmail = true
		shows(t, change(), http.StatusUnprocessableEntity, "in use already")
		g.roster.OneTenantPerEmail = false
		shows(t, change(), http.StatusOK, "from now on")
		if mine, theirs := a.read(ada).Person, other.read(there).Person; mine != theirs || mine.IsZero() {
			t.Errorf("the persons are %v and %v, want one", mine, theirs)
		}
		all := do[[]roster.Membership](t)(g.roster.Locator.Memberships(t.Context(), "ada@new.example", 10))
		if len(all) != 2 {
			t.Errorf("the address leads to %v, want both teams", all)
		}
	})
}

// TestAttackMailsOfAnAddressAreNotUsedUp has one person ask for a stranger's address without end: what is refused to them does
// not count against the stranger.
func TestAttackMailsOfAnAddressAreNotUsedUp(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()
		eve, ann := o.in(a, a.somebody("eve@acme.example", "viewer")), o.in(a, a.somebody("ann@acme.example", "viewer"))
		answers := map[int]int{}
		for range 300 {
			answers[o.asksFor(eve, "new@mail.example").Status]++
		}
		if answers[http.StatusOK] != 6 || answers[http.StatusTooManyRequests] != 294 {
			t.Errorf("the requests were answered %v, want 6 that were done", answers)
		}
		shows(t, o.asksFor(ann, "new@mail.example"), http.StatusOK, "code")
	})
}
