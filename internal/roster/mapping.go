package roster

import (
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// directoryRoles works out the two claims by which a directory names a role:
// the first of its mappings, in the admin's order, to a group of the member,
// and the first value of the roles attribute that is a role of the tenant which
// the attribute may give. roles nil leaves the attribute's claim as it is.
func directoryRoles(m Member, d tenant.Directory, set tenant.RoleSet, roles []string, now time.Time) []Claim {
	claims := mappedRole(m, d, now)
	if !d.Settings.RolesAttribute {
		return withoutClaims(claims, SourceDirectoryRoles)
	}
	if roles == nil {
		return claims
	}
	for _, role := range roles {
		c := Claim{Source: SourceDirectoryRoles, By: d.ID.String(), Role: role, At: now}
		if !mayName(c, set) {
			continue
		}
		if had, ok := m.Claim(SourceDirectoryRoles); ok && sameClaim(had, c) {
			return claims // also a role that the plan lacks by now
		}
		if !set.Offers(role) {
			continue
		}
		return withClaim(claims, c)
	}
	return withoutClaims(claims, SourceDirectoryRoles)
}

// mappedRole replaces the claim that the directory's group mappings make.
func mappedRole(m Member, d tenant.Directory, now time.Time) []Claim {
	for _, rule := range d.Mappings {
		if !slices.ContainsFunc(m.Groups, func(g GroupRef) bool { return g.ID.UUID == rule.Group }) {
			continue
		}
		if c, ok := m.Claim(SourceDirectoryGroup); ok && c.Role == rule.Role && c.Group.UUID == rule.Group {
			return m.Claims
		}
		return withClaim(m.Claims, Claim{Source: SourceDirectoryGroup, By: d.ID.String(), Role: rule.Role, Group: GroupID{rule.Group}, At: now})
	}
	return withoutClaims(m.Claims, SourceDirectoryGroup)
}

// mapped says whether membership of the group gives a role.
func mapped(d tenant.Directory, id GroupID) bool {
	return slices.ContainsFunc(d.Mappings, func(m tenant.RoleMapping) bool { return m.Group == id.UUID })
}
