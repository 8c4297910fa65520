package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"rollcall/internal/roster"
)

func testTeam(t *testing.T, open opener) {
	check(t, open, []claim{
		{"the team is searched, narrowed, sorted and paged", teamFound},
		{"pages of the team, with ties, forwards and backwards", teamPaged},
		{"the team changes between two pages", teamMoves},
		{"the team is searched for any text", teamSought},
		{"places that no list of the team gave", teamPlaces},
		{"the team is counted", teamCounted},
		{"when somebody was there last outlives the session", teamActivity},
		{"the history of a member, the latest first", teamHistory},
	})
}

func (h *house) team(q roster.TeamQuery) roster.Page[roster.TeamMember] {
	h.t.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	p, err := h.reader().Team(h.t.Context(), q)
	if err != nil {
		h.t.Fatalf("Team(%+v): %v", q, err)
	}
	return p
}

func teamLogins(list []roster.TeamMember) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.Member.Login)
	}
	return out
}

// newPerson makes a member whom a source other than the directory brought.
func (h *house) newPerson(login string, source roster.Source) roster.Member {
	m := h.newMember(login)
	m.Directory.UUID = roster.MemberID{}.UUID
	m.Email, m.Proven = roster.Email(login+"@beta.example"), true
	m.Addresses = []string{string(m.Email)}
	m.Claims = []roster.Claim{{Source: source, Here: true, At: epoch()}}
	return m
}

func teamFound(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada := h.newMember("Ada")
	ada.Email, ada.Proven, ada.Addresses, ada.ExternalID = "ada@acme.example", true, []string{"ada@acme.example"}, "X-1"
	bob, cid, dora := h.newPerson("bob", roster.SourceInvite), h.newPerson("cid", roster.SourceSignIn), h.newPerson("dora", roster.SourceOperator)
	bob.Standing.Role, cid.Standing.State = "admin", roster.StateInactive
	gone := h.newMember("gone")
	gone.RemovedAt, gone.Standing.State = epoch(), roster.StateRemoved
	h.insert(dora, cid, bob, ada, gone)
	g := h.addGroup("Team", ada, dora)
	seen := h.addSession(bob, 1).SeenAt
	for name, c := range map[string]struct {
		q    roster.TeamQuery
		want []string
	}{
		"all":                  {roster.TeamQuery{}, []string{"Ada", "bob", "cid", "dora"}},
		"by part of a name":    {roster.TeamQuery{Text: "DA"}, []string{"Ada"}},
		"by part of a address": {roster.TeamQuery{Text: "beta"}, []string{"bob", "cid", "dora"}},
		"by external id":       {roster.TeamQuery{Text: "X-1"}, []string{"Ada"}},
		"by a wildcard":        {roster.TeamQuery{Text: "%"}, nil},
		"by state":             {roster.TeamQuery{State: roster.StateInactive}, []string{"cid"}},
		"by role":              {roster.TeamQuery{Role: "admin"}, []string{"bob"}},
		"by group":             {roster.TeamQuery{Group: g.ID}, []string{"Ada", "dora"}},
		"by domain":            {roster.TeamQuery{Domain: "acme.example"}, []string{"Ada"}},
		"from the directory":   {roster.TeamQuery{Origin: roster.SourceDirectory}, []string{"Ada"}},
		"by invite":            {roster.TeamQuery{Origin: roster.SourceInvite}, []string{"bob"}},
		"by sign-in":           {roster.TeamQuery{Origin: roster.SourceSignIn}, []string{"cid"}},
		"by hand":              {roster.TeamQuery{Origin: roster.SourceOperator}, []string{"dora"}},
		"those away":           {roster.TeamQuery{AwaySince: seen}, []string{"Ada", "cid", "dora"}},
		"the longest away":     {roster.TeamQuery{Sort: roster.TeamByActivity}, []string{"Ada", "cid", "dora", "bob"}},
		"the latest":           {roster.TeamQuery{Sort: roster.TeamByJoined, Role: "user"}, []string{"dora", "cid", "Ada"}},
	} {
		got := h.team(c.q).Items
		if name == "the latest" { // made in one millisecond, they are in any order
			wantSame(t, name, sorted(c.want), sorted(teamLogins(got)))
			continue
		}
		wantSame(t, name, c.want, teamLogins(got))
	}
	page := h.team(roster.TeamQuery{Limit: 2, After: h.team(roster.TeamQuery{Limit: 1}).Items[0].Place, Count: true})
	wantSame(t, "a page", []any{[]string{"bob", "cid"}, true, 4}, []any{teamLogins(page.Items), page.More, page.Total})
	wantSame(t, "activity and groups", []any{seen, 1}, []any{page.Items[0].LastActive, len(h.team(roster.TeamQuery{Text: "dora"}).Items[0].Member.Groups)})
	for _, m := range h.team(roster.TeamQuery{}).Items {
		if o := m.Member.Origin(); len(h.team(roster.TeamQuery{Text: m.Member.Login, Origin: o}).Items) != 1 {
			t.Errorf("%s comes by %s, and is not found by that", m.Member.Login, o)
		}
	}
}

