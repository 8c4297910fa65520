package roster

import (
	"context"
	"errors"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// HoldFor is how long a change that is held back waits for an admin before it
// takes effect by itself.
const HoldFor = 4 * time.Hour

// liftedFor is how long nothing is held back after an admin released all that
// was: the rest of the run may come through.
const liftedFor = time.Hour

// Hold is a directory's "no" that does not count yet.
type Hold struct {
	Directory tenant.DirectoryID
	// Removal: the directory deleted the member, and does not see it any more.
	// Otherwise it turned the member off, and reads that back.
	Removal    bool
	Since, Due time.Time
}

// Hold returns what is held back of a member, if anything is.
func (m Member) Hold() (Hold, bool) {
	c, ok := m.Claim(SourceHeld)
	if !ok {
		return Hold{}, false
	}
	id, err := tenant.ParseDirectoryID(c.By)
	return Hold{Directory: id, Removal: !c.Here, Since: c.At, Due: c.Due}, err == nil
}

// brake holds a directory's "no" back when the directory asks for that and too
// many came at once, or others of it are held back already.
func (r *Roster) brake(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before Member, after *Member, o *saveOptions) error {
	d, ok := cfg.Directory(before.Directory)
	if !ok || !d.Settings.Hold || before.Standing.State != StateActive || after.Standing.State == StateActive || tx.Now().Before(d.Settings.HoldLifted) {
		return nil
	}
	over := marked(d, tx.Now())
	if !over {
		waiting, err := tx.Held(ctx, HeldQuery{Directory: d.ID, Limit: 1})
		if err != nil {
			return err
		}
		over = len(waiting) > 0
	}
	if !over {
		var err error
		if over, err = r.guardMass(ctx, tx, cfg, from, d.ID, *o); err != nil || !over {
			return err
		}
	}
	o.kind, o.mass = MemberHeld, nil
	*after = heldBack(before, *after, d.ID, cfg, tx.Now())
	if !after.Directory.IsZero() {
		return nil
	}
	return leaveAndPark(ctx, tx, before)
}

// heldBack is the member as others see it while the directory's word waits. A
// member that the directory deleted is out of its sight, and keeps what the
// directory gave it.
func heldBack(before, after Member, id tenant.DirectoryID, cfg tenant.Config, now time.Time) Member {
	h, held := before.Hold()
	if !held {
		h = Hold{Since: now, Due: now.Add(HoldFor)}
	}
	off, removal := false, after.Removed()
	m := after
	if removal {
		m = before
		m.Directory, m.Groups = tenant.DirectoryID{}, nil
	}
	if c, ok := before.Claim(SourceDirectory); ok { // what it said before still counts
		m.Claims = withClaim(m.Claims, c)
	}
	m.Claims = withClaim(m.Claims, Claim{Source: SourceHeld, By: id.String(), Here: !removal, Active: &off, At: h.Since, Due: h.Due})
	m.Version = before.Version
	return seal(m, cfg, now)
}

// letThrough is the member once what was held back counts.
func letThrough(m Member, h Hold, cfg tenant.Config, now time.Time) Member {
	m.Directory = h.Directory
	m = heard(m, false, now)
	if h.Removal {
		return tombstone(m, cfg, now)
	}
	return seal(m, cfg, now)
}

// overruled is the member once an admin has refused what was held back: that is
// the admin's word from now on, and the directory's next sync, which says the
// same again, changes nothing. A new "no" of the directory after a "yes" counts.
func overruled(m Member, h Hold, s Staff, cfg tenant.Config, now time.Time) Member {
	on := true
	role := m.Standing.Role
	w := Judge(m, cfg).Rank.Winner
	if h.Removal {
		m = released(m)
	} else {
		m.Claims = withClaim(withoutClaims(m.Claims, SourceHeld), Claim{Source: SourceDirectory, By: h.Directory.String(), Here: true, At: now})
	}
	c, _ := m.Claim(s.Actor.Source)
	c.Source, c.By, c.Here, c.At = s.Actor.Source, s.Actor.ID, true, now
	if c.Active == nil {
		c.Active = &on
	}
	if h.Removal && c.Role == "" && w != nil && fromDirectory(w.Source) {
		c.Role = role // the directory's word on it is gone too
	}
	m.Claims = withClaim(m.Claims, c)
	return seal(m, cfg, now)
}

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
		applied, err := r.eachHeld(ctx, id, from, HeldQuery{Directory: h.Directory}, []MemberID{h.Member}, r.release(from))
		if errors.Is(err, Refused) {
			applied, err = r.eachHeld(ctx, id, from, HeldQuery{Directory: h.Directory}, []MemberID{h.Member}, r.postpone(from))
			applied = 0
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
		err := r.updateAlone(ctx, id, func(tx Tx) error {
			done, last = 0, MemberID{}
			ids, err := heldIDs(ctx, tx, q, members)
			if err != nil || len(ids) == 0 {
				return err
			}
			last = ids[len(ids)-1]
			cfg, err := tx.Config(ctx)
			if err != nil {
				return err
			}
			found, err := tx.LockMembers(ctx, Scope{}, ids)
			if err != nil {
				return err
			}
			for _, m := range found {
				h, ok := m.Hold()
				if !ok || h.Directory != q.Directory {
					continue
				}
				if err := f(ctx, tx, cfg, m, h); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		total += done
		if err != nil || last.IsZero() || len(members) > 0 {
			return total, r.recorded(ctx, id, from, err)
		}
		q.After = last
	}
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
