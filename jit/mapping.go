package jit

import (
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/sso"
)

// given is what a mapping gives to an identity.
type given struct {
	role   string
	groups []roster.GroupID
	notes  []string
	// used are the values that a rule looked for and found, by the name of their attribute.
	used map[string][]string
}

// apply holds an identity against the rules of a mapping: the first that fits and names a role wins, the groups of
// all that fit are given. The admin role, roles that the tenant does not have, and groups of a directory are passed over.
func apply(m tenant.SignInMapping, id sso.Identity, roles tenant.RoleSet, byHand []roster.GroupRef) given {
	out := given{used: map[string][]string{}}
	for _, rule := range m.Rules {
		if !slices.Contains(valuesOf(m, id, rule.Attribute), rule.Value) {
			continue
		}
		out.used[rule.Attribute] = append(out.used[rule.Attribute], rule.Value)
		switch {
		case rule.Role == "" || out.role != "":
		case rule.Role == roles.Admin():
			out.notes = append(out.notes, "A mapping rule for "+rule.Attribute+" names the admin role, which sign-in never gives.")
		case !roles.Has(rule.Role):
			out.notes = append(out.notes, "A mapping rule for "+rule.Attribute+" names the role "+rule.Role+", which the tenant does not have.")
		default:
			out.role = rule.Role
		}
		if rule.Group.IsZero() {
			continue
		}
		g := roster.GroupID{UUID: rule.Group}
		switch {
		case !slices.ContainsFunc(byHand, func(r roster.GroupRef) bool { return r.ID == g }):
			out.notes = append(out.notes, "A mapping rule for "+rule.Attribute+" names the group "+g.String()+", which is not there, or which a directory manages.")
		case !slices.Contains(out.groups, g):
			out.groups = append(out.groups, g)
		}
	}
	return out
}

// GroupsAttribute is the name under which rules look at the identity's groups, whatever the provider calls them.
const GroupsAttribute = "groups"

// valuesOf are the values that a rule looks at.
func valuesOf(m tenant.SignInMapping, id sso.Identity, attribute string) []string {
	if attribute == GroupsAttribute || m.Groups != "" && attribute == m.Groups {
		return id.Groups
	}
	return id.Attributes[attribute]
}
