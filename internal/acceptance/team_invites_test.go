package acceptance

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// body is what an answer says.
func body(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestPromiseA02 invites one person with three interactions: + Invite user, the address, Send invite. The button is where
// A-05 wants it, the form as say, and the mail as A-13.
func TestPromiseA02A05A06A11A12A13InviteInThreeInteractions(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		b := c.tab(c.ana)
		b.open(h.url + "/console/members")
		interactions := 0
		act := func(f func()) {
			interactions++
			f()
		}
		act(func() { b.submit(`a[href="/console/invites/new"]`) })
		for _, selector := range []string{"#emails", "#first", "#last", "input[name=role][value=admin]", "input[name=role][value=user]:checked", "#days"} {
			if !b.has(selector) {
				t.Errorf("the form has no %s", selector)
			}
		}
		if days := b.field("#days"); days != "7" {
			t.Errorf("an invite expires in %s days unless said otherwise, want 7", days)
		}
		if n := b.value(`document.querySelectorAll("main :required").length`); n != "0" { // the address is checked by the gateway
			t.Errorf("%s fields are compulsory beside the address", n)
		}
		act(func() { b.do(chromedp.SendKeys("#emails", "bo@acme.example")) })
		act(func() { b.submit(`button[value=send]`) })
		if b.heading() != "Invite sent" || interactions > 4 {
			t.Fatalf("after %d interactions: %s", interactions, b.text())
		}
		link := h.mailed("bo@acme.example", 1)
		if !regexp.MustCompile(`^` + regexp.QuoteMeta(h.url) + `/invite/accept\?token=inv_[a-z0-9_]{26,}`).MatchString(link) {
			t.Errorf("the mail brings the link %s", link)
		}
		if shown := b.field("#link0"); shown != link {
			t.Errorf("the page shows the link %s, the mail brought %s", shown, link)
		}
		i := onlyInvite(t, c)
		if i.Role != "user" || i.ExpiresAt.Sub(i.SentAt) != roster.DefaultInvitePeriod {
			t.Errorf("the invite is for %q, %s", i.Role, i.ExpiresAt.Sub(i.SentAt))
		}
		if n := do[roster.TeamCounts](t)(h.roster.TeamCounts(t.Context(), c.boss)).Total(); n != 2 {
			t.Errorf("%d members before the invite is accepted, want 2", n)
		}
	})
}

func onlyInvite(t *testing.T, c *squad) roster.Invite {
	t.Helper()
	p := do[roster.Page[roster.Invite]](t)(c.h.roster.Invites(t.Context(), c.boss, roster.InviteQuery{Limit: 10}))
	if len(p.Items) != 1 {
		t.Fatalf("%d invites, want one", len(p.Items))
	}
	return p.Items[0]
}

// TestPromiseB18 offers no role that the plan lacks, and takes none; the least one is chosen, and each is described (B-20).
func TestPromiseB18B20RolesOfTheInviteForm(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		roles := tenant.ContentRoles()
		roles.Unavailable = []string{"editor"}
		c := h.squad("acme", roles)
		page := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites/new", nil))
		if strings.Contains(page, `value="editor"`) || !strings.Contains(page, `value="viewer" checked`) {
			t.Error("the form offers a role that the plan lacks, or does not begin with the least one")
		}
		for _, role := range []string{"admin", "contributor", "viewer"} {
			if !strings.Contains(page, roles.Describe(role)) {
				t.Errorf("the form does not say what %s means", role)
			}
		}
		res := c.wantStatus(http.StatusUnprocessableEntity, c.ana, "/console/invites/new", url.Values{"emails": {"bo@x.example"}, "role": {"editor"}, "first": {"Bo"}, "do": {"send"}})
		if text := body(t, res); !strings.Contains(text, `role="alert"`) || !strings.Contains(text, `value="Bo"`) || !strings.Contains(text, "bo@x.example") {
			t.Errorf("the refused form does not say why, or forgets what was typed: %s", text)
		}
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/roles", nil)); !strings.Contains(text, "Not in your plan") {
			t.Error("the page of roles does not say which one the plan lacks")
		}
	})
}

