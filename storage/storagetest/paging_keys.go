package storagetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
)

// behind moves a query behind the last item of a page.
func behind(q roster.Query, page roster.Page[roster.Member]) roster.Query {
	q.After, q.AfterKey = page.Items[len(page.Items)-1].ID.UUID, page.LastKey
	return q
}

func pageKeys(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	people := crowd(h)
	for i, m := range people { // a few have external ids
		if i%3 > 0 {
			after := m
			after.Version, after.ExternalID = 2, fmt.Sprintf("X%d", (i*5)%23)
			h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, m, after) })
		}
	}
	for _, order := range orders() {
		for _, desc := range []bool{false, true} {
			for _, scope := range []roster.Scope{h.scope(), {}} {
				name := fmt.Sprintf("order %+v, desc %v, scope %v", order, desc, !scope.Directory.IsZero())
				q := roster.Query{Scope: scope, Order: order, Desc: desc, Limit: 100}
				whole := h.members(q)
				wantSame(t, name+": everybody", byText(logins(people)), byText(logins(whole.Items)))
				var got []roster.Member
				for q.Limit = 4; ; {
					page := h.members(q)
					got = append(got, page.Items...)
					wantSame(t, name+": more", len(got) < len(people), page.More)
					if !page.More || len(page.Items) == 0 {
						break
					}
					q = behind(q, page)
				}
				wantSame(t, name+": pages", logins(whole.Items), logins(got))
				q = roster.Query{Scope: scope, Order: order, Desc: desc, Limit: 1, Offset: 11}
				at := h.members(q)
				q.Offset, q.Limit, q.Where = 0, 100, roster.Not{Of: cmpNumber(attr("n"), roster.Equal, 1)}
				all := h.members(q)
				tail := slices.DeleteFunc(slices.Clone(whole.Items[12:]), func(m roster.Member) bool {
					return !slices.Contains(logins(all.Items), m.Login)
				})
				wantSame(t, name+": behind a row that was passed over, with a predicate", logins(tail), logins(h.members(behind(q, at)).Items))
			}
		}
	}
}

func pageGroupKeys(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	for i := range 11 {
		g := h.newGroup(fmt.Sprintf("Group %d", i%4))
		g.NameUnique = false
		if i%2 == 0 {
			g.ExternalID = fmt.Sprintf("X%d", i%6)
		}
		h.insertGroup(g)
	}
	for _, order := range []roster.Field{
		{}, column(roster.ColumnName), column(roster.ColumnCreated), column(roster.ColumnChanged), column(roster.ColumnExternalID), attr("description"),
	} {
		for _, desc := range []bool{false, true} {
			q := roster.Query{Scope: h.scope(), Order: order, Desc: desc, Limit: 100}
			whole := h.groups(q)
			wantSame(t, "all", 11, len(whole.Items))
			var got []roster.Group
			for q.Limit = 3; ; {
				page := h.groups(q)
				got = append(got, page.Items...)
				if !page.More || len(page.Items) == 0 {
					break
				}
				q.After, q.AfterKey = page.Items[len(page.Items)-1].ID.UUID, page.LastKey
			}
			wantSame(t, fmt.Sprintf("pages in the order of %+v, desc %v", order, desc), whole.Items, got)
		}
	}
}

