package storagetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// epoch is when the fixtures begin; none depends on the clock.
func epoch() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC) }

// house is one tenant in a store, with a directory.
type house struct {
	Backend
	t      *testing.T
	tenant tenant.Tenant
	dir    tenant.Directory
	made   int // links and requests, whose ids are in their order
	queued []roster.MailID
}

func newHouse(t *testing.T, b Backend, slug string) *house {
	t.Helper()
	h := &house{Backend: b, t: t, tenant: tenant.Tenant{
		ID: tenant.ID{UUID: tenant.NewUUID(epoch())}, Slug: slug, Name: "The " + slug, Status: tenant.Active,
		Roles: tenant.SimpleRoles(), Version: 1, CreatedAt: epoch(), ChangedAt: epoch(),
	}}
	if err := b.Locator.CreateTenant(t.Context(), h.tenant); err != nil {
		t.Fatalf("CreateTenant(%s): %v", slug, err)
	}
	h.dir = h.addDirectory("main")
	return h
}

func (h *house) addDirectory(name string) tenant.Directory {
	h.t.Helper()
	d := tenant.Directory{
		ID: tenant.DirectoryID{UUID: tenant.NewUUID(epoch())}, Name: name, Provider: tenant.Okta, Status: tenant.DirectoryActive,
		Version: 1, CreatedAt: epoch(), ChangedAt: epoch(),
	}
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.PutDirectory(ctx, d) })
	return d
}

func (h *house) scope() roster.Scope   { return roster.Scope{Directory: h.dir.ID} }
func (h *house) reader() roster.Reader { return h.Store.Reader(h.tenant.ID) }

// try runs an Update.
func (h *house) try(f func(ctx context.Context, tx roster.Tx) error) error {
	ctx := h.t.Context()
	return h.Store.Update(ctx, h.tenant.ID, func(tx roster.Tx) error { return f(ctx, tx) })
}

// update runs an Update that must go well.
func (h *house) update(f func(ctx context.Context, tx roster.Tx) error) {
	h.t.Helper()
	if err := h.try(f); err != nil {
		h.t.Fatalf("Update: %v", err)
	}
}

// newMember makes a member that the directory manages, without storing it.
func (h *house) newMember(login string) roster.Member {
	active := true
	return roster.Member{
		ID: roster.NewMemberID(epoch()), Directory: h.dir.ID, Login: login, DirectoryActive: true,
		Claims:   []roster.Claim{{Source: roster.SourceDirectory, By: h.dir.ID.String(), Here: true, Active: &active, At: epoch()}},
		Standing: roster.Standing{State: roster.StateActive, Role: "user"},
		Version:  1, CreatedAt: epoch(), ChangedAt: epoch(),
	}
}

func (h *house) insert(members ...roster.Member) {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) error {
		for _, m := range members {
			if err := tx.InsertMember(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// addMember makes and stores a member.
func (h *house) addMember(login string) roster.Member {
	h.t.Helper()
	m := h.newMember(login)
	h.insert(m)
	return m
}

func (h *house) newGroup(name string) roster.Group {
	return roster.Group{
		ID: roster.NewGroupID(epoch()), Directory: h.dir.ID, Name: name, NameUnique: true,
		Version: 1, CreatedAt: epoch(), ChangedAt: epoch(),
	}
}

// addGroup makes and stores a group with members.
func (h *house) addGroup(name string, members ...roster.Member) roster.Group {
	h.t.Helper()
	g := h.newGroup(name)
	h.insertGroup(g, members...)
	return g
}

func (h *house) insertGroup(g roster.Group, members ...roster.Member) {
	h.t.Helper()
	h.update(func(ctx context.Context, tx roster.Tx) error {
		if err := tx.InsertGroup(ctx, g); err != nil {
			return err
		}
		_, unknown, err := tx.AddToGroup(ctx, roster.Scope{}, g.ID, idsOf(members))
		if len(unknown) > 0 {
			return errors.New("fixture: unknown members")
		}
		return err
	})
}

func (h *house) member(id roster.MemberID) roster.Member {
	h.t.Helper()
	m, err := h.reader().Member(h.t.Context(), roster.Scope{}, id, true)
	if err != nil {
		h.t.Fatalf("Member(%s): %v", id, err)
	}
	return m
}

func (h *house) members(q roster.Query) roster.Page[roster.Member] {
	h.t.Helper()
	p, err := h.reader().Members(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("Members(%+v): %v", q, err)
	}
	return p
}

func (h *house) groups(q roster.Query) roster.Page[roster.Group] {
	h.t.Helper()
	p, err := h.reader().Groups(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("Groups(%+v): %v", q, err)
	}
	return p
}

func (h *house) groupMembers(id roster.GroupID) []roster.GroupMember {
	h.t.Helper()
	list, err := h.reader().GroupMembers(h.t.Context(), id, roster.MemberID{}, 0)
	if err != nil {
		h.t.Fatalf("GroupMembers(%s): %v", id, err)
	}
	return list
}

func idsOf(members []roster.Member) []roster.MemberID {
	ids := make([]roster.MemberID, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	return ids
}

func logins(members []roster.Member) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = m.Login
	}
	return out
}

func names(groups []roster.Group) []string {
	out := make([]string, len(groups))
	for i, g := range groups {
		out[i] = g.Name
	}
	return out
}

// wantSame compares; nil and empty are the same.
func wantSame(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s mismatch (-want +got)\n%s", what, diff)
	}
}

func wantKind(t *testing.T, what string, kind roster.Kind, err error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s = %v, want kind %q", what, err, kind)
	}
}

// wantConflict wants a Conflict about a field.
func wantConflict(t *testing.T, what, field string, err error) {
	t.Helper()
	wantKind(t, what, roster.Conflict, err)
	if e, ok := errors.AsType[*roster.Error](err); ok && e.Field != field {
		t.Errorf("%s: conflict in field %q, want %q", what, e.Field, field)
	}
}

// wantNone wants an empty answer without an error.
func wantNone[T any](t *testing.T, what string, got []T, err error) {
	t.Helper()
	if err != nil || len(got) > 0 {
		t.Errorf("%s = %d of them, %v; want nothing", what, len(got), err)
	}
}
