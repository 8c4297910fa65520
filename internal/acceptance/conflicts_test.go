package acceptance

import (
	"net/http"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// waiting lists what waits for an admin of the tenant.
func (a *account) waiting() []roster.Waiting {
	a.g.t.Helper()
	page, err := a.g.roster.Conflicts(a.g.t.Context(), a.admin, roster.ConflictQuery{})
	if err != nil {
		a.g.t.Fatalf("list conflicts: %v", err)
	}
	return page.Items
}

// decide decides on the only conflict there is, and returns its id.
func (a *account) decide(d roster.Decision, code roster.Code) roster.ConflictID {
	a.g.t.Helper()
	list := a.waiting()
	if len(list) != 1 || list[0].Code != code {
		a.g.t.Fatalf("%d conflicts %v, want one: %s", len(list), list, code)
	}
	if _, err := a.g.roster.Decide(a.g.t.Context(), a.admin, list[0].ID, d); err != nil {
		a.g.t.Fatalf("decide %s: %v", d, err)
	}
	return list[0].ID
}

// twice makes a member whom an admin added, and the directory's record of the same address from before the domain
// was the tenant's.
func twice(t *testing.T, a *account, d *directory) (byHand, pushed string) {
	t.Helper()
	m := do[roster.Member](t)(a.g.roster.AddMember(t.Context(), a.admin, "ada@acme.example", "editor", ""))
	pushed = d.create("ada@acme.example", "e1")
	a.access(pushed, "awaiting_proof")
	a.trust("acme.example")
	a.access(pushed, "duplicate_address")
	return m.ID.UUID.UUID(), pushed
}

func TestConflictDuplicateAddressConfirmedIsOnePerson(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		byHand, pushed := twice(t, a, d)
		person := a.explain(byHand).Member.Person
		id := a.decide(roster.Confirm, roster.CodeDuplicateAddress)
		a.access(pushed, "on")
		a.access(byHand, "removed")
		a.role(pushed, "editor", roster.RuleSetByAdmin) // the other's claim stands behind the directory's
		if got := a.explain(pushed).Member; got.Person != person || person.IsZero() {
			t.Errorf("person = %s, want that of the other, %s", got.Person, person)
		}
		if into, ok := a.explain(byHand).Member.MergedInto(); !ok || into != a.member(pushed) {
			t.Errorf("the tombstone points to %s, want %s", into, pushed)
		}
		d.want(http.StatusOK, "GET", "/Users/"+pushed, nil) // the id that the directory knows
		if _, err := g.roster.Decide(t.Context(), a.admin, id, roster.Confirm); err != nil {
			t.Errorf("the same decision again: %v", err)
		}
		_, err := g.roster.Decide(t.Context(), a.admin, id, roster.Decline)
		refusal(t, err, roster.CodeDecided)
		if n := a.count("conflict.decided"); n != 1 {
			t.Errorf("%d conflict.decided events, want 1", n)
		}
		d.want(http.StatusNoContent, "DELETE", "/Users/"+pushed, nil)
		if again := d.create("ada@acme.example", "e1"); again != pushed {
			t.Errorf("re-hired as %s, want %s and never the merged one", again, pushed)
		}
	})
}

func TestConflictDuplicateAddressOfTheLastAdmin(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		byHand, pushed := twice(t, a, d)
		do[roster.Member](t)(g.roster.SetRole(t.Context(), a.admin, a.member(byHand), "admin"))
		a.decide(roster.Confirm, roster.CodeDuplicateAddress)
		a.role(pushed, "admin", roster.RuleSetByAdmin) // an admin decided so
		if a.explain(pushed).Tenant.NoAdmin {
			t.Error("the tenant is marked no_admin, though its admin goes on")
		}
	})
}

func TestConflictDuplicateAddressSeparatedAndReopened(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		byHand, pushed := twice(t, a, d)
		id := a.decide(roster.Separate, roster.CodeDuplicateAddress)
		a.access(byHand, "on")
		a.access(pushed, "awaiting_proof")
		a.trust("acme.example")
		if n := len(a.waiting()); n != 0 {
			t.Errorf("%d conflicts after the decision, want none", n)
		}
		do[roster.Waiting](t)(g.roster.Decide(t.Context(), a.admin, id, roster.Reopen))
		a.decide(roster.Decline, roster.CodeDuplicateAddress)
		a.access(pushed, "removed")
		a.access(byHand, "on")
		if again := d.create("ada@acme.example", "e1"); again != pushed && again != byHand {
			t.Errorf("created again as %s, want one of the two that are known", again)
		}
	})
}

