package roster

import "rollcall/internal/tenant"

// AppClaims is what the application gets of a member beside what every member has: the values of those attributes of the
// tenant's schemas that are claims, by the claims' names. Numbers are json.Number, lists []any and complex values
// map[string]any. Attributes without a value are left out. It is pure, and never nil.
func AppClaims(m Member, cfg tenant.Config) map[string]any {
	out := map[string]any{}
	for _, s := range cfg.Extensions.Schemas {
		if s.Resource() != tenant.UserResource {
			continue
		}
		for _, a := range s.Attributes {
			if a.Claim == "" || a.Hidden() {
				continue
			}
			if v := m.Attributes.valueAt(s.URN, a.Name); assigned(v) {
				out[a.Claim] = v
			}
		}
	}
	return out
}
