package roster

import "context"

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
	if err := putMember(ctx, c.tx, from, other, gone); err != nil {
		return err
	}
	if err := c.tx.MoveLinks(ctx, other.ID, winner.ID, c.tx.Now()); err != nil {
		return err
	}
	e := c.s.event(MemberMerged, details{Name: winner.ID.String()})
	e.Member, e.Version = gone.ID, gone.Version
	if err := c.tx.AppendEvent(ctx, e); err != nil {
		return err
	}
	if err := c.r.linkPerson(ctx, c.tx, c.cfg, &winner); err != nil {
		return err
	}
	if err := putMember(ctx, c.tx, from, before, winner); err != nil {
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
