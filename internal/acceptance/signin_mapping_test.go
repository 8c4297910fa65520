package acceptance

import (
	"net/http"
	"slices"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestSignInMapsAtEverySignIn_J15_S39_R4(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		a.joins("acme.example", tenant.AutoJoinOn, "")
		byHand := roster.Group{ID: roster.NewGroupID(g.clock.Now()), Name: "By hand", NameUnique: true, Version: 1, CreatedAt: g.clock.Now(), ChangedAt: g.clock.Now()}
		if err := g.roster.Store.Update(ctx, a.id, func(tx roster.Tx) error { return tx.InsertGroup(ctx, byHand) }); err != nil {
			t.Fatal(err)
		}
		i := a.idp(
			tenant.SignInRule{Attribute: "groups", Value: "staff", Role: "editor"},
			tenant.SignInRule{Attribute: "groups", Value: "club", Group: byHand.ID.UUID},
		)
		groups := func(m roster.Member) []string {
			var out []string
			for _, g := range do[roster.Member](t)(g.roster.Store.Reader(a.id).Member(ctx, roster.Scope{}, m.ID, true)).Groups {
				out = append(out, g.Name)
			}
			return out
		}
		m := i.in(i.vouches("S1", "ada@acme.example", "staff", "club")).Member
		a.role(uuidOf(m), "editor", roster.RuleSignIn)
		if got := groups(m); !slices.Equal(got, []string{"By hand"}) {
			t.Errorf("groups %q, want those kept by hand", got)
		}
		i.in(i.vouches("S1", "ada@acme.example"))
		a.role(uuidOf(m), "viewer", roster.RuleTenantDefault)
		if got := groups(m); got != nil {
			t.Errorf("groups %q that the provider does not send any more", got)
		}
		// What a person did stays.
		if err := g.roster.Store.Update(ctx, a.id, func(tx roster.Tx) error {
			_, _, err := tx.AddToGroup(ctx, roster.Scope{}, byHand.ID, []roster.MemberID{m.ID})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		i.in(i.vouches("S1", "ada@acme.example", "club"))
		i.in(i.vouches("S1", "ada@acme.example"))
		if got := groups(m); !slices.Equal(got, []string{"By hand"}) {
			t.Errorf("groups %q, want what was given by hand", got)
		}
		do[roster.Member](t)(g.roster.SetRole(ctx, a.admin, m.ID, "contributor"))
		i.in(i.vouches("S1", "ada@acme.example", "staff"))
		a.role(uuidOf(m), "contributor", roster.RuleSetByAdmin)
	})
}

func TestSignInFillsWhatTheDirectoryLeftEmpty_R5(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.joins("acme.example", tenant.AutoJoinOn, "")
		i, d := a.idp(), a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		who := i.vouches("S1", "ada@acme.example")
		who.FirstName, who.LastName, who.DisplayName = "Mallory", "Mallory", "Ada from sign-in"
		i.in(who)
		got := d.want(http.StatusOK, "GET", "/Users/"+id, nil)
		name, _ := got["name"].(object)
		if name["givenName"] != "Ada" || name["familyName"] != "Berg" || got["displayName"] != "Ada from sign-in" {
			t.Errorf("after the sign-in the directory reads %v", got)
		}
		i.in(i.vouches("S1", "berg@acme.example"))
		if m := a.explain(id).Member; m.Email != "ada@acme.example" {
			t.Errorf("the sign-in made the address %s", m.Email)
		}
	})
}
