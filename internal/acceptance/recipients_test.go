package acceptance

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// agrees has a member enter a number and agree to text messages, in their own session.
func (a *account) agrees(member, number string) {
	a.g.t.Helper()
	a.g.must(http.StatusOK, "PATCH", "/me/contact", object{"phone": number, "sms": true, "sms_wording": console.SMSConsentVersion}, page(a.browser(member))...)
}

// recipients are who the API tells of, by address.
func (g *gateway) recipients(query string) map[string]object {
	g.t.Helper()
	out := map[string]object{}
	for _, r := range g.must(http.StatusOK, "GET", "/tenants/acme/recipients?"+query, nil).items() {
		out[r["email"].(string)] = r
	}
	return out
}

// TestPromiseA19PhoneIsOptional leaves the number empty, enters one, and enters what is none.
func TestPromiseA19PhoneIsOptional(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		mine := page(a.browser(a.somebody("ada@acme.example", "viewer")))
		if c := g.must(http.StatusOK, "GET", "/me/contact", nil, mine...); c.get("phone") != "" || c.body["sms"] != false {
			t.Errorf("the contact of who said nothing is %s", c.text)
		}
		g.must(http.StatusOK, "PATCH", "/me/contact", object{"phone": "", "language": "de"}, mine...)
		if r := g.must(http.StatusUnprocessableEntity, "PATCH", "/me/contact", object{"phone": "call me"}, mine...); r.get("field") != "phone" {
			t.Errorf("what is no number is refused by %s", r.text)
		}
		if c := g.must(http.StatusOK, "PATCH", "/me/contact", object{"phone": "030 901820"}, mine...); c.get("phone") != "+4930901820" || c.get("language") != "de" {
			t.Errorf("the contact is %s", c.text)
		}
	})
}

// TestPromiseA20ConsentIsRecordedWithTimeAndWording turns text messages on and off.
func TestPromiseA20ConsentIsRecordedWithTimeAndWording(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		ada := a.somebody("ada@acme.example", "viewer")
		mine := page(a.browser(ada))
		g.must(http.StatusUnprocessableEntity, "PATCH", "/me/contact", object{"sms": true, "sms_wording": console.SMSConsentVersion}, mine...)
		g.must(http.StatusUnprocessableEntity, "PATCH", "/me/contact", object{"phone": "030 901820", "sms": true}, mine...)
		a.agrees(ada, "030 901820")
		a.agrees(ada, "030 901820") // again is no turn
		g.must(http.StatusOK, "PATCH", "/me/contact", object{"sms": false}, mine...)
		for _, list := range []reply{
			g.must(http.StatusOK, "GET", "/me/consents", nil, mine...),
			g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada+"/consents", nil),
		} {
			all := list.items()
			if len(all) != 2 || all[0]["given"] != false || all[1]["given"] != true {
				t.Fatalf("consents are %s, want one given and ended", list.text)
			}
			if all[1]["wording"] != console.SMSConsentRecord || all[1]["source"] != "profile" || all[1]["phone"] != "+4930901820" || all[1]["at"] == nil || all[1]["ip"] != "192.0.2.7" {
				t.Errorf("the consent is %v", all[1])
			}
		}
	})
}

// TestPromiseA21NoSMSWithoutConsent tries to turn text messages on for somebody else, and to keep them on for a number that
// nobody agreed for.
func TestPromiseA21NoSMSWithoutConsent(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		ada, boss := a.somebody("ada@acme.example", "viewer"), a.somebody("boss@acme.example", "admin")
		contact := "/tenants/acme/members/" + ada + "/contact"
		text, _ := g.tokenOf("acme", boss, "contacts:write")
		for name, header := range map[string][]string{"the operator": {}, "an admin's token": bearer(text), "an admin's session": page(a.browser(boss))} {
			g.must(http.StatusOK, "PATCH", contact, object{"phone": "030 901820"}, header...)
			if r := g.call("PATCH", contact, object{"sms": true}, header...); r.status != http.StatusUnprocessableEntity {
				t.Errorf("%s turns text messages on: %d %s", name, r.status, r.text)
			}
		}
		number, on := "+4930901820", &roster.SMSChoice{On: true, ConsentGiven: roster.ConsentGiven{Wording: "w", Source: "x"}}
		for _, s := range []roster.Staff{a.staff, a.admin, {Tenant: a.id, Actor: roster.Actor{Source: roster.SourceSignIn, ID: boss}}} {
			if _, err := g.roster.ChangeContact(t.Context(), s, a.member(ada), roster.ContactChange{Phone: &number, SMS: on}); err == nil {
				t.Errorf("%v turned text messages on for somebody else", s.Actor)
			}
		}
		sms := func(want bool, why string) {
			t.Helper()
			if r := g.recipients("member=" + ada)["ada@acme.example"]; r["sms"] != want || (r["phone"] != nil) != want {
				t.Errorf("%s: the recipient is %v, want sms %v", why, r, want)
			}
		}
		sms(false, "a number alone")
		a.agrees(ada, "030 901820")
		sms(true, "agreed")
		g.must(http.StatusOK, "PATCH", contact, object{"language": "de"})
		sms(true, "something else changed")
		g.must(http.StatusOK, "PATCH", contact, object{"phone": "030 901821"})
		sms(false, "an admin entered another number")
		a.agrees(ada, "030 901821")
		g.must(http.StatusOK, "PATCH", contact, object{"phone": ""})
		sms(false, "the number is gone")
		last := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada+"/consents", nil).items()[0]
		if last["given"] != false || last["source"] != "phone_removed" || last["phone"] != "+4930901821" {
			t.Errorf("the end is recorded as %v", last)
		}
	})
}

