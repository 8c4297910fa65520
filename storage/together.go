package storage

import (
	"context"
	"sync"

	"rollcall/internal/tenant"
)

// together lets the requests of a tenant share round trips. While as many trips as a tenant may have
// are under way, what arrives waits, and leaves with the next one: an idle gateway adds nothing to a
// request, a busy one pays the way to the database and back, the transaction and its sync to disk once
// for many. There is no timer, and nobody but those who wait does the work.
type together struct {
	trips int // under way at once for one tenant
	most  int // units in one trip
	run   func(id tenant.ID, units []*unit)

	mu    sync.Mutex
	lanes map[tenant.ID]*lane
}

// unit is what one request sends.
type unit struct {
	ctx context.Context //nolint:containedctx // says whether somebody still waits for the answer
	// list is run in order; nothing of another unit stands between.
	list []statement
	// config must be the version of the tenant's configuration; 0: any.
	config int64
	// err is how it ended. run sets it.
	err error
	// turn wakes the request: its unit has been run, or it is to run next.
	turn chan struct{}
	next []*unit
}

type lane struct {
	under int
	queue []*unit
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
		l = &lane{}
		t.lanes[id] = l
	}
	if l.under < t.trips {
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

// lead runs units, the first of which is the caller's, and hands the lane to the first of those that
// came meanwhile.
func (t *together) lead(id tenant.ID, l *lane, units []*unit) {
	defer func() {
		t.pass(id, l)
		for _, u := range units[1:] {
			u.turn <- struct{}{}
		}
	}()
	t.run(id, units)
}

func (t *together) pass(id tenant.ID, l *lane) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(l.queue) == 0 {
		l.under--
		if l.under == 0 {
			delete(t.lanes, id)
		}
		return
	}
	n := min(t.most, len(l.queue))
	next := l.queue[:n:n]
	l.queue = l.queue[n:]
	next[0].next = next
	next[0].turn <- struct{}{}
}