func pageValues(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	long := strings.Repeat("é", 300)
	var people []roster.Member
	for i, v := range []string{
		`-1e308`, `-20.5`, `-3`, `-1e-320`, `0`, `1e-400`, `2`, `10`, `10.25`, `9007199254740992`, `1e300`, `false`, `true`, `"` + long + `"`, `""`,
	} {
		m := h.newMember(fmt.Sprintf("%02d %.9s", i, v))
		m.Attributes = roster.Attributes(fmt.Sprintf(`{"v":%s,"list":[%[1]s,"zz"],"few":[{"value":"%02[2]d"},{"value":"%02[3]d","primary":true}]}`, v, i, 50-i))
		people = append(people, m)
	}
	h.insert(people...)
	for _, key := range []string{"v", "list"} {
		// 1e-400 and -1e-320 may be nothing to a database, and truth values may be numbers.
		other := func(m roster.Member) bool {
			return m.Login >= "11" || m.Login[:2] == "03" || m.Login[:2] == "04" || m.Login[:2] == "05"
		}
		numbers := slices.DeleteFunc(h.members(roster.Query{Order: attr(key), Limit: 100}).Items, other)
		wantSame(t, key+": numbers", logins(slices.DeleteFunc(slices.Clone(people), other)), logins(numbers))
		q := roster.Query{Order: attr(key), Limit: 1}
		seen := 0
		for {
			page := h.members(q)
			if seen += len(page.Items); !page.More || seen > len(people) {
				break
			}
			if page.LastKey != nil && len(*page.LastKey) > 600 {
				t.Errorf("%s: a key has %d bytes", key, len(*page.LastKey))
			}
			q = behind(q, page)
		}
		wantSame(t, key+": one by one", len(people), seen)
	}
	slices.Reverse(people)
	wantSame(t, "by the primary value", logins(people), logins(h.members(roster.Query{Order: attr("few/value"), Limit: 100}).Items))
}

func pageBadKey(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	m := h.addMember("m")
	for order, bad := range map[roster.Column][]*string{
		roster.ColumnChanged: {nil, new("x")}, roster.ColumnActive: {nil, new("maybe")}, roster.ColumnLogin: {nil, new("a\x00")},
	} {
		for _, key := range bad {
			_, err := h.reader().Members(t.Context(), roster.Query{Scope: h.scope(), Order: column(order), After: m.ID.UUID, AfterKey: key, Limit: 1})
			wantKind(t, "Members by "+string(order), roster.BadCursor, err)
		}
	}
}

// pageWhileChanging reads a list page by page while others come, go and change their names.
func pageWhileChanging(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	random := rand.New(rand.NewPCG(1, 2))
	name := func() string { return fmt.Sprintf("user-%06d", random.IntN(1_000_000)) }
	fresh := func() roster.Member {
		m := h.newMember(name())
		m.CreatedAt = epoch().Add(time.Duration(random.IntN(1000)) * time.Second)
		m.ID, m.ChangedAt = roster.NewMemberID(m.CreatedAt), m.CreatedAt
		if random.IntN(3) > 0 {
			m.ExternalID = name()
		}
		if random.IntN(4) > 0 {
			m.Attributes = roster.Attributes(fmt.Sprintf(`{"title":"Title %d"}`, random.IntN(5)))
		}
		return m
	}
	var still, moving []roster.Member
	for range 60 {
		still, moving = append(still, fresh()), append(moving, fresh())
	}
	h.insert(still...)
	h.insert(moving...)
	stir := func() {
		h.update(func(ctx context.Context, tx roster.Tx) error {
			for range 3 {
				i := random.IntN(len(moving))
				after := fresh()
				after.ID, after.CreatedAt, after.Version = moving[i].ID, moving[i].CreatedAt, moving[i].Version+1
				if random.IntN(4) == 0 {
					after.RemovedAt = epoch()
				}
				if err := tx.UpdateMember(ctx, moving[i], after); err != nil {
					return err
				}
				moving[i] = after
			}
			moving = append(moving, fresh())
			return tx.InsertMember(ctx, moving[len(moving)-1])
		})
	}
	for _, order := range []roster.Field{
		{}, column(roster.ColumnLogin), column(roster.ColumnExternalID), column(roster.ColumnCreated), column(roster.ColumnChanged), attr("title"),
	} {
		for _, desc := range []bool{false, true} {
			q := roster.Query{Scope: h.scope(), Order: order, Desc: desc, Limit: 1000}
			isStill := func(m roster.Member) bool {
				return slices.ContainsFunc(still, func(s roster.Member) bool { return s.ID == m.ID })
			}
			want := slices.DeleteFunc(h.members(q).Items, func(m roster.Member) bool { return !isStill(m) })
			var got []roster.Member
			for q.Limit = 7; ; {
				page := h.members(q)
				for _, m := range page.Items {
					if isStill(m) {
						got = append(got, m)
					}
				}
				if !page.More {
					break
				}
				q = behind(q, page)
				stir()
			}
			wantSame(t, fmt.Sprintf("who stayed, order %+v, desc %v", order, desc), logins(want), logins(got))
		}
	}
}