// TestPromiseA37RecipientsTellWhenAndHow reads what an application needs in order to notify a person.
func TestPromiseA37RecipientsTellWhenAndHow(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		ada := a.somebody("ada@acme.example", "viewer")
		a.agrees(ada, "030 901820")
		g.must(http.StatusOK, "PATCH", "/me/contact", object{"language": "de", "schedule": object{
			"time_zone": "Europe/Berlin", "windows": []object{{"day": "monday", "from": "09:00", "to": "17:00"}},
			"quiet_hours": object{"from": "12:00", "to": "13:00"},
		}}, page(a.browser(ada))...)
		for at, want := range map[string]struct {
			open   bool
			reason string
			next   any
		}{
			"2026-06-01T07:00:00Z": {true, "within_window", nil},
			"2026-06-01T06:59:59Z": {false, "outside_windows", "2026-06-01T07:00:00Z"},
			"2026-06-01T10:30:00Z": {false, "quiet_hours", "2026-06-01T11:00:00Z"},
			"2026-06-02T08:00:00Z": {false, "outside_windows", "2026-06-08T07:00:00Z"},
		} {
			r := g.recipients("member=" + ada + "&at=" + url.QueryEscape(at))["ada@acme.example"]
			s, _ := r["schedule"].(object)
			if s["open"] != want.open || s["reason"] != want.reason || s["next_open"] != want.next || r["notify"] != want.open {
				t.Errorf("at %s the recipient is %v, want %+v", at, r, want)
			}
			if r["phone"] != "+4930901820" || r["language"] != "de" || r["active"] != true {
				t.Errorf("the recipient is %v", r)
			}
		}
		if r := g.must(http.StatusUnprocessableEntity, "PATCH", "/me/contact", object{"schedule": object{"time_zone": "Mars/Base"}}, page(a.browser(ada))...); r.get("field") != "schedule" {
			t.Errorf("a zone that is none is refused by %s", r.text)
		}
	})
}

// TestPromiseA36A38MembershipAloneMakesNobodyARecipient holds that only who is named, or in a group that is named, is one.
func TestPromiseA36A38MembershipAloneMakesNobodyARecipient(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		ada, _ := a.somebody("ada@acme.example", "viewer"), a.somebody("bo@acme.example", "viewer")
		g.must(http.StatusUnprocessableEntity, "GET", "/tenants/acme/recipients", nil)
		group := g.must(http.StatusCreated, "POST", "/tenants/acme/groups", object{"name": "On call"}).get("id")
		if got := g.recipients("group=" + group); len(got) != 0 {
			t.Errorf("recipients of an empty group are %v", got)
		}
		g.must(http.StatusOK, "PUT", "/tenants/acme/groups/"+group+"/members/"+ada, nil)
		if got := g.recipients("group=" + group); len(got) != 1 || got["ada@acme.example"] == nil {
			t.Errorf("recipients of the group are %v", got)
		}
		if got := g.recipients("member=" + ada); len(got) != 1 {
			t.Errorf("recipients by name are %v", got)
		}
		r := g.must(http.StatusOK, "GET", "/tenants/acme/recipients?member="+ada+",mem_01m80zcbqred5s41afh3sgxrr2", nil)
		if unknown, _ := r.body["unknown"].([]any); len(unknown) != 1 || len(r.items()) != 1 {
			t.Errorf("with somebody unknown: %s", r.text)
		}
		g.must(http.StatusNotFound, "GET", "/tenants/acme/recipients?group=grp_01m80zcbqred5s41afh3sgxrr2", nil)
	})
}

// TestPromiseA45DeactivatedPeopleAreSkipped holds that lookups say so, and the list goes on.
func TestPromiseA45DeactivatedPeopleAreSkipped(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		ada, bo := a.somebody("ada@acme.example", "viewer"), a.somebody("bo@acme.example", "viewer")
		group := g.must(http.StatusCreated, "POST", "/tenants/acme/groups", object{"name": "On call"}).get("id")
		for _, id := range []string{ada, bo} {
			g.must(http.StatusOK, "PUT", "/tenants/acme/groups/"+group+"/members/"+id, nil)
		}
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(ada), false))
		for _, query := range []string{"group=" + group, "member=" + ada + "," + bo} {
			got := g.recipients(query)
			if len(got) != 2 || got["ada@acme.example"]["active"] != false || got["ada@acme.example"]["notify"] != false || got["bo@acme.example"]["notify"] != true {
				t.Errorf("recipients by %s are %v", query, got)
			}
		}
		if n := a.count("member.deactivated"); n != 1 {
			t.Errorf("%d events tell of it, want 1", n)
		}
		if err := g.roster.RemoveMember(t.Context(), a.staff, a.member(bo)); err != nil {
			t.Fatal(err)
		}
		if got := g.recipients("member=" + bo); got["bo@acme.example"]["active"] != false {
			t.Errorf("who was removed is %v", got)
		}
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Suspended))
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(ada), true))
		if got := g.recipients("member=" + ada); got["ada@acme.example"]["active"] != false {
			t.Errorf("of a suspended tenant: %v", got)
		}
	})
}

