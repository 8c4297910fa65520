package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rollcall/internal/roster"
)

func testGroups(t *testing.T, open opener) {
	check(t, open, []claim{
		{"a group comes back as it was written", groupRoundTrip},
		{"an update of another version is stale", groupStale},
		{"a scope sees its own groups", groupScope},
		{"adding tells who is new and who is unknown", groupAdd},
		{"removing and keeping tell who went", groupRemove},
		{"leaving gives the groups that were left a new version", groupLeave},
		{"members are read by id and in pages", groupPages},
		{"members and groups are one list", resourcesAreOneList},
		{"labels follow the member", groupLabels},
		{"a deleted group leaves no rows", groupDelete},
		{"thousands are added and kept at once", groupLarge},
	})
}

func groupRoundTrip(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	g := h.newGroup("Größe & Co")
	g.ExternalID, g.NameUnique = "G1", false
	g.Attributes = roster.Attributes(`{"description":"All  of them","n":1.50}`)
	h.insertGroup(g)
	bare := h.addGroup("bare")
	got, err := h.reader().Group(t.Context(), h.scope(), g.ID)
	if err != nil {
		t.Fatalf("Group: %v", err)
	}
	wantSame(t, "Group", g, got)
	wantSame(t, "Groups", groupsByID([]roster.Group{g, bare}), h.groups(roster.Query{Limit: 5}).Items)

	after := bare
	after.Name, after.Version, after.ChangedAt, after.ExternalID = "renamed", 2, epoch().Add(time.Second), "G2"
	h.update(func(ctx context.Context, tx roster.Tx) error {
		locked, err := tx.LockGroup(ctx, h.scope(), bare.ID)
		if err != nil {
			return err
		}
		wantSame(t, "LockGroup", bare, locked)
		return tx.UpdateGroup(ctx, locked, after)
	})
	wantSame(t, "Groups by the new name", []roster.Group{after}, h.groups(roster.Query{Scope: h.scope(), Where: nameIs("RENAMED"), Limit: 5}).Items)
	wantSame(t, "Groups by the old name", 0, len(h.groups(roster.Query{Scope: h.scope(), Where: nameIs("bare"), Limit: 5}).Items))
}

func groupStale(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	g := h.addGroup("g")
	next := g
	next.Version, next.Name = 2, "next"
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateGroup(ctx, g, next) })
	err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateGroup(ctx, g, next) })
	wantKind(t, "UpdateGroup of version 1", roster.Stale, err)
	unknown := h.newGroup("unknown")
	err = h.try(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateGroup(ctx, unknown, unknown) })
	wantKind(t, "UpdateGroup of a group that is not there", roster.Stale, err)
}

func groupScope(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := h.addDirectory("other")
	mine, theirs, free := h.newGroup("same"), h.newGroup("same"), h.newGroup("same")
	theirs.Directory = other.ID
	free.Directory.UUID = [16]byte{}
	for _, g := range []roster.Group{mine, theirs, free} {
		h.insertGroup(g)
	}
	wantSame(t, "Groups in scope", []roster.Group{mine}, h.groups(roster.Query{Scope: h.scope(), Limit: 5}).Items)
	wantSame(t, "Groups by name in scope", []roster.Group{mine}, h.groups(roster.Query{Scope: h.scope(), Where: nameIs("SAME"), Limit: 5}).Items)
	wantSame(t, "Groups of the tenant", 3, h.groups(roster.Query{Count: true}).Total)
	for _, g := range []roster.Group{theirs, free} {
		_, err := h.reader().Group(t.Context(), h.scope(), g.ID)
		wantKind(t, "Group out of scope", roster.NotFound, err)
		err = h.try(func(ctx context.Context, tx roster.Tx) error {
			_, err := tx.LockGroup(ctx, h.scope(), g.ID)
			return err
		})
		wantKind(t, "LockGroup out of scope", roster.NotFound, err)
	}
}