// TestPromiseA40 lists what is open, and sends it again with another link; the one before works no more.
func TestPromiseA40PendingInvitesAreResentAndRevoked(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		i, first := h.invite(c.boss, "bo@x.example", roster.InviteDraft{})
		page := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites", nil))
		for _, want := range []string{"bo@x.example", "ana@acme.example", "Invited", "in 7 days"} {
			if !strings.Contains(page, want) {
				t.Errorf("the list does not say %q", want)
			}
		}
		h.mailed("bo@x.example", 1)
		sent := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites/"+i.ID.String()+"/resend", url.Values{}))
		second := h.mailed("bo@x.example", 2)
		if second == first || !strings.Contains(sent, strings.ReplaceAll(second, "&", "&amp;")) {
			t.Errorf("the second mail brought %s, the first %s", second, first)
		}
		c.wantStatus(http.StatusSeeOther, c.ana, "/console/invites/"+i.ID.String()+"/role", url.Values{"role": {"admin"}})
		asks := c.wantStatus(http.StatusOK, c.ana, "/console/invites/"+i.ID.String()+"/revoke", url.Values{})
		if text := body(t, asks); !strings.Contains(text, "Revoke the invite for bo@x.example?") {
			t.Errorf("revoking does not ask: %s", text)
		}
		c.wantStatus(http.StatusSeeOther, c.ana, "/console/invites/"+i.ID.String()+"/revoke", url.Values{"sure": {"yes"}})
		if got := onlyInvite(t, c); got.State != roster.InviteRevoked || got.Role != "admin" || got.Sends != 2 {
			t.Errorf("the invite is %s, %s, sent %d times", got.State, got.Role, got.Sends)
		}
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites", nil)); !strings.Contains(text, "No open invites.") {
			t.Error("the list does not say that there are none")
		}
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites?state=ended", nil)); !strings.Contains(text, "bo@x.example") {
			t.Error("what was revoked is not listed")
		}
	})
}

// TestBulkInvitesHaveAVerdictPerLine checks and sends a list: nothing is sent before, each line has its own fate, and what
// was not invited comes back as a file.
func TestBulkInvitesHaveAVerdictPerLine(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		h.invite(c.boss, "old@x.example", roster.InviteDraft{})
		form := url.Values{
			"emails": {"new@x.example, uma@acme.example\nold@x.example;not-an-address NEW@x.example"}, "role": {"user"}, "message": {"Hello"},
			"rows": {"E-Mail;First name;Role\nfile@x.example;=1+1;admin\n"}, "do": {"send"},
		}
		form.Set("emails", strings.ReplaceAll(form.Get("emails"), " NEW", "\nNEW"))
		check := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites/new", form))
		for _, want := range []string{"<strong>2</strong> of 6 will be invited", "Will be invited", "Already a member", "Already invited", "Can&#39;t be used", "Twice in this list", "Send 2 invites"} {
			if !strings.Contains(check, want) {
				t.Errorf("the check does not say %q", want)
			}
		}
		if n := c.a.count("invite.created"); n != 1 {
			t.Errorf("%d invites were made before anybody said so", n)
		}
		form.Set("do", "edit")
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites/new", form)); !strings.Contains(text, "not-an-address") || !strings.Contains(text, "file@x.example") || !strings.Contains(text, "Hello") {
			t.Error("going back forgets what was typed")
		}
		form.Set("do", "confirm")
		sent := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites/new", form))
		if !strings.Contains(sent, "2 invites are on the way") || strings.Count(sent, "/invite/accept?token=inv_") != 2 {
			t.Errorf("what was sent: %s", sent)
		}
		h.mailed("new@x.example", 1)
		h.mailed("file@x.example", 1)
		rows, err := csv.NewReader(c.wantStatus(http.StatusOK, c.ana, "/console/invites/rejects.csv", url.Values{"rows": {"email,why\n=cmd(),x\n"}}).Body).ReadAll()
		if err != nil || rows[1][0] != "'=cmd()" {
			t.Errorf("the rejects = %v, %v", rows, err)
		}
	})
}

// TestBulkVerdictsOfAThousandLines is the page at its largest; docs/performance.md has its figure.
func TestBulkVerdictsOfAThousandLines(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		var b strings.Builder
		b.WriteString("email,first_name,last_name\n")
		for i := range 1000 {
			fmt.Fprintf(&b, "person%d@x.example,Person,%d\n", i, i)
		}
		form := url.Values{"rows": {b.String()}, "role": {"user"}, "do": {"check"}}
		text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/invites/new", form))
		if !strings.Contains(text, "<strong>1000</strong> of 1000 will be invited") {
			t.Error("not all lines have a verdict")
		}
		form.Set("rows", b.String()+"one@toomany.example,a,b\n")
		c.wantStatus(http.StatusUnprocessableEntity, c.ana, "/console/invites/new", form)
	})
}

