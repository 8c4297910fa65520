package storagetest

import (
	"context"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testWaiting(t *testing.T, open opener) {
	check(t, open, []claim{
		{"the row of a held change follows its member", waitingHeld},
		{"held changes are found by directory, time and key", waitingHeldKeys},
		{"members in conflict are listed by id", waitingConflicts},
		{"groups of one name are listed until they are decided", waitingGroups},
		{"parked groups come back once", waitingParked},
		{"the last decision counts", waitingDecision},
		{"matches without locks are the same", waitingMatches},
	})
}

// hold returns a member of whom a directory's "no" is held back.
func hold(m roster.Member, removal bool, due time.Time) roster.Member {
	off := false
	m.Claims = []roster.Claim{{
		Source: roster.SourceHeld, By: m.Directory.String(), Here: !removal, Active: &off, At: epoch(), Due: due,
	}}
	if removal {
		m.Directory = tenant.DirectoryID{}
	}
	return m
}

// await makes something of each kind that waits, and returns the member that is held.
func (h *house) await(g roster.Group) roster.Member {
	h.t.Helper()
	before := h.addMember("held")
	after := hold(before, false, epoch().Add(time.Hour))
	after.Conflict, after.Version = roster.CodeNeedsConfirmation, before.Version+1
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.UpdateMember(ctx, before, after); err != nil {
			return err
		}
		if err := tx.ParkGroups(ctx, after.ID, []roster.GroupID{g.ID}); err != nil {
			return err
		}
		return tx.PutDecision(ctx, roster.Decided{Subject: after.ID.UUID, Code: roster.CodeSameName, Decision: roster.Separate, At: epoch()})
	})
	return after
}

// waiting is all that waits in a tenant.
func (h *house) waiting() []any {
	h.t.Helper()
	held, err := h.reader().Held(h.t.Context(), roster.HeldQuery{})
	if err != nil {
		h.t.Fatalf("Held: %v", err)
	}
	all := []any{held}
	for _, x := range held {
		if d, err := h.reader().Decision(h.t.Context(), x.Member.UUID); err == nil {
			all = append(all, d)
		}
	}
	return all
}

func (h *house) change(before roster.Member, change func(*roster.Member)) roster.Member {
	h.t.Helper()
	after := before
	change(&after)
	after.Version++
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, before, after) })
	return after
}

func (h *house) heldOf(q roster.HeldQuery) []roster.MemberID {
	h.t.Helper()
	list, err := h.reader().Held(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("Held: %v", err)
	}
	var ids []roster.MemberID
	for _, x := range list {
		ids = append(ids, x.Member)
	}
	return ids
}

func waitingHeld(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ada")
	due := epoch().Add(4 * time.Hour)
	m = h.change(m, func(m *roster.Member) { *m = hold(*m, false, due) })
	got, err := h.reader().Held(t.Context(), roster.HeldQuery{})
	if err != nil {
		t.Fatalf("Held: %v", err)
	}
	want := roster.Hold{Directory: h.dir.ID, Since: epoch(), Due: due}
	wantSame(t, "Held", []roster.Held{{Member: m.ID, Hold: want}}, got)
	m = h.change(m, func(m *roster.Member) { *m = hold(*m, true, due.Add(time.Hour)) })
	got, err = h.reader().Held(t.Context(), roster.HeldQuery{})
	if err != nil {
		t.Fatalf("Held: %v", err)
	}
	want.Removal, want.Due = true, due.Add(time.Hour)
	wantSame(t, "Held after it changed", []roster.Held{{Member: m.ID, Hold: want}}, got)
	h.change(m, func(m *roster.Member) { m.Claims = nil })
	wantSame(t, "Held after it ended", 0, len(h.heldOf(roster.HeldQuery{})))
}

