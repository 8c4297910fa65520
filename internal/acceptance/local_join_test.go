package acceptance

import (
	"net/http"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

// signsUp proves an address by a mailed code and fills in the form that follows.
func (l *lodge) signsUp(b *chrome.Browser, email string, values map[string]string) *chrome.Page {
	l.t.Helper()
	page := l.types(b, l.wantsCode(b, email), l.code(email))
	f := page.FormWith("first_name")
	if f == nil {
		l.t.Fatalf("%s may not join: %d %s", email, page.Status, page.Text())
	}
	return b.Submit(f, values)
}

var ann = map[string]string{"first_name": "Ann", "last_name": "Archer"}

// TestPromiseB05 has somebody join a team without an identity provider by the domain of a proven address; B08 that it
// needs nobody, B11 that the role is the domain's.
func TestPromiseB05B08B11JoinByMail(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "editor")
		b := l.from("home")
		if page := l.signsUp(b, "Ann@acme.example", map[string]string{"first_name": "Ann", "last_name": "Archer", "password": goodPassword}); page.Status != http.StatusOK {
			t.Fatalf("%d %s", page.Status, page.Text())
		}
		l.isIn(b, true)
		m := a.byEmail("ann@acme.example")
		if m.Standing.Role != "editor" || m.Attributes.Text("displayName") != "Ann Archer" || !m.Proven || len(a.linksOf(m.ID)) != 0 {
			t.Errorf("she is %+v", m)
		}
		next := l.from("work")
		l.knocks(next, "ann@acme.example", goodPassword)
		l.isIn(next, true)
		if page := l.types(next, l.wantsCode(next, "ann@acme.example"), l.code("ann@acme.example")); page.HasForm("first_name") {
			t.Error("a member is asked to join again")
		}
		weak := l.from("weak")
		page := l.signsUp(weak, "bob@acme.example", map[string]string{"first_name": "Bob", "last_name": "B", "password": "password1"})
		if page.Status != http.StatusUnprocessableEntity || page.FormWith("first_name").Value("first_name") != "Bob" {
			t.Errorf("a common password: %d %s", page.Status, page.Text())
		}
		weak.Submit(page.FormWith("first_name"), map[string]string{"password": ""})
		l.isIn(weak, true)
	})
}

// TestPromiseB06B07 are those who do not join.
func TestPromiseB06B07NobodyElseJoinsByMail(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "editor")
		for _, address := range []string{
			"x@acme.example.evil.example", "x@notacme.example", "x@eu.acme.example", "x@other.example", "x@gmail.com",
		} {
			b := l.from(address)
			l.types(b, l.wantsCode(b, address), "12345678")
			if n := len(l.mails(address)); n != 0 {
				t.Errorf("%d mails went to %s", n, address)
			}
		}
		yes := true
		do[tenant.Domain](t)(l.roster.ConfigureDomain(t.Context(), a.staff, "acme.example", roster.DomainSettings{SubDomains: &yes}))
		b := l.from("eu")
		l.signsUp(b, "x@eu.acme.example", ann)
		l.isIn(b, true)
	})
}

// TestRuleJITByMail goes through the modes of a domain and the "no"s of others, none of which a mailbox lifts.
func TestRuleJITByMail(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinApprove, "editor")
		b := l.from("home")
		if page := l.signsUp(b, "ann@acme.example", ann); page.Status != http.StatusForbidden || !page.Has("approval_pending") {
			t.Errorf("a domain that asks: %d %s", page.Status, page.Text())
		}
		l.isIn(b, false)
		q := do[roster.Page[roster.JoinRequest]](t)(l.roster.JoinRequests(t.Context(), a.staff, roster.JoinRequestQuery{})).Items
		if len(q) != 1 || q[0].Email != "ann@acme.example" || q[0].Names.First != "Ann" {
			t.Fatalf("join requests: %+v", q)
		}
		do[roster.JoinRequest](t)(l.roster.ApproveJoin(t.Context(), a.admin, q[0].ID, "", false))
		l.types(b, l.wantsCode(b, "ann@acme.example"), l.code("ann@acme.example"))
		l.isIn(b, true)

		a.joins("acme.example", tenant.AutoJoinOff, "editor")
		l.wantsCode(l.from("x"), "new@acme.example")
		if n := len(l.mails("new@acme.example")); n != 0 {
			t.Error("a code went out though nobody joins")
		}
		a.joins("acme.example", tenant.AutoJoinOn, "editor")
		m := a.byEmail("ann@acme.example")
		do[roster.Member](t)(l.roster.SetActive(t.Context(), a.admin, m.ID, false))
		l.wantsCode(l.from("y"), "ann@acme.example")
		if n := len(l.mails("ann@acme.example")); n != 2 {
			t.Errorf("%d codes went to Ann, want none after she was turned off", n)
		}
		gone := l.settled(a, "gone@acme.example", "viewer", goodPassword)
		if err := l.roster.RemoveMember(t.Context(), a.admin, gone.ID); err != nil {
			t.Fatal(err)
		}
		back := l.from("z")
		if page := l.signsUp(back, "gone@acme.example", ann); page.Status != http.StatusForbidden || !page.Has("removed") {
			t.Errorf("who was removed: %d %s", page.Status, page.Text())
		}
		if _, err := l.roster.Store.Reader(a.id).Password(t.Context(), gone.ID); err == nil {
			t.Error("who was removed has a password still")
		}
	})
}

// TestFirstSessionEndsSoonWhereASecondFactorIsRequired has people come in for the first time where a second factor is required:
// they are led to where they set one up, and with one factor alone they stay for an hour.
func TestFirstSessionEndsSoonWhereASecondFactorIsRequired(t *testing.T) {
	onEachLodge(t, func(t *testing.T, l *lodge) {
		a := l.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "viewer")
		policy := do[tenant.Config](t)(l.roster.Store.Reader(a.id).Config(t.Context())).Tenant.Policy
		policy.SecondFactor = tenant.SecondFactorRequired
		do[tenant.Tenant](t)(l.roster.SetTenantPolicy(t.Context(), a.staff, policy))
		b := l.from("home")
		page := l.signsUp(b, "ann@acme.example", map[string]string{"first_name": "Ann", "last_name": "Archer", "password": goodPassword})
		if page.URL.String() != l.url+"/me/security?setup=app" {
			t.Errorf("who joined is led to %s", page.URL)
		}
		in := a.invite("bo@acme.example", "viewer").in()
		for _, s := range append(a.live(), in.Session) {
			if s.ExpiresAt.After(l.clock.Now().Add(time.Hour)) {
				t.Errorf("the first session by %s lives until %s", s.Method, s.ExpiresAt)
			}
		}
		ann := a.byEmail("ann@acme.example")
		app := l.hasApp(a, ann)
		l.clock.advance(time.Hour + time.Second)
		l.isIn(b, false)
		page = l.knocks(b, "ann@acme.example", goodPassword)
		b.Submit(page.FormWith("code"), map[string]string{"code": app.Code(l.clock.Now())})
		l.isIn(b, true)
		if s := a.live(); !s[0].ExpiresAt.After(l.clock.Now().Add(2 * time.Hour)) {
			t.Errorf("with both factors: %+v", s)
		}
	})
}
