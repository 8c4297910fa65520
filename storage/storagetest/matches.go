package storagetest

import (
	"context"
	"testing"

	"rollcall/internal/roster"
)

func testMatches(t *testing.T, open opener) {
	check(t, open, []claim{
		{"matches are found by each key and no other", matchKeys},
		{"a person is one across tenants", matchPerson},
		{"a person may have several addresses, an address one person", matchAddress},
		{"a person elsewhere is a live member of another tenant", matchElsewhere},
	})
}

// matches runs LockMatches and returns the logins found.
func (h *house) matches(m roster.Match) []string {
	h.t.Helper()
	var found []roster.Member
	h.update(func(ctx context.Context, tx roster.Tx) (err error) {
		found, err = tx.LockMatches(ctx, m)
		return err
	})
	wantSame(h.t, "order of LockMatches", byID(found), found)
	return byText(logins(found))
}

func matchKeys(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	other := h.addDirectory("other")
	named, keyed, gone, foreign, claimed, free := h.newMember("Named"), h.newMember("keyed"), h.newMember("gone"),
		h.newMember("foreign"), h.newMember("claimed"), h.newMember("free")
	keyed.ExternalID = "K1"
	gone.ExternalID, gone.RemovedAt, gone.Standing.State = "K2", epoch(), roster.StateRemoved
	foreign.Directory, foreign.ExternalID = other.ID, "K1"
	claimed.Email = "claimed@example.com"
	free.Email, free.Proven = "free@example.com", true
	free.Directory.UUID = [16]byte{}
	free.Aliases = []roster.Alias{{Email: "former@example.com", Until: epoch()}}
	h.insert(named, keyed, gone, foreign, claimed)
	h.insertProven(free)

	for _, look := range []struct {
		name  string
		match roster.Match
		want  []string
	}{
		{"login in another case", roster.Match{Login: "nAMED"}, []string{"Named"}},
		{"external id", roster.Match{Login: "x", ExternalID: "K1"}, []string{"keyed"}},
		{"external id in another case", roster.Match{Login: "x", ExternalID: "k1"}, nil},
		{"no external id matches nobody", roster.Match{Login: "x"}, nil},
		{"a removed one", roster.Match{Login: "GONE"}, []string{"gone"}},
		{"a removed one by external id", roster.Match{Login: "x", ExternalID: "K2"}, []string{"gone"}},
		{"login of another directory", roster.Match{Login: "foreign"}, nil},
		{"proven address", roster.Match{Login: "x", Email: "free@example.com"}, []string{"free"}},
		{"former address", roster.Match{Login: "x", Email: "former@example.com"}, []string{"free"}},
		{"address that nobody proved", roster.Match{Login: "x", Email: "claimed@example.com"}, nil},
		{"all keys at once", roster.Match{Login: "named", ExternalID: "K2", Email: "free@example.com"}, []string{"Named", "free", "gone"}},
		{"one member by all keys", roster.Match{Login: "KEYED", ExternalID: "K1"}, []string{"keyed"}},
	} {
		look.match.Directory = h.dir.ID
		wantSame(t, look.name, byText(look.want), h.matches(look.match))
	}
}

// person asks for the person of an address and gives it to a new member.
func (h *house) person(login string, e roster.Email) roster.Member {
	m := h.newMember(login)
	m.Email, m.Proven = e, true
	return h.insertProven(m)
}

func matchPerson(t *testing.T, b Backend) {
	one, two := newHouse(t, b, "one"), newHouse(t, b, "two")
	a, c, d := one.person("a", "ada@example.com"), two.person("b", "ada@example.com"), two.person("d", "other@example.com")
	if a.Person != c.Person || a.Person.IsZero() {
		t.Errorf("one address has two persons: %s and %s", a.Person, c.Person)
	}
	if d.Person == a.Person {
		t.Errorf("two addresses have one person: %s", d.Person)
	}
	wantSame(t, "Member", a, one.member(a.ID))
}

func matchAddress(t *testing.T, b Backend) {
	one, two := newHouse(t, b, "one"), newHouse(t, b, "two")
	a, other := one.person("a", "ada@example.com"), two.person("b", "bob@example.com")
	for _, e := range []roster.Email{"ada.berg@example.com", "bob@example.com", "ada@example.com"} {
		one.update(func(ctx context.Context, tx roster.Tx) error { return tx.AddAddress(ctx, a.Person, e) })
	}
	wantSame(t, "by the new address", a.Person, two.person("c", "ada.berg@example.com").Person)
	wantSame(t, "by the old one", a.Person, two.person("d", "ada@example.com").Person)
	wantSame(t, "an address of another person", other.Person, one.person("e", "bob@example.com").Person)
}

func matchElsewhere(t *testing.T, b Backend) {
	one, two := newHouse(t, b, "one"), newHouse(t, b, "two")
	m := one.person("a", "ada@example.com")
	elsewhere := func(h *house, e roster.Email) (found bool) {
		t.Helper()
		h.update(func(ctx context.Context, tx roster.Tx) (err error) {
			found, err = tx.PersonElsewhere(ctx, e)
			return err
		})
		return found
	}
	wantSame(t, "the own tenant is not elsewhere", false, elsewhere(one, "ada@example.com"))
	wantSame(t, "another tenant is", true, elsewhere(two, "ada@example.com"))
	wantSame(t, "an address nobody has", false, elsewhere(two, "bob@example.com"))
	gone := m
	gone.Version, gone.RemovedAt, gone.Standing.State = 2, epoch(), roster.StateRemoved
	one.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, m, gone) })
	wantSame(t, "a removed member is not", false, elsewhere(two, "ada@example.com"))
	back := m
	back.Version = 3
	one.update(func(ctx context.Context, tx roster.Tx) error { return tx.UpdateMember(ctx, gone, back) })
	wantSame(t, "one that came back is", true, elsewhere(two, "ada@example.com"))
}
