package acceptance

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// teamPaths are the pages for admins, with a form for those that change something; nil reads.
func (c *squad) teamPaths() map[string]url.Values {
	post := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	ana, group, id := "/console/members/"+c.ana.ID.String(), "/console/groups/grp_01m80zcbqred5s41afh3sgxrr2", "01m80zcbqred5s41afh3sgxrr2"
	return map[string]url.Values{
		"/console/members": nil, "/console/members.csv": nil, "/console/members/selected": post("do", "off", "member", c.ana.ID.String(), "sure", "yes"),
		ana: nil, ana + "/active": post("active", "off"), ana + "/role": post("role", "user"), ana + "/sessions": post(), ana + "/remove": post("sure", "yes"),
		"/console/invites": nil, "/console/invites/new": post("emails", "eve@evil.example", "role", "admin", "do", "send"), "/console/invites/rejects.csv": post("rows", "a"),
		"/console/invites/selected": post("do", "revoke"), "/console/invites/ivt_" + id: nil, "/console/invites/ivt_" + id + "/resend": post(),
		"/console/invites/ivt_" + id + "/role": post("role", "admin"), "/console/invites/ivt_" + id + "/revoke": post("sure", "yes"),
		"/console/requests": nil, "/console/requests/req_" + id: post("do", "approve"), "/console/groups": post("name", "Evil"), group: nil,
		group + "/members": post("email", "a@b.example"), group + "/drop": post(), group + "/rename": post("name", "x"), group + "/delete": post("sure", "yes"),
		"/console/roles": nil, "/console/review": post(), "/console/review/every": post("months", "3"), "/console/review/rev_" + id: nil,
		"/console/review/rev_" + id + "/export.csv": nil, "/console/review/rev_" + id + "/active": post("days", "30"),
		"/console/review/rev_" + id + "/decide": post("one", "remove:"+c.ana.ID.String()), "/console/review/rev_" + id + "/finish": post(),
	}
}

// TestPromiseA04 holds that somebody who is no admin sees no control for admins, and that nothing of it works for them.
func TestPromiseA04RegularUsersSeeNothingOfTheTeam(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		for path, form := range c.teamPaths() {
			c.wantStatus(http.StatusForbidden, c.uma, path, form)
			res := h.ask(http.MethodGet, path, nil)
			if form == nil && (res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/login?return=%2Fconsole%2F")) {
				t.Errorf("%s without a session = %d to %s, want the sign-in", path, res.StatusCode, res.Header.Get("Location"))
			}
		}
		if to := c.wantStatus(http.StatusSeeOther, c.uma, "/console/", nil).Header.Get("Location"); to != "/me" {
			t.Errorf("/console/ leads Uma to %s, want /me", to)
		}
		b := c.tab(c.uma)
		if status := b.open(h.url + "/console/members"); status != http.StatusForbidden || b.has(`a[href="/console/invites/new"]`) || b.has("nav.places") {
			t.Errorf("Uma sees a page of %d: %s", status, b.text())
		}
		if m := c.member(t, c.ana); m.Standing.Role != "admin" || m.Standing.State != roster.StateActive {
			t.Errorf("Ana is %v after what Uma tried", m.Standing)
		}
	})
}

// TestPromiseA35 holds that who is active has a green dot, and who is not has none.
func TestPromiseA35ActivePeopleHaveAGreenDot(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		do[roster.Member](t)(h.roster.SetActive(t.Context(), c.boss, c.uma.ID, false))
		b := c.tab(c.ana)
		b.open(h.url + "/console/members")
		b.says("1 active", "Ana Ruiz", "Uma Bell", "Deactivated – by admin")
		dot := func(m roster.Member) string {
			return b.value(`(() => { const badge = document.querySelector('a[href$="` + m.ID.String() + `"]').closest("tr").querySelector(".badge");
				return getComputedStyle(badge, "::before").backgroundColor + " " + badge.innerText; })()`)
		}
		if got := dot(c.ana); got != "rgb(22, 101, 52) Active" {
			t.Errorf("Ana's badge is %q, want a green dot", got)
		}
		if got := dot(c.uma); strings.HasPrefix(got, "rgb(22, 101, 52)") {
			t.Errorf("Uma's badge is %q, want no green dot", got)
		}
	})
}

// TestPromiseA43 turns somebody off on their page; it counts at once, for the session that is open, too, and back on.
func TestPromiseA43A44A47TheActiveSwitch(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		c.wantStatus(http.StatusForbidden, c.uma, "/console/members", nil) // she is signed in
		b := c.tab(c.ana)
		b.open(c.page(c.uma))
		if on := b.value(`document.querySelector("[role=switch]").ariaChecked`); on != "true" {
			t.Errorf("the switch of an active member says %s", on)
		}
		b.submit("[role=switch]")
		b.says("The member is deactivated", "Deactivated – by admin", "Lost access")
		if got := c.wantStatus(http.StatusSeeOther, c.uma, "/console/members", nil).Header.Get("Location"); !strings.HasPrefix(got, "/login") {
			t.Errorf("Uma's open session leads to %s, want the sign-in", got)
		}
		if _, _, err := c.a.begin(c.uma.ID.String(), roster.SessionStart{}); err == nil {
			t.Error("Uma could sign in while she is off")
		}
		b.submit("[role=switch]")
		b.says("The member is active again", "Gained access")
		delete(c.cookies, c.uma.ID)
		c.wantStatus(http.StatusForbidden, c.uma, "/console/members", nil) // signed in again, nobody re-invited her
		if n := c.a.count("invite.created"); n != 0 {
			t.Errorf("%d invites, want none", n)
		}
	})
}

