package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// Grace is how long requests that are under way may take to end when the
// gateway stops.
const Grace = 30 * time.Second

// Listener is an address with the handler that answers there.
type Listener struct {
	net.Listener
	Handler http.Handler
}

// Stop says how Serve ends.
type Stop struct {
	// Drain is how long it goes on as ever after the stop: /readyz says 503 already, and a balancer has
	// the time to see that and to send no new requests.
	Drain time.Duration
	// Grace is how long requests under way may take to end after that.
	Grace time.Duration
}

// Serve answers on all listeners until ctx ends or one of them breaks. When ctx
// ended it first drains. Then the listeners are closed in their order, each after
// its requests have ended, and after the grace period at the latest; so the last
// one still answers for the health of the gateway while the first drains. The
// contexts of requests do not end with ctx. It returns nil after a stop in which
// every request ended.
func Serve(ctx context.Context, log *slog.Logger, how Stop, listeners ...Listener) error {
	group, broken := errgroup.WithContext(context.WithoutCancel(ctx))
	servers := make([]*http.Server, len(listeners))
	for i, l := range listeners {
		s := newServer(context.WithoutCancel(ctx), log, l.Handler)
		servers[i] = s
		group.Go(func() error {
			if err := s.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve on %s: %w", l.Addr(), err)
			}
			return nil
		})
	}
	group.Go(func() error {
		select {
		case <-broken.Done():
		case <-ctx.Done():
			drain(broken, how.Drain)
		}
		return stop(context.WithoutCancel(ctx), how.Grace, servers)
	})
	return group.Wait()
}

// drain waits, unless ctx ends.
func drain(ctx context.Context, period time.Duration) {
	timer := time.NewTimer(period)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func stop(ctx context.Context, grace time.Duration, servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	var errs []error
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("requests still ran after %v and were cut off: %w", grace, err), s.Close())
		}
	}
	return errors.Join(errs...)
}

// newServer sets the limits that stand before any handler. Bodies are small;
// who needs longer than this to send one is no directory.
func newServer(base context.Context, log *slog.Logger, h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      90 * time.Second, // more than Chain.Timeout, so that its error can still be answered
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return base },
	}
}
