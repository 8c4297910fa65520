package acceptance

import (
	"net/http"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func discard[T any](v T, err error) (any, error) { return v, err }

func version(resource object) any {
	meta, _ := resource["meta"].(object)
	return meta["version"]
}

func TestR4MappingsByOrderAndTheNextClaimApplies(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		do[tenant.Domain](t)(g.roster.SetDomain(t.Context(), a.admin, "acme.example", "", "contributor"))
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		a.role(id, "contributor", roster.RuleDomainDefault)
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.admin, a.member(id), "viewer"))
		a.role(id, "viewer", roster.RuleSetByAdmin)
		writers, readers := d.group("Writers", id), d.group("Readers", id)
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id,
			[]tenant.RoleMapping{mappings("editor", writers), mappings("contributor", readers)}))
		a.role(id, "editor", roster.RuleGroupMapping)
		if e := a.explain(id); e.Rank.RunnerUp == nil || e.Rank.RunnerUp.Source != roster.SourceAdmin {
			t.Errorf("runner-up = %v, want the admin's claim", e.Rank.RunnerUp)
		}
		d.want(http.StatusNoContent, "PATCH", "/Groups/"+writers, object{"Operations": []object{
			{"op": "Remove", "path": "members", "value": []object{{"value": id}}},
		}})
		a.role(id, "contributor", roster.RuleGroupMapping)
		d.want(http.StatusNoContent, "DELETE", "/Groups/"+readers, nil)
		a.role(id, "viewer", roster.RuleSetByAdmin)
	})
}

func TestConflictMappedGroupRenamed(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		writers := d.group("Writers", id)
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", writers)}))
		d.want(http.StatusNoContent, "PATCH", "/Groups/"+writers, replace("displayName", "Authors"))
		a.role(id, "editor", roster.RuleGroupMapping)
		again := d.group("Writers")
		d.want(http.StatusNoContent, "DELETE", "/Groups/"+writers, nil)
		a.role(id, "viewer", roster.RuleTenantDefault)
		d.want(http.StatusNoContent, "PATCH", "/Groups/"+again, object{"Operations": []object{
			{"op": "add", "path": "members", "value": []object{{"value": id}}},
		}})
		a.role(id, "viewer", roster.RuleTenantDefault) // the mapping followed the id, not the name
	})
}

func TestConflictGroupsOfOneNameStayApart(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d, other := a.directory("Entra"), a.directory("Okta")
		mine, theirs := d.group("Staff"), other.group("Staff")
		if mine == theirs {
			t.Error("two directories share one group")
		}
		d.want(http.StatusNotFound, "GET", "/Groups/"+theirs, nil)
	})
}

func TestConflictAdminEditsWhatTheDirectoryManages(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra ID of Acme")
		id := d.create("ada@acme.example", "e1")
		group := d.group("Writers", id)
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", group)}))
		_, err := g.roster.SetRole(t.Context(), a.admin, a.member(id), "viewer")
		if detail := refusal(t, err, roster.CodeManagedByDirectory); !contains(detail, "Entra ID of Acme") {
			t.Errorf("detail %q does not name the directory", detail)
		}
		refusal(t, g.roster.RemoveMember(t.Context(), a.admin, a.member(id)), roster.CodeManagedByDirectory)
		if n := a.count("member.refused managed_by_directory"); n != 2 {
			t.Errorf("%d recorded refusals, want 2", n)
		}
	})
}

