package acceptance

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
)

func TestPromiseA01InvitedIsNotYetAMember_A10_A11_A12_A14_A15(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		made := g.must(http.StatusCreated, "POST", "/tenants/acme/invites", object{"email": "Ada@ACME.example", "no_mail": true})
		if made.get("state") != "pending" || made.get("email") != "ada@acme.example" {
			t.Errorf("the invite is %s", made.text)
		}
		created, until := do[time.Time](t)(time.Parse(time.RFC3339, made.get("created_at"))), do[time.Time](t)(time.Parse(time.RFC3339, made.get("expires_at")))
		if got := until.Sub(created); got != 7*day {
			t.Errorf("it is good for %v, want 7 days", got)
		}
		for days, status := range map[int]int{0: http.StatusCreated, 1: http.StatusCreated, 30: http.StatusCreated, 31: http.StatusUnprocessableEntity, -1: http.StatusUnprocessableEntity} {
			body := object{"email": "d" + strings.Repeat("x", days+1) + "@acme.example", "no_mail": true}
			if days != 0 {
				body["expires_in_days"] = days
			}
			g.must(status, "POST", "/tenants/acme/invites", body)
		}
		token := do[*url.URL](t)(url.Parse(made.get("accept_url"))).Query().Get("token")
		if !strings.HasPrefix(token, "inv_") || len(token) < len("inv_")+26+26 { // behind the tenant's id, 26 letters hold 130 bits
			t.Errorf("the token is %s", token)
		}
		v := a.linked(made)
		a.members(0)
		id := uuidOf(v.in().Member)
		a.members(1)
		a.role(id, "viewer", roster.RuleTenantDefault) // the least one
		if got := a.explain(id).Member.Attributes.Text("displayName"); got != "Ada Berg" {
			t.Errorf("the person is called %q", got)
		}
		v.stands("accepted")
		v.refused(roster.CodeInviteUsed)
		boss := uuidOf(a.invite("boss@acme.example", "admin").in().Member)
		a.role(boss, "admin", roster.RuleInvite)
		if got := g.must(http.StatusUnprocessableEntity, "POST", "/tenants/acme/invites", object{"email": "x@acme.example", "role": "emperor"}); got.get("field") != "role" {
			t.Errorf("a role that there is not: %s", got.text)
		}
	})
}

func TestPromiseA03OnlyAdminsInvite(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		boss, user := a.somebody("boss@acme.example", "admin"), a.somebody("user@acme.example", "viewer")
		body := object{"email": "ada@acme.example", "no_mail": true}
		reading, _ := g.tokenOf("acme", boss, "members:write")
		for name, header := range map[string][]string{"a user": page(a.browser(user)), "an admin's token without the scope": bearer(reading)} {
			if r := g.call("POST", "/tenants/acme/invites", body, header...); r.status != http.StatusForbidden {
				t.Errorf("%s invites: %d %s", name, r.status, r.text)
			}
			if r := g.call("GET", "/tenants/acme/invites", nil, header...); r.status != http.StatusForbidden {
				t.Errorf("%s reads: %d %s", name, r.status, r.text)
			}
		}
		if all := g.must(http.StatusOK, "GET", "/tenants/acme/invites", nil).items(); len(all) != 0 {
			t.Errorf("there are invites: %v", all)
		}
		text, _ := g.tokenOf("acme", boss, "invites:write")
		for who, header := range map[string][]string{"ada@acme.example": bearer(text), "bo@acme.example": page(a.browser(boss))} {
			made := g.must(http.StatusCreated, "POST", "/tenants/acme/invites", object{"email": who, "no_mail": true}, header...)
			if got := made.get("invited_by"); got != boss {
				t.Errorf("%s is invited by %s, want %s", who, got, boss)
			}
		}
	})
}

func TestPromiseA48InvitesAreInTheAuditLog_A34(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		v := a.invite("ada@acme.example", "viewer")
		path := "/tenants/acme/invites/"
		g.must(http.StatusOK, "PATCH", path+v.id, object{"role": "editor"})
		v = a.linked(g.must(http.StatusOK, "POST", path+v.id+"/resend?no_mail=true", nil))
		id := v.in().Member.ID
		a.role(id.UUID.UUID(), "editor", roster.RuleInvite)
		other := a.invite("bo@acme.example", "")
		g.must(http.StatusOK, "POST", path+other.id+"/revoke", nil)
		g.must(http.StatusOK, "POST", path+other.id+"/revoke", nil) // once is enough
		other.refused(roster.CodeInviteRevoked)
		g.must(http.StatusConflict, "POST", "/tenants/acme/invites", object{"email": "ada@acme.example", "no_mail": true})
		a.somebody("root@acme.example", "admin")
		for _, role := range []string{"admin", "viewer"} { // promoted, and demoted
			m := do[roster.Member](t)(g.roster.SetRole(t.Context(), a.admin, id, role))
			if m.Standing.Role != role {
				t.Errorf("made %s, and is %s", role, m.Standing.Role)
			}
		}
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, id, false))
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, id, true))
		got := a.events()
		for _, want := range []string{
			"invite.created", "invite.changed", "invite.resent", "invite.accepted", "member.created", "invite.revoked", "member.refused already_member",
			"member.refused invite_revoked", "member.role_changed", "member.deactivated", "member.activated",
		} {
			if !slices.Contains(got, want) {
				t.Errorf("the log lacks %s: %v", want, got)
			}
		}
		if n := a.count("invite.revoked"); n != 1 {
			t.Errorf("%d events of one revocation", n)
		}
	})
}
