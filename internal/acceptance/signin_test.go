package acceptance

import (
	"net/http"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestSignInJoinsPeopleOfAProvenDomain_B05_B07_B08_B11(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "contributor")
		i := a.idp()
		id := i.vouches("S1", "Ada@Acme.example")
		id.FirstName, id.LastName = "Ada", "Berg"
		out := i.in(id)
		a.access(uuidOf(out.Member), "on")
		a.role(uuidOf(out.Member), "contributor", roster.RuleDomainDefault)
		if got := out.Member.Attributes.Text("displayName"); got != "Ada Berg" || out.Member.Email != "ada@acme.example" {
			t.Errorf("joined as %q, %q", got, out.Member.Email)
		}
		if again := i.in(id); again.Member.ID != out.Member.ID || again.Member.Version != out.Member.Version {
			t.Errorf("the second sign-in made %v of %v", again.Member, out.Member)
		}
		i.refused(i.vouches("S2", "bo@evil.example"), roster.CodeDomainNotOwned)
		i.refused(i.vouches("S2", "bo@acme.example.evil.example"), roster.CodeDomainNotOwned)
		i.refused(i.vouches("S2", "bo@eu.acme.example"), roster.CodeDomainNotOwned)
		a.members(1)
	})
}

func TestSignInIsKeyedByTheFirstSubject_A26_S37_O21(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i, other := a.idp(), a.idp()
		ada := i.in(i.vouches("S1", "ada@acme.example"))
		i.refused(i.vouches("S2", "ada@acme.example"), roster.CodeSubjectChanged)
		other.refused(other.vouches("S1", "ada@acme.example"), roster.CodeSubjectChanged)
		if got := i.in(i.vouches("S1", "bo@elsewhere.example")); got.Member.ID != ada.Member.ID || got.Member.Email != "ada@acme.example" {
			t.Errorf("a foreign address made %v of the member", got.Member)
		}
		link := a.linksOf(ada.Member.ID)[0]
		do[roster.Link](t)(g.roster.Unlink(ctx, a.admin, ada.Member.ID, link.ID))
		if i.live(ada) {
			t.Error("the session outlives its link")
		}
		if _, err := g.roster.Unlink(ctx, a.admin, ada.Member.ID, link.ID); err == nil {
			t.Error("unlinked twice")
		}
		if got := i.in(i.vouches("S2", "ada@acme.example")); got.Member.ID != ada.Member.ID {
			t.Errorf("after the admin unlinked, S2 is %v", got.Member)
		}
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeSubjectChanged)
		a.members(1)
	})
}

func TestSignInFollowsAnAddressThatChanged(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i := a.idp()
		before := i.in(i.vouches("S1", "ada@acme.example"))
		after := i.in(i.vouches("S1", "berg@acme.example"))
		if after.Member.ID != before.Member.ID || after.Member.Email != "berg@acme.example" {
			t.Errorf("the address became %s of %v", after.Member.Email, after.Member.ID)
		}
		if i.live(before) {
			t.Error("a session of the former address is live")
		}
		i.refused(i.vouches("S2", "ada@acme.example"), roster.CodeAddressMoved)
		g.clock.advance(31 * day)
		if got := i.in(i.vouches("S2", "ada@acme.example")); got.Member.ID == before.Member.ID {
			t.Error("the former address leads to its member for ever")
		}
	})
}

