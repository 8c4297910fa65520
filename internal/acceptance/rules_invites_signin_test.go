package acceptance

import (
	"sync"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestRuleInviteInAnSSOEnforcedTenant_I11(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOff, "")
		i := a.idp()
		a.enforce()
		v := a.invite("ada@acme.example", "editor")
		v.refused(roster.CodeSSORequired)
		v.stands("pending")
		out := i.in(i.vouches("S1", "ada@acme.example"))
		v.stands("accepted")
		if _, err := g.roster.Store.Reader(a.id).Password(t.Context(), out.Member.ID); err == nil {
			t.Error("a password was kept (A-24)")
		}
	})
}

// enforce has the tenant insist on its identity provider.
func (a *account) enforce() {
	a.g.t.Helper()
	err := a.g.roster.Store.Update(a.g.t.Context(), a.id, func(tx roster.Tx) error {
		cfg, err := tx.Config(a.g.t.Context())
		if err != nil {
			return err
		}
		cfg.Tenant.Policy.SSO.Enforced = true
		return tx.PutTenant(a.g.t.Context(), cfg.Tenant)
	})
	if err != nil {
		a.g.t.Fatal(err)
	}
}

// TestRuleRemovedPersonComesBackBySignIn has somebody whose key is known, and who was removed, accept by a sign-in.
func TestRuleRemovedPersonComesBackBySignIn_R10(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOff, "")
		i := a.idp()
		a.invite("ada@acme.example", "")
		ada := i.in(i.vouches("S1", "ada@acme.example")).Member
		if err := g.roster.RemoveMember(t.Context(), a.staff, ada.ID); err != nil {
			t.Fatal(err)
		}
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeRemoved)
		v := a.invite("ada@acme.example", "editor")
		if got := i.in(i.vouches("S1", "ada@acme.example")).Member; got.ID != ada.ID {
			t.Errorf("the person came back as %v, was %v", got.ID, ada.ID)
		}
		v.stands("accepted")
		i.in(i.vouches("S1", "ada@acme.example"))
	})
}

// TestRuleInviteOfWhoWaitsForProof has the tenant's SSO vouch for somebody whom a directory pushed, and who is invited.
func TestRuleInviteOfWhoWaitsForProof(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOff, "")
		i, d := a.idp(), a.directory("Entra")
		v := a.invite("ada@partner.example", "editor")
		id := d.create("ada@partner.example", "e1")
		out := i.in(i.vouches("S1", "ada@partner.example"))
		if uuidOf(out.Member) != id {
			t.Errorf("signed in as %v, want %s", out.Member.ID, id)
		}
		v.stands("accepted")
		a.role(id, "editor", roster.RuleInvite)
	})
}

// TestRuleInviteEndsByAnotherDoor has people come in by an admin's hand, and by auto-join, whom an invite waits for.
func TestRuleInviteEndsByAnotherDoor(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinApprove, "")
		i := a.idp()
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeApprovalPending)
		v := a.invite("ada@acme.example", "editor")
		v.in()
		if q := a.requests(roster.JoinWithdrawn); len(q) != 1 || q[0].Email != "ada@acme.example" {
			t.Errorf("withdrawn are %+v", q)
		}
		i.in(i.vouches("S1", "ada@acme.example"))

		i.refused(i.vouches("S3", "cy@acme.example"), roster.CodeApprovalPending)
		asked := a.invite("cy@acme.example", "contributor")
		i.in(i.vouches("S3", "cy@acme.example")) // no approval is waited for: an admin asked for the person
		asked.stands("accepted")
		if q := a.requests(roster.JoinPending); len(q) != 0 {
			t.Errorf("pending are %+v", q)
		}
	})
}

// TestRuleNoesOutliveRemovalAndInvite has people whom the operator, or an admin, turned off and removed be invited: an
// invite lifts neither, by its link or by a sign-in (R3).
func TestRuleNoesOutliveRemovalAndInvite_R3(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		i := a.idp()
		for who, by := range map[string]roster.Staff{"bo@acme.example": a.admin, "cy@acme.example": a.staff} {
			m := a.invite(who, "").in().Member
			off := do[roster.Member](t)(g.roster.SetActive(t.Context(), by, m.ID, false))
			if err := g.roster.RemoveMember(t.Context(), a.staff, m.ID); err != nil {
				t.Fatal(err)
			}
			v := a.invite(who, "")
			v.refused(off.Standing.Reason)
			i.refused(i.vouches("key of "+who, who), off.Standing.Reason)
			v.stands("pending")
		}
	})
}

// TestInviteRacesAnotherDoor lets a directory create somebody, and an admin revoke, while the person accepts: whoever
// comes first, there is one member and one end of the invite.
func TestInviteRacesAnotherDoor_I4(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		d := a.directory("Entra")
		for _, who := range []string{"a", "b", "c", "d", "e"} {
			email := who + "@acme.example"
			v := a.invite(email, "editor")
			var wg sync.WaitGroup
			var accepted, revoked error
			wg.Go(func() { _, accepted = v.accept() })
			wg.Go(func() { d.create(email, "key-"+who) })
			wg.Go(func() {
				id, _ := roster.ParseInviteID(v.id)
				_, revoked = g.roster.RevokeInvite(t.Context(), a.staff, id)
			})
			wg.Wait()
			if state := v.state(); (state == "accepted") != (accepted == nil) || state == "pending" || state == "revoked" && revoked != nil {
				t.Errorf("%s: the invite is %s, accepting it ended with %v, revoking it with %v", email, state, accepted, revoked)
			}
			if m := a.byEmail(email); m.Directory != d.id || m.Standing.State != roster.StateActive {
				t.Errorf("%s is %s, of the directory %v", email, m.Standing.State, m.Directory)
			}
		}
		a.members(5)
	})
}

// TestInviteTwiceAtOnce has several admins invite the same person.
func TestInviteTwiceAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		errs := make([]error, 12)
		var wg sync.WaitGroup
		for k := range errs {
			wg.Go(func() {
				d, _ := draftFor("ada@acme.example", "viewer")
				_, errs[k] = g.roster.CreateInvite(t.Context(), a.staff, d)
			})
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
				continue
			}
			refusal(t, err, roster.CodeInvitedAlready)
		}
		if made != 1 || a.count("invite.created") != 1 {
			t.Errorf("%d invites of one person were made", made)
		}
	})
}
