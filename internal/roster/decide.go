package roster

import (
	"context"
	"errors"

	"rollcall/internal/tenant"
)

// Decide settles one entry of the list of what waits for an admin, and returns it
// as it was, with the decision. Deciding the same again changes nothing.
//
// Errors: NotFound; Invalid for a decision that the entry does not offer;
// Conflict (decided) when another decision was made before; Refused with
// managed_by_directory when the other member is another directory's to give up,
// or last_admin.
func (r *Roster) Decide(ctx context.Context, s Staff, id ConflictID, d Decision) (Waiting, error) {
	var out Waiting
	err := r.updateAlone(ctx, s.Tenant, func(tx Tx) error {
		w, err := findWaiting(ctx, tx, id)
		if err != nil {
			return err
		}
		out = w
		if done, err := already(w, d); done || err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		c := decider{r: r, tx: tx, cfg: cfg, s: s, w: w}
		if w.Group != nil {
			err = c.group(ctx, d)
		} else {
			err = c.member(ctx, d)
		}
		if err != nil {
			return err
		}
		decided := Decided{Subject: id.UUID, Code: w.Code, Decision: d, By: s.Actor, At: tx.Now()}
		switch {
		case w.Other != nil:
			decided.Other = w.Other.ID.UUID
		case w.ByHand != nil:
			decided.Other = w.ByHand.ID.UUID
		}
		out.Decided = &decided
		if err := tx.PutDecision(ctx, decided); err != nil {
			return err
		}
		e := s.event(ConflictDecided, details{Code: w.Code, Status: string(d)})
		if w.Group != nil {
			e.Group = w.Group.ID
		} else {
			e.Member = w.Member.ID
		}
		return tx.AppendEvent(ctx, e)
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

// findWaiting reads an entry, whether it waits or was decided.
func findWaiting(ctx context.Context, rd Reader, id ConflictID) (Waiting, error) {
	var w Waiting
	decided, err := rd.Decision(ctx, id.UUID)
	known := err == nil
	if err != nil && !errors.Is(err, NotFound) {
		return w, err
	}
	m, err := rd.Member(ctx, Scope{}, MemberID{id.UUID}, true)
	switch {
	case err == nil && (m.Conflict != "" && !m.Removed()):
		other, err := counterpart(ctx, rd, m)
		return waitingMember(m, other), err
	case err == nil && known:
		w = Waiting{ID: id, Code: decided.Code, Since: decided.At, Directory: m.Directory, Member: &m, Decided: &decided}
		if other, err := rd.Member(ctx, Scope{}, MemberID{decided.Other}, true); err == nil {
			w.Other = &other
		}
		return w, nil
	case err == nil:
		return w, notWaiting()
	case !errors.Is(err, NotFound):
		return w, err
	}
	g, err := rd.Group(ctx, Scope{}, GroupID{id.UUID})
	if err != nil {
		return w, err
	}
	if known {
		return Waiting{ID: id, Code: decided.Code, Since: decided.At, Directory: g.Directory, Group: &g, Decided: &decided}, nil
	}
	pairs, err := rd.SameNames(ctx, ConflictQuery{Directory: g.Directory, Limit: 1 << 20})
	if err != nil {
		return w, err
	}
	for _, p := range pairs {
		if p.Pushed.ID == g.ID {
			return waitingGroup(p), nil
		}
	}
	return w, notWaiting()
}

func notWaiting() error {
	return &Error{Kind: NotFound, Field: "conflict", Detail: "Nothing waits for an admin there."}
}

// already says whether a decision was made before. Only that two are two can be
// taken back.
func already(w Waiting, d Decision) (bool, error) {
	switch {
	case w.Decided == nil && d == Reopen:
		return false, &Error{Kind: Invalid, Field: "decision", Detail: "Nothing was decided yet that could be taken back."}
	case w.Decided == nil:
		for _, c := range w.Choices {
			if c.Decision == d {
				return false, nil
			}
		}
		return false, &Error{Kind: Invalid, Field: "decision", Detail: "The decision " + quote(string(d)) + " is not one of those that are offered here."}
	case w.Decided.Decision == d:
		return true, nil
	case d == Reopen && w.Decided.Decision == Separate:
		return false, nil
	}
	return false, &Error{
		Kind: Conflict, Code: CodeDecided, Field: "decision",
		Detail: "This was decided already: " + string(w.Decided.Decision) + ". Only separate can be taken back, with reopen.",
	}
}

// decider carries out one decision.
type decider struct {
	r   *Roster
	tx  Tx
	cfg tenant.Config
	s   Staff
	w   Waiting
}

// member decides on a member.
func (c *decider) member(ctx context.Context, d Decision) error {
	before, err := c.tx.LockMember(ctx, Scope{}, c.w.Member.ID)
	if err != nil {
		return err
	}
	after := before
	after.Conflict = ""
	switch {
	case d == Reopen:
		return c.reopen(ctx, before)
	case d == Confirm && c.w.Other != nil:
		return c.merge(ctx, before, *c.w.Other)
	case d == Confirm:
		if dom, ok := c.cfg.Domain(after.Email.Domain()); ok && dom.Owned() && c.w.Code == CodeDuplicateAddress {
			after.Proven, after.Person = true, PersonID{} // the other has gone meanwhile
		}
	case d == Decline, c.w.Code == CodeNeedsConfirmation:
		if after = released(before); !wanted(after) {
			after.RemovedAt = c.tx.Now()
		}
		if d == Separate {
			after.Claims = withClaim(after.Claims, Claim{Source: SourceApart, By: before.Directory.String(), At: c.tx.Now()})
		}
		if err := leaveGroups(ctx, c.tx, before); err != nil {
			return err
		}
	case c.w.Code == CodeDuplicateAddress && c.w.Other != nil:
		after.Claims = withClaim(after.Claims, Claim{Source: SourceApart, By: c.w.Other.ID.String(), At: c.tx.Now()})
	}
	return c.save(ctx, before, after)
}

func (c *decider) save(ctx context.Context, before, after Member) error {
	after = seal(after, c.cfg, c.tx.Now())
	o := saveOptions{alone: true}
	switch {
	case after.Removed():
		o.kind = MemberRemoved
	case after.Directory != before.Directory:
		o.kind = MemberReleased
	}
	return c.r.save(ctx, c.tx, c.cfg, c.s.source(), before, &after, o)
}

// reopen takes back that two are two.
func (c *decider) reopen(ctx context.Context, before Member) error {
	after := before
	after.Claims = withoutClaims(before.Claims, SourceApart)
	if c.w.Code != CodeNeedsConfirmation { // the adopted one was let go: the directory asks again
		after.Conflict = c.w.Code
	}
	return c.save(ctx, before, after)
}

// merge joins the other member to the one whose id the directory knows.
func (c *decider) merge(ctx context.Context, before, other Member) error {
	if _, ok := c.cfg.Directory(other.Directory); ok && !other.Removed() {
		return managed(other, c.cfg, "Take the person out of scope there first.")
	}
	other, err := c.tx.LockMember(ctx, Scope{}, other.ID)
	if err != nil {
		return err
	}
	winner, gone := merged(before, other, c.tx.Now())
	winner, gone = seal(winner, c.cfg, c.tx.Now()), seal(gone, c.cfg, c.tx.Now())
	from := c.s.source()
	if isAdmin(c.cfg, other) && !isAdmin(c.cfg, winner) {
		if err := c.r.guardLastAdmin(ctx, c.tx, c.cfg, from, other, gone, saveOptions{alone: true}); err != nil {
			return err
		}
	}
	byHand, err := c.byHand(ctx, other)
	if err != nil {
		return err
	}
	if err := leaveGroups(ctx, c.tx, other); err != nil {
		return err
	}
	for _, g := range byHand {
		if _, _, err := c.tx.AddToGroup(ctx, Scope{}, g, []MemberID{winner.ID}); err != nil {
			return err
		}
	}
	// The address is the winner's only once the other has let go of it.
	if err := c.tx.UpdateMember(ctx, other, gone); err != nil {
		return err
	}
	e := c.s.event(MemberMerged, details{Name: winner.ID.String()})
	e.Member, e.Version = gone.ID, gone.Version
	if err := c.tx.AppendEvent(ctx, e); err != nil {
		return err
	}
	if err := c.r.linkPerson(ctx, c.tx, &winner); err != nil {
		return err
	}
	if err := c.tx.UpdateMember(ctx, before, winner); err != nil {
		return err
	}
	if err := foundAdmin(ctx, c.tx, c.cfg, winner); err != nil {
		return err
	}
	return c.tx.AppendEvent(ctx, memberEvent("", from, c.cfg, before, winner))
}

// byHand lists the groups of a member that no directory manages.
func (c *decider) byHand(ctx context.Context, m Member) ([]GroupID, error) {
	pushed, err := c.tx.GroupsOf(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	var out []GroupID
	for _, g := range m.Groups {
		if !containsGroup(pushed, g.ID) {
			out = append(out, g.ID)
		}
	}
	return out, nil
}

func containsGroup(groups []GroupRef, id GroupID) bool {
	for _, g := range groups {
		if g.ID == id {
			return true
		}
	}
	return false
}

// group decides on a pushed group that bears the name of one kept by hand.
func (c *decider) group(ctx context.Context, d Decision) error {
	if d != Confirm {
		return nil // the decision itself is all that is kept
	}
	pushed, err := c.tx.LockGroup(ctx, Scope{}, c.w.Group.ID)
	if err != nil {
		return err
	}
	byHand, err := c.tx.LockGroup(ctx, Scope{}, c.w.ByHand.ID)
	if err != nil {
		return err
	}
	rows, err := c.tx.GroupMembers(ctx, byHand.ID, MemberID{}, 0)
	if err != nil {
		return err
	}
	ids := make([]MemberID, len(rows))
	for i, m := range rows {
		ids[i] = m.ID
	}
	added, _, err := c.tx.AddToGroup(ctx, Scope{Directory: pushed.Directory}, pushed.ID, ids)
	if err != nil {
		return err
	}
	if _, err := c.tx.RemoveFromGroup(ctx, byHand.ID, nil, true); err != nil {
		return err
	}
	if err := c.tx.DeleteGroup(ctx, byHand.ID); err != nil {
		return err
	}
	gone := c.s.event(GroupRemoved, details{Name: byHand.Name, Gone: len(ids)})
	gone.Group, gone.Version = byHand.ID, byHand.Version
	if err := c.tx.AppendEvent(ctx, gone); err != nil {
		return err
	}
	if dir, ok := c.cfg.Directory(pushed.Directory); ok && mapped(dir, pushed.ID) {
		if err := c.r.remapMembers(ctx, c.tx, c.cfg, dir, c.s.source(), added, true); err != nil {
			return err
		}
	}
	if len(added) == 0 {
		return nil
	}
	after := pushed
	after.Version++
	after.ChangedAt = c.tx.Now()
	if err := c.tx.UpdateGroup(ctx, pushed, after); err != nil {
		return err
	}
	e := c.s.event(GroupMembers, details{Added: len(added)})
	e.Group, e.Version = after.ID, after.Version
	return c.tx.AppendEvent(ctx, e)
}
