package acceptance

import (
	"net/http"
	"slices"
	"testing"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
	"rollcall/sso"
)

func TestRuleAutoJoinOff_J14(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, _, i := g.open(verified("k1", "ada@acme.example"), verified("k2", "bo@acme.example"), verified("k3", "cy@acme.example"))
		g.must(http.StatusOK, "PATCH", "/tenants/acme/domains/acme.example", object{"auto_join": "off"})
		page := i.refused("ada@acme.example", roster.CodeUserNotProvisioned)
		if !page.Has("not a member here yet") || !page.Has("assign the application") {
			t.Errorf("the person reads: %s", page.Text())
		}
		a.directory("Entra").create("ada@acme.example", "k1") // assigned there
		i.in("ada@acme.example")
		g.must(http.StatusCreated, "POST", "/tenants/acme/members", object{"email": "bo@acme.example", "role": "editor"})
		i.in("bo@acme.example")
		i.refused("cy@acme.example", roster.CodeUserNotProvisioned)
		g.must(http.StatusOK, "PATCH", "/tenants/acme/domains/acme.example", object{"auto_join": "on"})
		i.in("cy@acme.example")
		a.role(uuidOf(a.byEmail("cy@acme.example")), "viewer", roster.RuleTenantDefault) // the lowest, J15
	})
}

// TestRuleAutoJoinByApproval has people ask, and an admin approve, decline, and let everybody in.
func TestRuleAutoJoinByApproval(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"), verified("k2", "bo@acme.example"), verified("k3", "cy@acme.example"), verified("k4", "di@acme.example"))
		g.must(http.StatusOK, "PATCH", "/tenants/acme/sso", object{"contact": "the team of Ada, room 7"})
		g.must(http.StatusOK, "PATCH", "/tenants/acme/domains/acme.example", object{"auto_join": "approve"})
		waits := func(who string, code roster.Code, words string) {
			t.Helper()
			b := chrome.New(t, nil)
			page := i.comes(b, who+"@acme.example")
			p.turnedAway(page, http.StatusForbidden, code)
			if !page.Has(words) || !page.Has("the team of Ada, room 7") {
				t.Errorf("%s reads: %s", who, page.Text())
			}
			p.ended(b, "of somebody who waits")
		}
		request := func(who string) string {
			t.Helper()
			for _, q := range g.must(http.StatusOK, "GET", "/tenants/acme/join-requests?state=pending", nil).items() {
				if q["email"] == who+"@acme.example" {
					id, _ := q["id"].(string)
					return "/tenants/acme/join-requests/" + id
				}
			}
			t.Fatalf("%s did not ask", who)
			return ""
		}
		for _, who := range []string{"ada", "ada", "bo", "cy"} {
			waits(who, roster.CodeApprovalPending, "Your request is waiting")
		}
		if n := len(g.must(http.StatusOK, "GET", "/tenants/acme/join-requests", nil).items()); n != 3 || a.count("join_request.asked") != 3 {
			t.Errorf("%d requests, want one of each person", n)
		}
		a.members(0)
		g.must(http.StatusOK, "POST", request("ada")+"/approve", object{"role": "editor"})
		i.in("ada@acme.example")
		if e := a.explain(uuidOf(a.byEmail("ada@acme.example"))); e.Role != "editor" {
			t.Errorf("approved as %s", e.Role)
		}
		g.must(http.StatusOK, "POST", request("bo")+"/decline", nil)
		waits("bo", roster.CodeJoinDeclined, "declined your request")
		g.clock.advance(roster.DeclinePeriod)
		waits("bo", roster.CodeApprovalPending, "Your request is waiting")
		g.must(http.StatusOK, "POST", request("cy")+"/approve", object{"always": true})
		for _, who := range []string{"cy", "bo", "di"} {
			i.in(who + "@acme.example")
		}
		if n := len(g.must(http.StatusOK, "GET", "/tenants/acme/join-requests?state=pending", nil).items()); n != 0 {
			t.Errorf("%d requests wait still", n)
		}
	})
}

