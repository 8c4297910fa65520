package acceptance

import (
	"net/http"
	"net/url"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestR4MappingsOfARemovedDirectoryCannotBeSet(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d, old := a.directory("Entra"), a.directory("Okta")
		id := d.create("ada@acme.example", "e1")
		writers := d.group("Writers", id)
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", writers)}))
		do[tenant.Directory](t)(g.roster.RemoveDirectory(t.Context(), a.admin, old.id, true))
		if _, err := g.roster.SetMappings(t.Context(), a.admin, old.id, nil); err == nil {
			t.Error("SetMappings() of a removed directory was accepted")
		}
		a.role(id, "editor", roster.RuleGroupMapping)
	})
}

func TestR7GroupsOfAFormerDirectoryAreNotShown(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d, next := a.directory("Entra"), a.directory("Okta")
		id := d.create("ada@acme.example", "e1")
		group := d.group("Secret project", id)
		do[tenant.Directory](t)(g.roster.RemoveDirectory(t.Context(), a.admin, d.id, true))
		if got := next.create("ada@acme.example", "o1"); got != id {
			t.Fatalf("adopted id = %s, want %s", got, id)
		}
		if got := next.want(http.StatusOK, "GET", "/Users/"+id, nil); got["groups"] != nil {
			t.Errorf("groups = %v, want none: they are another directory's", got["groups"])
		}
		do[tenant.Directory](t)(g.roster.RestoreDirectory(t.Context(), a.admin, d.id))
		got := d.want(http.StatusOK, "GET", "/Groups/"+group, nil)
		if members, _ := got["members"].([]any); len(members) > 0 {
			t.Errorf("members = %v, want none: another directory manages the member now", members)
		}
	})
}

func TestR7GroupsKeptByHandAreNotShown(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		pushed := d.group("Writers", id)
		now := g.clock.Now()
		byHand := roster.Group{ID: roster.NewGroupID(now), Name: "Secret project", NameUnique: true, Version: 1, CreatedAt: now, ChangedAt: now}
		err := g.roster.Store.Update(t.Context(), a.id, func(tx roster.Tx) error {
			if err := tx.InsertGroup(t.Context(), byHand); err != nil {
				return err
			}
			_, _, err := tx.AddToGroup(t.Context(), roster.Scope{}, byHand.ID, []roster.MemberID{a.member(id)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		patch := map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{
			map[string]any{"op": "replace", "path": "title", "value": "x"},
		}}
		for method, body := range map[string]any{"GET": nil, "PATCH": patch} {
			groups, _ := d.want(http.StatusOK, method, "/Users/"+id, body)["groups"].([]any)
			if one, _ := groups[0].(map[string]any); len(groups) != 1 || one["value"] != pushed {
				t.Errorf("%s: groups = %v, want the pushed one only", method, groups)
			}
		}
		secret := byHand.ID.UUID.UUID()
		for filter, want := range map[string]float64{
			`groups.value eq "` + secret + `"`: 0, `groups.display sw "Secret"`: 0, `groups[value eq "` + secret + `"]`: 0,
			`groups.value eq "` + pushed + `"`: 1, `groups.display sw "Wri"`: 1, `groups pr`: 1,
		} {
			if got := d.want(http.StatusOK, "GET", "/Users?filter="+url.QueryEscape(filter), nil); got["totalResults"] != want {
				t.Errorf("%s: %v results, want %v", filter, got["totalResults"], want)
			}
		}
		d.want(http.StatusNoContent, "PATCH", "/Groups/"+pushed, map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []any{
			map[string]any{"op": "remove", "path": "members"},
		}})
		if got := d.want(http.StatusOK, "GET", "/Users?filter="+url.QueryEscape("groups pr"), nil); got["totalResults"] != 0.0 {
			t.Errorf("groups pr: %v results without pushed groups, want none", got["totalResults"])
		}
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		left, err := g.roster.Store.Reader(a.id).GroupMembers(t.Context(), byHand.ID, roster.MemberID{}, 0)
		if err != nil || len(left) > 0 {
			t.Errorf("members of the group kept by hand = %v (%v), want none: the member was removed", left, err)
		}
	})
}

func TestConflictEachDirectoryRemovedCanBeRestored(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d, next := a.directory("Entra"), a.directory("Okta")
		id := d.create("ada@acme.example", "e1")
		do[tenant.Directory](t)(g.roster.RemoveDirectory(t.Context(), a.admin, d.id, true))
		next.create("ada@acme.example", "o1")
		do[tenant.Directory](t)(g.roster.RemoveDirectory(t.Context(), a.admin, next.id, true))
		do[tenant.Directory](t)(g.roster.RestoreDirectory(t.Context(), a.admin, next.id))
		if got := next.want(http.StatusOK, "GET", "/Users/"+id, nil); got["externalId"] != "o1" {
			t.Errorf("externalId = %v after the undo, want o1", got["externalId"])
		}
	})
}

func TestConflictOperatorLiftsTheBlockOfARemovedDirectory(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		one, two := d.create("ada@acme.example", "e1"), d.create("bo@acme.example", "e2")
		do[tenant.Directory](t)(g.roster.RemoveDirectory(t.Context(), a.staff, d.id, false))
		a.access(one, "deactivated_by_admin")
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.staff, a.member(one), true))
		a.access(one, "on")
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(two), true))
		a.access(two, "on")
	})
}

func TestR3AddingAgainLiftsNoHigherNo(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		m := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "ada@acme.example", "admin", ""))
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "bo@acme.example", "admin", ""))
		id := m.ID.UUID.UUID()
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.staff, m.ID, false))
		if err := g.roster.RemoveMember(t.Context(), a.admin, m.ID); err != nil {
			t.Fatal(err)
		}
		back := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "", ""))
		if back.ID != m.ID {
			t.Fatalf("came back as %s, want %s", back.ID, m.ID)
		}
		a.access(id, "deactivated_by_operator")
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.staff, m.ID, true))
		a.access(id, "on")
		a.role(id, "viewer", roster.RuleTenantDefault) // admin never returns by itself
	})
}
