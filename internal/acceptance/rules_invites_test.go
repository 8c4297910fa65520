package acceptance

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestRuleInvitePendingThenDirectory: the directory's create makes the member, the invite is over, and its role waits.
func TestRuleInvitePendingThenDirectory(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		i := a.invite("ada@acme.example", "editor")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "k1")
		a.access(id, "on")
		i.stands("superseded")
		i.refused(roster.CodeInviteSuperseded)
		a.role(id, "editor", roster.RuleInvite) // nobody above names one
		group := d.group("Readers", id)
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.staff, d.id, []tenant.RoleMapping{mappings("contributor", group)}))
		a.role(id, "contributor", roster.RuleGroupMapping)
		d.want(http.StatusNoContent, "DELETE", "/Groups/"+group, nil)
		a.role(id, "editor", roster.RuleInvite)
		if n := a.count("invite.superseded"); n != 1 {
			t.Errorf("%d events of a superseded invite", n)
		}
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		d.want(http.StatusNotFound, "GET", "/Users/"+id, nil)
		a.access(id, "removed")
	})
}

// TestRuleInviteAndUnprovenDirectory: the record waits for proof, and accepting the invite is that.
func TestRuleInviteAndUnprovenDirectory(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		i := a.invite("ada@elsewhere.example", "editor")
		d := a.directory("Entra")
		id := d.create("ada@elsewhere.example", "k1")
		a.access(id, "awaiting_proof")
		i.stands("pending")
		got := i.in()
		if uuidOf(got.Member) != id {
			t.Errorf("accepting made %v, want the directory's member", got.Member.ID)
		}
		a.access(id, "on")
		a.role(id, "editor", roster.RuleInvite)
		a.members(1)
		d.setActive(id, false)
		a.access(id, "deactivated_by_directory")
	})
}

// TestRuleDirectoryTurnedOffThenInvite: an invite lifts no directory's "no", and one sent earlier dies with it.
func TestRuleDirectoryTurnedOffThenInvite(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "k1")
		d.setActive(id, false)
		r := g.must(http.StatusConflict, "POST", "/tenants/acme/invites", object{"email": "ada@acme.example", "no_mail": true})
		if r.get("code") != "managed_by_directory_inactive" {
			t.Errorf("inviting who is off: %s", r.text)
		}
		early := a.invite("bo@elsewhere.example", "editor") // unproven: the directory's record waits for it
		bo := d.create("bo@elsewhere.example", "k2")
		d.setActive(bo, false)
		early.stands("revoked")
		d.setActive(bo, true)
		early.refused(roster.CodeInviteRevoked)
		a.access(bo, "awaiting_proof")
	})
}

// TestRuleInviteAcceptedThenDirectoryDeletes: only who manages the member takes it away.
func TestRuleInviteAcceptedThenDirectoryDeletes(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		m := a.invite("ada@acme.example", "editor").in().Member
		d := a.directory("Entra")
		d.want(http.StatusNotFound, "DELETE", "/Users/"+uuidOf(m), nil)
		a.access(uuidOf(m), "on")
		id := d.create("ada@acme.example", "k1") // adopted
		if id != uuidOf(m) {
			t.Fatalf("the create made %s, want %s adopted", id, uuidOf(m))
		}
		a.role(id, "editor", roster.RuleInvite)
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		d.want(http.StatusNotFound, "GET", "/Users/"+id, nil)
		a.access(id, "removed")
	})
}

// TestRuleSignInAcceptsInvite: the tenant's identity provider vouches for the invited address, whatever domain it is of
// and whatever auto-join says; another address leaves the invite alone.
func TestRuleSignInAcceptsInvite(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		idp := a.idp()
		group := g.must(http.StatusCreated, "POST", "/tenants/acme/groups", object{"name": "On call"}).get("id")
		guest := a.invite("guest@elsewhere.example", "editor", object{"groups": []string{group}})
		idp.refused(idp.vouches("k9", "other@acme.example"), roster.CodeUserNotProvisioned)
		guest.stands("pending")
		out := idp.in(idp.vouches("k1", "guest@elsewhere.example"))
		guest.stands("accepted")
		id := uuidOf(out.Member)
		a.role(id, "editor", roster.RuleInvite)
		if links := a.linksOf(out.Member.ID); len(links) != 1 || links[0].Subject != "k1" {
			t.Errorf("links = %+v", links)
		}
		in := g.must(http.StatusOK, "GET", "/tenants/acme/groups/"+group+"/members", nil).items()
		if len(in) != 1 {
			t.Errorf("the group of the invite has %d members", len(in))
		}
		idp.in(idp.vouches("k1", "guest@elsewhere.example")) // matched on the subject from now on
		a.members(1)
		late := a.invite("late@acme.example", "editor")
		g.clock.advance(8 * 24 * time.Hour)
		idp.refused(idp.vouches("k3", "late@acme.example"), roster.CodeUserNotProvisioned)
		late.stands("expired")
	})
}