func TestConflictLastAdmin(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		admins := d.group("Admins", id)
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("admin", admins)}))
		a.role(id, "admin", roster.RuleGroupMapping)

		_, err := g.roster.SetActive(t.Context(), a.admin, a.member(id), false)
		refusal(t, err, roster.CodeLastAdmin)
		empty := object{"Operations": []object{{"op": "remove", "path": "members"}}}
		d.refused(http.StatusConflict, "admin", "PATCH", "/Groups/"+admins, empty)
		d.refused(http.StatusConflict, "admin", "DELETE", "/Groups/"+admins, nil)

		do[tenant.Tenant](t)(g.roster.SetTenantPolicy(t.Context(), a.staff, tenant.Policy{ProtectLastAdmin: true}))
		d.refused(http.StatusConflict, "admin", "PATCH", "/Users/"+id, replace("active", false))
		a.access(id, "on")

		do[tenant.Tenant](t)(g.roster.SetTenantPolicy(t.Context(), a.staff, tenant.Policy{}))
		d.setActive(id, false)
		a.access(id, "deactivated_by_directory")
		if n := a.count("tenant.no_admin"); n != 1 || !a.explain(id).Tenant.NoAdmin {
			t.Errorf("%d tenant.no_admin events, mark %v; want 1, true", n, a.explain(id).Tenant.NoAdmin)
		}
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "root@acme.example", "admin", ""))
		if a.explain(id).Tenant.NoAdmin {
			t.Error("the tenant is still marked no_admin after it got one")
		}
	})
}

func TestConflictDirectoryRemoved(t *testing.T) {
	for name, keep := range map[string]bool{"keep": true, "deactivate": false} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, g *gateway) {
				a := g.tenant("acme")
				a.trust("acme.example")
				d := a.directory("Entra")
				on, off := d.create("ada@acme.example", "e1"), d.create("bo@acme.example", "e2", object{"active": false})
				do[tenant.Directory](t)(g.roster.RemoveDirectory(t.Context(), a.admin, d.id, keep))
				d.want(http.StatusUnauthorized, "GET", "/Users", nil)
				a.access(on, map[bool]string{true: "on", false: "deactivated_by_admin"}[keep])
				a.access(off, "deactivated_by_admin")
				do[tenant.Directory](t)(g.roster.RestoreDirectory(t.Context(), a.admin, d.id))
				a.access(on, "on")
				a.access(off, "deactivated_by_directory")
				if got := d.want(http.StatusOK, "GET", "/Users/"+on, nil); got["externalId"] != "e1" {
					t.Errorf("externalId = %v after the undo, want e1", got["externalId"])
				}
			})
		})
	}
}

func TestR4RolesAttribute(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directoryWith("Entra", tenant.DirectorySettings{RolesAttribute: true})
		roles := func(names ...string) object {
			list := make([]object, len(names))
			for i, n := range names {
				list[i] = object{"value": n}
			}
			return object{"roles": list}
		}
		id := d.create("ada@acme.example", "e1", roles("Msft.Unknown", "admin", "editor", "contributor"))
		a.role(id, "editor", roster.RuleRolesValue) // the first that is a role here, and never admin
		d.want(http.StatusOK, "PATCH", "/Users/"+id, replace("title", "Lead"))
		a.role(id, "editor", roster.RuleRolesValue)
		d.want(http.StatusOK, "PATCH", "/Users/"+id, object{"Operations": []object{{"op": "remove", "path": "roles"}}})
		a.role(id, "viewer", roster.RuleTenantDefault)
		d.want(http.StatusOK, "PUT", "/Users/"+id, user("ada@acme.example", "e1", roles("contributor")))
		a.role(id, "contributor", roster.RuleRolesValue)
		d.want(http.StatusOK, "PUT", "/Users/"+id, user("ada@acme.example", "e1"))
		a.role(id, "viewer", roster.RuleTenantDefault)
	})
}

func TestR4UnchangedPUTOfAMappedMemberWritesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directoryWith("Entra", tenant.DirectorySettings{RolesAttribute: true})
		body := user("ada@acme.example", "e1", object{"roles": []object{{"value": "contributor"}}})
		id, _ := d.want(http.StatusCreated, "POST", "/Users", body)["id"].(string)
		writers := d.group("Writers", id)
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", writers)}))
		before := d.want(http.StatusOK, "GET", "/Users/"+id, nil)
		if after := d.want(http.StatusOK, "PUT", "/Users/"+id, body); version(after) != version(before) {
			t.Errorf("version went from %v to %v by a PUT that changes nothing", version(before), version(after))
		}
	})
}
