package storagetest

import (
	"testing"

	"rollcall/internal/roster"
)

// txProbes write with the owner's ids. What is refused at the commit only counts as refused: the
// owner's state is looked at after each.
func txProbes() probes[roster.Tx] {
	all := probes[roster.Tx]{}
	for name, f := range readerProbes() {
		all[name] = func(t *testing.T, x *stranger, tx roster.Tx) { f(t, x, tx) }
	}
	mailProbes(all)
	inviteProbes(all)
	factorProbes(all)
	all["PutAlarms"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		err := tx.PutAlarms(t.Context(), roster.Sighting{Directory: x.owner.dir.ID, SilentSince: epoch()})
		wantKind(t, "PutAlarms", roster.Stale, err)
	}
	all["Now"] = func(*testing.T, *stranger, roster.Tx) {}
	all["Exclusive"] = func(t *testing.T, _ *stranger, tx roster.Tx) {
		if err := tx.Exclusive(t.Context()); err != nil {
			t.Errorf("Exclusive: %v", err)
		}
	}
	memberProbes(all)
	waitingProbes(all)
	signInProbes(all)
	jobProbes(all)
	pullProbes(all)
	contactProbes(all)
	reviewProbes(all)
	apiTokenProbes(all)
	groupProbes(all)
	schemaProbes(all)
	all["AppendEvent"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		err := tx.AppendEvent(t.Context(), roster.Event{Kind: roster.MemberUpdated, Member: x.member.ID, Group: x.group.ID})
		if err != nil {
			t.Logf("AppendEvent: %v", err)
		}
	}
	all["PutTenant"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		stolen := x.owner.tenant
		stolen.Name = "stolen"
		if err := tx.PutTenant(t.Context(), stolen); err != nil {
			t.Logf("PutTenant: %v", err)
		}
	}
	all["PutDomain"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		stolen := x.domain
		stolen.DefaultRole = "admin"
		if err := tx.PutDomain(t.Context(), stolen); err != nil {
			t.Logf("PutDomain: %v", err)
		}
	}
	all["PutDirectory"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		stolen := x.owner.dir
		stolen.Name = "stolen"
		if err := tx.PutDirectory(t.Context(), stolen); err != nil {
			t.Logf("PutDirectory: %v", err)
		}
	}
	all["PutCredential"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		stolen := x.token
		stolen.Hash = [32]byte{9}
		if err := tx.PutCredential(t.Context(), stolen); err != nil {
			t.Logf("PutCredential: %v", err)
		}
		if _, err := x.Locator.Credential(t.Context(), x.owner.dir.ID, [32]byte{9}); err == nil {
			t.Error("a token of the stranger opens the owner's directory")
		}
	}
	credentialTxProbes(all)
	connectionProbes(all)
	sessionTxProbes(all)
	return all
}

func memberProbes(all probes[roster.Tx]) {
	all["LockMember"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, s := range x.scopes {
			_, err := tx.LockMember(t.Context(), s, x.member.ID)
			wantKind(t, "LockMember", roster.NotFound, err)
		}
	}
	all["LockMembers"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, s := range x.scopes {
			list, err := tx.LockMembers(t.Context(), s, []roster.MemberID{x.member.ID})
			wantNone(t, "LockMembers", list, err)
		}
	}
	all["LockMatches"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, s := range x.scopes {
			list, err := tx.LockMatches(t.Context(), roster.Match{
				Directory: s.Directory, ExternalID: x.member.ExternalID, Login: x.member.Login, Email: x.member.Email,
			})
			wantNone(t, "LockMatches", list, err)
		}
	}
	all["InsertMember"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		m := x.member
		m.Person, m.Directory = roster.PersonID{}, x.dir.ID
		if err := tx.InsertMember(t.Context(), m); err != nil {
			t.Logf("InsertMember: %v", err)
		}
	}
	all["UpdateMember"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		after := x.member
		after.Version, after.Login, after.Person = x.member.Version+1, "stolen", roster.PersonID{}
		if err := tx.UpdateMember(t.Context(), x.member, after); err != nil {
			t.Logf("UpdateMember: %v", err)
		}
	}
	all["Person"] = func(t *testing.T, _ *stranger, tx roster.Tx) {
		// People are shared by tenants: the id of the caller's own address, and no more.
		if _, err := tx.Person(t.Context(), "ada@example.com"); err != nil {
			t.Errorf("Person: %v", err)
		}
	}
	all["AddAddress"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		// The address has a person: nothing may change for it.
		if err := tx.AddAddress(t.Context(), roster.NewPersonID(epoch()), "ada@example.com"); err != nil {
			t.Logf("AddAddress: %v", err)
		}
		id, err := tx.Person(t.Context(), "ada@example.com")
		wantSame(t, "Person", []any{x.member.Person, error(nil)}, []any{id, err})
	}
	all["PersonElsewhere"] = func(t *testing.T, _ *stranger, tx roster.Tx) {
		// A yes or no is what it is for.
		found, err := tx.PersonElsewhere(t.Context(), "ada@example.com")
		wantSame(t, "PersonElsewhere", []any{true, error(nil)}, []any{found, err})
	}
}

