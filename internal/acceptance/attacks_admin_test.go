package acceptance

import (
	"errors"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestAttackActionOfAFormerAdmin has requests of an admin arrive while the admin is demoted, or turned off: they passed the door
// before that, and change nothing after it.
func TestAttackActionOfAFormerAdmin(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.byInvite()
		a.anAdmin("root@acme.example")
		boss, eve := a.anAdmin("boss@acme.example")
		ann := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "ann@acme.example", "viewer", "Ann"))
		group := do[roster.Group](t)(g.roster.MakeGroup(t.Context(), a.staff, "Sales"))
		invite := a.invite("bo@acme.example", "viewer")
		id := do[roster.InviteID](t)(roster.ParseInviteID(invite.id))
		dir := a.directory("Entra").id
		ctx := t.Context()
		actions := map[string]func() error{
			"turns herself on":       func() error { return second(g.roster.SetActive(ctx, eve, boss.ID, true)) },
			"makes herself an admin": func() error { return second(g.roster.SetRole(ctx, eve, boss.ID, "admin")) },
			"turns somebody off":     func() error { return second(g.roster.SetActive(ctx, eve, ann.ID, false)) },
			"gives a role":           func() error { return second(g.roster.SetRole(ctx, eve, ann.ID, "admin")) },
			"removes somebody":       func() error { return g.roster.RemoveMember(ctx, eve, ann.ID) },
			"adds somebody":          func() error { return second(g.roster.AddMember(ctx, eve, "x@acme.example", "admin", "")) },
			"resets factors":         func() error { return g.roster.ResetFactors(ctx, eve, ann.ID, nil) },
			"revokes an invite":      func() error { return second(g.roster.RevokeInvite(ctx, eve, id)) },
			"changes a group": func() error {
				return second(g.roster.ChangeGroup(ctx, eve, group.ID, roster.ByHand{Add: []roster.MemberID{boss.ID}}))
			},
			"deletes a group": func() error { return g.roster.DeleteGroup(ctx, eve, group.ID) },
			"starts a review": func() error { return second(g.roster.StartReview(ctx, eve)) },
			"ends sessions": func() error {
				return second(g.roster.EndSessions(ctx, eve, roster.SessionFilter{AllOfTenant: true}, roster.EndRevoked))
			},
			"makes a directory token": func() error { return second(g.roster.AddCredential(ctx, eve, dir, "x", [32]byte{9}, time.Time{})) },
			"changes the policy":      func() error { return second(g.roster.SetTenantPolicy(ctx, eve, tenant.Policy{})) },
		}
		refused := func(why string) {
			t.Helper()
			before := a.everything()
			for what, act := range actions {
				if err := act(); !errors.Is(err, roster.Forbidden) {
					t.Errorf("somebody who was %s %s: %v", why, what, err)
				}
			}
			if after := a.everything(); after != before {
				t.Errorf("somebody who was %s changed %+v to %+v", why, before, after)
			}
		}
		do[roster.Member](t)(g.roster.SetRole(ctx, a.staff, boss.ID, "viewer"))
		refused("demoted")
		do[roster.Member](t)(g.roster.SetRole(ctx, a.staff, boss.ID, "admin"))
		do[roster.Member](t)(g.roster.SetActive(ctx, a.staff, boss.ID, false))
		refused("turned off")
	})
}

// second is the error of two values.
func second[T any](_ T, err error) error { return err }