func waitingHeldKeys(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	one, two := h.newMember("One"), h.newMember("two")
	two.ID = roster.NewMemberID(epoch().Add(time.Minute))
	one.ExternalID = "K1"
	h.insert(one, two)
	h.change(one, func(m *roster.Member) { *m = hold(*m, true, epoch().Add(time.Hour)) })
	h.change(two, func(m *roster.Member) { *m = hold(*m, false, epoch().Add(2*time.Hour)) })
	for _, look := range []struct {
		name  string
		query roster.HeldQuery
		want  []roster.MemberID
	}{
		{"all", roster.HeldQuery{}, []roster.MemberID{one.ID, two.ID}},
		{"the first", roster.HeldQuery{Limit: 1}, []roster.MemberID{one.ID}},
		{"behind the first", roster.HeldQuery{After: one.ID}, []roster.MemberID{two.ID}},
		{"due", roster.HeldQuery{DueBy: epoch().Add(time.Hour)}, []roster.MemberID{one.ID}},
		{"of the directory", roster.HeldQuery{Directory: h.dir.ID}, []roster.MemberID{one.ID, two.ID}},
		{"of another", roster.HeldQuery{Directory: h.addDirectory("other").ID}, nil},
		{"a removal by login", roster.HeldQuery{Directory: h.dir.ID, Login: "ONE"}, []roster.MemberID{one.ID}},
		{"a removal by external id", roster.HeldQuery{Directory: h.dir.ID, Login: "x", ExternalID: "K1"}, []roster.MemberID{one.ID}},
		{"no removal", roster.HeldQuery{Directory: h.dir.ID, Login: "two"}, nil},
	} {
		wantSame(t, look.name, look.want, h.heldOf(look.query))
	}
}

func waitingConflicts(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := h.addDirectory("other")
	one, two, gone, none := h.newMember("one"), h.newMember("two"), h.newMember("gone"), h.newMember("none")
	one.Conflict, two.Conflict, gone.Conflict = roster.CodeNeedsConfirmation, roster.CodeDuplicateAddress, roster.CodeNeedsConfirmation
	two.Directory, gone.RemovedAt = other.ID, epoch()
	two.ID = roster.NewMemberID(epoch().Add(time.Minute))
	h.insert(one, two, gone, none)
	for _, look := range []struct {
		name  string
		query roster.ConflictQuery
		want  []string
	}{
		{"all", roster.ConflictQuery{Limit: 9}, []string{"one", "two"}},
		{"the first", roster.ConflictQuery{Limit: 1}, []string{"one"}},
		{"behind the first", roster.ConflictQuery{Limit: 9, After: one.ID.UUID}, []string{"two"}},
		{"of a directory", roster.ConflictQuery{Limit: 9, Directory: other.ID}, []string{"two"}},
		{"of a kind", roster.ConflictQuery{Limit: 9, Code: roster.CodeNeedsConfirmation}, []string{"one"}},
	} {
		list, err := h.reader().InConflict(t.Context(), look.query)
		if err != nil {
			t.Fatalf("InConflict: %v", err)
		}
		wantSame(t, look.name, look.want, logins(list))
	}
}

func waitingGroups(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	pushed, byHand, other := h.newGroup("Staff"), h.newGroup("STAFF"), h.newGroup("Others")
	byHand.Directory = tenant.DirectoryID{}
	for _, g := range []roster.Group{pushed, byHand, other} {
		h.insertGroup(g)
	}
	list := func() []roster.SameName {
		got, err := h.reader().SameNames(t.Context(), roster.ConflictQuery{Limit: 9})
		if err != nil {
			t.Fatalf("SameNames: %v", err)
		}
		return got
	}
	got := list()
	if len(got) != 1 || got[0].Pushed.ID != pushed.ID || got[0].ByHand.ID != byHand.ID {
		t.Fatalf("SameNames = %v, want the two called staff", got)
	}
	h.update(func(ctx context.Context, tx roster.Tx) error {
		return tx.PutDecision(ctx, roster.Decided{Subject: pushed.ID.UUID, Code: roster.CodeSameName, Decision: roster.Separate, At: epoch()})
	})
	wantSame(t, "SameNames once decided", 0, len(list()))
}

