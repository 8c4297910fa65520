package storagetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testTallies(t *testing.T, open opener) {
	check(t, open, []claim{
		{"totals follow every change", tallyChanges},
		{"what is undone is not counted", tallyUndone},
		{"totals are exact under concurrent writers", tallyConcurrent},
		{"a page near the end is the same as from the beginning", tallyOffsets},
	})
}

// wantTotals compares the totals of a scope with what a predicate that holds for all makes storage count.
func (h *house) wantTotals(what string, s roster.Scope) {
	h.t.Helper()
	every := roster.Compare{Field: column(roster.ColumnID), Op: roster.Present}
	wantSame(h.t, what+": members", h.members(roster.Query{Scope: s, Where: every, Count: true}).Total, h.members(roster.Query{Scope: s, Count: true}).Total)
	wantSame(h.t, what+": groups", h.groups(roster.Query{Scope: s, Where: every, Count: true}).Total, h.groups(roster.Query{Scope: s, Count: true}).Total)
}

func tallyChanges(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := h.addDirectory("other")
	random := rand.New(rand.NewPCG(3, 4))
	directories := []tenant.DirectoryID{h.dir.ID, other.ID, {}}
	var people []roster.Member
	var groups []roster.Group
	for round := range 150 {
		h.update(func(ctx context.Context, tx roster.Tx) error {
			m, g := h.newMember(fmt.Sprintf("user-%d", round)), h.newGroup(fmt.Sprintf("group-%d", round))
			m.Directory, g.Directory = directories[random.IntN(3)], directories[random.IntN(3)]
			if random.IntN(5) == 0 {
				m.RemovedAt = epoch()
			}
			people, groups = append(people, m), append(groups, g)
			if err := errors.Join(tx.InsertMember(ctx, m), tx.InsertGroup(ctx, g)); err != nil {
				return err
			}
			i := random.IntN(len(people))
			after := people[i]
			after.Version, after.Directory = after.Version+1, directories[random.IntN(3)]
			after.RemovedAt = [2]roster.Member{{}, {RemovedAt: epoch()}}[random.IntN(2)].RemovedAt
			err := tx.UpdateMember(ctx, people[i], after)
			people[i] = after
			if i = random.IntN(len(groups)); random.IntN(3) == 0 {
				err = errors.Join(err, tx.DeleteGroup(ctx, groups[i].ID))
				groups = append(groups[:i], groups[i+1:]...)
			} else {
				next := groups[i]
				next.Version, next.Directory = next.Version+1, directories[random.IntN(3)]
				err = errors.Join(err, tx.UpdateGroup(ctx, groups[i], next))
				groups[i] = next
			}
			return err
		})
		if round%10 == 0 {
			for _, s := range []roster.Scope{{}, h.scope(), {Directory: other.ID}} {
				h.wantTotals(fmt.Sprintf("round %d, scope %v", round, s), s)
			}
		}
	}
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.DeleteGroup(ctx, roster.NewGroupID(epoch())) })
	h.wantTotals("after the deletion of a group that is not there", roster.Scope{})
}

func tallyUndone(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	h.addMember("one")
	undo := errors.New("undo")
	err := h.try(func(ctx context.Context, tx roster.Tx) error {
		return errors.Join(tx.InsertMember(ctx, h.newMember("two")), tx.InsertGroup(ctx, h.newGroup("g")), undo)
	})
	if !errors.Is(err, undo) {
		t.Fatalf("Update = %v", err)
	}
	err = h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertMember(ctx, h.newMember("ONE")) })
	wantConflict(t, "InsertMember of a login that is taken", "login", err)
	wantSame(t, "members", 1, h.members(roster.Query{Scope: h.scope(), Count: true}).Total)
	wantSame(t, "groups", 0, h.groups(roster.Query{Scope: h.scope(), Count: true}).Total)
}

func tallyConcurrent(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	const each = 80 // of all writers together enough for rows to be put together
	allWell(t, together(writers, func(i int) error {
		for n := range each {
			m := h.newMember(fmt.Sprintf("user-%d-%d", i, n))
			if err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.InsertMember(ctx, m) }); err != nil {
				return err
			}
			if n%4 > 0 {
				continue
			}
			after := m
			after.Version, after.RemovedAt = 2, epoch()
			if err := h.try(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, m, after) }); err != nil {
				return err
			}
		}
		return nil
	}))
	wantSame(t, "members", writers*each*3/4, h.members(roster.Query{Scope: h.scope(), Count: true}).Total)
	h.wantTotals("in the end", roster.Scope{})
}

func tallyOffsets(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	people := crowd(h)
	for _, order := range orders() {
		for _, desc := range []bool{false, true} {
			whole := h.members(roster.Query{Scope: h.scope(), Order: order, Desc: desc, Limit: 100})
			for offset := 1; offset < len(people)+3; offset++ {
				q := roster.Query{Scope: h.scope(), Order: order, Desc: desc, Limit: 3, Offset: offset}
				page, name := h.members(q), fmt.Sprintf("order %+v, desc %v, from %d", order, desc, offset)
				want := whole.Items[min(offset, len(people)):min(offset+3, len(people))]
				wantSame(t, name, logins(want), logins(page.Items))
				wantSame(t, name+": more", offset+3 < len(people), page.More)
			}
		}
	}
}
