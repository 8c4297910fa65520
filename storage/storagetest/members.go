package storagetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"rollcall/internal/roster"
)

func testMembers(t *testing.T, open opener) {
	check(t, open, []claim{
		{"a member comes back as it was written", memberRoundTrip},
		{"an update replaces all of a member", memberUpdate},
		{"an update of another version is stale", memberStale},
		{"a scope sees its own members that are not removed", memberScope},
		{"what a failed update wrote is undone", memberUndone},
		{"lock members answers in the order of ids", memberLockSeveral},
		{"admins counts active ones but one", memberAdmins},
		{"a view does not change", memberView},
	})
}

// fullMember has something in every field.
func fullMember(h *house) roster.Member {
	m := h.newMember("Ada@Example.com")
	no := false
	m.ExternalID = "Ext-1"
	m.Email, m.Proven = "ada@example.com", true
	m.Addresses = []string{"ada@example.com", "countess@example.org"}
	m.Aliases = []roster.Alias{{Email: "byron@example.com", Until: epoch().Add(roster.AliasPeriod)}}
	m.Attributes = roster.Attributes(`{"displayName":"Ada  Lovelace","n":1.50,"emails":[{"value":"Ada@Example.com","type":"work"},` +
		`{"value":"Countess@example.org"}],"urn:x:2.0:User":{"é\"<":["\u003c","😀"]},"big":123456789012345678901234567890}`)
	m.Claims = append(m.Claims, roster.Claim{Source: roster.SourceAdmin, By: "mem_x", Active: &no, Role: "admin", At: epoch()})
	m.Standing = roster.Standing{
		State: roster.StateInactive, Reason: roster.CodeDeactivatedByAdmin, Role: "admin",
	}
	m.Conflict = roster.CodeNeedsConfirmation
	m.DirectoryActive = false
	return m
}

// link gives a member its person, as the roster does, and stores it.
func (h *house) insertProven(m roster.Member) roster.Member {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) (err error) {
		if m.Person, err = tx.Person(ctx, m.Email); err != nil {
			return err
		}
		return tx.InsertMember(ctx, m)
	})
	return m
}

func memberRoundTrip(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	want := h.insertProven(fullMember(h))
	bare := h.newMember("bare")
	bare.Directory, bare.Claims, bare.Standing = h.dir.ID, nil, roster.Standing{State: roster.StateActive, Role: "user"}
	h.insert(bare)
	g1, g2 := h.addGroup("Two", want), h.addGroup("Three", want)
	want.Groups = []roster.GroupRef{{ID: g1.ID, Name: "Two"}, {ID: g2.ID, Name: "Three"}}
	if g2.ID.UUID.UUID() < g1.ID.UUID.UUID() {
		want.Groups[0], want.Groups[1] = want.Groups[1], want.Groups[0]
	}

	ctx := t.Context()
	got, err := h.reader().Member(ctx, h.scope(), want.ID, true)
	if err != nil {
		t.Fatalf("Member: %v", err)
	}
	wantSame(t, "Member with groups", want, got)
	wantSame(t, "Member without attributes", bare, h.member(bare.ID))
	page := h.members(roster.Query{Where: idIs(want.ID.UUID.UUID()), Limit: 5, WithGroups: true})
	wantSame(t, "Members with groups", []roster.Member{want}, page.Items)
	h.update(func(ctx context.Context, tx roster.Tx) error {
		locked, err := tx.LockMember(ctx, h.scope(), want.ID)
		wantSame(t, "LockMember", want, locked)
		return err
	})
	refs, err := h.reader().GroupsOf(ctx, want.ID)
	if err != nil {
		t.Fatalf("GroupsOf: %v", err)
	}
	wantSame(t, "GroupsOf", want.Groups, refs)
	want.Groups = nil
	got, err = h.reader().Member(ctx, roster.Scope{}, want.ID, false)
	if err != nil {
		t.Fatalf("Member: %v", err)
	}
	wantSame(t, "Member without groups", want, got)
}

func memberUpdate(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	before := h.insertProven(fullMember(h))
	after := h.newMember("augusta")
	after.ID, after.Version, after.CreatedAt = before.ID, 2, before.CreatedAt
	after.ChangedAt = epoch().Add(time.Hour)
	after.Attributes = roster.Attributes(`{"emails":[{"value":"New@Example.com"}]}`)
	after.Addresses = []string{"new@example.com"}
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, before, after) })
	wantSame(t, "Member", after, h.member(before.ID))

	for _, look := range []struct {
		name  string
		where roster.Predicate
		want  []string
	}{
		{"old login", loginIs("ada@example.com"), nil},
		{"new login", loginIs("AUGUSTA"), []string{"augusta"}},
		{"old external id", externalIDIs("Ext-1"), nil},
		{"old address", emailIs("countess@example.org"), nil},
		{"new address", emailIs("new@EXAMPLE.com"), []string{"augusta"}},
	} {
		wantSame(t, look.name, look.want, logins(h.members(roster.Query{Where: look.where, Limit: 5}).Items))
		wantSame(t, look.name+" in scope", look.want, logins(h.members(roster.Query{Scope: h.scope(), Where: look.where, Limit: 5}).Items))
	}
}

