package storagetest

import (
	"fmt"
	"slices"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// resourcesAreOneList pages through members and groups together, by place and by key, and compares both with
// the whole list.
func resourcesAreOneList(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := h.addDirectory("other")
	var members []roster.Member
	for i := range 6 {
		m := h.newMember(fmt.Sprintf("user%d", i))
		if i%2 == 0 {
			m.ExternalID = fmt.Sprintf("X%d", 7*i%5)
		}
		members = append(members, m)
	}
	theirs := h.newMember("theirs")
	theirs.Directory = other.ID
	h.insert(append(members, theirs)...)
	for i := range 5 {
		g := h.newGroup(fmt.Sprintf("group%d", i))
		if i%2 == 0 {
			g.ExternalID = fmt.Sprintf("X%d", i)
		}
		h.insertGroup(g, members[i])
	}
	for _, q := range []roster.ResourceQuery{
		{}, {Order: roster.ColumnID}, {Order: roster.ColumnExternalID}, {Order: roster.ColumnChanged}, {ByKind: true},
	} {
		for _, desc := range []bool{false, true} {
			q.Scope, q.Desc, q.Limit, q.WithGroups = h.scope(), desc, 100, true
			name := fmt.Sprintf("order %q, by kind %t, desc %t", q.Order, q.ByKind, desc)
			whole := h.resources(q)
			wantSame(t, name+": all", 11, len(whole.Items))
			var byKey, byPlace []tenant.UUID
			for q.Limit = 3; ; {
				page := h.resources(q)
				byKey = append(byKey, resourceIDs(page)...)
				if !page.More {
					break
				}
				q.After, q.AfterKey = byKey[len(byKey)-1], page.LastKey
			}
			wantSame(t, name+": behind a key", resourceIDs(whole), byKey)
			for q.After, q.AfterKey = (tenant.UUID{}), nil; ; q.Offset += 3 {
				page := h.resources(q)
				byPlace = append(byPlace, resourceIDs(page)...)
				if !page.More {
					break
				}
			}
			wantSame(t, name+": behind a place", resourceIDs(whole), byPlace)
			q.Offset = 0
		}
	}
	q := roster.ResourceQuery{Scope: h.scope(), Limit: 100, Members: cmpText(roster.Field{Column: roster.ColumnLogin}, roster.Equal, "USER3"), Groups: roster.Or{}}
	wantSame(t, "one member", []tenant.UUID{members[3].ID.UUID}, resourceIDs(h.resources(q)))
	q.Members, q.Groups, q.ByKind = nil, nil, true
	kinds := slices.Collect(func(yield func(bool) bool) {
		for _, r := range h.resources(q).Items {
			yield(r.Group != nil)
		}
	})
	wantSame(t, "groups first", slices.Concat(slices.Repeat([]bool{true}, 5), slices.Repeat([]bool{false}, 6)), kinds)
}

func (h *house) resources(q roster.ResourceQuery) roster.Page[roster.Resource] {
	h.t.Helper()
	page, err := h.reader().Resources(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("Resources: %v", err)
	}
	return page
}

func resourceIDs(page roster.Page[roster.Resource]) []tenant.UUID {
	var ids []tenant.UUID
	for _, r := range page.Items {
		if r.Group != nil {
			ids = append(ids, r.Group.ID.UUID)
		} else {
			ids = append(ids, r.Member.ID.UUID)
		}
	}
	return ids
}