// TestPromiseA46DeactivatedPeopleStayInTheRecord holds that what was recorded of them stays, with their name.
func TestPromiseA46DeactivatedPeopleStayInTheRecord(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		ada := a.somebody("ada@acme.example", "viewer")
		a.agrees(ada, "030 901820")
		before := a.events()
		for _, gone := range []func() error{
			func() error { _, err := g.roster.SetActive(t.Context(), a.admin, a.member(ada), false); return err },
			func() error { return g.roster.RemoveMember(t.Context(), a.staff, a.member(ada)) },
		} {
			if err := gone(); err != nil {
				t.Fatal(err)
			}
			if after := a.events(); len(after) <= len(before) {
				t.Errorf("events after are %v, before %v", after, before)
			}
			if m := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada, nil); m.get("email") != "ada@acme.example" {
				t.Errorf("the member is %s", m.text)
			}
			if c := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+ada+"/consents", nil).items(); len(c) != 1 {
				t.Errorf("the history of consents is %v", c)
			}
		}
	})
}

// TestCheckAccess asks about people in every state.
func TestCheckAccess(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		a.joins("open.example", tenant.AutoJoinOn, "")
		a.joins("ask.example", tenant.AutoJoinApprove, "")
		ada := a.somebody("ada@acme.example", "editor")
		off, gone := a.somebody("off@acme.example", ""), a.somebody("gone@acme.example", "")
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(off), false))
		if err := g.roster.RemoveMember(t.Context(), a.admin, a.member(gone)); err != nil {
			t.Fatal(err)
		}
		a.directory("Entra").create("stranger@elsewhere.example", "e9")
		do[roster.Invite](t)(g.roster.CreateInvite(t.Context(), a.staff, roster.InviteDraft{Email: "new@else.example", Hash: [32]byte{1}}))
		do[roster.Invite](t)(g.roster.CreateInvite(t.Context(), a.staff, roster.InviteDraft{Email: "late@else.example", Hash: [32]byte{2}, Period: roster.MinInvitePeriod}))
		ask := func(email, more string) reply {
			t.Helper()
			return g.must(http.StatusOK, "GET", "/check?tenant=acme&email="+url.QueryEscape(email)+more, nil)
		}
		for email, want := range map[string][3]string{
			"ADA@acme.example":           {"true", "", "signs_in"},
			"off@acme.example":           {"false", "deactivated_by_admin", "refused"},
			"gone@acme.example":          {"false", "removed", "refused"},
			"stranger@elsewhere.example": {"false", "awaiting_proof", "refused"},
			"nobody@acme.example":        {"false", "not_a_member", "refused"},
			"nobody@elsewhere.example":   {"false", "not_a_member", "refused"},
			"zoe@open.example":           {"false", "may_join", "joins"},
			"yan@ask.example":            {"false", "may_join", "asks"},
			"new@else.example":           {"false", "invited", "accepts"},
			"late@else.example":          {"false", "invited", "accepts"},
		} {
			r := ask(email, "")
			if got := [3]string{map[bool]string{true: "true", false: "false"}[r.body["allowed"] == true], r.get("code"), r.get("next")}; got != want {
				t.Errorf("check of %s = %v, want %v (%s)", email, got, want, r.text)
			}
		}
		r := ask("ada@acme.example", "&permission=content:edit")
		if r.body["allowed"] != true || r.get("role") != "editor" || r.get("member") != ada {
			t.Errorf("with a permission that she has: %s", r.text)
		}
		if r := ask("ada@acme.example", "&permission=billing:manage"); r.body["allowed"] != false || r.get("code") != "missing_permission" {
			t.Errorf("with one that she lacks: %s", r.text)
		}
		g.clock.advance(25 * time.Hour)
		if r := ask("late@else.example", ""); r.get("code") != "not_a_member" {
			t.Errorf("once the invite has expired: %s", r.text)
		}
		g.must(http.StatusUnprocessableEntity, "GET", "/check?tenant=acme&email=nonsense", nil)
		g.must(http.StatusUnprocessableEntity, "GET", "/check?tenant=acme", nil)
		g.must(http.StatusNotFound, "GET", "/check?tenant=nobody&email=ada@acme.example", nil)
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Suspended))
		for _, email := range []string{"ada@acme.example", "nobody@acme.example", "new@else.example"} {
			if r := ask(email, ""); r.body["allowed"] != false || r.get("code") != "tenant_suspended" || r.get("next") != "refused" {
				t.Errorf("of a suspended tenant: %s", r.text)
			}
		}
	})
}
