package fair

import (
	"context"
	"errors"
	"sync"
	"time"

	"rollcall/internal/tenant"
)

// Reasons why a request does not get its turn. All of them pass: come back later.
var (
	// ErrFull says that as many requests of the tenant wait as may.
	ErrFull = errors.New("too many requests of this tenant wait already")
	// ErrSlow says that the turn did not come in time.
	ErrSlow = errors.New("the turn of this request did not come in time")
)

// Defaults of a Queue.
const (
	// DefaultWait is less than the time after which any directory gives up.
	DefaultWait = 4 * time.Second
	// DefaultLine is more than any directory has under way at once.
	DefaultLine = 256
)

// Queue lets a number of requests run at once and makes the others wait, one line a tenant. When a
// request ends, the next one is the first of the next tenant's line: round robin, so that a tenant
// with a hundred waiting delays one with a single request by one place, not by a hundred. It is work
// conserving: while fewer run than may, nobody waits. It is safe for concurrent use.
type Queue struct {
	wait time.Duration
	line int

	mu      sync.Mutex
	room    int // how many more may run; positive only while nobody waits
	running int
	waiting int
	lines   map[tenant.ID]*line
	next    *line // whose turn is next; a ring of the lines that somebody waits in
	refused Refused
}

// Refused counts the requests that did not get their turn.
type Refused struct{ Full, Slow int64 }

// line is the waiting requests of one tenant, the first that came first.
type line struct {
	id             tenant.ID
	first, last    *turn
	length         int
	before, behind *line // in the ring
}

// turn is a request that waits.
type turn struct {
	come           chan struct{} // closed when it may run
	before, behind *turn
	waits          bool
}

// NewQueue lets at most atOnce requests run together. Of each tenant at most inLine wait, none
// longer than wait; 0: the defaults.
func NewQueue(atOnce, inLine int, wait time.Duration) *Queue {
	if wait <= 0 {
		wait = DefaultWait
	}
	if inLine <= 0 {
		inLine = DefaultLine
	}
	return &Queue{room: max(atOnce, 1), line: inLine, wait: wait, lines: map[tenant.ID]*line{}}
}

// Enter returns nil when the request's turn has come; it is followed by one Leave. It returns ErrFull
// or ErrSlow when the request should come back later, and the context's error when it ended: then
// there is nothing to leave.
func (q *Queue) Enter(ctx context.Context, id tenant.ID) error {
	q.mu.Lock()
	if q.room > 0 {
		q.room--
		q.running++
		q.mu.Unlock()
		return nil
	}
	t, ok := q.join(id)
	q.mu.Unlock()
	if !ok {
		return ErrFull
	}
	patience := time.NewTimer(q.wait)
	defer patience.Stop()
	select {
	case <-t.come:
		return nil
	case <-ctx.Done():
		return q.giveUp(id, t, ctx.Err())
	case <-patience.C:
		return q.giveUp(id, t, ErrSlow)
	}
}

// Leave ends a request's turn and gives it to the next one.
func (q *Queue) Leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.next == nil {
		q.running--
		q.room++
		return
	}
	l := q.next
	q.next = l.behind
	t := l.first
	q.remove(l, t)
	close(t.come)
}

// giveUp takes a request out of its line. When its turn came at the same moment it is passed on,
// unless there is time to take it.
func (q *Queue) giveUp(id tenant.ID, t *turn, why error) error {
	q.mu.Lock()
	if t.waits {
		q.remove(q.lines[id], t)
		if errors.Is(why, ErrSlow) {
			q.refused.Slow++
		}
		q.mu.Unlock()
		return why
	}
	q.mu.Unlock()
	if errors.Is(why, ErrSlow) {
		return nil
	}
	q.Leave()
	return why
}

// join puts a request at the end of its tenant's line, and the line, when it is new, at the end of
// the round.
func (q *Queue) join(id tenant.ID) (*turn, bool) {
	l := q.lines[id]
	switch {
	case l == nil:
		l = &line{id: id}
		q.lines[id] = l
		q.link(l)
	case l.length >= q.line:
		q.refused.Full++
		return nil, false
	}
	t := &turn{come: make(chan struct{}), before: l.last, waits: true}
	if l.last == nil {
		l.first = t
	} else {
		l.last.behind = t
	}
	l.last = t
	l.length++
	q.waiting++
	return t, true
}

func (q *Queue) link(l *line) {
	if q.next == nil {
		l.before, l.behind = l, l
		q.next = l
		return
	}
	l.before, l.behind = q.next.before, q.next
	l.before.behind, q.next.before = l, l
}

// remove takes a turn out of its line, wherever it stands, and an empty line out of the round.
func (q *Queue) remove(l *line, t *turn) {
	if t.before == nil {
		l.first = t.behind
	} else {
		t.before.behind = t.behind
	}
	if t.behind == nil {
		l.last = t.before
	} else {
		t.behind.before = t.before
	}
	t.waits = false
	l.length--
	q.waiting--
	if l.length > 0 {
		return
	}
	delete(q.lines, l.id)
	if l.behind == l {
		q.next = nil
		return
	}
	l.before.behind, l.behind.before = l.behind, l.before
	if q.next == l {
		q.next = l.behind
	}
}

// Figures are how a Queue stands, for metrics.
type Figures struct {
	Running, Waiting int
	Refused          Refused
}

// Figures returns those of now.
func (q *Queue) Figures() Figures {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Figures{Running: q.running, Waiting: q.waiting, Refused: q.refused}
}
