package provlog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// write stores a batch. What the store can't take now waits for the next time; what it refuses is
// lost, alone with the rest of its tenant's.
func (r *Recorder) write(ctx context.Context, list []*Capture) error {
	by := map[tenant.ID]*roster.ExchangeBatch{}
	for _, c := range list {
		b := by[c.Tenant]
		if b == nil {
			b = &roster.ExchangeBatch{Tenant: c.Tenant}
			by[c.Tenant] = b
		}
		if r.buf == nil {
			r.buf = make([]byte, 0, 2*MaxBody)
		}
		b.Entries = append(b.Entries, c.entry(r.buf))
	}
	batches := ordered(by)
	err := r.c.Log.AppendExchanges(ctx, batches)
	if err == nil {
		r.note(func(s *Stats) { s.Written += uint64(len(list)) })
		return nil
	}
	if later(ctx, err) {
		r.putBack(list)
		return fmt.Errorf("write the provisioning log: %w", err)
	}
	var errs []error
	for _, b := range batches {
		if err := r.c.Log.AppendExchanges(ctx, []roster.ExchangeBatch{b}); err != nil {
			r.note(func(s *Stats) { s.Lost += uint64(len(b.Entries)) })
			errs = append(errs, fmt.Errorf("write the provisioning log of %s: %w", b.Tenant, err))
			continue
		}
		r.note(func(s *Stats) { s.Written += uint64(len(b.Entries)) })
	}
	return errors.Join(errs...)
}

// later says whether the same may be written another time.
func later(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, roster.Unavailable) || errors.Is(err, context.DeadlineExceeded)
}

func (r *Recorder) note(f func(*Stats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.stats)
}

// writeCounts stores the counts. Those that can't be written now are added to the next.
func (r *Recorder) writeCounts(ctx context.Context) error {
	r.mu.Lock()
	counts := r.counts
	r.counts = newTally()
	r.mu.Unlock()
	batches := counts.batches()
	if len(batches) == 0 {
		return nil
	}
	err := r.c.Log.AppendExchanges(ctx, batches)
	if err == nil {
		return nil
	}
	if later(ctx, err) {
		r.mu.Lock()
		r.counts = counts.with(r.counts)
		r.mu.Unlock()
	}
	return fmt.Errorf("write the counts of directories: %w", err)
}

// with adds newer counts.
func (t *tally) with(newer *tally) *tally {
	for k, n := range newer.hours {
		h := t.hour(k.place, n.Hour)
		h.Requests += n.Requests
		h.Failures += n.Failures
		h.Created += n.Created
		h.Updated += n.Updated
		h.Deactivated += n.Deactivated
		h.Deleted += n.Deleted
		for kind, count := range n.Denied {
			if h.Denied == nil {
				h.Denied = map[roster.AuthFailure]int{}
			}
			h.Denied[kind] += count
		}
	}
	for k, n := range newer.seen {
		s := t.sighting(k)
		merge(s, *n)
	}
	return t
}

func merge(s *roster.Sighting, n roster.Sighting) {
	if s.FirstAt.IsZero() {
		s.FirstAt = n.FirstAt
	}
	if n.LastAt.After(s.LastAt) {
		s.LastAt, s.UserAgent = n.LastAt, n.UserAgent
	}
	if n.LastChangeAt.After(s.LastChangeAt) {
		s.LastChangeAt = n.LastChangeAt
	}
	if n.LastDeniedAt.After(s.LastDeniedAt) {
		s.LastDeniedAt, s.LastDenied = n.LastDeniedAt, n.LastDenied
	}
	if n.VendorAt.After(s.VendorAt) {
		s.Vendor, s.VendorAt = n.Vendor, n.VendorAt
	}
}

// Denial is a request that was not let in.
type Denial struct {
	Directory tenant.DirectoryID // as the base URL names it; it need not exist
	Kind      roster.AuthFailure
	At        time.Time
}

// maxDenials is how many different ones may wait, and maxHomes whose directories are remembered.
const (
	maxDenials = 2048
	maxHomes   = 8192
	maxAsked   = 200 // look-ups for one flush
)

type denialKey struct {
	directory tenant.DirectoryID
	kind      roster.AuthFailure
	hour      int64
}

type denials map[denialKey]struct {
	n    int
	last time.Time
}

// Deny counts a request that was not let in. A zero directory is one that was named by no id.
func (r *Recorder) Deny(d Denial) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d.Directory.IsZero() {
		r.stats.Astray++
		return
	}
	k := denialKey{d.Directory, d.Kind, d.At.Unix() / 3600}
	e, known := r.denied[k]
	if !known && len(r.denied) >= maxDenials {
		r.stats.Uncount++
		return
	}
	e.n++
	e.last = d.At
	r.denied[k] = e
}

// resolve gives denials to the tenants whose directories were named. The rest wait, or are
// counted as astray when there is no such directory.
func (r *Recorder) resolve(ctx context.Context) error {
	r.mu.Lock()
	waiting := r.denied
	r.denied = denials{}
	r.mu.Unlock()
	asked := 0
	nowhere := map[tenant.DirectoryID]bool{}
	var failed error
	for k, e := range waiting {
		home, known := r.homes[k.directory]
		if !known && !nowhere[k.directory] && asked < maxAsked && failed == nil {
			asked++
			id, err := r.c.TenantOf(ctx, k.directory)
			switch {
			case err == nil:
				if len(r.homes) >= maxHomes {
					clear(r.homes)
				}
				r.homes[k.directory], home, known = id, id, true
			case errors.Is(err, roster.NotFound):
				nowhere[k.directory] = true
			default:
				failed = fmt.Errorf("find whose base URL was asked: %w", err)
			}
		}
		r.mu.Lock()
		switch {
		case known:
			r.counts.deny(place{home, k.directory}, k.kind, e.last, e.n)
		case nowhere[k.directory]:
			r.stats.Astray += uint64(e.n)
		default:
			was := r.denied[k]
			e.n += was.n
			if was.last.After(e.last) {
				e.last = was.last
			}
			r.denied[k] = e
		}
		r.mu.Unlock()
	}
	return failed
}
