package storagetest

import (
	"context"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testConstraints(t *testing.T, open opener) {
	check(t, open, []claim{
		{"what must be unique is", uniqueMembers},
		{"an update keeps to it too", uniqueUpdates},
		{"names of groups are unique where they must", uniqueGroups},
		{"a slug is taken once", uniqueSlugs},
		{"an id is taken once", uniqueIDs},
		{"what is not there is not found", notThere},
		{"texts that no database holds are invalid", unstorable},
		{"an error that is kept quiet undoes the transaction all the same", quietError},
		{"an ended context ends the call", endedContext},
	})
}

func quietError(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	first := h.addMember("first")
	second := h.newMember("FIRST")
	err := h.try(func(ctx context.Context, tx roster.Tx) error {
		err := tx.InsertMember(ctx, h.newMember("third"))
		if err == nil {
			err = tx.InsertMember(ctx, second)
		}
		if err == nil {
			_, err = tx.Member(ctx, h.scope(), first.ID, false) // sends what was written
		}
		if err == nil {
			t.Error("the same login twice: no error")
		}
		return nil
	})
	wantConflict(t, "Update that returned nil", "login", err)
	wantSame(t, "members", 1, h.members(roster.Query{Count: true}).Total)
}

func uniqueMembers(t *testing.T, b Backend) {
	h, elsewhere := newHouse(t, b, "acme"), newHouse(t, b, "elsewhere")
	other := h.addDirectory("other")
	first := h.newMember("Größe@example.com")
	first.ExternalID, first.Email, first.Proven = "E1", "first@example.com", true
	h.insertProven(first)
	for _, c := range []struct {
		name  string
		field string // empty: no conflict
		make  func(m *roster.Member)
	}{
		{"login in another case", "login", func(m *roster.Member) { m.Login = "GRÖẞE@EXAMPLE.COM" }},
		{"external id", "external_id", func(m *roster.Member) { m.ExternalID = "E1" }},
		{"external id in another case", "", func(m *roster.Member) { m.ExternalID = "e1" }},
		{"no external id", "", func(*roster.Member) {}},
		{"no external id again", "", func(*roster.Member) {}},
		{"proven address", "email", func(m *roster.Member) { m.Email, m.Proven = "first@example.com", true }},
		{"proven address of another directory", "email", func(m *roster.Member) { m.Directory, m.Email, m.Proven = other.ID, "first@example.com", true }},
		{"address that nobody proved", "", func(m *roster.Member) { m.Email = "first@example.com" }},
		{"further address", "", func(m *roster.Member) { m.Addresses = []string{"first@example.com"} }},
		{"login of another directory", "", func(m *roster.Member) { m.Directory, m.Login, m.ExternalID = other.ID, first.Login, "E1" }},
		{"tombstone", "", func(m *roster.Member) {
			m.Login, m.ExternalID, m.Email, m.Proven, m.RemovedAt = first.Login, "E1", "first@example.com", true, epoch()
		}},
	} {
		m := h.newMember("new " + c.name)
		c.make(&m)
		err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertMember(ctx, m) })
		switch {
		case c.field != "":
			wantConflict(t, "InsertMember with the same "+c.name, c.field, err)
		case err != nil:
			t.Errorf("InsertMember with the same %s: %v", c.name, err)
		}
	}
	first.Person = roster.PersonID{}
	elsewhere.t = t
	same := first
	same.ID, same.Directory = roster.NewMemberID(epoch()), elsewhere.dir.ID
	elsewhere.insertProven(same) // another tenant does not matter
}

func uniqueUpdates(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	first, second, gone := h.newMember("first"), h.newMember("second"), h.newMember("FIRST")
	first.ExternalID, first.Email, first.Proven = "E1", "first@example.com", true
	gone.RemovedAt = epoch()
	h.insertProven(first)
	h.insert(second, gone)
	for _, c := range []struct {
		field  string
		before roster.Member
		change func(m *roster.Member)
	}{
		{"login", second, func(m *roster.Member) { m.Login = "First" }},
		{"external_id", second, func(m *roster.Member) { m.ExternalID = "E1" }},
		{"email", second, func(m *roster.Member) { m.Email, m.Proven = "first@example.com", true }},
		{"login", gone, func(m *roster.Member) { m.RemovedAt = second.RemovedAt }},
	} {
		after := c.before
		after.Version = 2
		c.change(&after)
		err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, c.before, after) })
		wantConflict(t, "UpdateMember to the same "+c.field, c.field, err)
		wantSame(t, "Member", c.before, h.member(c.before.ID))
	}
}

