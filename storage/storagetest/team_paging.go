package storagetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
)

// teamCast is a team with many who bear one name, in all cases, and many who were seen at one moment or never.
func (h *house) teamCast() []roster.Member {
	h.t.Helper()
	var out []roster.Member
	for i := range 23 {
		m := h.newPerson(fmt.Sprintf("p%02d", i), roster.SourceInvite)
		name := []string{"Ann", "ann", "ANN", "Zoë", "Ärger"}[i%5]
		m.Attributes = roster.Attributes(`{"displayName":"` + name + `"}`)
		out = append(out, m)
	}
	h.insert(out...)
	for i, m := range out {
		if i%3 > 0 {
			s := h.newSession(m, byte(i))
			s.SeenAt = epoch().Add(time.Duration(i%4) * time.Hour)
			h.insertSession(s)
		}
	}
	return out
}

func teamSorts() []roster.TeamSort {
	return []roster.TeamSort{roster.TeamByName, roster.TeamByActivity, roster.TeamByJoined}
}

// walk reads a list page by page, to its end or back to its beginning.
func (h *house) walk(q roster.TeamQuery, backwards bool) []string {
	h.t.Helper()
	var out []string
	for range 100 {
		page := h.team(q)
		got := teamLogins(page.Items)
		if backwards {
			out = append(got, out...)
		} else {
			out = append(out, got...)
		}
		if !page.More {
			return out
		}
		if backwards {
			q.Before = page.Items[0].Place
		} else {
			q.After = page.Items[len(page.Items)-1].Place
		}
	}
	h.t.Fatal("the list has no end")
	return nil
}

func teamPaged(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	people := h.teamCast()
	for _, sort := range teamSorts() {
		for _, q := range []roster.TeamQuery{{Sort: sort}, {Sort: sort, Text: "ann"}, {Sort: sort, AwaySince: epoch().Add(2 * time.Hour)}} {
			name := fmt.Sprintf("%q of %+v", sort, q)
			whole := teamLogins(h.team(q).Items)
			if q.Text == "" && q.AwaySince.IsZero() {
				wantSame(t, name+": everybody", len(people), len(whole))
			}
			for q.Limit = range 6 {
				if q.Limit == 0 {
					continue
				}
				wantSame(t, name+": pages", whole, h.walk(q, false))
			}
			q.Limit = 50
			all := h.team(q).Items
			q.Limit, q.Before = 3, all[len(all)-1].Place
			wantSame(t, name+": pages from the end", whole[:len(whole)-1], h.walk(q, true))
			q.Before = all[5].Place
			page := h.team(q)
			wantSame(t, name+": a page before a place", []any{whole[2:5], true}, []any{teamLogins(page.Items), page.More})
			q.Before = all[3].Place
			page = h.team(q)
			wantSame(t, name+": the first page, from behind", []any{whole[:3], false}, []any{teamLogins(page.Items), page.More})
			q.Before, q.After, q.Count = roster.TeamPlace{}, all[2].Place, true
			wantSame(t, name+": the total is that of all pages", len(whole), h.team(q).Total)
		}
	}
}

// teamMoves changes the team while somebody pages through it: who was there all along, and stood still, is seen once.
func teamMoves(t *testing.T, b Backend) {
	for _, sort := range teamSorts() {
		h := newHouse(t, b, "acme"+string(sort))
		people := h.teamCast()
		q := roster.TeamQuery{Sort: sort, Limit: 5}
		whole := teamLogins(h.team(roster.TeamQuery{Sort: sort}).Items)
		first := h.team(q)
		q.After = first.Items[4].Place
		byLogin := func(login string) roster.Member {
			return people[slices.IndexFunc(people, func(m roster.Member) bool { return m.Login == login })]
		}
		rename := func(login, name string) {
			before := byLogin(login)
			after := before
			after.Version, after.Attributes = 2, roster.Attributes(`{"displayName":"`+name+`"}`)
			h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, before, after) })
		}
		rename(whole[4], "Zzz")                               // where the place was
		h.removeMember(byLogin(whole[3]))                     // in front of it
		h.removeMember(byLogin(whole[7]))                     // behind it
		h.insert(h.newPerson("aaa", roster.SourceInvite))     // somewhere
		h.insertSession(h.newSession(byLogin(whole[0]), 200)) // in front, and moves to the end by activity
		rest := h.walk(q, false)
		for _, login := range slices.Concat(whole[5:7], whole[8:]) {
			if n := strings.Count(" "+strings.Join(rest, " ")+" ", " "+login+" "); n != 1 {
				t.Errorf("by %q: %s is seen %d times behind the first page, want once: %v", sort, login, n, rest)
			}
		}
		for _, login := range slices.Concat(whole[1:4], []string{whole[7]}) {
			if slices.Contains(rest, login) {
				t.Errorf("by %q: %s is seen behind the first page: %v", sort, login, rest)
			}
		}
	}
}

