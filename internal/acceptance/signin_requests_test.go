package acceptance

import (
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func (a *account) requests(state roster.JoinRequestState) []roster.JoinRequest {
	a.g.t.Helper()
	return do[roster.Page[roster.JoinRequest]](a.g.t)(a.g.roster.JoinRequests(a.g.t.Context(), a.admin, roster.JoinRequestQuery{State: state})).Items
}

func TestJoinRequests(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		a.joins("acme.example", tenant.AutoJoinApprove, "contributor")
		i := a.idp()
		ada, bo, cy := i.vouches("S1", "ada@acme.example"), i.vouches("S2", "bo@acme.example"), i.vouches("S3", "cy@acme.example")
		i.refused(ada, roster.CodeApprovalPending)
		i.refused(ada, roster.CodeApprovalPending)
		i.refused(bo, roster.CodeApprovalPending)
		pending := a.requests(roster.JoinPending)
		if len(pending) != 2 || a.count("join_request.asked") != 2 {
			t.Fatalf("%d requests wait, want one of each person", len(pending))
		}
		a.members(0)

		got := do[roster.JoinRequest](t)(g.roster.ApproveJoin(ctx, a.admin, pending[0].ID, "editor", false))
		a.role(got.Member.UUID.UUID(), "editor", roster.RuleSetByAdmin)
		if in := i.in(ada); in.Member.ID != got.Member {
			t.Errorf("signed in as %v, want %v", in.Member.ID, got.Member)
		}
		_, err := g.roster.DeclineJoin(ctx, a.admin, pending[0].ID)
		refusal(t, err, roster.CodeDecided)

		do[roster.JoinRequest](t)(g.roster.DeclineJoin(ctx, a.admin, pending[1].ID))
		i.refused(bo, roster.CodeJoinDeclined)
		g.clock.advance(roster.DeclinePeriod)
		i.refused(bo, roster.CodeApprovalPending)

		i.refused(cy, roster.CodeApprovalPending)
		for _, q := range a.requests(roster.JoinPending) {
			if q.Email == "cy@acme.example" {
				do[roster.JoinRequest](t)(g.roster.ApproveJoin(ctx, a.admin, q.ID, "", true)) // always
			}
		}
		i.in(cy)
		in := i.in(bo) // who waited meanwhile joins, and waits no more
		a.role(uuidOf(in.Member), "contributor", roster.RuleDomainDefault)
		if n := len(a.requests(roster.JoinPending)); n != 0 {
			t.Errorf("%d requests wait still", n)
		}
		i.in(i.vouches("S4", "di@acme.example"))
	})
}

func TestJoinRequestIsNotApprovedOnceTheDomainIsLost(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		a.joins("acme.example", tenant.AutoJoinApprove, "")
		i := a.idp()
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeApprovalPending)
		do[tenant.Domain](t)(g.roster.RemoveDomain(ctx, a.staff, "acme.example"))
		_, err := g.roster.ApproveJoin(ctx, a.admin, a.requests(roster.JoinPending)[0].ID, "", false)
		refusal(t, err, roster.CodeDomainNotProven)
	})
}

func TestSignInAfterADomainIsLost(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i := a.idp()
		ada := i.in(i.vouches("S1", "ada@acme.example"))
		do[tenant.Domain](t)(g.roster.RemoveDomain(ctx, a.staff, "acme.example"))
		i.in(i.vouches("S1", "ada@acme.example"))
		i.refused(i.vouches("S2", "bo@acme.example"), roster.CodeDomainNotProven)
		g.clock.advance(7 * day)
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeDomainNotProven)
		a.access(uuidOf(ada.Member), "on") // members stay
	})
}

func TestAdoptionOfWhoJoinedBySignIn(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i, d := a.idp(tenant.SignInRule{Attribute: "groups", Value: "staff", Role: "editor"}), a.directory("Entra")
		ada := i.in(i.vouches("K1", "ada@acme.example", "staff"))
		if id := d.create("ada@acme.example", "K1"); id != uuidOf(ada.Member) {
			t.Errorf("the directory got %s, want the existing id", id)
		}
		if !i.live(ada) {
			t.Error("the adoption ended the session")
		}
		a.access(uuidOf(ada.Member), "on")
		a.role(uuidOf(ada.Member), "editor", roster.RuleSignIn)

		// The subject belongs to another external id: to another record, or the external id to another member.
		bo, cy := i.in(i.vouches("K2", "bo@acme.example")), i.in(i.vouches("K3", "cy@acme.example"))
		d.create("other@acme.example", "K2")
		d.create("bo@acme.example", "K9")
		d.create("cy@acme.example", "K1b")
		di := i.in(i.vouches("K4", "di@acme.example"))
		ed := i.in(i.vouches("K5", "ed@acme.example"))
		d.create("di@acme.example", "K5")
		for _, out := range []struct {
			m       roster.Member
			doubted bool
		}{{bo.Member, true}, {cy.Member, false}, {di.Member, true}} {
			m := a.explain(uuidOf(out.m)).Member
			if got := m.Conflict == roster.CodeNeedsConfirmation; got != out.doubted {
				t.Errorf("%s waits for confirmation: %v, want %v", m.Email, got, out.doubted)
			}
			a.access(uuidOf(out.m), "on") // no effect until an admin decides
		}
		if !i.live(bo) || !i.live(ed) {
			t.Error("a doubtful adoption ended sessions")
		}
	})
}

func TestRefusedSignInTellsWhy(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOff, "")
		i := a.idp()
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeUserNotProvisioned)
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "editor", "Ada"))
		if got := i.in(i.vouches("S1", "ada@acme.example")); got.Member.ID != m.ID {
			t.Errorf("signed in as %v, want the member that an admin made", got.Member.ID)
		}
	})
}
