package acceptance

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
)

func employee(name string) op.Account {
	return op.Account{Subject: name + "-1", Email: name + "@acme.example", Verified: true, Name: strings.ToUpper(name[:1]) + name[1:] + " Berg"}
}

// enforcing is a tenant that insists on a provider called Okta.
func (h *house) enforcing(accounts ...op.Account) (*account, *op.Provider, roster.Staff) {
	h.t.Helper()
	a := h.tenant("acme")
	a.trust("acme.example")
	ana := h.boss(a, "ana@acme.example", "Ana Alvarez")
	provider, c := h.openID(a, "Okta", accounts...)
	h.enforce(a, c, ana)
	return a, provider, ana
}

// TestPromiseA23_A24_A25_A26_SSOEnforced_AttackI11: no password is asked for or kept, the submit leads to the provider,
// and what it says of the person ties the new member to it.
func TestPromiseA23_A24_A25_A26_SSOEnforced_AttackI11(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a, provider, ana := h.enforcing(employee("alice"))
		i, link := h.invite(ana, "alice@acme.example", roster.InviteDraft{Role: "editor"})
		form := acceptForm(tokenIn(link)).Encode()
		res := h.ask(http.MethodPost, "/invite/accept", &form) // a password that is posted all the same
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/sso/") {
			t.Errorf("the submit leads to %d %s", res.StatusCode, to)
		}
		for _, c := range res.Cookies() {
			if c.Name == "rollcall" {
				t.Error("the submit signs in")
			}
		}
		a.members(1) // Ana
		b := h.browser()
		b.open(link)
		if b.has("input[type=password]") || b.value(`document.querySelectorAll("[name=password]").length`) != "0" {
			t.Error("there is a field for a password")
		}
		b.says("You sign in with Okta")
		if b.submit("main form button[type=submit]"); b.path() != "/" {
			t.Fatalf("after the provider the browser is at %s: %s", b.path(), b.text())
		}
		if provider.Seen("/authorize") == 0 {
			t.Error("the provider was not asked")
		}
		m := a.byEmail("alice@acme.example")
		links := a.linksOf(m.ID)
		if m.Standing.Role != "editor" || len(links) != 1 || links[0].Subject != "alice-1" {
			t.Errorf("the member has the role %s and the links %+v", m.Standing.Role, links)
		}
		if s := h.stateOf(a, i); s != roster.InviteAccepted {
			t.Errorf("the invite is %s", s)
		}
		if _, err := h.roster.Store.Reader(a.id).Password(t.Context(), m.ID); !errors.Is(err, roster.NotFound) {
			t.Errorf("a password is kept: %v", err)
		}
	})
}

// TestPromiseA28NotKnownToTheProvider: the provider lets the person not in. The page says what to do first, and the
// invite is as good as before.
func TestPromiseA28NotKnownToTheProvider(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a, provider, ana := h.enforcing(employee("alice"))
		i, link := h.invite(ana, "alice@acme.example", roster.InviteDraft{})
		provider.Turn(func(k *op.Knobs) {
			k.Callback = func(answer url.Values) {
				answer.Del("code")
				answer.Set("error", "access_denied")
			}
		})
		b := h.browser()
		b.open(link)
		if status := b.submit("main form button[type=submit]"); status != http.StatusForbidden || b.heading() != "Your company's sign-in does not know you yet" {
			t.Fatalf("the page is %d %q at %s: %s", status, b.heading(), b.path(), b.text())
		}
		b.says("user_not_provisioned", "create alice@acme.example in Okta first", "not used up", "Copy for IT")
		if s := h.stateOf(a, i); s != roster.InvitePending {
			t.Errorf("the invite is %s", s)
		}
		provider.Turn(func(k *op.Knobs) { k.Callback = nil }) // IT has created her
		if b.submit("a.button"); b.path() != "/" {
			t.Errorf("the second try leads to %s: %s", b.path(), b.text())
		}
		a.byEmail("alice@acme.example")
	})
}

// TestPromiseA29AnotherAddressComesBack: the provider names somebody else. Whether that one gets in or not, the invite is
// not used up.
func TestPromiseA29AnotherAddressComesBack(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		a, _, ana := h.enforcing(employee("bob"))
		i, link := h.invite(ana, "alice@acme.example", roster.InviteDraft{})
		b := h.browser()
		b.open(link)
		b.submit("main form button[type=submit]") // at the provider: nobody is called alice there
		b.fill("[name=account]", "bob@acme.example")
		if status := b.submit("form button"); status != http.StatusForbidden || b.heading() != "This invite is for somebody else" {
			t.Fatalf("the page is %d %q at %s: %s", status, b.heading(), b.path(), b.text())
		}
		b.says("You are bob@acme.example; this invite is for alice@acme.example", "invite_email_mismatch", "Sign in as alice@acme.example")
		if s := h.stateOf(a, i); s != roster.InvitePending {
			t.Errorf("the invite is %s", s)
		}
		a.members(1) // Ana; and now somebody brings Bob, so that he gets in as himself
		do[roster.Member](t)(h.roster.AddMember(t.Context(), a.staff, "bob@acme.example", "viewer", "Bob Berg"))
		b.open(link)
		b.submit("main form button[type=submit]")
		b.fill("[name=account]", "bob@acme.example")
		b.submit("form button")
		b.says("You are bob@acme.example; this invite is for alice@acme.example", "Stay signed in as bob@acme.example")
		if s := h.stateOf(a, i); s != roster.InvitePending {
			t.Errorf("with Bob signed in the invite is %s", s)
		}
	})
}
