package roster

import (
	"context"
	"errors"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// HeldChanges lists what is held back, by member. The limit is 100 when none is given.
func (r *Roster) HeldChanges(ctx context.Context, s Staff, q HeldQuery) (Page[Held], error) {
	if q.Limit <= 0 {
		q.Limit = listPage
	}
	var page Page[Held]
	limit := q.Limit
	q.Limit++
	err := r.Store.View(ctx, s.Tenant, func(rd Reader) (err error) {
		page.Items, err = rd.Held(ctx, q)
		return err
	})
	if page.More = len(page.Items) > limit; page.More {
		page.Items = page.Items[:limit]
	}
	return page, err
}

// ReleaseHeld lets what is held back take effect now: of the named members, or,
// when none is named, of all of a directory, which may go on for an hour then. It
// returns how many; members of whom nothing is held back are passed over.
func (r *Roster) ReleaseHeld(ctx context.Context, s Staff, id tenant.DirectoryID, members []MemberID) (int, error) {
	n, err := r.eachHeld(ctx, s.Tenant, s.source(), HeldQuery{Directory: id}, members, r.release(s.source()))
	if err != nil || len(members) > 0 {
		return n, err
	}
	_, err = r.setDirectory(ctx, s, id, DirectoryChanged, func(d *tenant.Directory, now time.Time) error {
		d.Settings.HoldLifted = now.Add(liftedFor)
		return nil
	})
	return n, err
}

// RefuseHeld drops what is held back, as ReleaseHeld applies it: the people stay,
// at the admin's word.
func (r *Roster) RefuseHeld(ctx context.Context, s Staff, id tenant.DirectoryID, members []MemberID) (int, error) {
	return r.eachHeld(ctx, s.Tenant, s.source(), HeldQuery{Directory: id}, members, func(ctx context.Context, tx Tx, cfg tenant.Config, before Member, h Hold) error {
		after := overruled(before, h, s, cfg, tx.Now())
		if h.Removal {
			if err := tx.ForgetGroups(ctx, before.ID); err != nil {
				return err
			}
		}
		return r.save(ctx, tx, cfg, s.source(), before, &after, saveOptions{alone: true, kind: MemberUnheld})
	})
}

// release applies one held change at the word of from.
func (r *Roster) release(from origin) func(context.Context, Tx, tenant.Config, Member, Hold) error {
	return func(ctx context.Context, tx Tx, cfg tenant.Config, before Member, h Hold) error {
		after := letThrough(before, h, cfg, tx.Now())
		o := saveOptions{alone: true, byDirectory: true}
		if h.Removal {
			o.kind = MemberRemoved
		}
		if err := r.save(ctx, tx, cfg, from, before, &after, o); err != nil {
			return err
		}
		if h.Removal {
			return leaveGroups(ctx, tx, before)
		}
		return nil
	}
}

// ApplyHeld applies, in all tenants, what has been held back for HoldFor. It
// returns how many. It is for a periodic job; several at once do no harm. What
// the tenant's policy refuses (last_admin) is recorded, and tried again later.
func (r *Roster) ApplyHeld(ctx context.Context) (int, error) {
	tenants, err := r.Locator.Tenants(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	var errs []error
	for _, t := range tenants {
		applied, err := r.applyDue(ctx, t.ID)
		n += applied
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

func (r *Roster) applyDue(ctx context.Context, id tenant.ID) (int, error) {
	due, err := r.Store.Reader(id).Held(ctx, HeldQuery{DueBy: r.Now()})
	n := 0
	for _, h := range due {
		from := origin{actor: DirectoryActor(h.Directory)}
		applied, err := r.eachHeld(ctx, id, from, HeldQuery{Directory: h.Directory, DueBy: h.Due}, []MemberID{h.Member}, r.release(from))
		if errors.Is(err, Refused) {
			_, err = r.eachHeld(ctx, id, from, HeldQuery{Directory: h.Directory}, []MemberID{h.Member}, r.postpone(from))
		}
		if n += applied; err != nil {
			return n, err
		}
	}
	return n, err
}

// postpone has a held change come due again later.
func (r *Roster) postpone(from origin) func(context.Context, Tx, tenant.Config, Member, Hold) error {
	return func(ctx context.Context, tx Tx, cfg tenant.Config, before Member, _ Hold) error {
		c, _ := before.Claim(SourceHeld)
		c.Due = tx.Now().Add(HoldFor)
		after := before
		after.Claims = withClaim(before.Claims, c)
		after = seal(after, cfg, tx.Now())
		return r.save(ctx, tx, cfg, from, before, &after, saveOptions{alone: true})
	}
}

// eachHeld calls f for the held changes of a directory, of the named members or
// of all, some in each transaction, in which nobody else writes.
func (r *Roster) eachHeld(ctx context.Context, id tenant.ID, from origin, q HeldQuery, members []MemberID,
	f func(context.Context, Tx, tenant.Config, Member, Hold) error,
) (int, error) {
	q.Limit = listPage
	total := 0
	for {
		done, last := 0, MemberID{}
		err := r.updateAlone(ctx, id, func(tx Tx) (err error) {
			done, last, err = someHeld(ctx, tx, q, members, f)
			return err
		})
		if err != nil {
			return total, r.recorded(ctx, id, from, err)
		}
		if total += done; last.IsZero() || len(members) > 0 {
			return total, nil
		}
		q.After = last
	}
}

// someHeld calls f for a page of held changes. It returns how many, and the last
// that was looked at; zero: there are no more.
func someHeld(ctx context.Context, tx Tx, q HeldQuery, members []MemberID,
	f func(context.Context, Tx, tenant.Config, Member, Hold) error,
) (done int, last MemberID, err error) {
	ids, err := heldIDs(ctx, tx, q, members)
	if err != nil || len(ids) == 0 {
		return 0, last, err
	}
	cfg, err := tx.Config(ctx)
	if err != nil {
		return 0, last, err
	}
	found, err := tx.LockMembers(ctx, Scope{}, ids)
	if err != nil {
		return 0, last, err
	}
	for _, m := range found {
		h, ok := m.Hold()
		if !ok || h.Directory != q.Directory || !q.DueBy.IsZero() && h.Due.After(q.DueBy) { // held anew since
			continue
		}
		if err := f(ctx, tx, cfg, m, h); err != nil {
			return 0, last, err
		}
		done++
	}
	return done, ids[len(ids)-1], nil
}

func heldIDs(ctx context.Context, tx Tx, q HeldQuery, members []MemberID) ([]MemberID, error) {
	if len(members) > 0 {
		return slices.Clone(members), nil
	}
	rows, err := tx.Held(ctx, q)
	ids := make([]MemberID, len(rows))
	for i, h := range rows {
		ids[i] = h.Member
	}
	return ids, err
}
