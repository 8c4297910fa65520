package provlog

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Config is what a Recorder needs. Log, TenantOf and Now are required.
type Config struct {
	// Log is where entries are written to.
	Log interface {
		AppendExchanges(ctx context.Context, batches []roster.ExchangeBatch) error
	}
	// TenantOf finds whose a directory is; NotFound. It is asked for directories that were
	// named by requests that were not let in.
	TenantOf func(context.Context, tenant.DirectoryID) (tenant.ID, error)
	Now      func() time.Time
	Logger   *slog.Logger // nil: nothing is logged
	// Every is how long an entry waits at most; 250 ms by default. Counts wait eight times as
	// long.
	Every time.Duration
	// Batch is how many entries are written at once; 500 by default.
	Batch int
	// Capacity is how many entries may wait; 8,192 by default. Beyond it the oldest successes
	// are dropped; failures are kept, without their bodies, up to four times as many.
	Capacity int
	// Bodies is how many bytes of bodies may wait; 16 MiB by default. Beyond it entries are
	// kept without theirs.
	Bodies int
}

// Stats are figures of a recorder since it was made.
type Stats struct {
	Waiting  int    // entries
	Written  uint64 // entries
	Dropped  uint64 // entries of successes, for want of room
	Lost     uint64 // entries of failures, for want of room, and those the store refused
	Bodiless uint64 // entries kept without their bodies, for want of room
	Astray   uint64 // requests that were not let in at base URLs that do not exist
	Uncount  uint64 // requests that were not let in and not counted, for want of room
}

// Recorder buffers exchanges and writes them in batches. It is safe for concurrent use. Make
// it with New, have Run run, and call Flush when Run has ended.
type Recorder struct {
	c    Config
	full chan struct{} // a batch is there

	mu     sync.Mutex
	ok     []*Capture // oldest first, as are those that failed
	failed []*Capture
	bodies int // bytes
	counts *tally
	denied denials
	stats  Stats

	flushing sync.Mutex // guards what is below
	buf      []byte
	tallied  time.Time
	homes    map[tenant.DirectoryID]tenant.ID
}

// New makes a recorder.
func New(c Config) *Recorder {
	if c.Every <= 0 {
		c.Every = 250 * time.Millisecond
	}
	if c.Batch <= 0 {
		c.Batch = 500
	}
	if c.Capacity <= 0 {
		c.Capacity = 8192
	}
	if c.Bodies <= 0 {
		c.Bodies = 16 << 20
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Recorder{
		c: c, full: make(chan struct{}, 1), counts: newTally(), denied: denials{}, homes: map[tenant.DirectoryID]tenant.ID{},
	}
}

// Add takes an exchange in. It never waits for the store.
func (r *Recorder) Add(c *Capture) {
	r.mu.Lock()
	r.counts.count(c)
	r.push(c)
	enough := len(r.ok)+len(r.failed) >= r.c.Batch
	r.mu.Unlock()
	if enough {
		select {
		case r.full <- struct{}{}:
		default:
		}
	}
}

// push makes room and keeps a capture that is counted already.
func (r *Recorder) push(c *Capture) {
	if n := c.size(); n > 0 && (r.bodies+n > r.c.Bodies || len(r.failed) >= r.c.Capacity) {
		c.Request, c.Answer = nil, nil
		r.stats.Bodiless++
	} else {
		r.bodies += n
	}
	if c.failed() {
		r.failed = append(r.failed, c)
	} else {
		r.ok = append(r.ok, c)
	}
	if len(r.ok) > 0 && len(r.ok)+len(r.failed) > r.c.Capacity {
		r.bodies -= r.ok[0].size()
		r.ok[0] = nil
		r.ok = r.ok[1:]
		r.stats.Dropped++
	}
	if len(r.failed) > 4*r.c.Capacity {
		r.bodies -= r.failed[0].size()
		r.failed[0] = nil
		r.failed = r.failed[1:]
		r.stats.Lost++
	}
}

// take removes up to a batch of captures, failures first.
func (r *Recorder) take() []*Capture {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(len(r.failed), r.c.Batch)
	m := min(len(r.ok), r.c.Batch-n)
	out := append(append(make([]*Capture, 0, n+m), r.failed[:n]...), r.ok[:m]...)
	clear(r.failed[:n])
	clear(r.ok[:m])
	r.failed, r.ok = r.failed[n:], r.ok[m:]
	for _, c := range out {
		r.bodies -= c.size()
	}
	return out
}

// putBack keeps for later what could not be written now, as far as there is room.
func (r *Recorder) putBack(list []*Capture) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ok, failed := r.ok, r.failed
	r.ok, r.failed = nil, nil
	for _, c := range list {
		r.push(c)
	}
	for _, c := range append(failed, ok...) {
		r.bodies -= c.size() // it is added once more
		r.push(c)
	}
}

// Stats returns the figures of now.
func (r *Recorder) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats
	s.Waiting = len(r.ok) + len(r.failed)
	return s
}

// Run flushes until ctx ends.
func (r *Recorder) Run(ctx context.Context) {
	tick := time.NewTicker(r.c.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-r.full:
		}
		if err := r.flush(ctx, false); err != nil && ctx.Err() == nil {
			r.c.Logger.WarnContext(ctx, "provisioning log not written, trying again", "error", err)
		}
	}
}

// Flush writes everything that waits, counts included.
func (r *Recorder) Flush(ctx context.Context) error { return r.flush(ctx, true) }

func (r *Recorder) flush(ctx context.Context, all bool) error {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	now := r.c.Now()
	due := all || now.Sub(r.tallied) >= 8*r.c.Every
	for {
		list := r.take()
		if len(list) == 0 {
			break
		}
		if err := r.write(ctx, list); err != nil {
			return err
		}
		if !all && len(list) < r.c.Batch {
			break // the next batch gathers meanwhile
		}
	}
	if !due {
		return nil
	}
	r.tallied = now
	return errors.Join(r.resolve(ctx), r.writeCounts(ctx))
}
