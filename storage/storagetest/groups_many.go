package storagetest

import (
	"context"
	"fmt"
	"testing"

	"rollcall/internal/roster"
)

// groupsConcurrent has members removed, as directories do it, while others change the same groups.
func groupsConcurrent(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	var people []roster.Member
	for i := range writers * 2 {
		people = append(people, h.newMember(fmt.Sprintf("user-%d", i)))
	}
	h.insert(people...)
	groups := []roster.Group{h.addGroup("one", people...), h.addGroup("two", people...), h.addGroup("three")}
	allWell(t, together(writers, func(i int) error {
		m := people[i]
		if i%4 == 0 {
			return h.try(func(ctx context.Context, tx roster.Tx) error {
				g, err := tx.LockGroup(ctx, h.scope(), groups[i%3].ID)
				if err != nil {
					return err
				}
				next := g
				next.Version++
				if _, _, err := tx.AddToGroup(ctx, h.scope(), g.ID, idsOf(people[writers:])); err != nil {
					return err
				}
				return tx.UpdateGroup(ctx, g, next)
			})
		}
		return h.try(func(ctx context.Context, tx roster.Tx) error {
			if err := tx.LockGroupsOf(ctx, m.ID); err != nil {
				return err
			}
			before, err := tx.LockMember(ctx, h.scope(), m.ID)
			if err != nil {
				return err
			}
			ids := make([]roster.GroupID, len(before.Groups))
			for i, g := range before.Groups {
				ids[i] = g.ID
			}
			return tx.LeaveGroups(ctx, m.ID, ids)
		})
	}))
	wantSame(t, "members left in the first", len(people)-writers*3/4, len(h.groupMembers(groups[0].ID)))
	for i, g := range groups[:2] {
		got, err := h.reader().Group(t.Context(), h.scope(), g.ID)
		if err != nil {
			t.Fatalf("Group: %v", err)
		}
		changes := writers * 3 / 4
		for n := range writers {
			if n%4 == 0 && n%3 == i {
				changes++
			}
		}
		wantSame(t, "version of "+g.Name, int64(1+changes), got.Version)
	}
}