func groupAdd(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := h.addDirectory("other")
	one, two, theirs, gone := h.newMember("one"), h.newMember("two"), h.newMember("theirs"), h.newMember("gone")
	theirs.Directory = other.ID
	gone.RemovedAt = epoch()
	h.insert(one, two, theirs, gone)
	g := h.addGroup("g", one)
	nobody := roster.NewMemberID(epoch())
	add := func(s roster.Scope, ids ...roster.MemberID) (added, unknown []roster.MemberID) {
		h.update(func(ctx context.Context, tx roster.Tx) (err error) {
			added, unknown, err = tx.AddToGroup(ctx, s, g.ID, ids)
			return err
		})
		return sortedIDs(added), sortedIDs(unknown)
	}
	added, unknown := add(h.scope(), one.ID, two.ID, theirs.ID, gone.ID, nobody)
	wantSame(t, "added", []roster.MemberID{two.ID}, added)
	wantSame(t, "unknown", sortedIDs([]roster.MemberID{theirs.ID, gone.ID, nobody}), unknown)
	added, unknown = add(h.scope(), one.ID, two.ID)
	wantSame(t, "added a second time", []roster.MemberID(nil), added)
	wantSame(t, "unknown a second time", []roster.MemberID(nil), unknown)
	added, unknown = add(h.scope())
	wantSame(t, "nobody added, nobody unknown", 0, len(added)+len(unknown))
	wantSame(t, "members", sortMembers([]roster.GroupMember{{ID: one.ID, Label: "one"}, {ID: two.ID, Label: "two"}}), sortMembers(h.groupMembers(g.ID)))
}

func groupRemove(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	var people []roster.Member
	for _, name := range []string{"a", "b", "c", "d"} {
		people = append(people, h.newMember(name))
	}
	h.insert(people...)
	ids := idsOf(people)
	g, beside := h.addGroup("g", people...), h.addGroup("beside", people...)
	for _, step := range []struct {
		name string
		do   func(ctx context.Context, tx roster.Tx) ([]roster.MemberID, error)
		gone []roster.MemberID
		left []string
	}{
		{"remove one and a stranger", func(ctx context.Context, tx roster.Tx) ([]roster.MemberID, error) {
			return tx.RemoveFromGroup(ctx, g.ID, []roster.MemberID{ids[0], roster.NewMemberID(epoch())}, false)
		}, ids[:1], []string{"b", "c", "d"}},
		{"remove one again", func(ctx context.Context, tx roster.Tx) ([]roster.MemberID, error) {
			return tx.RemoveFromGroup(ctx, g.ID, ids[:1], false)
		}, nil, []string{"b", "c", "d"}},
		{"remove nobody", func(ctx context.Context, tx roster.Tx) ([]roster.MemberID, error) {
			return tx.RemoveFromGroup(ctx, g.ID, nil, false)
		}, nil, []string{"b", "c", "d"}},
		{"keep two and a stranger", func(ctx context.Context, tx roster.Tx) ([]roster.MemberID, error) {
			return tx.KeepInGroup(ctx, g.ID, []roster.MemberID{ids[1], ids[2], ids[0]})
		}, ids[3:], []string{"b", "c"}},
		{"keep nobody", func(ctx context.Context, tx roster.Tx) ([]roster.MemberID, error) {
			return tx.KeepInGroup(ctx, g.ID, nil)
		}, ids[1:3], nil},
		{"remove all of none", func(ctx context.Context, tx roster.Tx) ([]roster.MemberID, error) {
			return tx.RemoveFromGroup(ctx, g.ID, nil, true)
		}, nil, nil},
		{"remove all of another group", func(ctx context.Context, tx roster.Tx) ([]roster.MemberID, error) {
			return tx.RemoveFromGroup(ctx, beside.ID, nil, true)
		}, ids, nil},
	} {
		var gone []roster.MemberID
		h.update(func(ctx context.Context, tx roster.Tx) (err error) {
			gone, err = step.do(ctx, tx)
			return err
		})
		wantSame(t, step.name+": gone", sortedIDs(step.gone), sortedIDs(gone))
		var left []string
		for _, m := range h.groupMembers(g.ID) {
			left = append(left, m.Label)
		}
		wantSame(t, step.name+": left", step.left, byText(left))
	}
}