func TestRuleSamePersonInTwoTenants_J16(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		b := g.tenant("bolt")
		b.joins("bolt.example", tenant.AutoJoinOn, "")
		guest := do[roster.Member](t)(g.roster.AddMember(t.Context(), b.admin, "ada@acme.example", "editor", "Guest"))
		evil := p.provider(b, op.Account{Subject: "k1", Email: "ada@acme.example", Verified: true, Name: "Mallory", Given: "M", Family: "M"})
		first := i.in("ada@acme.example")
		ada := a.byEmail("ada@acme.example")
		evil.refused("ada@acme.example", roster.CodeDomainNotOwned) // b's provider speaks for b's domains alone
		if got := a.byEmail("ada@acme.example"); got.Version != ada.Version || got.Attributes.Text("displayName") != "Ada Berg" || got.ID == guest.ID {
			t.Errorf("another tenant's provider made %+v of the member", got)
		}
		do[roster.Member](t)(g.roster.SetActive(t.Context(), b.admin, guest.ID, false))
		p.stays(first, "with the guest of another tenant turned off")
		g.must(http.StatusOK, "POST", "/tenants/bolt/suspend", nil)
		p.stays(first, "with another tenant suspended")
		i.in("ada@acme.example")
	})
}

func TestRuleOneTenantPerAddress(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.roster.OneTenantPerEmail = true
		_, _, i := g.open(verified("k1", "ada@acme.example"), verified("k2", "bo@acme.example"))
		b := g.tenant("bolt")
		b.trust("bolt.example")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), b.admin, "ada@acme.example", "", ""))
		page := i.refused("ada@acme.example", roster.CodeEmailExists)
		if page.Has("bolt") || page.Has("BOLT") {
			t.Errorf("the page names the other tenant: %s", page.Text())
		}
		i.in("bo@acme.example")
	})
}

// TestRuleMappingAtEverySignIn changes somebody's groups at the provider between sign-ins.
func TestRuleMappingAtEverySignIn_J15_S39_R4(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open()
		now := g.clock.Now()
		club := roster.Group{ID: roster.NewGroupID(now), Name: "Club", NameUnique: true, Version: 1, CreatedAt: now, ChangedAt: now}
		if err := g.roster.Store.Update(t.Context(), a.id, func(tx roster.Tx) error { return tx.InsertGroup(t.Context(), club) }); err != nil {
			t.Fatal(err)
		}
		path := "/tenants/acme/connections/" + i.con.ID.String()
		g.must(http.StatusOK, "PATCH", path, object{"rules": []object{
			{"attribute": "groups", "value": "staff", "role": "editor"},
			{"attribute": "groups", "value": "guests", "role": "contributor"},
			{"attribute": "groups", "value": "club", "group": club.ID.String()},
			{"attribute": "department", "value": "Press", "role": "contributor"},
		}})
		if got := g.must(http.StatusConflict, "PATCH", path, object{"rules": []object{{"attribute": "groups", "value": "x", "role": "admin"}}}).get("code"); got != "admin_by_mapping" {
			t.Errorf("a rule for admins: %s", got)
		}
		var id string
		steps := []struct {
			groups []string
			extra  map[string]any
			role   string
			rule   string
			club   bool
		}{
			{[]string{"guests", "staff", "club"}, nil, "editor", roster.RuleSignIn, true},
			{[]string{"guests", "Staff"}, nil, "contributor", roster.RuleSignIn, false},
			{[]string{"admin", "admins"}, map[string]any{"role": "admin", "roles": []string{"admin"}}, "viewer", roster.RuleTenantDefault, false},
			{[]string{}, map[string]any{"department": "Press"}, "contributor", roster.RuleSignIn, false},
			{[]string{"staff", "club"}, nil, "editor", roster.RuleSignIn, true},
			// Entra names a place to ask when there are too many: what rests on groups stays.
			{nil, map[string]any{
				"_claim_names":   map[string]any{"groups": "src1"},
				"_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.example/groups"}},
			}, "editor", roster.RuleSignIn, true},
			{nil, nil, "viewer", roster.RuleTenantDefault, false}, // Entra's way to say that there are none
		}
		for k, s := range steps {
			account := verified("k1", "ada@acme.example", s.groups...)
			account.Groups, account.Extra = s.groups, s.extra
			i.SetAccounts([]op.Account{account})
			b := i.in("ada@acme.example")
			id = uuidOf(a.byEmail("ada@acme.example"))
			if e := a.explain(id); e.Role != s.role || e.Rank.Rule != s.rule {
				t.Errorf("step %d: %s by %q, want %s by %q", k, e.Role, e.Rank.Rule, s.role, s.rule)
			}
			if page := b.Get(p.url + "/"); !page.Has(s.role) {
				t.Errorf("step %d: the person is shown as %s", k, page.Text())
			}
			m := do[roster.Member](t)(g.roster.Store.Reader(a.id).Member(t.Context(), roster.Scope{}, a.member(id), true))
			if got := slices.ContainsFunc(m.Groups, func(r roster.GroupRef) bool { return r.ID == club.ID }); got != s.club {
				t.Errorf("step %d: in the club: %v, want %v", k, got, s.club)
			}
		}
		a.members(1)
	})
}