func groupProbes(all probes[roster.Tx]) {
	all["LockGroup"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, s := range x.scopes {
			_, err := tx.LockGroup(t.Context(), s, x.group.ID)
			wantKind(t, "LockGroup", roster.NotFound, err)
		}
	}
	all["InsertGroup"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		g := x.group
		g.Name, g.Directory = "stolen", x.dir.ID
		if err := tx.InsertGroup(t.Context(), g); err != nil {
			t.Logf("InsertGroup: %v", err)
		}
	}
	all["UpdateGroup"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		after := x.group
		after.Version, after.Name = x.group.Version+1, "stolen"
		if err := tx.UpdateGroup(t.Context(), x.group, after); err != nil {
			t.Logf("UpdateGroup: %v", err)
		}
	}
	all["DeleteGroup"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.DeleteGroup(t.Context(), x.group.ID); err != nil {
			t.Logf("DeleteGroup: %v", err)
		}
	}
	all["AddToGroup"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, s := range x.scopes {
			added, unknown, err := tx.AddToGroup(t.Context(), s, x.team.ID, []roster.MemberID{x.member.ID})
			wantNone(t, "AddToGroup: added", added, err)
			wantSame(t, "AddToGroup: unknown", []roster.MemberID{x.member.ID}, unknown)
		}
		// The owner's group by the stranger's member: whatever it answers, the owner sees nothing of it.
		if _, _, err := tx.AddToGroup(t.Context(), x.scope(), x.group.ID, []roster.MemberID{x.mine.ID}); err != nil {
			t.Logf("AddToGroup: %v", err)
		}
	}
	all["RemoveFromGroup"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		for _, everybody := range []bool{false, true} {
			gone, err := tx.RemoveFromGroup(t.Context(), x.group.ID, []roster.MemberID{x.member.ID}, everybody)
			wantNone(t, "RemoveFromGroup", without(gone, x.mine.ID), err)
		}
	}
	all["LeaveGroups"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		if err := tx.LeaveGroups(t.Context(), x.member.ID, []roster.GroupID{x.group.ID, x.team.ID}); err != nil {
			t.Logf("LeaveGroups: %v", err)
		}
	}
	all["KeepInGroup"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		gone, err := tx.KeepInGroup(t.Context(), x.group.ID, nil)
		wantNone(t, "KeepInGroup", without(gone, x.mine.ID), err)
	}
	all["LockGroupsOf"] = func(t *testing.T, x *stranger, tx roster.Tx) {
		wantNone[any](t, "LockGroupsOf", nil, tx.LockGroupsOf(t.Context(), x.member.ID))
	}
}

func without(list []roster.MemberID, id roster.MemberID) []roster.MemberID {
	var out []roster.MemberID
	for _, other := range list {
		if other != id {
			out = append(out, other)
		}
	}
	return out
}
