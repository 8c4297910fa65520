package roster

import (
	"bytes"
	"context"
	"time"

	"rollcall/internal/tenant"
)

// ConflictID names one entry of the list of what waits for an admin; it prints as
// cfl_…. Its UUID is that of the member or group that waits.
type ConflictID struct{ tenant.UUID }

// ParseConflictID reads cfl_…, mem_…, grp_… or a UUID.
func ParseConflictID(s string) (ConflictID, error) {
	for _, prefix := range []string{"mem", "grp"} {
		if u, err := tenant.Parse(prefix, s); err == nil {
			return ConflictID{u}, nil
		}
	}
	u, err := tenant.Parse("cfl", s)
	return ConflictID{u}, err
}

// String returns the prefixed form.
func (id ConflictID) String() string { return tenant.Format("cfl", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id ConflictID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// Decision is what an admin makes of a conflict.
type Decision string

// The decisions.
const (
	Confirm  Decision = "confirm"  // the same person, or group: the directory manages it
	Separate Decision = "separate" // two of them
	Decline  Decision = "decline"  // the directory lets go
	Reopen   Decision = "reopen"   // takes back that they are two
)

// Decisions returns all decisions.
func Decisions() []Decision { return []Decision{Confirm, Separate, Decline, Reopen} }

// Waiting is one entry of the list of what waits for an admin, in which a
// directory's record stands against what the tenant has.
type Waiting struct {
	ID        ConflictID
	Code      Code // why: needs_confirmation, external_id_conflict, duplicate_address or same_name
	Since     time.Time
	Directory tenant.DirectoryID
	Member    *Member // the directory's record; nil for groups
	Group     *Group
	Other     *Member // what it is compared with; nil: nobody, or the member itself as it was
	ByHand    *Group
	Choices   []Choice
	// Decided is the decision, once there is one.
	Decided *Decided
}

// Choice is what a decision would do.
type Choice struct {
	Decision Decision `json:"decision"`
	Effect   string   `json:"effect"`
}

// listPage is how many rows a list has when nobody says.
const listPage = 100

// Conflicts lists what waits for an admin, by id. The limit is 100 when none is given.
func (r *Roster) Conflicts(ctx context.Context, s Staff, q ConflictQuery) (Page[Waiting], error) {
	if q.Limit <= 0 {
		q.Limit = listPage
	}
	var page Page[Waiting]
	err := r.Store.View(ctx, s.Tenant, func(rd Reader) (err error) {
		page, err = waiting(ctx, rd, q)
		return err
	})
	return page, err
}

// waiting merges the lists of members and groups, both of which are by id.
func waiting(ctx context.Context, rd Reader, q ConflictQuery) (Page[Waiting], error) {
	var page Page[Waiting]
	limit := q.Limit
	q.Limit++
	var members []Member
	var groups []SameName
	var err error
	if q.Code != CodeSameName {
		if members, err = rd.InConflict(ctx, q); err != nil {
			return page, err
		}
	}
	if q.Code == "" || q.Code == CodeSameName {
		if groups, err = rd.SameNames(ctx, q); err != nil {
			return page, err
		}
	}
	for len(members)+len(groups) > 0 {
		if len(page.Items) == limit {
			page.More = true
			break
		}
		if len(groups) == 0 || len(members) > 0 && bytes.Compare(members[0].ID.UUID[:], groups[0].Pushed.ID.UUID[:]) < 0 {
			other, err := counterpart(ctx, rd, members[0])
			if err != nil {
				return page, err
			}
			page.Items = append(page.Items, waitingMember(members[0], other))
			members = members[1:]
			continue
		}
		page.Items = append(page.Items, waitingGroup(groups[0]))
		groups = groups[1:]
	}
	return page, nil
}

// FindConflict returns one entry, whether it waits or was decided. NotFound.
func (r *Roster) FindConflict(ctx context.Context, s Staff, id ConflictID) (Waiting, error) {
	var w Waiting
	err := r.Store.View(ctx, s.Tenant, func(rd Reader) (err error) {
		w, err = findWaiting(ctx, rd, id)
		return err
	})
	return w, err
}

func waitingMember(m Member, other *Member) Waiting {
	w := Waiting{ID: ConflictID{m.ID.UUID}, Code: m.Conflict, Since: m.ChangedAt, Directory: m.Directory, Member: &m, Other: other}
	if c, ok := m.Claim(SourceDirectory); ok {
		w.Since = c.At
	}
	w.Choices = choices(w)
	return w
}

func waitingGroup(p SameName) Waiting {
	w := Waiting{
		ID: ConflictID{p.Pushed.ID.UUID}, Code: CodeSameName, Since: p.Pushed.CreatedAt, Directory: p.Pushed.Directory,
		Group: &p.Pushed, ByHand: &p.ByHand,
	}
	w.Choices = choices(w)
	return w
}

// counterpart finds whom a waiting member is compared with; nil: nobody.
func counterpart(ctx context.Context, rd Reader, m Member) (*Member, error) {
	if m.Conflict == CodeNeedsConfirmation || m.Conflict == "" {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	found, err := rd.Matches(ctx, Match{Directory: m.Directory, Login: m.Login, Email: m.Email})
	if err != nil {
		return nil, err
	}
	return against(m, found), nil
}

// against picks, of the members that share a name or address with a waiting one,
// whom it stands against: the holder of the address, or the latest that bore the
// name before it.
func against(m Member, found []Member) *Member {
	var other *Member
	for _, f := range found {
		if _, merged := f.MergedInto(); f.ID == m.ID || merged {
			continue
		}
		switch m.Conflict {
		case CodeDuplicateAddress:
			if !f.Removed() && f.Proven && f.Email == m.Email {
				return &f
			}
		case CodeExternalIDConflict:
			former := f.Removed() && f.Directory == m.Directory && f.ExternalID != "" && f.ExternalID != m.ExternalID
			if former && (other == nil || f.RemovedAt.After(other.RemovedAt)) {
				other = &f
			}
		}
	}
	return other
}

// choices tells what each decision would do.
func choices(w Waiting) []Choice {
	switch w.Code {
	case CodeNeedsConfirmation:
		return []Choice{
			{Confirm, "The directory manages the member from now on: its word on access and role counts, what others said stands behind it."},
			{Separate, "The member stays as it was before the directory came. The directory's next create for this address is refused until one of the two people has another address."},
			{Decline, "The directory lets go: the member stays as it was before. A new create by the directory asks again."},
		}
	case CodeExternalIDConflict:
		return []Choice{
			{Confirm, "The same person under a new key: the new member goes on with the history and the standing blocks of the former one, whose tombstone points to it. This can't be undone."},
			{Separate, "Two people: the new member is let in by the directory's word, the former one stays removed."},
			{Decline, "The new member is removed. A new create by the directory asks again."},
		}
	case CodeDuplicateAddress:
		return []Choice{
			{Confirm, "The same person: the directory's record goes on, under the id that the directory knows, with what others said of the member, its groups and its person. The member itself becomes a tombstone that points to it. This can't be undone."},
			{Separate, "Two people: the directory's record waits without access until it has an address of its own."},
			{Decline, "The directory's record is removed; the member stays as it is. A new create by the directory adopts the member."},
		}
	case CodeSameName:
		return []Choice{
			{Confirm, "One group: the pushed one stays, with those members of the group kept by hand whom the same directory manages; the others leave it, and the group kept by hand is deleted. This can't be undone."},
			{Separate, "Two groups that happen to have one name; both stay."},
		}
	}
	return nil
}

// apart says whether an admin decided that a record of by (a directory, or another
// member) is not this person.
func apart(m Member, by string) bool {
	c, ok := m.Claim(SourceApart)
	return ok && c.By == by
}

// MergedInto returns the member that goes on in the place of this one.
func (m Member) MergedInto() (MemberID, bool) {
	c, ok := m.Claim(SourceMerged)
	if !ok {
		return MemberID{}, false
	}
	id, err := ParseMemberID(c.By)
	return id, err == nil
}