func teamCounted(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada, off, gone := h.newMember("ada"), h.newMember("off"), h.newMember("gone")
	ada.Standing.Role, off.Standing.State = "admin", roster.StateInactive
	gone.RemovedAt, gone.Standing.State = epoch(), roster.StateRemoved
	h.insert(ada, off, gone, h.newMember("bob"))
	g := h.addGroup("Team", ada, off)
	got, err := h.reader().TeamCounts(t.Context(), epoch())
	want := roster.TeamCounts{
		States: map[roster.State]int{roster.StateActive: 2, roster.StateInactive: 1}, Roles: map[string]int{"admin": 1, "user": 2},
	}
	wantSame(t, "counts", []any{want, 3, error(nil)}, []any{got, got.Total(), err})
	for _, q := range []roster.TeamQuery{{}, {Role: "user"}, {State: roster.StateInactive}, {State: roster.StateActive, Sort: roster.TeamByJoined}, {Role: "nobody's"}} {
		n, known := got.Of(q)
		q.Count = true
		wantSame(t, fmt.Sprintf("what the counts tell of %+v", q), []any{h.team(q).Total, true}, []any{n, known})
	}
	if _, known := got.Of(roster.TeamQuery{Role: "user", Text: "a"}); known {
		t.Error("the counts tell how many are found by a text")
	}
	sizes, err := h.reader().GroupSizes(t.Context(), []roster.GroupID{g.ID, roster.NewGroupID(epoch())})
	wantSame(t, "sizes of groups", []any{map[roster.GroupID]int{g.ID: 2}, error(nil)}, []any{sizes, err})
}

func teamActivity(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada := h.addMember("ada")
	last := func() time.Time {
		at, err := h.reader().LastActive(t.Context(), ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	wantSame(t, "never seen", time.Time{}, last())
	s := h.addSession(ada, 1)
	wantSame(t, "signed in", s.SeenAt, last())
	later := s.SeenAt.Add(2 * roster.SeenEvery)
	h.update(func(ctx context.Context, tx roster.Tx) error { return tx.TouchSession(ctx, s.ID, later) })
	wantSame(t, "seen again", later, last())
	early := h.newSession(ada, 2)
	early.SeenAt = epoch()
	h.insertSession(early)
	wantSame(t, "an older session", later, last())
}

func teamHistory(t *testing.T, b Backend) {
	h := newHouse(t, b, "acme")
	ada, bob := h.addMember("ada"), h.addMember("bob")
	for _, e := range []roster.Event{{Kind: roster.MemberCreated, Member: ada.ID}, {Kind: roster.MemberCreated, Member: bob.ID}, {Kind: roster.MemberRemoved, Member: ada.ID}} {
		h.update(func(ctx context.Context, tx roster.Tx) error { return tx.AppendEvent(ctx, e) })
	}
	list, err := h.reader().MemberEvents(t.Context(), ada.ID, 10)
	var kinds []roster.EventKind
	for _, e := range list {
		kinds = append(kinds, e.Kind)
	}
	wantSame(t, "history", []any{[]roster.EventKind{roster.MemberRemoved, roster.MemberCreated}, error(nil)}, []any{kinds, err})
	list, err = h.reader().MemberEvents(t.Context(), ada.ID, 1)
	wantSame(t, "the latest", []any{1, error(nil)}, []any{len(list), err})
}

func teamReads(all probes[roster.Reader]) {
	all["Team"] = func(t *testing.T, x *stranger, r roster.Reader) {
		p, err := r.Team(t.Context(), roster.TeamQuery{Limit: 50, Count: true})
		wantSame(t, "Team", []any{1, 1, error(nil)}, []any{len(p.Items), p.Total, err}) // mine
	}
	all["TeamCounts"] = func(t *testing.T, x *stranger, r roster.Reader) {
		c, err := r.TeamCounts(t.Context(), epoch())
		wantSame(t, "TeamCounts", []any{1, 0, 0, error(nil)}, []any{c.Total(), c.Invited, c.Requests, err})
	}
	all["LastActive"] = func(t *testing.T, x *stranger, r roster.Reader) {
		at, err := r.LastActive(t.Context(), x.member.ID)
		wantSame(t, "LastActive", []any{time.Time{}, error(nil)}, []any{at, err})
	}
	all["MemberEvents"] = func(t *testing.T, x *stranger, r roster.Reader) {
		list, err := r.MemberEvents(t.Context(), x.member.ID, 10)
		wantNone(t, "MemberEvents", list, err)
	}
	all["GroupSizes"] = func(t *testing.T, x *stranger, r roster.Reader) {
		sizes, err := r.GroupSizes(t.Context(), []roster.GroupID{x.group.ID})
		wantSame(t, "GroupSizes", []any{0, error(nil)}, []any{len(sizes), err})
	}
}