func TestSignInNeverLiftsANo_J13(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i, d := a.idp(), a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		ada := i.in(i.vouches("S1", "ada@acme.example"))
		if uuidOf(ada.Member) != id {
			t.Errorf("signed in as %v, want the member that the directory made", ada.Member.ID)
		}
		d.setActive(id, false)
		if i.live(ada) {
			t.Error("the session outlives the access")
		}
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeDeactivatedByDirectory)
		i.refused(i.vouches("S1", "other@acme.example"), roster.CodeDeactivatedByDirectory)
		d.setActive(id, true)
		do[roster.Member](t)(g.roster.SetActive(ctx, a.admin, ada.Member.ID, false))
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeDeactivatedByAdmin)
		do[roster.Member](t)(g.roster.SetActive(ctx, a.admin, ada.Member.ID, true))
		i.in(i.vouches("S1", "ada@acme.example"))
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeRemoved)
		i.refused(i.vouches("S2", "ada@acme.example"), roster.CodeRemoved)
		if back := d.create("ada@acme.example", "e1"); back != id { // R10: only the directory brings the person back
			t.Errorf("came back as %s", back)
		}
		if got := i.in(i.vouches("S1", "ada@acme.example")); uuidOf(got.Member) != id {
			t.Errorf("after the re-hire S1 is %v", got.Member.ID)
		}
	})
}

func TestSignInOfATenantThatIsSuspended(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i := a.idp()
		ada := i.in(i.vouches("S1", "ada@acme.example"))
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(ctx, a.staff, tenant.Suspended))
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeTenantSuspended)
		i.refused(i.vouches("S2", "bo@acme.example"), roster.CodeTenantSuspended)
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(ctx, a.staff, tenant.Active))
		if i.live(ada) {
			t.Error("a session came back")
		}
		i.in(i.vouches("S1", "ada@acme.example"))
	})
}

func TestSignInThroughAConnectionDisabledMeanwhile_S40(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i := a.idp()
		begun := i.vouches("S1", "ada@acme.example") // the identity bears the connection as it was
		do[tenant.Connection](t)(g.roster.DisableConnection(ctx, a.admin, i.con.ID))
		i.refused(begun, roster.CodeConnectionDisabled)
		do[tenant.Connection](t)(g.roster.RemoveConnection(ctx, a.admin, i.con.ID))
		i.refused(begun, roster.CodeConnectionDisabled)
	})
}

func TestSignInVouchesForWhoWaitsForProof(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("rival")
		b.trust("rival.example")
		i, d := a.idp(), a.directory("Entra")
		ada, ceo := d.create("ada@partner.example", "e1"), d.create("ceo@rival.example", "e2")
		a.access(ada, "awaiting_proof")
		out := i.in(i.vouches("S1", "ada@partner.example"))
		if uuidOf(out.Member) != ada || !out.Member.Person.IsZero() {
			t.Errorf("signed in as %v; want the member, and no person for a domain that nobody here owns", out.Member)
		}
		a.access(ada, "on")
		i.refused(i.vouches("S2", "ceo@rival.example"), roster.CodeDomainNotOwned) // S24
		a.access(ceo, "awaiting_proof")
		i.refused(i.vouches("S3", "new@partner.example"), roster.CodeDomainNotOwned)
	})
}

func TestSignInInTwoTenants_J16(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("rival")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i, evil := a.idp(), b.idp()
		ada := i.in(i.vouches("S1", "ada@acme.example"))
		evil.refused(evil.vouches("S1", "ada@acme.example"), roster.CodeDomainNotOwned)
		theirs := do[roster.Member](t)(g.roster.AddMember(t.Context(), b.admin, "ada@acme.example", "", "Mallory"))
		evil.refused(evil.vouches("S1", "ada@acme.example"), roster.CodeDomainNotOwned)
		if got := i.in(i.vouches("S1", "ada@acme.example")); got.Member.ID != ada.Member.ID || got.Member.Version != ada.Member.Version {
			t.Errorf("another tenant changed the member to %v", got.Member)
		}
		if theirs.ID == ada.Member.ID {
			t.Error("two tenants share a member")
		}
	})
}

func TestSignInOneTenantPerAddress(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.roster.OneTenantPerEmail = true
		a, b := g.tenant("acme"), g.tenant("rival")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), b.admin, "ada@acme.example", "", ""))
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i := a.idp()
		i.refused(i.vouches("S1", "ada@acme.example"), roster.CodeEmailExists)
		i.in(i.vouches("S2", "bo@acme.example"))
	})
}
