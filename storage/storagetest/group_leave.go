package storagetest

import (
	"context"
	"testing"

	"rollcall/internal/roster"
)

func groupLeave(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	one, two := h.newMember("one"), h.newMember("two")
	h.insert(one, two)
	left, kept, foreign := h.addGroup("left", one, two), h.addGroup("kept", one), h.addGroup("foreign", two)
	h.update(func(ctx context.Context, tx roster.Tx) error {
		return tx.LeaveGroups(ctx, one.ID, []roster.GroupID{left.ID, foreign.ID, roster.NewGroupID(epoch())})
	})
	for _, want := range []struct {
		group   roster.Group
		version int64
		members int
	}{{left, left.Version + 1, 1}, {kept, kept.Version, 1}, {foreign, foreign.Version, 1}} {
		g, err := h.reader().Group(t.Context(), h.scope(), want.group.ID)
		if err != nil {
			t.Fatalf("Group: %v", err)
		}
		wantSame(t, g.Name+": version", want.version, g.Version)
		wantSame(t, g.Name+": members", want.members, len(h.groupMembers(g.ID)))
	}
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.LeaveGroups(ctx, one.ID, nil) })
	wantSame(t, "leaving none", 1, len(h.groupMembers(kept.ID)))
}