func uniqueGroups(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := h.addDirectory("other")
	h.addGroup("Größe")
	beside := h.addGroup("beside")
	for _, c := range []struct {
		name     string
		conflict bool
		make     func(g *roster.Group)
	}{
		{"in another case", true, func(*roster.Group) {}},
		{"where names may repeat", false, func(g *roster.Group) { g.NameUnique = false }},
		{"where names may repeat, again", false, func(g *roster.Group) { g.NameUnique = false }},
		{"in another directory", false, func(g *roster.Group) { g.Directory = other.ID }},
		{"by hand", false, func(g *roster.Group) { g.Directory = tenant.DirectoryID{} }},
		{"by hand again", true, func(g *roster.Group) { g.Directory = tenant.DirectoryID{} }},
	} {
		g := h.newGroup("GRÖẞE")
		c.make(&g)
		err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertGroup(ctx, g) })
		switch {
		case c.conflict:
			wantConflict(t, "InsertGroup of the name "+c.name, "name", err)
		case err != nil:
			t.Errorf("InsertGroup of the name %s: %v", c.name, err)
		}
	}
	after := beside
	after.Version, after.Name = 2, "größe"
	err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateGroup(ctx, beside, after) })
	wantConflict(t, "UpdateGroup to a name that is taken", "name", err)
	same := beside
	same.Version, same.Name = 2, "BESIDE"
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateGroup(ctx, beside, same) })
}

func uniqueSlugs(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	again := h.tenant
	again.ID.UUID = tenant.NewUUID(epoch())
	wantConflict(t, "CreateTenant", "slug", b.Locator.CreateTenant(t.Context(), again))
	_, err := b.Store.Reader(again.ID).Config(t.Context())
	wantKind(t, "Config of what was refused", roster.NotFound, err)
}

func uniqueIDs(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("first")
	again := h.newMember("second")
	again.ID = m.ID
	err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertMember(ctx, again) })
	wantKind(t, "InsertMember", roster.Conflict, err)
	g := h.addGroup("g")
	g.Name = "h"
	err = h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertGroup(ctx, g) })
	wantKind(t, "InsertGroup", roster.Conflict, err)
}

func notThere(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m, g := roster.NewMemberID(epoch()), roster.NewGroupID(epoch())
	ctx := t.Context()
	_, err := h.reader().Member(ctx, roster.Scope{}, m, true)
	wantKind(t, "Member", roster.NotFound, err)
	_, err = h.reader().Group(ctx, roster.Scope{}, g)
	wantKind(t, "Group", roster.NotFound, err)
	wantKind(t, "LockMember", roster.NotFound, h.try(func(ctx context.Context, tx roster.Tx) error {
		_, err := tx.LockMember(ctx, roster.Scope{}, m)
		return err
	}))
	wantKind(t, "LockGroup", roster.NotFound, h.try(func(ctx context.Context, tx roster.Tx) error {
		_, err := tx.LockGroup(ctx, roster.Scope{}, g)
		return err
	}))
	wantSame(t, "GroupMembers", 0, len(h.groupMembers(g)))
	refs, err := h.reader().GroupsOf(ctx, m)
	if err != nil || len(refs) > 0 {
		t.Errorf("GroupsOf = %v, %v", refs, err)
	}
}

func unstorable(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	for _, c := range []struct {
		name string
		make func(m *roster.Member)
	}{
		{"NUL in the login", func(m *roster.Member) { m.Login = "a\x00b" }},
		{"NUL in the external id", func(m *roster.Member) { m.ExternalID = "a\x00b" }},
		{"NUL in an attribute", func(m *roster.Member) { m.Attributes = roster.Attributes(`{"x":["a\u0000b"]}`) }},
		{"NUL in a key", func(m *roster.Member) { m.Attributes = roster.Attributes(`{"a\u0000b":1}`) }},
		{"a number beyond reason", func(m *roster.Member) { m.Attributes = roster.Attributes(`{"n":1e200000}`) }},
	} {
		m := h.newMember("x " + c.name)
		c.make(&m)
		err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertMember(ctx, m) })
		wantKind(t, "InsertMember with "+c.name, roster.Invalid, err)
	}
	// Half a surrogate pair is stored as it came; asking for exact texts beside it must work.
	m := h.newMember("half")
	m.Attributes = roster.Attributes(`{"displayName":"\ud800"}`)
	h.insert(m)
	where := cmpText(exact(attr("displayName")), roster.Equal, strings.Repeat("x", 3))
	wantSame(t, "Members by an exact text", 0, len(h.members(roster.Query{Where: where, Limit: 5}).Items))
}

func endedContext(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.reader().Members(ctx, roster.Query{Limit: 1}); err == nil {
		t.Error("Members with an ended context went well")
	}
	err := b.Store.Update(ctx, h.tenant.ID, func(tx roster.Tx) error { return tx.InsertMember(ctx, h.newMember("late")) })
	if err == nil {
		t.Error("Update with an ended context went well")
	}
	wantSame(t, "Members", 0, h.members(roster.Query{Count: true}).Total)
}
