package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// Remove ends a membership at its directory's word: access ends, a tombstone
// stays (R10). A member that waits for an admin, and whom others want too, is
// only let go: the directory's word does not count yet. NotFound for members
// that the directory does not manage.
func (r *Roster) Remove(ctx context.Context, by By, id MemberID, pre Precondition) error {
	mass := r.mass.begin(by.Directory.ID, r.Now())
	err := r.update(ctx, by.Tenant, by.source(), func(tx Tx, alone bool) error {
		if err := tx.LockGroupsOf(ctx, id); err != nil {
			return err
		}
		before, err := tx.LockMember(ctx, Scope{}, id) // with the groups that the directory does not see
		if err != nil {
			return err
		}
		if before.Directory != by.Directory.ID || before.Removed() {
			return &Error{Kind: NotFound, Detail: "There is no such member."}
		}
		if err := pre.Check(before.Version); err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		o := saveOptions{alone: alone, byDirectory: true, mass: mass.again()}
		if before.Conflict == "" || !wanted(released(before)) {
			return r.buryOrHold(ctx, tx, cfg, by.source(), before, o)
		}
		after := seal(released(before), cfg, tx.Now())
		o.kind = MemberReleased
		if err := leaveGroups(ctx, tx, before); err != nil {
			return err
		}
		return r.save(ctx, tx, cfg, by.source(), before, &after, o)
	})
	r.mass.end(by.Directory.ID, r.Now(), mass, err == nil)
	return err
}

// buryOrHold is bury at a directory's word, which may be held back, and may be
// undone with the member's groups.
func (r *Roster) buryOrHold(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before Member, o saveOptions) error {
	after := tombstone(before, cfg, tx.Now())
	o.kind = MemberRemoved
	if err := r.saveOrHold(ctx, tx, cfg, from, before, &after, o); err != nil || !after.Removed() {
		return err
	}
	return leaveAndPark(ctx, tx, before)
}

// bury turns a member into its tombstone and takes it out of all groups.
func (r *Roster) bury(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before Member, o saveOptions) error {
	after := tombstone(before, cfg, tx.Now())
	o.kind = MemberRemoved
	if err := r.save(ctx, tx, cfg, from, before, &after, o); err != nil {
		return err
	}
	return leaveGroups(ctx, tx, before)
}

func tombstone(m Member, cfg tenant.Config, now time.Time) Member {
	m.RemovedAt = now
	m.Groups = nil
	m.Claims = withoutClaims(m.Claims, SourceDirectoryGroup)
	return seal(m, cfg, now)
}
