package oidc

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// freshFor is how long a discovery document or a key set is used without asking again.
	freshFor = time.Hour
	// keptFor is how long it is used when the provider can't be asked.
	keptFor = 24 * time.Hour
	// negativeFor is how long nobody asks again after it failed.
	negativeFor = 10 * time.Second
	// discoveryTime bounds a discovery, which goes on when those who wait for it hang up.
	discoveryTime = 10 * time.Second
	// slotTime is how long a sign-in waits for its turn at a provider that is slow.
	slotTime = 3 * time.Second
)

// providers remembers what discovery said, by connection, the least recently used one forgotten first. A tenant's
// entry serves nobody else: what one tenant's provider does is felt by that tenant alone.
type providers struct {
	most, parallel int

	mu      sync.Mutex
	entries map[string]*list.Element // of *entry, by connection
	order   *list.List               // the most recently used first
}

// entry is one connection's.
type entry struct {
	connection, issuer string
	loopback           bool
	slots              chan struct{}

	mu       sync.Mutex
	provider *provider
	failed   error // of the last try, nil when that was good
	tried    time.Time
	flight   chan struct{} // closed at the end of the try that is under way
}

func newProviders(o Options) *providers {
	return &providers{most: o.Connections, parallel: o.Parallel, entries: map[string]*list.Element{}, order: list.New()}
}

func (ps *providers) forget(id string) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if e, ok := ps.entries[id]; ok {
		ps.order.Remove(e)
		delete(ps.entries, id)
	}
}

// entry finds a connection's entry, or begins one when there is none or it is of what the connection was before.
func (ps *providers) entry(c Config) *entry {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if at, ok := ps.entries[c.ID]; ok {
		if e, _ := at.Value.(*entry); e != nil && e.issuer == c.Issuer && e.loopback == c.AllowInsecureLoopback {
			ps.order.MoveToFront(at)
			return e
		}
		ps.order.Remove(at)
	}
	e := &entry{connection: c.ID, issuer: c.Issuer, loopback: c.AllowInsecureLoopback, slots: make(chan struct{}, ps.parallel)}
	ps.entries[c.ID] = ps.order.PushFront(e)
	if ps.order.Len() > ps.most {
		last := ps.order.Back()
		ps.order.Remove(last)
		if old, _ := last.Value.(*entry); old != nil {
			delete(ps.entries, old.connection)
		}
	}
	return e
}

// provider returns what is known of a connection's provider. What is old is still used while one request asks
// anew in the background; what failed a moment ago is not asked for again.
func (rp *RelyingParty) provider(ctx context.Context, c Config) (*provider, error) {
	e := rp.providers.entry(c)
	e.mu.Lock()
	now := rp.now()
	known := e.provider
	if known != nil && now.Sub(known.fetched) >= keptFor {
		known = nil
	}
	if known != nil && now.Sub(known.fetched) < freshFor {
		e.mu.Unlock()
		return known, nil
	}
	resting := e.failed != nil && now.Sub(e.tried) < negativeFor
	if e.flight == nil && !resting {
		e.flight, e.tried = make(chan struct{}), now
		go rp.refresh(context.WithoutCancel(ctx), e, c)
	}
	flight, failed := e.flight, e.failed
	e.mu.Unlock()
	switch {
	case known != nil:
		return known, nil
	case flight == nil:
		return nil, failed
	}
	select {
	case <-flight:
	case <-ctx.Done():
		return nil, &Unavailable{What: "discovery document", RetryAfter: negativeFor, Err: ctx.Err()}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed != nil {
		return nil, e.failed
	}
	return e.provider, nil
}

func (rp *RelyingParty) refresh(ctx context.Context, e *entry, c Config) {
	ctx, cancel := context.WithTimeout(ctx, discoveryTime)
	defer cancel()
	p, err := rp.discover(ctx, c)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil {
		if e.provider != nil && e.provider.jwks == p.jwks {
			p.keys = e.provider.keys
		}
		e.provider = p
	}
	e.failed = err
	close(e.flight)
	e.flight = nil
}

// turn waits for one of the connection's slots. The caller gives it back by calling what is returned.
func (rp *RelyingParty) turn(ctx context.Context, c Config) (release func(), err error) {
	e := rp.providers.entry(c)
	ctx, cancel := context.WithTimeout(ctx, slotTime)
	defer cancel()
	select {
	case e.slots <- struct{}{}:
		return func() { <-e.slots }, nil
	case <-ctx.Done():
		return nil, &Unavailable{What: "attention", RetryAfter: negativeFor, Err: errors.New("too many sign-ins of this connection wait for its provider")}
	}
}