// TestPromiseA36 puts members into groups; nobody is in one by membership alone.
func TestPromiseA36A38GroupsAreFilledByHand(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		to := c.wantStatus(http.StatusSeeOther, c.ana, "/console/groups", url.Values{"name": {"On call"}}).Header.Get("Location")
		path, _, _ := strings.Cut(to, "?")
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, path, nil)); !strings.Contains(text, "Nobody is in this group.") {
			t.Error("somebody is in a group that nobody filled")
		}
		c.wantStatus(http.StatusUnprocessableEntity, c.ana, path+"/members", url.Values{"email": {"nobody@x.example"}})
		c.wantStatus(http.StatusSeeOther, c.ana, path+"/members", url.Values{"email": {"UMA@acme.example"}})
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, path, nil)); !strings.Contains(text, "Uma Bell") || strings.Contains(text, ">Ana Ruiz</a>") {
			t.Error("the group has others in it than Uma")
		}
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/members?q=uma", nil)); !strings.Contains(text, "On call") {
			t.Error("the list of members does not show the group")
		}
		c.wantStatus(http.StatusConflict, c.ana, "/console/groups", url.Values{"name": {"on CALL"}})
		c.wantStatus(http.StatusSeeOther, c.ana, path+"/rename", url.Values{"name": {"Day shift"}})
		c.wantStatus(http.StatusSeeOther, c.ana, path+"/drop", url.Values{"member": {c.uma.ID.String()}})
		c.wantStatus(http.StatusOK, c.ana, path+"/delete", url.Values{}) // it asks
		c.wantStatus(http.StatusSeeOther, c.ana, path+"/delete", url.Values{"sure": {"yes"}})
		c.wantStatus(http.StatusNotFound, c.ana, path, nil)
	})
}

// TestPromiseB19 goes through an access review on its pages.
func TestPromiseB19TheReviewPages(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		b := c.tab(c.ana) // she is active, Uma was never seen
		b.open(h.url + "/console/review")
		b.submit(`form[action="/console/review"] button`)
		b.says("The review has begun", "Uma Bell", "never", "0 of 2 decided")
		b.submit(`form[action$="/active"] button`)
		b.says("They are kept", "1 of 2 decided")
		b.submit(`form[action$="/finish"] button`)
		b.says("nothing was decided yet")
		b.submit(`button[value="remove:` + c.uma.ID.String() + `"]`)
		if b.heading() != "Remove 1 person?" || c.member(t, c.uma).Removed() {
			t.Fatalf("the removal was not asked about: %s", b.text())
		}
		b.submit("main form button")
		b.says("The decision is noted, and done", "2 of 2 decided")
		if !c.member(t, c.uma).Removed() {
			t.Error("Uma is a member still")
		}
		b.submit(`form[action$="/finish"] button`)
		b.says("The review is finished", "1 kept, 1 removed")
		export := b.value(`document.querySelector('a[href$="/export.csv"]').getAttribute("href")`)
		rows, err := csv.NewReader(c.wantStatus(http.StatusOK, c.ana, export, nil).Body).ReadAll()
		if err != nil || len(rows) != 3 || rows[1][8] != "remove" || rows[1][9] != "ana@acme.example" {
			t.Errorf("the export = %v, %v", rows, err)
		}
	})
}

// TestJoinRequestsAreAnsweredOnTheirPage approves somebody who asks to join.
func TestJoinRequestsAreAnsweredOnTheirPage(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/requests", nil)); !strings.Contains(text, "Nobody waits.") {
			t.Error("the empty page does not say that nobody waits")
		}
		c.a.trust("acme.example")
		q := roster.JoinRequest{
			ID: roster.JoinRequestID{UUID: tenant.NewUUID(h.clock.Now())}, Connection: tenant.ConnectionID{UUID: tenant.UUID{15: 3}}, Subject: "s", Email: "jo@acme.example",
			Names: roster.Names{Display: "Jo March"}, State: roster.JoinPending, AskedAt: h.clock.Now(), SeenAt: h.clock.Now(),
		}
		err := h.roster.Store.Update(t.Context(), c.a.id, func(tx roster.Tx) error { return tx.PutJoinRequest(t.Context(), q) })
		if err != nil {
			t.Fatal(err)
		}
		text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/requests", nil))
		for _, want := range []string{"Jo March", "jo@acme.example", "Always approve acme.example", "Decline"} {
			if !strings.Contains(text, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		path := "/console/requests/" + q.ID.String()
		c.wantStatus(http.StatusSeeOther, c.ana, path, url.Values{"do": {"approve"}, "role": {"user"}})
		c.wantStatus(http.StatusConflict, c.ana, path, url.Values{"do": {"decline"}})
		if text := body(t, c.wantStatus(http.StatusOK, c.ana, "/console/members?q=jo", nil)); !strings.Contains(text, "Jo March") {
			t.Error("the person who was approved is no member")
		}
	})
}