func TestRuleSignInProvesWhoWaits(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@partner.example"), verified("k2", "ceo@victim.example"), verified("k3", "new@partner.example"),
			op.Account{Subject: "k4", Email: "bo@partner.example", Verified: false})
		victim := g.tenant("victim")
		victim.trust("victim.example")
		d := a.directory("Entra")
		ada, ceo, bo := d.create("ada@partner.example", "k1"), d.create("ceo@victim.example", "k2"), d.create("bo@partner.example", "k4")
		a.access(ada, "awaiting_proof")
		p.stays(i.in("ada@partner.example"), "of somebody whom sign-in vouches for")
		a.access(ada, "on")
		i.refused("ceo@victim.example", roster.CodeDomainNotOwned)
		i.refused("bo@partner.example", roster.CodeEmailNotVerified)
		i.refused("new@partner.example", roster.CodeDomainNotOwned)
		a.access(ceo, "awaiting_proof")
		a.access(bo, "awaiting_proof")
	})
}

// TestRuleSSOEnforced switches enforcement on by what people do: a test sign-in by the door, and a break-glass admin.
func TestRuleSSOEnforced(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		boss := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "boss@acme.example", "admin", ""))
		g.must(http.StatusOK, "PUT", "/tenants/acme/sso/break-glass/"+boss.ID.String(), object{"reason": "on call"})
		enforce := object{"enforced": true}
		if got := g.must(http.StatusConflict, "PATCH", "/tenants/acme/sso", enforce).get("code"); got != "sso_not_tested" {
			t.Errorf("untested: %s", got)
		}
		b := chrome.New(t, nil)
		rows := a.everything()
		if page := b.Get(sso.TestURL(p.url, p.testKey, i.con, g.clock.Now()) + "&login_hint=ada@acme.example"); !page.Has("The test sign-in passed") {
			t.Errorf("the test ended with %d: %s", page.Status, page.Text())
		}
		if got := a.everything(); got != rows {
			t.Errorf("a test sign-in changed %+v to %+v", rows, got)
		}
		p.ended(b, "a test sign-in gives none;")
		g.must(http.StatusOK, "PATCH", "/tenants/acme/sso", enforce)
		p.stays(i.in("ada@acme.example"), "with SSO enforced")
		if got := g.must(http.StatusConflict, "POST", "/tenants/acme/connections/"+i.con.ID.String()+"/disable", nil).get("code"); got != "sso_enforced" {
			t.Errorf("the only way in was disabled: %s", got)
		}
	})
}
