package roster

import (
	"context"
)

// leaveAndPark takes a member that its directory removes out of its groups, and
// keeps in mind which these were, should the removal be undone.
func leaveAndPark(ctx context.Context, tx Tx, m Member) error {
	if len(m.Groups) == 0 {
		return nil
	}
	ids := make([]GroupID, len(m.Groups))
	for i, g := range m.Groups {
		ids[i] = g.ID
	}
	if err := tx.ParkGroups(ctx, m.ID, ids); err != nil {
		return err
	}
	return leaveGroups(ctx, tx, m)
}

// unpark puts members back into the groups that they were in, of those that are
// still there, and returns the members with them.
func unpark(ctx context.Context, tx Tx, ids []MemberID) ([]Member, error) {
	if err := tx.UnparkGroups(ctx, ids, tx.Now().Add(-undoPeriod)); err != nil {
		return nil, err
	}
	return tx.LockMembers(ctx, Scope{}, ids)
}
