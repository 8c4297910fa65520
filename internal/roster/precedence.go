package roster

import (
	"slices"

	"rollcall/internal/tenant"
)

// The names of the rules as Explain gives them.
const (
	RuleTombstone     = "R10 removed members leave a tombstone"
	RuleNo            = "R1 any no turns access off"
	RuleProof         = "R1 access needs proof of the person"
	RuleConfirmation  = "adoption needs an admin's confirmation"
	RuleAuthority     = "R3 authority over being active"
	RuleGroupMapping  = "R4 directory group mapping"
	RuleRolesValue    = "R4 directory roles attribute"
	RuleSetByOperator = "R4 set by the operator"
	RuleSetByAdmin    = "R4 set by an admin"
	RuleInvite        = "R4 accepted invite"
	RuleSignIn        = "R4 sign-in mapping"
	RuleDomainDefault = "R4 domain default"
	RuleTenantDefault = "R4 tenant default"
)

// accessRank is the authority over being here and being active (R3), strongest
// first.
var accessRank = []Source{SourceOperator, SourceAdmin, SourceDirectory, SourceInvite, SourceSignIn}

// roleRank is the authority over the role (R4), strongest first.
var roleRank = []struct {
	source Source
	rule   string
}{
	{SourceDirectoryGroup, RuleGroupMapping},
	{SourceDirectoryRoles, RuleRolesValue},
	{SourceOperator, RuleSetByOperator},
	{SourceAdmin, RuleSetByAdmin},
	{SourceInvite, RuleInvite},
	{SourceSignIn, RuleSignIn},
	{SourceDomain, RuleDomainDefault},
	{SourceTenant, RuleTenantDefault},
}

// Judge applies the rules R1 to R4 to a member's claims. It is pure: the same
// member and configuration give the same judgement.
func Judge(m Member, c tenant.Config) Judgement {
	if m.Conflict != "" {
		// What the directory says waits for an admin; others' words stand.
		m.Claims = slices.DeleteFunc(slices.Clone(m.Claims), func(c Claim) bool { return fromDirectory(c.Source) })
	}
	var j Judgement
	j.State, j.Reason, j.Access = judgeAccess(m)
	j.Role, j.Rank = judgeRole(m, c)
	return j
}

func fromDirectory(s Source) bool {
	return s == SourceDirectory || s == SourceDirectoryGroup || s == SourceDirectoryRoles
}

func judgeAccess(m Member) (State, Code, Verdict) {
	var noes, yeses []Claim
	for _, source := range accessRank {
		switch c, ok := m.Claim(source); {
		case !ok || !c.Here && c.Active == nil:
		case c.Active != nil && !*c.Active:
			noes = append(noes, c)
		default:
			yeses = append(yeses, c)
		}
	}
	speakers := slices.Concat(noes, yeses)
	switch {
	case m.Removed():
		return StateRemoved, CodeRemoved, verdict(RuleTombstone, speakers)
	case len(noes) > 0:
		return StateInactive, offCode(noes[0].Source), verdict(RuleNo, speakers)
	case len(speakers) == 0 && m.Conflict != "":
		return StateNeedsConfirmation, m.Conflict, Verdict{Rule: RuleConfirmation}
	case !m.Proven:
		return StateAwaitingProof, CodeAwaitingProof, verdict(RuleProof, speakers)
	}
	return StateActive, "", verdict(RuleAuthority, speakers)
}

// offCode names who turned a member off.
func offCode(s Source) Code {
	switch s {
	case SourceOperator:
		return CodeDeactivatedByOperator
	case SourceDirectory:
		return CodeDeactivatedByDirectory
	default:
		return CodeDeactivatedByAdmin
	}
}

func judgeRole(m Member, c tenant.Config) (string, Verdict) {
	var named []Claim
	rule := ""
	for _, rank := range roleRank {
		cl, ok := m.Claim(rank.source)
		switch rank.source {
		case SourceDomain:
			d, _ := c.Domain(m.Email.Domain())
			cl, ok = Claim{Source: SourceDomain, By: d.Name, Role: d.DefaultRole, At: d.ChangedAt}, m.Proven && d.Owned()
		case SourceTenant:
			cl, ok = Claim{Source: SourceTenant, Role: c.Tenant.Policy.DefaultRole, At: c.Tenant.ChangedAt}, true
			if !c.Tenant.Roles.Has(cl.Role) {
				cl.Role = c.Tenant.Roles.Least()
			}
		}
		if !ok || !mayName(cl, c.Tenant.Roles) {
			continue
		}
		if len(named) == 0 {
			rule = rank.rule
		}
		named = append(named, cl)
	}
	if len(named) == 0 { // a role set without roles: there is nothing to give
		return c.Tenant.Roles.Least(), Verdict{Rule: RuleTenantDefault}
	}
	return named[0].Role, verdict(rule, named)
}

// mayName says whether a claim names a role that its source may give. Only
// people make admins: the operator, an admin, an invite of theirs, or a group
// that one of them mapped.
func mayName(c Claim, roles tenant.RoleSet) bool {
	if !roles.Has(c.Role) {
		return false
	}
	switch c.Source {
	case SourceDirectoryRoles, SourceSignIn, SourceDomain:
		return c.Role != roles.Admin()
	default:
		return true
	}
}

func verdict(rule string, ranked []Claim) Verdict {
	v := Verdict{Rule: rule}
	if len(ranked) > 0 {
		v.Winner = &ranked[0]
	}
	if len(ranked) > 1 {
		v.RunnerUp = &ranked[1]
	}
	return v
}

// HasAccess says whether a member may use the application now (R1).
func HasAccess(t tenant.Tenant, m Member) bool {
	return t.Status == tenant.Active && m.Standing.State == StateActive
}

// withClaim returns claims with c in place of the source's former one.
func withClaim(claims []Claim, c Claim) []Claim {
	out := slices.DeleteFunc(slices.Clone(claims), func(o Claim) bool { return o.Source == c.Source })
	return append(out, c)
}

// withoutClaims returns claims without those of the sources.
func withoutClaims(claims []Claim, sources ...Source) []Claim {
	return slices.DeleteFunc(slices.Clone(claims), func(c Claim) bool { return slices.Contains(sources, c.Source) })
}
