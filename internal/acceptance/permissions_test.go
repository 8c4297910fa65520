package acceptance

import (
	"net/http"
	"slices"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestPromiseB18UnavailableRolesAreGivenByNobody tries every way to give a role that the tenant's plan lacks.
func TestPromiseB18UnavailableRolesAreGivenByNobody(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directoryWith("Entra", tenant.DirectorySettings{RolesAttribute: true})
		roles := func(of string) object { return object{"roles": []object{{"value": of}}} }
		holder := d.create("ada@acme.example", "e1", roles("editor"))
		other := d.create("bo@acme.example", "e2")
		group := d.group("Writers", other)
		a.role(holder, "editor", roster.RuleRolesValue)

		g.must(http.StatusUnprocessableEntity, "PATCH", "/tenants/acme", object{"unavailable_roles": []string{"admin"}})
		g.must(http.StatusUnprocessableEntity, "PATCH", "/tenants/acme", object{"unavailable_roles": []string{"viewer"}})
		changed := g.must(http.StatusOK, "PATCH", "/tenants/acme", object{"unavailable_roles": []string{"editor"}})
		details, _ := changed.body["role_details"].([]any)
		if len(details) != 4 || details[1].(object)["available"] != false || details[1].(object)["name"] != "editor" || changed.get("role_set") != "content" {
			t.Errorf("the tenant is %s", changed.text)
		}
		for name, give := range map[string]func() (any, error){
			"set": func() (any, error) { return discard(g.roster.SetRole(t.Context(), a.admin, a.member(other), "editor")) },
			"set by the operator": func() (any, error) {
				return discard(g.roster.SetRole(t.Context(), a.staff, a.member(other), "editor"))
			},
			"added": func() (any, error) {
				return discard(g.roster.AddMember(t.Context(), a.admin, "new@acme.example", "editor", ""))
			},
			"mapped": func() (any, error) {
				return discard(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", group)}))
			},
			"the tenant's default": func() (any, error) {
				return discard(g.roster.SetTenantPolicy(t.Context(), a.admin, tenant.Policy{DefaultRole: "editor"}))
			},
			"a domain's default": func() (any, error) {
				return discard(g.roster.SetDomain(t.Context(), a.admin, "acme.example", "", "editor"))
			},
		} {
			if _, err := give(); err == nil {
				t.Errorf("%s: the role was given", name)
			} else {
				refusal(t, err, roster.CodeRoleUnavailable)
			}
		}
		if _, err := g.idpRule(a, "editor"); err == nil {
			t.Error("a rule of a connection gives the role")
		}
		d.want(http.StatusOK, "PATCH", "/Users/"+other, replace("roles", []object{{"value": "editor"}}))
		a.role(other, "viewer", roster.RuleTenantDefault)

		// Who has it keeps it, also when the directory sends it again, and is shown with it.
		d.want(http.StatusOK, "PATCH", "/Users/"+holder, replace("displayName", "Ada"))
		a.role(holder, "editor", roster.RuleRolesValue)
		if m := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+holder, nil); m.get("role") != "editor" {
			t.Errorf("the holder is %s", m.text)
		}
		g.must(http.StatusOK, "PATCH", "/tenants/acme", object{"unavailable_roles": []string{}})
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.admin, a.member(other), "editor"))

		// What a setting gives can't be made unavailable, and a tenant's admin does not choose the plan.
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.admin, "acme.example", "", "contributor"))
		g.must(http.StatusUnprocessableEntity, "PATCH", "/tenants/acme", object{"unavailable_roles": []string{"contributor"}})
		set := tenant.ContentRoles()
		set.Unavailable = []string{"editor"}
		if _, err := g.roster.ChangeTenant(t.Context(), a.admin, roster.TenantChange{Roles: &set}); err == nil {
			t.Error("an admin of the tenant changed its plan")
		}
	})
}

// idpRule tries to give a role by a rule of a connection.
func (g *gateway) idpRule(a *account, role string) (tenant.Connection, error) {
	c := g.samlDraft(g.certificate(day * 365))
	c.Mapping.Rules = []tenant.SignInRule{{Attribute: "groups", Value: "x", Role: role}}
	return g.roster.CreateConnection(g.t.Context(), a.admin, c)
}

// TestPromiseB17RolesAreDescribedWhereTheyAreChosen holds that the API tells what each role means.
func TestPromiseB17RolesAreDescribedWhereTheyAreChosen(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.must(http.StatusCreated, "POST", "/tenants", object{
			"slug": "acme", "roles": []string{"owner", "agent", "guest"},
			"role_details": object{"agent": object{"description": "Answers customers.", "permissions": []string{"tickets:answer"}}},
		})
		details, _ := g.must(http.StatusOK, "GET", "/tenants/acme", nil).body["role_details"].([]any)
		agent, _ := details[1].(object)
		if agent["description"] != "Answers customers." || !slices.Contains(agent["permissions"].([]any), any("tickets:answer")) {
			t.Errorf("the role is %v", agent)
		}
	})
}
