package scim

import (
	"context"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Gate decides when an authenticated request is worked on, so that one tenant leaves room for
// others. It is safe for concurrent use.
type Gate interface {
	// Allow says how long the directory must wait before its next n requests, 0: it need not. A bulk
	// request counts as many as it holds operations (RFC 7644 §3.7).
	Allow(ctx context.Context, g *roster.Grant, n int) time.Duration
	// Enter waits for the turn of a request of the tenant; a Leave follows. Where the turn does not
	// come it says after what time to try again, or returns the error of ctx, and no Leave follows.
	Enter(ctx context.Context, id tenant.ID) (wait time.Duration, err error)
	Leave()
}

// open lets everybody pass at once.
type openGate struct{}

func (openGate) Allow(context.Context, *roster.Grant, int) time.Duration          { return 0 }
func (openGate) Enter(context.Context, tenant.ID) (wait time.Duration, err error) { return 0, nil }
func (openGate) Leave()                                                           {}

// takesBody says whether the handler reads a body, and enters then.
func (q *request) takesBody() bool {
	return q.Body != http.NoBody && (q.Method == http.MethodPost || q.Method == http.MethodPut || q.Method == http.MethodPatch)
}

// enter waits for the request's turn, once. A request with a body has its turn when the body is
// here: a slow sender must not keep a place from others.
func (q *request) enter() error {
	if q.entered {
		return nil
	}
	wait, err := q.gate.Enter(q.Context(), q.by.Tenant)
	if err != nil {
		return err //nolint:wrapcheck // the client's own: it has gone
	}
	if wait > 0 {
		return tooBusy(wait)
	}
	q.entered = true
	return nil
}

// leave gives the turn to the next request. It may be called without one.
func (q *request) leave() {
	if q.entered {
		q.entered = false
		q.gate.Leave()
	}
}

// yield lets others have their turn in the midst of a long request, and waits for the next one. The
// error is the end of the request's context, which leaves it without.
func (q *request) yield() error {
	q.leave()
	return q.back()
}

// back waits for another turn of a request that gave its own to others, as long as that takes: half
// of its work is done. The error is the end of the request's context.
func (q *request) back() error {
	for !q.entered {
		if err := q.Context().Err(); err != nil {
			return err //nolint:wrapcheck // the client has gone, or the time is over
		}
		wait, err := q.gate.Enter(q.Context(), q.by.Tenant)
		if q.entered = wait == 0 && err == nil; q.entered {
			break
		}
		pause := time.NewTimer(wait)
		select {
		case <-pause.C:
		case <-q.Context().Done():
			pause.Stop()
		}
	}
	return nil
}

// tooBusy is told to a tenant that has more requests under way than the gateway gets done.
func tooBusy(wait time.Duration) error {
	return &fault{
		status: http.StatusTooManyRequests,
		detail: "More requests of this tenant are under way than can be worked on now. Wait as long as Retry-After says and repeat.",
		header: retryHeader(wait),
	}
}