func groupPages(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	var people []roster.Member
	for i := range 7 {
		people = append(people, h.newMember(fmt.Sprint(i)))
	}
	h.insert(people...)
	g, few, empty := h.addGroup("g", people...), h.addGroup("few", people[:2]...), h.addGroup("empty")
	want := sortMembers(h.groupMembers(g.ID))
	wantSame(t, "order of GroupMembers", want, h.groupMembers(g.ID))
	var got []roster.GroupMember
	var after roster.MemberID
	for {
		page, err := h.reader().GroupMembers(t.Context(), g.ID, after, 3)
		if err != nil {
			t.Fatalf("GroupMembers: %v", err)
		}
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		after = page[len(page)-1].ID
	}
	wantSame(t, "pages of GroupMembers", want, got)
	several := []roster.GroupID{g.ID, few.ID, empty.ID, roster.NewGroupID(epoch())}
	all, whole, err := h.reader().MembersOf(t.Context(), several, 0)
	if err != nil || !whole {
		t.Fatalf("MembersOf: whole %t, %v", whole, err)
	}
	for limit, want := range map[int]bool{len(all[g.ID]) + len(all[few.ID]): true, len(all[g.ID]) + len(all[few.ID]) - 1: false} {
		if _, whole, err := h.reader().MembersOf(t.Context(), several, limit); whole != want || err != nil {
			t.Errorf("MembersOf at most %d: whole %t, %v; want %t", limit, whole, err, want)
		}
	}
	wantSame(t, "MembersOf the large one", want, sortMembers(all[g.ID]))
	wantSame(t, "MembersOf the small one", h.groupMembers(few.ID), all[few.ID])
	wantSame(t, "MembersOf the empty one", 0, len(all[empty.ID]))
}

func groupLabels(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.newMember("Login")
	m.Attributes = roster.Attributes(`{"displayName":"Display Name"}`)
	h.insert(m)
	g := h.addGroup("g", m)
	wantSame(t, "label", []roster.GroupMember{{ID: m.ID, Label: "Display Name"}}, h.groupMembers(g.ID))
	after := m
	after.Version, after.Attributes = 2, roster.Attributes(`{"displayName":""}`)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, m, after) })
	wantSame(t, "label without a display name", []roster.GroupMember{{ID: m.ID, Label: "Login"}}, h.groupMembers(g.ID))
}

func groupDelete(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("m")
	g, beside := h.addGroup("g", m), h.addGroup("beside", m)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DeleteGroup(ctx, g.ID) })
	_, err := h.reader().Group(t.Context(), roster.Scope{}, g.ID)
	wantKind(t, "Group", roster.NotFound, err)
	wantSame(t, "GroupMembers", 0, len(h.groupMembers(g.ID)))
	wantSame(t, "Groups of the member", []roster.GroupRef{{ID: beside.ID, Name: "beside"}}, h.member(m.ID).Groups)
	again := g
	again.ID = roster.NewGroupID(epoch())
	h.insertGroup(again) // its name is free
}

func groupLarge(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	var people []roster.Member
	for i := range 5000 {
		people = append(people, h.newMember(fmt.Sprintf("user-%d", i)))
	}
	h.insert(people...)
	g := h.addGroup("g", people...)
	wantSame(t, "members", len(people), len(h.groupMembers(g.ID)))
	h.update(func(ctx context.Context, tx roster.Tx) error {
		gone, err := tx.KeepInGroup(ctx, g.ID, idsOf(people[10:]))
		wantSame(t, "gone", 10, len(gone))
		if err != nil {
			return err
		}
		locked, err := tx.LockMembers(ctx, h.scope(), idsOf(people))
		wantSame(t, "locked", len(people), len(locked))
		return err
	})
	wantSame(t, "members left", len(people)-10, len(h.groupMembers(g.ID)))
}
