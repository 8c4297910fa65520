package storage

import (
	"context"
	"slices"
	"sync"
	"time"

	"rollcall/internal/tenant"
)

// together lets the requests of a tenant share round trips. While a trip is under way what arrives
// waits, and leaves with the next one: an idle gateway adds nothing to a request, a busy one pays the
// way to the database and back, the transaction and its sync to disk once for many. A trip that takes
// long, because the disk or the network does, does not keep others waiting: the next one leaves beside
// it. Nobody but those who wait does the work.
type together struct {
	ease  int           // trips under way at once for one tenant while they are quick
	trips int           // the most, when they take long
	long  time.Duration // how long a trip may take before another one leaves beside it
	most  int           // units in one trip
	now   func() time.Time
	run   func(id tenant.ID, units []*unit)

	mu    sync.Mutex
	lanes map[tenant.ID]*lane
}

// unit is what one request sends.
type unit struct {
	ctx context.Context //nolint:containedctx // says whether somebody still waits for the answer
	// list is run in order; nothing of another unit stands between.
	list []statement
	// key is what the unit changes: two with the same are never under way at once. Zero: nothing that
	// others could change too.
	key tenant.UUID
	// config must be the version of the tenant's configuration; 0: any.
	config int64
	// err is how it ended: errShared, unless run sets it.
	err error
	// turn wakes the request: its unit has been run, or it is to run next.
	turn chan struct{}
	next []*unit
}

type lane struct {
	under int
	left  time.Time // when the last trip did
	queue []*unit
	keys  map[tenant.UUID]bool // under way
}

// do runs a unit, with others or alone, and returns its error. It returns once nobody reads or
// writes the unit any more, even when ctx ends before.
func (t *together) do(id tenant.ID, u *unit) error {
	t.mu.Lock()
	l := t.lanes[id]
	if l == nil {
		if t.lanes == nil {
			t.lanes = map[tenant.ID]*lane{}
		}
		l = &lane{keys: map[tenant.UUID]bool{}}
		t.lanes[id] = l
	}
	if t.ready(l) && l.free(u) {
		l.under++
		t.mu.Unlock()
		t.lead(id, l, []*unit{u})
		return u.err
	}
	u.turn = make(chan struct{}, 1)
	l.queue = append(l.queue, u)
	t.mu.Unlock()
	<-u.turn
	if u.next != nil {
		t.lead(id, l, u.next)
	}
	return u.err
}

// ready says whether another trip may leave, and if so notes when it does.
func (t *together) ready(l *lane) bool {
	if l.under >= t.trips {
		return false
	}
	now := t.now()
	if l.under >= t.ease && now.Sub(l.left) < t.long {
		return false
	}
	l.left = now
	return true
}

// free says whether nobody changes what u does, and lets nobody else do so from now on.
func (l *lane) free(u *unit) bool {
	if u.key.IsZero() {
		return true
	}
	if l.keys[u.key] {
		return false
	}
	l.keys[u.key] = true
	return true
}

// lead runs units, the first of which is the caller's, and hands the lane to the first of those that
// came meanwhile.
func (t *together) lead(id tenant.ID, l *lane, units []*unit) {
	defer func() {
		t.pass(id, l, units)
		for _, u := range units[1:] {
			u.turn <- struct{}{}
		}
	}()
	for _, u := range units {
		u.err = errShared
	}
	t.run(id, units)
}

// pass ends the trip of units and begins the next one.
func (t *together) pass(id tenant.ID, l *lane, units []*unit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range units {
		delete(l.keys, u.key)
	}
	var next []*unit
	l.queue = slices.DeleteFunc(l.queue, func(u *unit) bool {
		goes := len(next) < t.most && l.free(u)
		if goes {
			next = append(next, u)
		}
		return goes
	})
	if len(next) > 0 {
		l.left = t.now()
		next[0].next = next
		next[0].turn <- struct{}{}
		return
	}
	l.under--
	if l.under == 0 { // nothing is under way that could keep one of the queue, so it is empty
		delete(t.lanes, id)
	}
}