func TestConflictRecycledNameConfirmedIsTheSamePerson(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		former := d.create("ada@acme.example", "e1")
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(former), false))
		d.want(http.StatusNoContent, "DELETE", "/Users/"+former, nil)
		next := d.create("ada@acme.example", "e2")
		if w := a.waiting(); len(w) != 1 || w[0].Other == nil || w[0].Other.ID != a.member(former) {
			t.Fatalf("conflicts = %v, want one that stands against the tombstone", w)
		}
		a.decide(roster.Confirm, roster.CodeExternalIDConflict)
		a.access(next, "deactivated_by_admin") // an admin's block is not shed by a new key
		if into, ok := a.explain(former).Member.MergedInto(); !ok || into != a.member(next) {
			t.Errorf("the tombstone points to %s, want %s", into, next)
		}
	})
}

func TestConflictAdoptionKeptApart(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		boss := adopted(t, a, d)
		id := a.decide(roster.Separate, roster.CodeNeedsConfirmation)
		a.access(boss, "on")
		d.want(http.StatusNotFound, "GET", "/Users/"+boss, nil)
		d.refused(http.StatusConflict, "another person", "POST", "/Users", user("boss@acme.example", "e1"))
		do[roster.Waiting](t)(g.roster.Decide(t.Context(), a.admin, id, roster.Reopen))
		if again := d.create("boss@acme.example", "e1"); again != boss {
			t.Errorf("adopted as %s, want %s: the decision was taken back", again, boss)
		}
		a.decide(roster.Confirm, roster.CodeNeedsConfirmation)
		d.want(http.StatusOK, "GET", "/Users/"+boss, nil)
	})
}

func TestConflictOtherDirectorysMemberIsNotMerged(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		one, two := a.directory("Entra"), a.directory("Okta")
		one.create("ada@acme.example", "e1")
		second := two.create("ada@acme.example", "o1")
		a.trust("acme.example")
		a.access(second, "duplicate_address")
		_, err := g.roster.Decide(t.Context(), a.admin, a.waiting()[0].ID, roster.Confirm)
		if detail := refusal(t, err, roster.CodeManagedByDirectory); !contains(detail, "Entra") {
			t.Errorf("detail %q does not name the directory", detail)
		}
	})
}

func TestConflictsArePaged(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		do[tenant.Tenant](t)(g.roster.SetTenantPolicy(t.Context(), a.staff, tenant.Policy{ConfirmAdoption: true}))
		d := a.directory("Entra")
		for _, login := range []string{"ada@acme.example", "bo@acme.example", "cy@acme.example"} {
			do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, login, "", ""))
			d.create(login, "")
		}
		var q roster.ConflictQuery
		q.Limit = 2
		page := do[roster.Page[roster.Waiting]](t)(g.roster.Conflicts(t.Context(), a.admin, q))
		if len(page.Items) != 2 || !page.More {
			t.Fatalf("%d conflicts, more %v; want two and more", len(page.Items), page.More)
		}
		q.After = page.Items[1].ID.UUID
		page = do[roster.Page[roster.Waiting]](t)(g.roster.Conflicts(t.Context(), a.admin, q))
		if len(page.Items) != 1 || page.More {
			t.Errorf("%d conflicts, more %v; want the last", len(page.Items), page.More)
		}
	})
}

func TestConflictPushedGroupBearsAManualGroupsName(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "e1")
		guest := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.admin, "guest@else.example", "", ""))
		now := g.clock.Now()
		byHand := roster.Group{ID: roster.NewGroupID(now), Name: "Writers", NameUnique: true, Version: 1, CreatedAt: now, ChangedAt: now}
		err := g.roster.Store.Update(t.Context(), a.id, func(tx roster.Tx) error {
			if err := tx.InsertGroup(t.Context(), byHand); err != nil {
				return err
			}
			_, _, err := tx.AddToGroup(t.Context(), roster.Scope{}, byHand.ID, []roster.MemberID{a.member(id), guest.ID})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		pushed := d.group("writers")
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", pushed)}))
		a.role(id, "viewer", roster.RuleTenantDefault) // two groups, until somebody says otherwise
		conflict := a.decide(roster.Separate, roster.CodeSameName)
		do[roster.Waiting](t)(g.roster.Decide(t.Context(), a.admin, conflict, roster.Reopen))
		a.decide(roster.Confirm, roster.CodeSameName)
		a.role(id, "editor", roster.RuleGroupMapping)
		got := d.want(http.StatusOK, "GET", "/Groups/"+pushed, nil)
		if members, _ := got["members"].([]any); len(members) != 1 {
			t.Errorf("members = %v, want the one whom the directory manages (R7)", got["members"])
		}
		if n := len(a.waiting()); n != 0 {
			t.Errorf("%d conflicts after the decision, want none", n)
		}
	})
}
