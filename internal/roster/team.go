package roster

import (
	"context"
	"time"
)

// TeamMember is a member as lists for admins show them.
type TeamMember struct {
	Member     Member    // with its groups
	LastActive time.Time // zero: never seen
	Place      TeamPlace // in the list
}

// TeamPlace is a place in a list of the team: that of a member, who may have moved or gone since.
type TeamPlace struct {
	Key string // what the list is sorted by, in the store's own form
	ID  MemberID
}

// Origin is the source by which a member came: a directory before an invite, an invite before a sign-in, a sign-in
// before what staff said.
func (m Member) Origin() Source {
	if !m.Directory.IsZero() {
		return SourceDirectory
	}
	return origins(m.Claims)
}

func origins(claims []Claim) Source {
	for _, s := range []Source{SourceInvite, SourceSignIn, SourceAdmin} {
		for _, c := range claims {
			if c.Source == s && (c.Here || s == SourceSignIn) {
				return s
			}
		}
	}
	return SourceOperator
}

// TeamSort is what a list of the team is sorted by.
type TeamSort string

// The orders of a list of the team.
const (
	TeamByName     TeamSort = ""
	TeamByActivity TeamSort = "active" // those away the longest first
	TeamByJoined   TeamSort = "joined" // the latest first
)

// TeamQuery asks for a page of members that are not removed. What is set narrows it.
type TeamQuery struct {
	Text   string // part of the name or address, or the whole external id; regardless of case
	State  State
	Role   string
	Origin Source
	Group  GroupID
	Domain string // of the address, in lower case
	// AwaySince leaves those out who were seen since.
	AwaySince time.Time
	Sort      TeamSort
	// The page begins behind After, or ends before Before, in a list of the same order. Neither is set: it is the first.
	After, Before TeamPlace
	Limit         int
	Count         bool // of all pages
}

// Narrowed says whether the query leaves anybody out.
func (q TeamQuery) Narrowed() bool {
	q.Sort, q.After, q.Before, q.Limit, q.Count = "", TeamPlace{}, TeamPlace{}, 0, false
	return q != TeamQuery{}
}

// TeamCounts are the numbers above the list of the team.
type TeamCounts struct {
	States   map[State]int
	Roles    map[string]int // of those that are not removed
	Invited  int            // open invites
	Requests int            // people who ask to join
}

// Total counts all that are not removed.
func (c TeamCounts) Total() int {
	n := 0
	for _, k := range c.States {
		n += k
	}
	return n
}

// Of is how many members a query means, if the counts say so: those in a state, with a role, or all.
func (c TeamCounts) Of(q TeamQuery) (n int, known bool) {
	role, state := q.Role, q.State
	switch q.Role, q.State = "", ""; {
	case q.Narrowed() || role != "" && state != "":
		return 0, false
	case role != "":
		return c.Roles[role], true
	case state != "":
		return c.States[state], true
	}
	return c.Total(), true
}

// TeamReader reads what the pages for admins show.
type TeamReader interface {
	// Team lists members in the query's order, also of a page that ends before a place, whose More says whether there are
	// others in front of it. BadCursor for a place of no such list.
	Team(ctx context.Context, q TeamQuery) (Page[TeamMember], error)
	// TeamCounts counts; invites are open at now.
	TeamCounts(ctx context.Context, now time.Time) (TeamCounts, error)
	// LastActive is when a member was there last; the zero time: never.
	LastActive(ctx context.Context, id MemberID) (time.Time, error)
	// MemberEvents are the latest events about a member, the latest first.
	MemberEvents(ctx context.Context, id MemberID, limit int) ([]Event, error)
	// GroupSizes counts the members of groups, those that are removed left out.
	GroupSizes(ctx context.Context, ids []GroupID) (map[GroupID]int, error)
}

// Team lists the tenant's members, those that were removed left out. The limit is 50 when none is given.
func (r *Roster) Team(ctx context.Context, s Staff, q TeamQuery) (Page[TeamMember], error) {
	if q.Limit <= 0 {
		q.Limit = teamPage
	}
	return r.Store.Reader(s.Tenant).Team(ctx, q)
}

const teamPage = 50

// TeamCounts counts the tenant's people.
func (r *Roster) TeamCounts(ctx context.Context, s Staff) (TeamCounts, error) {
	return r.Store.Reader(s.Tenant).TeamCounts(ctx, r.Now())
}
