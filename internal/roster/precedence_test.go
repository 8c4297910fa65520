package roster

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/tenant"
)

var (
	t0  = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	on  = new(true)
	off = new(false)
)

func contentTenant() tenant.Config {
	return tenant.Config{
		Tenant:  tenant.Tenant{Slug: "acme", Status: tenant.Active, Roles: tenant.ContentRoles()},
		Domains: []tenant.Domain{{Name: "acme.example", Status: tenant.DomainTrusted, DefaultRole: "contributor"}},
	}
}

func TestJudgeAccess(t *testing.T) {
	t.Parallel()
	directory := Claim{Source: SourceDirectory, By: "dir_1", Here: true, Active: on, At: t0}
	directoryOff := Claim{Source: SourceDirectory, By: "dir_1", Here: true, Active: off, At: t0}
	adminOff := Claim{Source: SourceAdmin, By: "mem_1", Active: off, At: t0}
	adminHere := Claim{Source: SourceAdmin, By: "mem_1", Here: true, At: t0}
	operatorOff := Claim{Source: SourceOperator, Active: off, At: t0}
	invite := Claim{Source: SourceInvite, Here: true, At: t0}
	signIn := Claim{Source: SourceSignIn, Here: true, At: t0}
	tests := []struct {
		name             string
		claims           []Claim
		unproven         bool
		removed          bool
		conflict         Code
		state            State
		reason           Code
		rule             string
		winner, runnerUp Source
	}{
		{name: "R1/directory says active", claims: []Claim{directory}, state: StateActive, rule: RuleAuthority, winner: SourceDirectory},
		{name: "R1/no proof, no access", claims: []Claim{directory}, unproven: true, state: StateAwaitingProof, reason: CodeAwaitingProof, rule: RuleProof, winner: SourceDirectory},
		{name: "R1/directory off", claims: []Claim{directoryOff, invite}, state: StateInactive, reason: CodeDeactivatedByDirectory, rule: RuleNo, winner: SourceDirectory, runnerUp: SourceInvite},
		{name: "R1/a no outweighs a missing proof", claims: []Claim{directoryOff}, unproven: true, state: StateInactive, reason: CodeDeactivatedByDirectory, rule: RuleNo, winner: SourceDirectory},
		{name: "R2/admin off, directory on", claims: []Claim{directory, adminOff}, state: StateInactive, reason: CodeDeactivatedByAdmin, rule: RuleNo, winner: SourceAdmin, runnerUp: SourceDirectory},
		{name: "R2/each no is kept apart", claims: []Claim{directoryOff, adminOff}, state: StateInactive, reason: CodeDeactivatedByAdmin, rule: RuleNo, winner: SourceAdmin, runnerUp: SourceDirectory},
		{name: "R3/operator over admin", claims: []Claim{adminOff, operatorOff}, state: StateInactive, reason: CodeDeactivatedByOperator, rule: RuleNo, winner: SourceOperator, runnerUp: SourceAdmin},
		{name: "R3/admin's yes can't lift the directory's no", claims: []Claim{adminHere, directoryOff}, state: StateInactive, reason: CodeDeactivatedByDirectory, rule: RuleNo, winner: SourceDirectory, runnerUp: SourceAdmin},
		{name: "R3/sign-in can't lift a no", claims: []Claim{signIn, directoryOff}, state: StateInactive, reason: CodeDeactivatedByDirectory, rule: RuleNo, winner: SourceDirectory, runnerUp: SourceSignIn},
		{name: "R3/invite over sign-in", claims: []Claim{signIn, invite}, state: StateActive, rule: RuleAuthority, winner: SourceInvite, runnerUp: SourceSignIn},
		{name: "R10/tombstone", claims: []Claim{directory}, removed: true, state: StateRemoved, reason: CodeRemoved, rule: RuleTombstone, winner: SourceDirectory},
		{name: "confirmation/others' words stand", claims: []Claim{directoryOff, adminHere}, conflict: CodeNeedsConfirmation, state: StateActive, rule: RuleAuthority, winner: SourceAdmin},
		{name: "confirmation/nobody else spoke", claims: []Claim{directory}, conflict: CodeExternalIDConflict, state: StateNeedsConfirmation, reason: CodeExternalIDConflict, rule: RuleConfirmation},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := Member{Email: "a@acme.example", Proven: !tt.unproven, Claims: tt.claims, Conflict: tt.conflict}
			if tt.removed {
				m.RemovedAt = t0
			}
			s := Judge(m, contentTenant())
			got := []string{string(s.State), string(s.Reason), s.Access.Rule, source(s.Access.Winner), source(s.Access.RunnerUp)}
			want := []string{string(tt.state), string(tt.reason), tt.rule, string(tt.winner), string(tt.runnerUp)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Judge() access mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func source(c *Claim) string {
	if c == nil {
		return ""
	}
	return string(c.Source)
}

func TestR4RoleAuthority(t *testing.T) {
	t.Parallel()
	// From the strongest source to the weakest: as each goes, the next applies.
	ladder := []struct {
		claim Claim
		rule  string
	}{
		{Claim{Source: SourceDirectoryGroup, Role: "admin"}, RuleGroupMapping},
		{Claim{Source: SourceDirectoryRoles, Role: "editor"}, RuleRolesValue},
		{Claim{Source: SourceOperator, Role: "viewer"}, RuleSetByOperator},
		{Claim{Source: SourceAdmin, Role: "admin"}, RuleSetByAdmin},
		{Claim{Source: SourceInvite, Role: "editor"}, RuleInvite},
		{Claim{Source: SourceSignIn, Role: "viewer"}, RuleSignIn},
		{Claim{Source: SourceDomain, Role: "contributor"}, RuleDomainDefault},
		{Claim{Source: SourceTenant, Role: "viewer"}, RuleTenantDefault},
	}
	for i := range ladder {
		m := Member{Email: "a@acme.example", Proven: true}
		for _, step := range ladder[i:] {
			if step.claim.Source != SourceDomain && step.claim.Source != SourceTenant {
				m.Claims = append([]Claim{step.claim}, m.Claims...) // the order of claims decides nothing
			}
		}
		c := contentTenant()
		if ladder[i].claim.Source == SourceTenant {
			m.Email = "a@elsewhere.example"
		}
		s := Judge(m, c)
		want := []string{ladder[i].claim.Role, ladder[i].rule, string(ladder[i].claim.Source), ""}
		if i+1 < len(ladder) {
			want[3] = string(ladder[i+1].claim.Source)
		}
		got := []string{s.Role, s.Rank.Rule, source(s.Rank.Winner), source(s.Rank.RunnerUp)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Judge() role at step %d mismatch (-want +got)\n%s", i, diff)
		}
	}
}

func TestR4OnlyPeopleMakeAdmins(t *testing.T) {
	t.Parallel()
	for _, s := range []Source{SourceDirectoryRoles, SourceSignIn} {
		m := Member{Email: "a@elsewhere.example", Proven: true, Claims: []Claim{{Source: s, Role: "admin"}}}
		if got := Judge(m, contentTenant()).Role; got != "viewer" {
			t.Errorf("Judge() with an admin role from %s = %q, want viewer", s, got)
		}
	}
	c := contentTenant()
	c.Domains[0].DefaultRole = "admin"
	m := Member{Email: "a@acme.example", Proven: true}
	if got := Judge(m, c).Role; got != "viewer" {
		t.Errorf("Judge() with an admin default = %q, want viewer", got)
	}
}

func TestJudgeSkipsRolesThatTheTenantLost(t *testing.T) {
	t.Parallel()
	m := Member{Email: "a@elsewhere.example", Claims: []Claim{{Source: SourceAdmin, Role: "owner"}, {Source: SourceInvite, Role: "editor"}}}
	if got := Judge(m, contentTenant()).Role; got != "editor" {
		t.Errorf("Judge() = %q, want editor, the next claim that names a role", got)
	}
}

func TestR1SuspendedTenantEndsAccess(t *testing.T) {
	t.Parallel()
	c := contentTenant()
	m := Member{Email: "a@acme.example", Proven: true, Claims: []Claim{{Source: SourceDirectory, Here: true, Active: on}}}
	m.Standing = Judge(m, c).Standing
	if !HasAccess(c.Tenant, m) {
		t.Fatal("HasAccess() = false in an active tenant")
	}
	c.Tenant.Status = tenant.Suspended
	if HasAccess(c.Tenant, m) {
		t.Error("HasAccess() = true in a suspended tenant")
	}
	if e := explain(m, c); e.Access || e.Reason != CodeTenantSuspended {
		t.Errorf("explain() = access %v, reason %q; want none, tenant_suspended", e.Access, e.Reason)
	}
}
