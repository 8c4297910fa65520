package team

import (
	"net/http"
	"net/url"
	"slices"

	"rollcall/console"
	"rollcall/internal/tenant"
)

// roles explains the tenant's roles.
func (d *Door) roles(w http.ResponseWriter, r *http.Request, v *visit) error {
	cfg, err := d.Store.Reader(v.staff.Tenant).Config(r.Context())
	if err != nil {
		return err
	}
	counts, err := d.Roster.TeamCounts(r.Context(), v.staff)
	if err != nil {
		return err
	}
	page := console.Roles{Shell: v.shell("Roles")}
	set := cfg.Tenant.Roles
	standard := cfg.Tenant.Policy.DefaultRole
	if standard == "" {
		standard = set.Least()
	}
	for _, role := range set.Roles {
		row := console.RoleRow{
			Name: role, About: set.Describe(role), People: counts.Roles[role], PeopleURL: Prefix + "/members?" + url.Values{"role": {role}}.Encode(),
			Away: !set.Offers(role), Default: role == standard, GivenBy: givers(cfg, role),
		}
		for _, p := range set.Permissions(role) {
			row.Permissions = append(row.Permissions, string(p))
		}
		page.Rows = append(page.Rows, row)
	}
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

// givers says by what a role may be given.
func givers(cfg tenant.Config, role string) []string {
	if !cfg.Tenant.Roles.Offers(role) {
		return nil
	}
	out := []string{"invite", "person"}
	if slices.ContainsFunc(cfg.Domains, func(x tenant.Domain) bool { return x.Owned() && x.DefaultRole == role }) {
		out = append(out, "domain")
	}
	if slices.ContainsFunc(cfg.Directories, func(x tenant.Directory) bool {
		return slices.ContainsFunc(x.Mappings, func(m tenant.RoleMapping) bool { return m.Role == role })
	}) {
		out = append(out, "group")
	}
	return out
}