// TestPromiseA34 gives somebody another role on their page; it counts with the next request (B-13). And back.
func TestPromiseA34B13RolesChangeWithTheNextRequest(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		c.wantStatus(http.StatusForbidden, c.uma, "/console/members", nil)
		b := c.tab(c.ana)
		for _, step := range []struct {
			role string
			want int
		}{{"admin", http.StatusOK}, {"user", http.StatusForbidden}} {
			b.open(c.page(c.uma))
			b.click(`input[name=role][value=` + step.role + `]`)
			b.submit(`form[action$="/role"] button`)
			b.says("The role is changed", "Role changed")
			c.wantStatus(step.want, c.uma, "/console/members", nil)
		}
	})
}

// TestPromiseB14 removes somebody: without a confirmation nothing happens; with it, sessions die at once (B-15), and the
// record stays.
func TestPromiseB14B15A42RemovalAsksAndKeepsTheRecord(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		c.wantStatus(http.StatusForbidden, c.uma, "/console/members", nil)
		b := c.tab(c.ana)
		b.open(c.page(c.uma))
		b.submit(`form[action$="/remove"] button`)
		if b.heading() != "Remove Uma Bell?" || c.member(t, c.uma).Removed() {
			t.Fatalf("the removal was not asked about: %s", b.text())
		}
		b.submit(`main form button`)
		b.says("The member is removed", "Removed")
		if got := c.wantStatus(http.StatusSeeOther, c.uma, "/console/members", nil).Header.Get("Location"); !strings.HasPrefix(got, "/login") {
			t.Errorf("Uma's session leads to %s, want the sign-in", got)
		}
		m := c.member(t, c.uma)
		if !m.Removed() || m.Email != c.uma.Email {
			t.Errorf("the record of Uma is %+v", m)
		}
		for text := range strings.SplitSeq(b.value(`[...document.querySelectorAll("button")].map(x => x.innerText).join("\n")`), "\n") {
			if strings.Contains(strings.ToLower(text), "delete") {
				t.Errorf("there is a button %q: nobody is ever deleted", text)
			}
		}
	})
}

// TestTeamPagesAreLockedWhereADirectoryManages looks at somebody whom Okta manages.
func TestTeamPagesAreLockedWhereADirectoryManages(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		c.a.trust("acme.example")
		d := c.a.directory("Okta")
		id := d.create("pat@acme.example", "p1")
		d.setActive(id, false)
		pushedGroup := d.group("Pushed", id)
		b := c.tab(c.ana)
		b.open(h.url + "/console/members/" + id)
		b.says("Deactivated – by directory", "Turned off in Okta. Turn it on there.", "Managed by Okta. Take the person out of scope there")
		if b.has("[role=switch]") || b.has(`form[action$="/remove"]`) {
			t.Errorf("what Okta manages can be changed here: %s", b.text())
		}
		res := c.wantStatus(http.StatusConflict, c.ana, "/console/members/"+id+"/remove", url.Values{"sure": {"yes"}})
		_ = res.Body.Close()
		b.open(h.url + "/console/groups")
		b.says("Pushed", "Directory · Okta", "Manage in Okta")
		b.open(h.url + "/console/groups/" + roster.GroupID{UUID: mustGroup(t, pushedGroup).UUID}.String())
		b.says("This group is managed by Okta")
		if b.has(`form[action$="/rename"]`) || b.has(`form[action$="/drop"]`) {
			t.Error("a pushed group can be changed here")
		}
	})
}

func mustGroup(t *testing.T, id string) roster.GroupID {
	t.Helper()
	return do[roster.GroupID](t)(roster.ParseGroupID(id))
}

// TestTeamIsSearchedAndExported narrows the list and exports it as it is narrowed.
func TestTeamIsSearchedAndExported(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		c.brings("evil@acme.example", "user", "=HYPERLINK(1)")
		b := c.tab(c.ana)
		b.open(h.url + "/console/members")
		b.fill("#q", "uma")
		b.submit(`form[role=search] button`)
		b.says("Uma Bell", "1–1 of 1")
		if strings.Contains(b.text(), "=HYPERLINK") {
			t.Errorf("the search for uma shows others: %s", b.text())
		}
		if got := b.field("#q"); got != "uma" {
			t.Errorf("the search holds %q afterwards", got)
		}
		rows, err := csv.NewReader(c.wantStatus(http.StatusOK, c.ana, "/console/members.csv?q=acme", nil).Body).ReadAll()
		if err != nil || len(rows) != 4 {
			t.Fatalf("the export = %v, %v", rows, err)
		}
		for _, row := range rows[1:] {
			if strings.HasPrefix(row[0], "=") {
				t.Errorf("%q is a formula to a spreadsheet", row[0])
			}
		}
		res := c.asks(c.ana, "/console/members/selected", url.Values{"do": {"role"}, "role": {"admin"}, "member": {c.uma.ID.String(), c.ana.ID.String()}})
		if res.StatusCode != http.StatusOK || c.member(t, c.uma).Standing.Role != "admin" {
			t.Errorf("the bulk change = %d, Uma is %s", res.StatusCode, c.member(t, c.uma).Standing.Role)
		}
	})
}
