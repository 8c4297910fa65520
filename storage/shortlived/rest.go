package shortlived

import (
	"context"
	"errors"
	"sync"
	"time"
)

// rest spares callers the wait for a server that does not answer: after a few failures in a row it turns
// calls away at once, and looks by itself, each restFor, whether the server is back. The zero rest is awake.
type rest struct {
	mu     sync.Mutex
	failed int  // in a row
	asleep bool // calls are turned away
}

const (
	restAfter = 2 // failures in a row; one may be a slow moment
	restFor   = time.Second
)

var errResting = errors.New("Redis did not answer just now")

// enter says whether a call may go on; then leave must follow.
func (r *rest) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.asleep
}

// leave notes whether the server answered. look asks it whether it is back, until ctx ends.
func (r *rest) leave(ctx context.Context, answered bool, look func(context.Context) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case answered:
		r.failed = 0
		return
	case r.asleep:
		return
	}
	if r.failed++; r.failed < restAfter {
		return
	}
	r.asleep = true
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(restFor):
			}
			if look(ctx) {
				break
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.failed, r.asleep = 0, false
	}()
}
