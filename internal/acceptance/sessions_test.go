package acceptance

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestX2 goes through all that takes access away, each followed by what would bring the person back, which
// must not bring the session.
func TestX2EndsWithAccess(t *testing.T) {
	for name, c := range map[string]struct {
		no, yes func(t *testing.T, a *account, d *directory, id string)
		why     roster.EndReason
	}{
		"the directory deactivates": {
			no:  func(_ *testing.T, _ *account, d *directory, id string) { d.setActive(id, false) },
			yes: func(_ *testing.T, _ *account, d *directory, id string) { d.setActive(id, true) },
			why: roster.EndAccessLost,
		},
		"the directory deletes": {
			no: func(_ *testing.T, _ *account, d *directory, id string) {
				d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
			},
			yes: func(_ *testing.T, _ *account, d *directory, _ string) { d.create("ada@acme.example", "e1") },
			why: roster.EndAccessLost,
		},
		"the directory renames": {
			no: func(_ *testing.T, _ *account, d *directory, id string) {
				d.want(http.StatusOK, "PATCH", "/Users/"+id, replace(`emails[type eq "work"].value`, "berg@acme.example"))
			},
			yes: func(_ *testing.T, _ *account, d *directory, id string) {
				d.want(http.StatusOK, "PATCH", "/Users/"+id, replace(`emails[type eq "work"].value`, "ada@acme.example"))
			},
			why: roster.EndEmailChanged,
		},
		"an admin deactivates": {
			no: func(t *testing.T, a *account, _ *directory, id string) {
				do[roster.Member](t)(a.g.roster.SetActive(t.Context(), a.admin, a.member(id), false))
			},
			yes: func(t *testing.T, a *account, _ *directory, id string) {
				do[roster.Member](t)(a.g.roster.SetActive(t.Context(), a.admin, a.member(id), true))
			},
			why: roster.EndAccessLost,
		},
		"the tenant is suspended": {
			no: func(t *testing.T, a *account, _ *directory, _ string) {
				do[tenant.Tenant](t)(a.g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Suspended))
			},
			yes: func(t *testing.T, a *account, _ *directory, _ string) {
				do[tenant.Tenant](t)(a.g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Active))
			},
			why: roster.EndTenantSuspended,
		},
		"the directory goes with its people": {
			no: func(t *testing.T, a *account, d *directory, _ string) {
				do[tenant.Directory](t)(a.g.roster.RemoveDirectory(t.Context(), a.staff, d.id, false))
			},
			yes: func(t *testing.T, a *account, d *directory, _ string) {
				do[tenant.Directory](t)(a.g.roster.RestoreDirectory(t.Context(), a.staff, d.id))
			},
			why: roster.EndAccessLost,
		},
		"an admin revokes": {
			no: func(t *testing.T, a *account, _ *directory, id string) {
				n := do[int](t)(a.g.roster.EndSessions(t.Context(), a.admin, roster.SessionFilter{Member: a.member(id)}, roster.EndRevoked))
				if n != 1 {
					t.Errorf("EndSessions = %d, want 1", n)
				}
			},
			yes: func(*testing.T, *account, *directory, string) {},
			why: roster.EndRevoked,
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, g *gateway) {
				a := g.tenant("acme")
				a.trust("acme.example")
				d := a.directory("Entra")
				id := d.create("ada@acme.example", "e1")
				s, other := a.signIn(id), a.signIn(d.create("bo@acme.example", "e2"))
				s.want("before", true)
				c.no(t, a, d, id)
				s.want("after", false)
				c.yes(t, a, d, id)
				s.want("once the person is back", false)
				if got := a.endReason(s.session.ID); got != c.why {
					t.Errorf("reason = %q, want %q", got, c.why)
				}
				tenantWide := c.why == roster.EndTenantSuspended || name == "the directory goes with its people"
				other.want("another person's", !tenantWide)
				list := do[[]roster.LogoutNotice](t)(g.roster.Locator.ClaimLogoutNotices(t.Context(), 10, time.Minute))
				if !slices.ContainsFunc(list, func(n roster.LogoutNotice) bool {
					return n.Session == s.session.ID && n.App == s.app && n.Member == a.member(id) && n.Tenant == a.id
				}) {
					t.Errorf("notices = %+v, want one for the app", list)
				}
			})
		})
	}
}

func TestX2NobodyBeginsWithoutAccess(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		d.setActive(id, false)
		_, _, err := a.begin(id, roster.SessionStart{})
		wantCode(t, "inactive", roster.CodeDeactivatedByDirectory, err)
		d.setActive(id, true)
		_, _, err = a.begin(id, roster.SessionStart{NotAfter: g.clock.Now()})
		if !errors.Is(err, roster.Invalid) {
			t.Errorf("over already = %v, want invalid", err)
		}
		end := g.clock.Now().Add(10 * time.Minute)
		s, _, err := a.begin(id, roster.SessionStart{NotAfter: end})
		if err != nil || !s.ExpiresAt.Equal(end.Truncate(time.Millisecond)) {
			t.Errorf("capped session = %v, %v, want until %v", s.ExpiresAt, err, end)
		}
		do[tenant.Tenant](t)(g.roster.SetTenantStatus(t.Context(), a.staff, tenant.Suspended))
		_, _, err = a.begin(id, roster.SessionStart{})
		wantCode(t, "suspended", roster.CodeTenantSuspended, err)
	})
}
