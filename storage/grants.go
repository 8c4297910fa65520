package storage

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// grantKey is what a request names: a directory and the hash of its token.
type grantKey struct {
	directory tenant.DirectoryID
	hash      [32]byte
}

type grantEntry struct {
	grant roster.Grant
	at    time.Time
}

const (
	// grantAge is how long a grant is believed without asking again, should a notice be late. So short
	// a time spares a busy directory nearly all look-ups, and a revoked token is dead when the
	// command that revoked it has ended.
	grantAge = 50 * time.Millisecond
	// maxGrants bounds the cache; beyond it all is forgotten, which costs a look-up each.
	maxGrants = 10_000
	// grantsChannel is where PostgreSQL tells that the grants of a tenant changed.
	grantsChannel = "rollcall_grants"
)

// grantCache remembers grants that open something for a moment, on PostgreSQL only and only while
// notices of changes come in. A refusal is never remembered: what was put right works at once. The nil
// cache remembers nothing.
type grantCache struct {
	now func() time.Time

	mu      sync.Mutex
	on      bool
	round   uint64 // one more with each change: what was asked before it is not remembered after it
	entries map[grantKey]grantEntry
}

func newGrantCache(now func() time.Time) *grantCache {
	return &grantCache{now: now, entries: map[grantKey]grantEntry{}}
}

// get returns a grant, or else the round that put needs.
func (c *grantCache) get(k grantKey) (roster.Grant, uint64, bool) {
	if c == nil {
		return roster.Grant{}, 0, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[k]
	if !ok || !c.on || c.now().Sub(e.at) >= grantAge {
		return roster.Grant{}, c.round, false
	}
	return e.grant, c.round, true
}

func (c *grantCache) put(k grantKey, g roster.Grant, round uint64) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.on || c.round != round || g.Directory.Status != tenant.DirectoryActive || !g.Credential.Usable(c.now()) {
		return
	}
	if len(c.entries) >= maxGrants {
		clear(c.entries)
	}
	c.entries[k] = grantEntry{g, c.now()}
}

// forget drops what is remembered of a tenant.
func (c *grantCache) forget(id tenant.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.round++
	for k, e := range c.entries {
		if e.grant.Tenant.ID == id {
			delete(c.entries, k)
		}
	}
}

// set switches the cache on or off, empty.
func (c *grantCache) set(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on = on
	c.round++
	clear(c.entries)
}

// relistenAfter is the pause before a lost listener connects again.
const relistenAfter = time.Second

// listen drops grants as notices come in, until ctx ends.
func listen(ctx context.Context, config *pgx.ConnConfig, c *grantCache, log *slog.Logger) {
	for {
		err := listenOnce(ctx, config, c)
		c.set(false)
		if ctx.Err() != nil {
			return
		}
		log.WarnContext(ctx, "listener for changed credentials lost, asking the database each time", "error", err)
		pause := time.NewTimer(relistenAfter)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

func listenOnce(ctx context.Context, config *pgx.ConnConfig, c *grantCache) error {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+grantsChannel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	c.set(true)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for a notice: %w", err)
		}
		if id, err := tenant.ParseUUID(n.Payload); err == nil {
			c.forget(tenant.ID{UUID: id})
		}
	}
}
