package storagetest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"rollcall/internal/roster"
)

// randomPredicates is how many predicates are made up for each kind of resource.
const randomPredicates = 2000

// testPredicates holds a store to roster.MatchMember and MatchGroup over an awkward cast.
func testPredicates(t *testing.T, open opener) {
	s := newStage(t, open(t))
	t.Run("members", func(t *testing.T) {
		for _, c := range memberPredicates(s) {
			t.Run(c.name, func(t *testing.T) { s.checkMembers(t, c.p) })
		}
	})
	t.Run("groups", func(t *testing.T) {
		for _, c := range groupPredicates(s) {
			t.Run(c.name, func(t *testing.T) { s.checkGroups(t, c.p) })
		}
	})
	t.Run("random members", func(t *testing.T) {
		d := newDice(1, memberWords(s))
		for range randomPredicates {
			s.checkMembers(t, d.predicate(4))
		}
	})
	t.Run("random groups", func(t *testing.T) {
		d := newDice(2, groupWords(s))
		for range randomPredicates {
			s.checkGroups(t, d.predicate(4))
		}
	})
	t.Run("too deep or too long", func(t *testing.T) {
		deep := loginIs("ada")
		for range 10_000 {
			deep = roster.Not{Of: roster.And{deep}}
		}
		long := make(roster.Or, 100_000)
		for i := range long {
			long[i] = loginIs("ada")
		}
		for _, p := range []roster.Predicate{deep, long} {
			_, err := s.reader().Members(t.Context(), roster.Query{Where: p, Limit: 1})
			wantKind(t, "Members", roster.BadFilter, err)
		}
	})
}

// stage is a tenant with the cast of cast.go, as the store gives it back.
type stage struct {
	*house
	people  []roster.Member
	teams   []roster.Group
	members map[roster.GroupID][]roster.GroupMember
}

func newStage(t *testing.T, b Backend) *stage {
	t.Helper()
	s := &stage{house: newHouse(t, b, "acme"), members: map[roster.GroupID][]roster.GroupMember{}}
	people := cast(s.house)
	s.insert(people...)
	for _, g := range teams(s.house, people) {
		s.insertGroup(g.Group, g.members...)
		s.members[g.ID] = s.groupMembers(g.ID)
	}
	// Another tenant with the same people must not show.
	other := newHouse(t, b, "other")
	other.insert(cast(other)...)
	s.people = s.house.members(roster.Query{Limit: 100, WithGroups: true}).Items
	s.teams = s.groups(roster.Query{Limit: 100}).Items
	if len(s.people) != len(people) || len(s.teams) == 0 {
		t.Fatalf("the cast has %d members and %d groups", len(s.people), len(s.teams))
	}
	return s
}

func (s *stage) checkMembers(t *testing.T, p roster.Predicate) {
	t.Helper()
	var want []string
	for _, m := range s.people {
		if roster.MatchMember(p, m) {
			want = append(want, m.Login)
		}
	}
	page, err := s.reader().Members(t.Context(), roster.Query{Scope: s.scope(), Where: p, Limit: 100, Count: true})
	if err != nil {
		t.Fatalf("Members(%s): %v", show(p), err)
	}
	wantSame(t, "Members("+show(p)+")", byText(want), byText(logins(page.Items)))
	wantSame(t, "Total("+show(p)+")", len(want), page.Total)
}

func (s *stage) checkGroups(t *testing.T, p roster.Predicate) {
	t.Helper()
	var want []string
	for _, g := range s.teams {
		if roster.MatchGroup(p, g, s.members[g.ID]) {
			want = append(want, g.Name)
		}
	}
	page, err := s.reader().Groups(t.Context(), roster.Query{Where: p, Limit: 100, Count: true})
	if err != nil {
		t.Fatalf("Groups(%s): %v", show(p), err)
	}
	wantSame(t, "Groups("+show(p)+")", byText(want), byText(names(page.Items)))
	wantSame(t, "Total("+show(p)+")", len(want), page.Total)
}

func show(p roster.Predicate) string { return fmt.Sprintf("%#v", p) }

// words are what random predicates are made of.
type words struct {
	fields      []roster.Field // of the row
	collections []roster.Field
	subs        []string // of elements
	values      []roster.Value
}

// dice make predicates up, always the same ones.
type dice struct {
	*rand.Rand
	words words
}

func newDice(seed uint64, w words) dice {
	return dice{rand.New(rand.NewPCG(seed, seed)), w} // to be repeated, not to be secret
}

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// predicate makes one of at most the given depth, about a row.
func (d dice) predicate(depth int) roster.Predicate {
	return d.grow(depth, func() roster.Field {
		f := pick(d, d.words.fields)
		f.Exact = d.IntN(3) == 0
		return f
	}, func() roster.Field { return pick(d, d.words.collections) })
}

// inner makes one about an element.
func (d dice) inner(depth int) roster.Predicate {
	field := func() roster.Field { return roster.Field{Sub: pick(d, d.words.subs), Exact: d.IntN(3) == 0} }
	return d.grow(depth, field, field)
}

func (d dice) grow(depth int, field, collection func() roster.Field) roster.Predicate {
	n := 10
	if depth <= 1 {
		n = 5
	}
	switch d.IntN(n) {
	case 5, 6:
		parts := make(roster.And, d.IntN(4))
		for i := range parts {
			parts[i] = d.grow(depth-1, field, collection)
		}
		return parts
	case 7:
		parts := make(roster.Or, d.IntN(4))
		for i := range parts {
			parts[i] = d.grow(depth-1, field, collection)
		}
		return parts
	case 8:
		return roster.Not{Of: d.grow(depth-1, field, collection)}
	case 9:
		if d.IntN(6) == 0 {
			return roster.Any{Field: collection()}
		}
		return roster.Any{Field: collection(), Where: d.inner(depth - 1)}
	}
	ops := []roster.Op{
		roster.Equal, roster.Equal, roster.NotEqual, roster.Contains, roster.HasPrefix, roster.HasSuffix,
		roster.Less, roster.LessEqual, roster.Greater, roster.GreaterEqual, roster.Present, "no such",
	}
	return roster.Compare{Field: field(), Op: pick(d, ops), Value: d.value()}
}

// value is one of the words, or a piece of one.
func (d dice) value() roster.Value {
	v := pick(d, d.words.values)
	if r := []rune(v.Text); v.Kind == roster.Text && len(r) > 1 && d.IntN(3) == 0 {
		from := d.IntN(len(r))
		v.Text = string(r[from : from+1+d.IntN(len(r)-from)])
	}
	return v
}