func memberStale(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ada")
	next := m
	next.Version, next.Login = 2, "ada2"
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, m, next) })
	late := m
	late.Version, late.Login = 2, "ada3"
	err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, m, late) })
	wantKind(t, "UpdateMember of version 1", roster.Stale, err)
	unknown := h.newMember("nobody")
	err = h.try(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, unknown, unknown) })
	wantKind(t, "UpdateMember of a member that is not there", roster.Stale, err)
	wantSame(t, "Member", next, h.member(m.ID))
}

func memberScope(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := h.addDirectory("other")
	mine, theirs, free, gone := h.newMember("mine"), h.newMember("theirs"), h.newMember("free"), h.newMember("gone")
	theirs.Directory = other.ID
	free.Directory = h.dir.ID
	free.Directory.UUID = [16]byte{}
	gone.RemovedAt, gone.Standing.State = epoch().Add(time.Minute), roster.StateRemoved
	h.insert(mine, theirs, free, gone)

	for _, look := range []struct {
		name  string
		query roster.Query
		want  []string
	}{
		{"directory", roster.Query{Scope: h.scope()}, []string{"mine"}},
		{"other directory", roster.Query{Scope: roster.Scope{Directory: other.ID}}, []string{"theirs"}},
		{"tenant", roster.Query{}, []string{"mine", "theirs", "free"}},
		{"tenant with removed", roster.Query{WithRemoved: true}, []string{"mine", "theirs", "free", "gone"}},
		{"removed by login", roster.Query{WithRemoved: true, Where: loginIs("GONE")}, []string{"gone"}},
		{"removed by login, hidden", roster.Query{Where: loginIs("GONE")}, nil},
	} {
		look.query.Limit, look.query.Count = 10, true
		page := h.members(look.query)
		wantSame(t, look.name, byText(look.want), byText(logins(page.Items)))
		wantSame(t, look.name+" total", len(look.want), page.Total)
	}
	for _, m := range []roster.Member{theirs, free, gone} {
		_, err := h.reader().Member(t.Context(), h.scope(), m.ID, false)
		wantKind(t, "Member "+m.Login+" in scope", roster.NotFound, err)
		err = h.try(func(ctx context.Context, tx roster.Tx) error {
			_, err := tx.LockMember(ctx, h.scope(), m.ID)
			return err
		})
		wantKind(t, "LockMember "+m.Login+" in scope", roster.NotFound, err)
		wantSame(t, m.Login+" in the tenant", m, h.member(m.ID))
	}
}

func memberUndone(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	stop := errors.New("stop")
	m := h.newMember("ada")
	err := h.try(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.InsertMember(ctx, m); err != nil {
			return err
		}
		if err := tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberCreated, Member: m.ID}); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("Update = %v, want the function's own error", err)
	}
	wantSame(t, "Members", 0, h.members(roster.Query{Count: true}).Total)
	h.update(func(ctx context.Context, tx roster.Tx) error {
		return tx.AppendEvent(ctx, roster.Event{Kind: roster.MemberRefused})
	})
	for _, e := range h.events(1) {
		wantSame(t, "kind of the only event", roster.MemberRefused, e.Kind)
	}
}

func memberLockSeveral(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	one, two, gone := h.newMember("one"), h.newMember("two"), h.newMember("gone")
	gone.RemovedAt = epoch()
	h.insert(one, two, gone)
	g := h.newGroup("g")
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.InsertGroup(ctx, g); err != nil {
			return err
		}
		if _, _, err := tx.AddToGroup(ctx, h.scope(), g.ID, []roster.MemberID{two.ID}); err != nil {
			return err
		}
		ids := []roster.MemberID{two.ID, roster.NewMemberID(epoch()), gone.ID, one.ID, two.ID}
		got, err := tx.LockMembers(ctx, h.scope(), ids)
		two := two
		two.Groups = []roster.GroupRef{{ID: g.ID, Name: "g"}}
		wantSame(t, "LockMembers", byID([]roster.Member{one, two}), got)
		return err
	})
}

func memberAdmins(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	a, c, off, user := h.newMember("a"), h.newMember("c"), h.newMember("off"), h.newMember("user")
	a.Standing.Role, c.Standing.Role, off.Standing.Role = "admin", "admin", "admin"
	off.Standing.State = roster.StateInactive
	h.insert(a, c, off, user)
	for _, look := range []struct {
		except roster.MemberID
		want   int
	}{{roster.MemberID{}, 2}, {a.ID, 1}, {user.ID, 2}} {
		n, err := h.reader().Admins(t.Context(), "admin", look.except)
		if err != nil {
			t.Fatalf("Admins: %v", err)
		}
		wantSame(t, "Admins", look.want, n)
	}
}

func memberView(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("ada")
	err := h.Store.View(t.Context(), h.tenant.ID, func(r roster.Reader) error {
		first, err := r.Members(t.Context(), roster.Query{Limit: 10, Count: true})
		if err != nil {
			return err
		}
		after := m
		after.Version, after.Login = 2, "augusta"
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, m, after) })
		h.addMember("second")
		again, err := r.Members(t.Context(), roster.Query{Limit: 10, Count: true})
		wantSame(t, "Members a second time", first, again)
		return err
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	wantSame(t, "Members afterwards", 2, h.members(roster.Query{Count: true}).Total)
}