func (h *house) removeMember(m roster.Member) {
	h.t.Helper()
	after := m
	after.Version, after.RemovedAt, after.Standing.State = m.Version+1, epoch(), roster.StateRemoved
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, m, after) })
}

// teamSought searches for what means something in patterns of LIKE, and for letters beyond ASCII.
func teamSought(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	for i, name := range []string{`100% Ann`, `100 Ann`, `a_b`, `acb`, `back\slash`, `backslash`, `ÄRGER Groß`, `Łukasz`, `李雷`, `émile 👩‍💻`, `ΣΊΣΥΦΟΣ`} {
		m := h.newPerson(fmt.Sprintf("s%02d", i), roster.SourceInvite)
		m.Attributes = roster.Attributes(`{"displayName":` + quotedJSON(name) + `}`)
		h.insert(m)
	}
	for text, want := range map[string][]string{
		`0%`: {"s00"}, `100`: {"s01", "s00"}, `%`: {"s00"}, `a_b`: {"s02"}, `_`: {"s02"}, `\`: {"s04"}, `k\s`: {"s04"}, `\s`: {"s04"}, `\%`: nil,
		`ärger`: {"s06"}, `GROSS`: nil, `GROß`: {"s06"}, `łUK`: {"s07"}, `雷`: {"s08"}, `👩‍💻`: {"s09"}, `É`: {"s09"}, `σίσυφος`: {"s10"}, `S03@BETA`: {"s03"},
		"s\x00": nil, "\xff": nil, `'; DROP TABLE members; --`: nil,
	} {
		page := h.team(roster.TeamQuery{Text: text, Count: true})
		wantSame(t, fmt.Sprintf("%q", text), []any{sorted(slices.Clone(want)), len(want)}, []any{sorted(teamLogins(page.Items)), page.Total})
	}
}

func quotedJSON(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// teamPlaces asks for pages at places that no list gave.
func teamPlaces(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	h.addMember("ada")
	nobody := roster.NewMemberID(epoch())
	for _, c := range []struct {
		sort roster.TeamSort
		key  string
		bad  bool
	}{
		{roster.TeamByName, "a\x00", true},
		{roster.TeamByName, "\xff", true},
		{roster.TeamByName, "", false},
		{roster.TeamByName, strings.Repeat("x", 10_000), false},
		{roster.TeamByActivity, "", true},
		{roster.TeamByActivity, "x y", true},
		{roster.TeamByActivity, "99999999999999999 a", true},
		{roster.TeamByActivity, "-1 a", true},
		{roster.TeamByActivity, "0 ", false},
		{roster.TeamByJoined, "whatever", false},
	} {
		for _, q := range []roster.TeamQuery{{After: roster.TeamPlace{Key: c.key, ID: nobody}}, {Before: roster.TeamPlace{Key: c.key, ID: nobody}}} {
			q.Sort, q.Limit = c.sort, 5
			_, err := h.reader().Team(t.Context(), q)
			if c.bad {
				wantKind(t, fmt.Sprintf("a place %q by %q", c.key, c.sort), roster.BadCursor, err)
			} else if err != nil {
				t.Errorf("a place %q by %q: %v", c.key, c.sort, err)
			}
		}
	}
}