// TestRuleTenantSuspendedAndInvites: nobody is invited or let in, nothing is burned, and the clock stands still.
func TestRuleTenantSuspendedAndInvites(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		i := a.invite("ada@acme.example", "editor", object{"expires_in_days": 1})
		g.must(http.StatusOK, "POST", "/tenants/acme/suspend", nil)
		if r := g.call("POST", "/tenants/acme/invites", object{"email": "bo@acme.example", "no_mail": true}); r.get("code") != "tenant_suspended" {
			t.Errorf("inviting while suspended: %d %s", r.status, r.text)
		}
		i.refused(roster.CodeTenantSuspended)
		g.clock.advance(30 * 24 * time.Hour)
		i.refused(roster.CodeTenantSuspended)
		g.must(http.StatusOK, "POST", "/tenants/acme/resume", nil)
		i.stands("pending")
		i.in()
	})
}

// TestRuleInvitedAgainAfterRemoval: the same person comes back, an admin's "no" does not go by itself (R10, R3).
func TestRuleInvitedAgainAfterRemoval(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		m := a.invite("ada@acme.example", "editor").in().Member
		if err := g.roster.RemoveMember(t.Context(), a.staff, m.ID); err != nil {
			t.Fatal(err)
		}
		again := a.invite("ada@acme.example", "viewer").in().Member
		if again.ID != m.ID || again.Standing.Role != "viewer" {
			t.Errorf("invited again: %v as %s, want %v as viewer", again.ID, again.Standing.Role, m.ID)
		}
		_, admin := a.anAdmin("root@acme.example")
		do[roster.Member](t)(g.roster.SetActive(t.Context(), admin, m.ID, false))
		r := g.must(http.StatusConflict, "POST", "/tenants/acme/invites", object{"email": "ada@acme.example", "no_mail": true})
		if r.get("code") != "deactivated_by_admin" {
			t.Errorf("inviting who an admin turned off: %s", r.text)
		}
	})
}

// TestRuleAddedByHandEndsInvite: another door's word ends the invite, and its role stays as a claim.
func TestRuleAddedByHandEndsInvite(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		i := a.invite("ada@acme.example", "editor")
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "viewer", ""))
		i.stands("superseded")
		if got := claims(m); !slices.Equal(got, []roster.Source{roster.SourceAdmin, roster.SourceInvite}) {
			t.Errorf("claims = %v", got)
		}
		a.role(uuidOf(m), "viewer", roster.RuleSetByAdmin)
	})
}

// TestRuleOneTenantPerEmailInvites: where the deployment has it so, who is somebody elsewhere can't be invited,
// and nothing says where.
func TestPromiseA07A08EmailAlreadyExists(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.roster.OneTenantPerEmail = true
		a := g.byInvite()
		other := g.tenant("beta")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), other.staff, "bo@beta.example", "editor", ""))
		for email, code := range map[string]string{"BO@Beta.example": "email_exists", "ada@acme.example": "already_member"} {
			if code == "already_member" {
				a.invite("ada@acme.example", "viewer").in()
			}
			r := g.must(http.StatusConflict, "POST", "/tenants/acme/invites", object{"email": email, "no_mail": true})
			detail := r.get("detail")
			if r.get("code") != code || len(detail) < 20 || detail[:20] != "Email already exists" || slices.Contains([]string{"beta", "BETA"}, detail) {
				t.Errorf("inviting %s: %s", email, r.text)
			}
		}
	})
}
