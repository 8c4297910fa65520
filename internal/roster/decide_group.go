package roster

import "context"

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
