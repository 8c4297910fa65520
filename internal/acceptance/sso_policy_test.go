package acceptance

import (
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestSSOIsEnforcedWithAWayOutOnly(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		ada := do[roster.Member](t)(g.roster.AddMember(ctx, a.staff, "ada@acme.example", "admin", ""))
		bob := do[roster.Member](t)(g.roster.AddMember(ctx, a.staff, "bob@acme.example", "viewer", ""))
		c := a.connect(g.samlDraft(g.certificate(365 * day)))

		_, err := g.roster.EnforceSSO(ctx, a.admin, true)
		refusal(t, err, roster.CodeSSONotTested)
		do[tenant.Connection](t)(g.roster.NoteTested(ctx, a.admin, c.ID, c.Version))
		_, err = g.roster.EnforceSSO(ctx, a.admin, true)
		refusal(t, err, roster.CodeSSONotTested) // a draft lets nobody in
		c = do[tenant.Connection](t)(g.roster.ActivateConnection(ctx, a.admin, c.ID))
		_, err = g.roster.EnforceSSO(ctx, a.admin, true)
		refusal(t, err, roster.CodeNoBreakGlass)

		_, err = g.roster.AddBreakGlass(ctx, a.admin, bob.ID, "on call", time.Time{})
		refusal(t, err, roster.CodeBreakGlassNoAdmin)
		if _, err := g.roster.AddBreakGlass(ctx, a.admin, ada.ID, " ", time.Time{}); err == nil {
			t.Error("taken without a reason")
		}
		do[tenant.Tenant](t)(g.roster.AddBreakGlass(ctx, a.admin, ada.ID, "on call", time.Time{}))
		g.clock.advance(25 * time.Hour)
		_, err = g.roster.EnforceSSO(ctx, a.admin, true)
		refusal(t, err, roster.CodeSSONotTested) // too long ago
		do[tenant.Connection](t)(g.roster.NoteTested(ctx, a.admin, c.ID, c.Version))
		if got := do[tenant.Tenant](t)(g.roster.EnforceSSO(ctx, a.admin, true)); !got.Policy.SSO.Enforced || !got.Policy.SSO.Excepts(ada.ID.UUID, g.clock.Now()) {
			t.Errorf("policy = %+v", got.Policy.SSO)
		}
		_, err = g.roster.RemoveBreakGlass(ctx, a.admin, ada.ID)
		refusal(t, err, roster.CodeNoBreakGlass)
		eve := do[roster.Member](t)(g.roster.AddMember(ctx, a.staff, "eve@acme.example", "admin", ""))
		do[tenant.Tenant](t)(g.roster.AddBreakGlass(ctx, a.admin, eve.ID, "stands in", g.clock.Now().Add(time.Hour)))
		g.clock.advance(2 * time.Hour)
		_, err = g.roster.RemoveBreakGlass(ctx, a.admin, ada.ID) // the other exception is over
		refusal(t, err, roster.CodeNoBreakGlass)
		_, err = g.roster.DisableConnection(ctx, a.admin, c.ID)
		refusal(t, err, roster.CodeSSOEnforced)
		_, err = g.roster.RemoveConnection(ctx, a.admin, c.ID)
		refusal(t, err, roster.CodeSSOEnforced)
		do[tenant.Tenant](t)(g.roster.EnforceSSO(ctx, a.admin, false))
		do[tenant.Tenant](t)(g.roster.RemoveBreakGlass(ctx, a.admin, ada.ID))
		do[tenant.Connection](t)(g.roster.DisableConnection(ctx, a.admin, c.ID))
	})
}

func TestATestSignInIsForgottenWhenSettingsChange(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		c := a.connect(g.samlDraft(g.certificate(day)))
		name, sign := "renamed", true
		do[tenant.Connection](t)(g.roster.NoteTested(ctx, a.admin, c.ID, c.Version))
		c = do[tenant.Connection](t)(g.roster.ChangeConnection(ctx, a.admin, c.ID, roster.ConnectionChange{Name: &name, SignRequests: &sign}))
		if c.TestedAt.IsZero() {
			t.Error("a new name forgot the test")
		}
		if _, err := g.roster.NoteTested(ctx, a.admin, c.ID, 1); err == nil {
			t.Error("a test of older settings counts")
		}
		m := tenant.PendingMetadata{
			IDPEntityID: c.SAML.IDPEntityID, SSOURL: c.SAML.SSOURL, SSOBinding: c.SAML.SSOBinding, Certificates: [][]byte{g.certificate(day)},
		}
		c = do[tenant.Connection](t)(g.roster.ChangeConnection(ctx, a.admin, c.ID, roster.ConnectionChange{Metadata: &m}))
		if !c.TestedAt.IsZero() {
			t.Error("another certificate did not forget the test")
		}
	})
}

func TestBreakGlassAndSessionsAreBounded(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, ctx := g.tenant("acme"), t.Context()
		for i := range tenant.MaxBreakGlass + 1 {
			m := do[roster.Member](t)(g.roster.AddMember(ctx, a.staff, string(rune('a'+i))+"@acme.example", "admin", ""))
			_, err := g.roster.AddBreakGlass(ctx, a.admin, m.ID, "on call", time.Time{})
			if i < tenant.MaxBreakGlass && err != nil {
				t.Fatalf("break-glass %d: %v", i, err)
			}
			if i == tenant.MaxBreakGlass {
				refusal(t, err, roster.CodeBreakGlassFull)
			}
		}
		for _, p := range []tenant.SessionPolicy{
			{Idle: time.Minute}, {Life: 31 * day}, {Idle: 8 * day, Life: 30 * day}, {Idle: 2 * time.Hour, Life: time.Hour}, {Idle: 25 * time.Hour}, {Life: time.Hour + 1},
		} {
			if _, err := g.roster.SetSessions(ctx, a.admin, p); err == nil {
				t.Errorf("taken: %+v", p)
			}
		}
		got := do[tenant.Tenant](t)(g.roster.SetSessions(ctx, a.admin, tenant.SessionPolicy{Life: time.Hour}))
		if idle, life := got.Policy.Sessions.Periods(); idle != time.Hour || life != time.Hour {
			t.Errorf("periods = %v, %v", idle, life)
		}
		if got := do[tenant.Tenant](t)(g.roster.SetContact(ctx, a.admin, " it@acme.example ")); got.Policy.Contact != "it@acme.example" {
			t.Errorf("contact = %q", got.Policy.Contact)
		}
		if n := len(got.Policy.SSO.BreakGlass); n != tenant.MaxBreakGlass {
			t.Errorf("%d break-glass members", n)
		}
	})
}
