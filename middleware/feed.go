package middleware

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"
)

// errUnavailable says that nobody knows whether the token is good.
var errUnavailable = errors.New("what has ended is not known now")

const (
	feedEvery = time.Second
	// feedKeeps is longer than any access token lives.
	feedKeeps = 15 * time.Minute
)

// revoked is what is known to have ended: sessions and grants, with the time until which to remember them.
type revoked struct {
	mu    sync.Mutex
	until map[string]time.Time
	asOf  time.Time // everything that ended before is known
	next  string
}

// feed is what Rollcall tells.
type feed struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	Next     string `json:"next"`
	More     bool   `json:"more"`
	Revoked  []struct {
		Session string `json:"sid"`
		Grant   string `json:"grant_id"`
	} `json:"revoked"`
}

// Run reads the feed of revocations each second until ctx ends.
func (g *Gate) Run(ctx context.Context) error {
	if g.Introspect {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	failing := false
	for {
		err := g.ReadFeed(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			g.Log.WarnContext(ctx, "revocations can't be read; nobody passes soon", "error", err.Error())
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// ReadFeed reads the feed once. Run calls it each second; it is there for programs with a loop of their own.
func (g *Gate) ReadFeed(ctx context.Context) error {
	for {
		asked := g.Now()
		more, err := g.readPage(ctx)
		if err != nil {
			return err
		}
		if !more {
			g.revoked.mu.Lock()
			g.revoked.asOf = asked
			g.revoked.mu.Unlock()
			return nil
		}
	}
}

func (g *Gate) readPage(ctx context.Context) (more bool, err error) {
	g.revoked.mu.Lock()
	next := g.revoked.next
	g.revoked.mu.Unlock()
	address := g.metadata.Revocations
	if next != "" {
		address += "?" + url.Values{"since": {next}}.Encode()
	}
	var f feed
	err = g.get(ctx, address, true, func(body []byte) error {
		kind, payload, err := g.keys.verify(ctx, string(body))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(payload, &f); err != nil || kind != "revocations+jwt" {
			return errSignature
		}
		return nil
	})
	now := g.Now()
	switch {
	case err != nil:
		return false, fmt.Errorf("read the feed of revocations: %w", err)
	case f.Issuer != g.Issuer || f.Audience != g.ClientID || now.Unix() >= f.Expires: // somebody else's, or an old one again
		return false, errors.New("read the feed of revocations: it is not for us, or not of now")
	}
	var sessions []string
	g.revoked.mu.Lock()
	defer g.revoked.mu.Unlock()
	if g.revoked.until == nil {
		g.revoked.until = map[string]time.Time{}
	}
	for id, until := range g.revoked.until {
		if now.After(until) {
			delete(g.revoked.until, id)
		}
	}
	for _, item := range f.Revoked {
		id := item.Session + item.Grant // one of them is there
		g.revoked.until[id] = now.Add(feedKeeps)
		sessions = append(sessions, id)
	}
	g.revoked.next = f.Next
	g.forget(sessions...)
	return f.More, nil
}

// ended says whether a session or grant has ended. errUnavailable when nobody knows.
func (g *Gate) ended(ids ...string) (bool, error) {
	g.revoked.mu.Lock()
	defer g.revoked.mu.Unlock()
	for _, id := range ids {
		if _, ok := g.revoked.until[id]; ok {
			return true, nil
		}
	}
	if g.Now().Sub(g.revoked.asOf) > g.MaxStale {
		return false, errUnavailable
	}
	return false, nil
}

// end notes that a session has ended, as Rollcall told us itself.
func (g *Gate) end(session string) {
	g.revoked.mu.Lock()
	if g.revoked.until == nil {
		g.revoked.until = map[string]time.Time{}
	}
	g.revoked.until[session] = g.Now().Add(feedKeeps)
	g.revoked.mu.Unlock()
	g.forget(session)
}
