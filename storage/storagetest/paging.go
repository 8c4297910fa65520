package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func testPaging(t *testing.T, open opener) {
	check(t, open, []claim{
		{"pages by offset make up the whole, in any order", pageOffsets},
		{"pages behind an id make up the whole", pageAfter},
		{"limits, totals and more", pageCounts},
		{"order is by folded text and by code point", pageOrder},
		{"groups are paged as members are", pageGroups},
		{"pages behind a key make up the whole, in any order", pageKeys},
		{"groups are paged behind a key too", pageGroupKeys},
		{"numbers sort as numbers, several values by the primary one", pageValues},
		{"a key that no list gave is refused", pageBadKey},
		{"what stays in place is neither skipped nor doubled while others move", pageWhileChanging},
	})
}

// crowd are 23 members of whom many have the same names and times.
func crowd(h *house) []roster.Member {
	var people []roster.Member
	for i := range 23 {
		m := h.newMember(fmt.Sprintf("User-%02d", (i*7)%23))
		m.CreatedAt = epoch().Add(time.Duration(i%3) * time.Second)
		m.ID = roster.NewMemberID(m.CreatedAt)
		m.ChangedAt = epoch().Add(time.Duration(i%2) * time.Second)
		if i%5 != 0 {
			m.Attributes = roster.Attributes(fmt.Sprintf(`{"displayName":"Name %d","n":%d}`, i%4, i%4))
		}
		people = append(people, m)
	}
	h.insert(people...)
	return byID(people)
}

// orders are fields to sort by; the empty one is by id.
func orders() []roster.Field {
	return []roster.Field{
		{},
		column(roster.ColumnLogin), column(roster.ColumnCreated), column(roster.ColumnChanged), column(roster.ColumnExternalID),
		column(roster.ColumnActive), column(roster.ColumnID), attr("displayName"), exact(attr("displayName")), attr("n"), attr("absent"), attr("name/familyName"), ext(urn, "x"),
	}
}

func pageOffsets(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	people := crowd(h)
	for _, order := range orders() {
		for _, desc := range []bool{false, true} {
			q := roster.Query{Scope: h.scope(), Order: order, Desc: desc, Limit: 100, Count: true}
			name := fmt.Sprintf("order %+v, desc %v", order, desc)
			whole := h.members(q)
			wantSame(t, name+": everybody", byText(logins(people)), byText(logins(whole.Items)))
			var got []roster.Member
			for q.Limit = 4; ; q.Offset += q.Limit {
				page := h.members(q)
				got = append(got, page.Items...)
				wantSame(t, name+": total", len(people), page.Total)
				wantSame(t, name+": more", q.Offset+q.Limit < len(people), page.More)
				if !page.More || q.Offset > len(people) {
					break
				}
			}
			wantSame(t, name+": pages", logins(whole.Items), logins(got))
			q.Offset = 1000
			beyond := h.members(q)
			wantSame(t, name+": beyond the end", 0, len(beyond.Items))
			wantSame(t, name+": total beyond the end", len(people), beyond.Total)
		}
	}
}

func pageAfter(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	people := crowd(h)
	for _, desc := range []bool{false, true} {
		want := slices.Clone(people)
		if desc {
			slices.Reverse(want)
		}
		var got []roster.Member
		q := roster.Query{Desc: desc, Limit: 5}
		for {
			page := h.members(q)
			got = append(got, page.Items...)
			if !page.More || len(page.Items) == 0 {
				break
			}
			q.After = page.Items[len(page.Items)-1].ID.UUID
		}
		wantSame(t, fmt.Sprintf("pages, desc %v", desc), logins(want), logins(got))
	}
	where := roster.Not{Of: cmpNumber(attr("n"), roster.Equal, 1)}
	all := h.members(roster.Query{Where: where, Limit: 100, Count: true})
	tail := h.members(roster.Query{Where: where, Limit: 100, Count: true, After: all.Items[3].ID.UUID})
	wantSame(t, "behind an id, with a predicate", logins(all.Items[4:]), logins(tail.Items))
	wantSame(t, "total behind an id", all.Total, tail.Total)
}

func pageCounts(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	people := crowd(h)
	none := h.members(roster.Query{Count: true})
	wantSame(t, "limit 0 with a count", roster.Page[roster.Member]{Total: len(people), More: none.More}, none)
	exactly := h.members(roster.Query{Limit: len(people)})
	wantSame(t, "a limit as large as the whole", len(people), len(exactly.Items))
	wantSame(t, "no more behind it", false, exactly.More)
	wantSame(t, "no total unless asked for", 0, exactly.Total)
	one := h.members(roster.Query{Scope: h.scope(), Where: loginIs(people[3].Login), Limit: 1, Count: true})
	wantSame(t, "one by login", roster.Page[roster.Member]{Items: people[3:4], Total: 1}, one)
	missing := h.members(roster.Query{Scope: h.scope(), Where: loginIs("nobody"), Limit: 1, Count: true})
	wantSame(t, "none by login", roster.Page[roster.Member]{}, missing)
	elsewhere := h.members(roster.Query{Scope: roster.Scope{Directory: tenant.DirectoryID{UUID: tenant.NewUUID(epoch())}}, Limit: 5, Count: true})
	wantSame(t, "none of another directory", roster.Page[roster.Member]{}, elsewhere)
}

func pageOrder(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	want := []string{"_", "a", "B", "b c", "c", "ÅB", "é", "\uff5e", "😀"}
	for i := range want {
		h.addMember(want[(i*4)%len(want)])
	}
	got := h.members(roster.Query{Order: column(roster.ColumnLogin), Limit: 100})
	wantSame(t, "by login", want, logins(got.Items))
	slices.Reverse(want)
	got = h.members(roster.Query{Order: column(roster.ColumnLogin), Desc: true, Limit: 100})
	wantSame(t, "by login, descending", want, logins(got.Items))
}

func pageGroups(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	var want []roster.Group
	for i := range 11 {
		g := h.newGroup(fmt.Sprintf("Group %d", i%4))
		g.NameUnique = false
		h.insertGroup(g)
		want = append(want, g)
	}
	want = groupsByID(want)
	wantSame(t, "by id", want, h.groups(roster.Query{Limit: 100}).Items)
	for _, order := range []roster.Field{column(roster.ColumnName), column(roster.ColumnCreated), attr("description")} {
		q := roster.Query{Scope: h.scope(), Order: order, Limit: 100, Count: true}
		whole := h.groups(q)
		wantSame(t, "total", len(want), whole.Total)
		var got []roster.Group
		for q.Limit = 3; q.Offset < len(want); q.Offset += q.Limit {
			got = append(got, h.groups(q).Items...)
		}
		wantSame(t, fmt.Sprintf("pages in the order of %+v", order), whole.Items, got)
	}
	several := h.groups(roster.Query{Scope: h.scope(), Where: nameIs("GROUP 1"), Limit: 2, Count: true})
	wantSame(t, "several of a name", []any{2, 3, true}, []any{len(several.Items), several.Total, several.More})
}
