package roster

import (
	"context"
	"slices"
	"sync"
	"time"

	"rollcall/internal/tenant"
)

// One provisioning run that turns off more than massPeople, and more than one
// in massShare, of a directory's people within massWindow is more likely a
// mistake at the provider than a wave of leavers. It is applied all the same,
// told of, and can be undone in one step.
const (
	massWindow = 15 * time.Minute
	massPeople = 10
	massShare  = 5
)

// massWatch decides when it is worth counting whom a directory turned off: at
// its first deactivation, and then each time about a tenth of what is allowed
// went by. It only spares queries; the count itself is that of the store, over
// all replicas. The zero massWatch is ready.
type massWatch struct {
	mu sync.Mutex
	by map[tenant.DirectoryID]massCount
}

type massCount struct {
	at        time.Time // when it was last counted
	uncounted int       // deactivations since
	step      int       // how many may go by uncounted
}

// massCheck is one change's part in the watch.
type massCheck struct {
	due     bool // count, if the change turns somebody off
	off     bool // it did
	counted bool
	step    int
}

func (w *massWatch) begin(id tenant.DirectoryID, now time.Time) *massCheck {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, known := w.by[id]
	due := !known || c.uncounted+1 >= c.step || now.Sub(c.at) >= massWindow
	if due && known { // others who begin meanwhile need not count too
		c.at, c.uncounted = now, 0
		w.by[id] = c
	}
	return &massCheck{due: due}
}

// again forgets what an attempt noted: a transaction may run twice.
func (c *massCheck) again() *massCheck {
	c.off, c.counted = false, false
	return c
}

// end notes how a change ended.
func (w *massWatch) end(id tenant.DirectoryID, now time.Time, check *massCheck, committed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, known := w.by[id]
	switch {
	case !known && !check.off: // nothing was turned off yet
		return
	case committed && check.counted:
		c = massCount{at: now, step: check.step}
	case check.due: // it kept others from counting, and did not count itself
		c.uncounted = c.step
	case committed && check.off:
		c.uncounted++
	}
	if w.by == nil {
		w.by = map[tenant.DirectoryID]massCount{}
	}
	w.by[id] = c
}

// marked says whether the directory is seen to be in a mass change.
func marked(d tenant.Directory, now time.Time) bool {
	return !d.MassChangeAt.IsZero() && now.Sub(d.MassChangeAt) < massWindow
}

// guardMass marks the directory and tells of a mass change, once in massWindow.
// It says whether this is one that was not told of yet.
func (r *Roster) guardMass(ctx context.Context, tx Tx, cfg tenant.Config, from origin, id tenant.DirectoryID, o saveOptions) (bool, error) {
	o.mass.off = true
	d, ok := cfg.Directory(id)
	if !o.mass.due || o.mass.counted || !ok || marked(d, tx.Now()) {
		return false, nil
	}
	people, err := tx.Members(ctx, Query{Scope: Scope{Directory: id}, Count: true})
	if err != nil {
		return false, err
	}
	allowed := max(massPeople, people.Total/massShare)
	others, err := tx.TurnedOff(ctx, from.actor, tx.Now().Add(-massWindow), allowed)
	if err != nil {
		return false, err
	}
	o.mass.counted, o.mass.step = true, max(1, allowed/10)
	if len(others) < allowed {
		return false, nil
	}
	if !o.alone { // another replica may be telling of it right now
		return false, errAlone
	}
	d.MassChangeAt = tx.Now()
	if err := tx.PutDirectory(ctx, d); err != nil {
		return false, err
	}
	told := details{Code: CodeMassChange, Name: d.Name, Gone: len(others) + 1}
	if d.Settings.Hold && !tx.Now().Before(d.Settings.HoldLifted) {
		told.Status = "held"
	}
	return true, tx.AppendEvent(ctx, Event{Kind: TenantMassChange, Actor: from.actor, RequestID: from.requestID, Data: told.json()})
}

// UndoMassChange turns on again whom a directory turned off, and brings back
// whom it removed, in the run that it was last marked for, as if the directory
// had said so. It returns how many. Those who were removed are in their groups
// again, as far as these are still there. What is held back of the directory is
// dropped. Invalid when there is nothing to undo; Conflict when
// the login or address of one who was removed has been taken since.
func (r *Roster) UndoMassChange(ctx context.Context, s Staff, id tenant.DirectoryID) (int, error) {
	n := 0
	err := r.staffAlone(ctx, s, func(tx Tx) error {
		n = 0
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		d, ok := cfg.Directory(id)
		if !ok || d.MassChangeAt.IsZero() || tx.Now().Sub(d.MassChangeAt) > undoPeriod {
			return &Error{Kind: Invalid, Field: "directory", Detail: "The directory has not turned off many people at once in the last 30 days: there is nothing to undo."}
		}
		off, err := tx.TurnedOff(ctx, DirectoryActor(id), d.MassChangeAt.Add(-massWindow), 0)
		if err != nil {
			return err
		}
		waiting, err := tx.Held(ctx, HeldQuery{Directory: id})
		if err != nil {
			return err
		}
		for _, h := range waiting {
			off = append(off, h.Member)
		}
		slices.SortFunc(off, func(a, b MemberID) int { return slices.Compare(a.UUID[:], b.UUID[:]) })
		off = slices.Compact(off)
		for chunk := range slices.Chunk(off, walkPage) {
			back, err := r.turnOn(ctx, tx, cfg, s.source(), d, chunk)
			if err != nil {
				return err
			}
			n += back
		}
		d.MassChangeAt = time.Time{}
		if err := tx.PutDirectory(ctx, d); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, s.event(DirectoryChanged, details{Code: CodeMassChange, Name: d.Name, Added: n}))
	})
	return n, r.recorded(ctx, s.Tenant, s.source(), err)
}

// turnOn undoes the directory's "no" for those who are still off by its word.
func (r *Roster) turnOn(ctx context.Context, tx Tx, cfg tenant.Config, from origin, d tenant.Directory, ids []MemberID) (int, error) {
	members, err := tx.LockMembers(ctx, Scope{}, ids)
	if err != nil {
		return 0, err
	}
	members = slices.DeleteFunc(members, func(m Member) bool { return !keptOff(m, d.ID) })
	back := make([]MemberID, len(members))
	for i, m := range members {
		back[i] = m.ID
	}
	if members, err = unpark(ctx, tx, back); err != nil {
		return 0, err
	}
	for i, before := range members {
		after := before
		after.Directory = d.ID
		after = heard(after, true, tx.Now())
		if before.Removed() { // somebody may have taken the address elsewhere
			after.RemovedAt, after.Person = time.Time{}, PersonID{}
		}
		after.Claims = mappedRole(after, d, tx.Now())
		after = seal(after, cfg, tx.Now())
		kind := EventKind("")
		if before.Removed() {
			kind = MemberRestored
		}
		if _, held := before.Hold(); held {
			kind = MemberUnheld
		}
		if err := r.save(ctx, tx, cfg, from, before, &after, saveOptions{alone: true, kind: kind}); err != nil {
			return i, err
		}
	}
	return len(members), nil
}

// keptOff says whether a directory keeps a member off, wants it off, or removed it.
func keptOff(m Member, id tenant.DirectoryID) bool {
	if h, held := m.Hold(); held && h.Directory == id {
		return true
	}
	_, merged := m.MergedInto()
	return m.Directory == id && !merged && (!m.DirectoryActive || m.Removed())
}
