package shortlived

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// MaxEntries is how many entries Memory holds of each kind by default.
const MaxEntries = 100_000

// Memory keeps everything in this process, for a single replica. It starts no goroutine but those
// that wait for the end of subscriptions; what has expired goes when something new comes.
//
// When it is full, one-time state and the replay guard refuse what is new (Unavailable), because
// somebody relies on what is there; rate limits forget what would be forgotten next.
type Memory struct {
	now    func() time.Time
	mu     sync.Mutex
	closed bool
	once   expiring[[]byte]
	seen   expiring[struct{}]
	limits expiring[time.Time]
	boxes  mailboxes
}

// NewMemory makes an empty store. limit bounds the entries of each kind; 0: MaxEntries.
func NewMemory(now func() time.Time, limit int) *Memory {
	if limit <= 0 {
		limit = MaxEntries
	}
	return &Memory{now: now, once: newExpiring[[]byte](limit), seen: newExpiring[struct{}](limit), limits: newExpiring[time.Time](limit)}
}

var (
	errFull   = errors.New("shortlived: memory is full")
	errClosed = errors.New("shortlived: closed")
)

// do runs f alone, with the time of now.
func (m *Memory) do(ctx context.Context, f func(now time.Time) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return unavailable(errClosed)
	}
	return f(m.now())
}

// Put implements OneTime.
func (m *Memory) Put(ctx context.Context, k Key, value []byte, ttl time.Duration) error {
	if err := errors.Join(checkTTL(ttl), checkValue(value)); err != nil {
		return err
	}
	return m.do(ctx, func(now time.Time) error {
		if !m.once.put(k.digest(), slices.Clone(value), now, ttl) {
			return unavailable(errFull)
		}
		return nil
	})
}

// Add implements OneTime.
func (m *Memory) Add(ctx context.Context, k Key, value []byte, ttl time.Duration) ([]byte, error) {
	if err := errors.Join(checkTTL(ttl), checkValue(value)); err != nil {
		return nil, err
	}
	var there []byte
	err := m.do(ctx, func(now time.Time) error {
		if kept, ok := m.once.get(k.digest(), now); ok {
			there = append([]byte{}, kept...)
			return nil
		}
		if !m.once.put(k.digest(), slices.Clone(value), now, ttl) {
			return unavailable(errFull)
		}
		return nil
	})
	return there, err
}

// Take implements OneTime.
func (m *Memory) Take(ctx context.Context, k Key) ([]byte, error) {
	var value []byte
	err := m.do(ctx, func(now time.Time) error {
		var ok bool
		if value, ok = m.once.take(k.digest(), now); !ok {
			return notFound()
		}
		return nil
	})
	return value, err
}

// FirstTime implements Replays.
func (m *Memory) FirstTime(ctx context.Context, k Key, ttl time.Duration) (bool, error) {
	if err := checkTTL(ttl); err != nil {
		return false, err
	}
	first := false
	err := m.do(ctx, func(now time.Time) error {
		d := k.digest()
		if _, found := m.seen.get(d, now); found {
			return nil
		}
		if first = m.seen.put(d, struct{}{}, now, ttl); !first {
			return unavailable(errFull)
		}
		return nil
	})
	return first, err
}

// Forget implements Replays.
func (m *Memory) Forget(ctx context.Context, k Key) error {
	return m.do(ctx, func(now time.Time) error {
		m.seen.take(k.digest(), now)
		return nil
	})
}

// Allow implements Limits.
func (m *Memory) Allow(ctx context.Context, k Key, r Rate, n int) (Decision, error) {
	if err := r.check(n); err != nil {
		return Decision{}, err
	}
	var out Decision
	err := m.do(ctx, func(now time.Time) error {
		d := k.digest()
		full, _ := m.limits.get(d, now)
		after, decision := r.take(full, now, n)
		if out = decision; decision.Allowed && n > 0 {
			m.limits.makeRoom(d, now)
			m.limits.put(d, after, now, after.Sub(now))
		}
		return nil
	})
	return out, err
}

// Publish implements Notices.
func (m *Memory) Publish(ctx context.Context, n Notice) error {
	return m.do(ctx, func(time.Time) error {
		m.boxes.send(n)
		return nil
	})
}

// Subscribe implements Notices.
func (m *Memory) Subscribe(ctx context.Context) (<-chan Notice, error) {
	var box *mailbox
	err := m.do(ctx, func(time.Time) error {
		box = m.boxes.open()
		return nil
	})
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { m.boxes.shut(box) })
	return box.notices, nil
}

// Close implements Store.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.boxes.shutAll()
	return nil
}
