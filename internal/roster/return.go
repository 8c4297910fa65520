package roster

import (
	"context"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// heldOn is how long after a mass change something of it may be held back still, although the directory does not
// ask for that any more.
const heldOn = 48 * time.Hour

// withHeld adds to the members that a create matches the one that the directory
// deleted, and whose removal is held back: the directory does not see it any
// more, so that only an address would find it.
func (r *Roster) withHeld(ctx context.Context, tx Tx, cfg tenant.Config, m Match, found []Member) ([]Member, error) {
	if d, ok := cfg.Directory(m.Directory); !ok || !d.Settings.Hold && tx.Now().Sub(d.MassChangeAt) > heldOn {
		return found, nil
	}
	rows, err := tx.Held(ctx, HeldQuery{Directory: m.Directory, Login: m.Login, ExternalID: m.ExternalID, Limit: walkPage})
	if err != nil || len(rows) == 0 {
		return found, err
	}
	ids := make([]MemberID, 0, len(rows))
	for _, h := range rows {
		if !slices.ContainsFunc(found, func(f Member) bool { return f.ID == h.Member }) {
			ids = append(ids, h.Member)
		}
	}
	more, err := tx.LockMembers(ctx, Scope{}, ids)
	return append(found, more...), err
}

// back brings the groups of a member with it whose removal was held back. One
// that was removed comes back without: the directory sends them again.
func back(ctx context.Context, tx Tx, m Member, kind EventKind) (Member, error) {
	switch kind {
	case MemberAdopted: // not even the names of another directory's groups are this one's to see
		was := m
		var err error
		if was.Groups, err = tx.GroupsOf(ctx, m.ID); err != nil {
			return m, err
		}
		return m, leaveGroups(ctx, tx, was)
	case MemberRestored:
		return m, tx.ForgetGroups(ctx, m.ID)
	case MemberUnheld:
		found, err := unpark(ctx, tx, []MemberID{m.ID})
		if err != nil || len(found) == 0 {
			return m, err
		}
		return found[0], nil
	}
	return m, nil
}

// reaches says whether the arrival may be a member that it matches. The former
// address of a member leads to it only in its own directory, while the alias
// lasts and the tenant owns the domain, and where no other external id speaks
// against it: an address may go to a newcomer.
func (p arrival) reaches(m Member) bool {
	if _, merged := m.MergedInto(); merged {
		return false
	}
	here := m.Directory == p.by.Directory.ID
	if p.named(m) || m.Proven && m.Email != "" && m.Email == p.email || p.heldBack(m) {
		return true
	}
	return here && p.alias(m) && (m.ExternalID == "" || p.change.ExternalID == "" || m.ExternalID == p.change.ExternalID)
}

// named says whether the member bears the arrival's name or key in its directory.
func (p arrival) named(m Member) bool {
	same := m.ExternalID != "" && m.ExternalID == p.change.ExternalID || Fold(m.Login) == Fold(p.change.Login)
	return m.Directory == p.by.Directory.ID && same
}

// alias says whether the arrival's address was the member's until lately.
func (p arrival) alias(m Member) bool {
	return p.owned() && slices.ContainsFunc(m.Aliases, func(a Alias) bool { return a.Email == p.email && p.now.Before(a.Until) })
}

// heldBack says whether the directory deleted the member and that is held back.
func (p arrival) heldBack(m Member) bool {
	h, ok := m.Hold()
	return ok && h.Removal && h.Directory == p.by.Directory.ID
}

func keptApart() error {
	return &Error{
		Kind: Conflict, Code: CodeKeptApart, Field: "email",
		Detail: "An admin decided in Rollcall that the member with this e-mail address is another person. " +
			"Give the user an address of its own, or have the decision taken back.",
	}
}

func (p arrival) taken(m Member) error {
	e := &Error{Kind: Conflict, Field: "login", Detail: "A user with this name exists already. Match it by name and update it instead of creating another."}
	switch {
	case Fold(m.Login) == Fold(p.change.Login):
	case m.ExternalID != "" && m.ExternalID == p.change.ExternalID:
		e.Field, e.Detail = "external_id", "A user with this external id exists already. Match it by external id and update it instead of creating another."
	case m.Email != p.email && p.alias(m):
		e.Field, e.Detail = "email", "A user of this directory had this e-mail address until lately. Match that user and change it; a newcomer who takes over the address needs an external id."
	default:
		e.Field, e.Detail = "email", "Another user of this directory has this e-mail address as primary one. Give one of the two another address."
	}
	return e
}

func (p arrival) foreign(m Member) error {
	name := "another directory"
	if d, ok := p.config.Directory(m.Directory); ok {
		name = "the directory " + d.Name
	}
	return &Error{
		Kind: Conflict, Code: CodeManagedByDirectory, Field: "email",
		Detail: "The member with this e-mail address is managed by " + name + ". Take the person out of scope there first.",
	}
}
