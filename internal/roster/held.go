package roster

import (
	"context"
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

// saveOrHold is save of a directory's change, which may be held back.
func (r *Roster) saveOrHold(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before Member, after *Member, o saveOptions) error {
	if err := r.brake(ctx, tx, cfg, from, before, after, &o); err != nil {
		return err
	}
	return r.save(ctx, tx, cfg, from, before, after, o)
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