func waitingParked(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ada")
	stays, goes := h.addGroup("Stays"), h.addGroup("Goes")
	tx := func(f func(context.Context, roster.Tx) error) { t.Helper(); h.update(f) }
	park := func(ctx context.Context, tx roster.Tx) error {
		return tx.ParkGroups(ctx, m.ID, []roster.GroupID{stays.ID, goes.ID})
	}
	unpark := func(ctx context.Context, tx roster.Tx) error {
		return tx.UnparkGroups(ctx, []roster.MemberID{m.ID}, tx.Now().AddDate(0, -1, 0))
	}
	in := func() int { t.Helper(); return len(h.groupMembers(stays.ID)) }
	tx(park)
	tx(func(ctx context.Context, tx roster.Tx) error { return tx.DeleteGroup(ctx, goes.ID) })
	wantSame(t, "members while parked", 0, in())
	tx(unpark)
	wantSame(t, "members once back", 1, in())
	tx(func(ctx context.Context, tx roster.Tx) error {
		_, err := tx.RemoveFromGroup(ctx, stays.ID, nil, true)
		return err
	})
	tx(unpark)
	wantSame(t, "members after a second time", 0, in())
	tx(park)
	tx(func(ctx context.Context, tx roster.Tx) error { return tx.ForgetGroups(ctx, m.ID) })
	tx(unpark)
	wantSame(t, "members once forgotten", 0, in())
	tx(park)
	tx(func(ctx context.Context, tx roster.Tx) error {
		return tx.UnparkGroups(ctx, []roster.MemberID{m.ID}, tx.Now().AddDate(0, 1, 0))
	})
	wantSame(t, "members parked too long ago", 0, in())
}

func waitingDecision(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ada")
	_, err := h.reader().Decision(t.Context(), m.ID.UUID)
	wantKind(t, "Decision", roster.NotFound, err)
	want := roster.Decided{
		Subject: m.ID.UUID, Code: roster.CodeNeedsConfirmation, Decision: roster.Separate, Other: h.dir.ID.UUID,
		By: roster.Actor{Source: roster.SourceAdmin, ID: "mem_x"}, At: epoch(),
	}
	put := func() {
		t.Helper()
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutDecision(ctx, want) })
		got, err := h.reader().Decision(t.Context(), m.ID.UUID)
		if err != nil {
			t.Fatalf("Decision: %v", err)
		}
		wantSame(t, "Decision", want, got)
	}
	put()
	want.Decision, want.Other = roster.Confirm, tenant.UUID{}
	put()
}

func waitingMatches(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.newMember("ada")
	m.ExternalID = "K1"
	h.insert(m)
	got, err := h.reader().Matches(t.Context(), roster.Match{Directory: h.dir.ID, Login: "ADA"})
	if err != nil {
		t.Fatalf("Matches: %v", err)
	}
	wantSame(t, "Matches", []string{"ada"}, logins(got))
}

func waitingProbes(all probes[roster.Tx]) {
	all["PutDecision"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.PutDecision(t.Context(), roster.Decided{Subject: x.held.ID.UUID, Decision: roster.Confirm, At: epoch()}); err != nil {
			t.Logf("PutDecision: %v", err)
		}
	}
	all["ParkGroups"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.ParkGroups(t.Context(), x.member.ID, []roster.GroupID{x.group.ID}); err != nil {
			t.Logf("ParkGroups: %v", err)
		}
	}
	all["UnparkGroups"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.UnparkGroups(t.Context(), []roster.MemberID{x.held.ID}, time.Time{}.AddDate(2000, 0, 0)); err != nil {
			t.Logf("UnparkGroups: %v", err)
		}
	}
	all["ForgetGroups"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.ForgetGroups(t.Context(), x.held.ID); err != nil {
			t.Logf("ForgetGroups: %v", err)
		}
	}
}
