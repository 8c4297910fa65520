package simulate_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rollcall/internal/simulate"
)

// every lets trouble happen instead of, or after, each n-th request.
func every(n int64, trouble func(w http.ResponseWriter, r *http.Request, next http.Handler)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		var count atomic.Int64
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if count.Add(1)%n == 0 {
				trouble(w, r, next)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func answerWith(code int, header ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		if len(header) == 2 {
			w.Header().Set(header[0], header[1])
		}
		w.WriteHeader(code)
	}
}

// cut drops the connection before anything is done.
func cut(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// lose does what is asked and drops the connection instead of answering.
func lose(_ http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

func TestRun_survives(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		trouble func(http.ResponseWriter, *http.Request, http.Handler)
		slept   time.Duration // one of the waits; 0: any
	}{
		{"500 now and then", answerWith(http.StatusInternalServerError), 0},
		{"503 now and then", answerWith(http.StatusServiceUnavailable), 250 * time.Millisecond},
		{"429 that says for how long", answerWith(http.StatusTooManyRequests, "Retry-After", "7"), 7 * time.Second},
		{"429 that says nothing", answerWith(http.StatusTooManyRequests), 250 * time.Millisecond},
		{"connections cut before the work", cut, 0},
		{"answers lost after the work", lose, 0},
	}
	for _, tt := range tests {
		for _, vendor := range []simulate.Vendor{simulate.Entra, simulate.Okta, simulate.Google} {
			t.Run(tt.name+"/"+string(vendor), func(t *testing.T) {
				t.Parallel()
				c := newClock()
				cfg := config(vendor, newService(faults{}).serve(t, every(5, tt.trouble)))
				cfg.Now, cfg.Sleep = c.Now, c.Sleep
				for range 2 {
					summary, err := simulate.Run(t.Context(), cfg)
					if err != nil {
						t.Fatalf("Run: %v", err)
					}
					if summary.Retried == 0 {
						t.Error("nothing was repeated")
					}
				}
				if tt.slept != 0 && !slices.Contains(c.slept, tt.slept) {
					t.Errorf("waits are %v, want %v among them", c.slept, tt.slept)
				}
			})
		}
	}
}

// TestRun_goes_on_after_a_cut stops the service for good after a while, at many moments, and runs again
// against what it left.
func TestRun_goes_on_after_a_cut(t *testing.T) {
	t.Parallel()
	for _, vendor := range []simulate.Vendor{simulate.Entra, simulate.Okta, simulate.Google} {
		t.Run(string(vendor), func(t *testing.T) {
			t.Parallel()
			s := newService(faults{})
			for after := int64(3); after < 300; after += 61 {
				dead := httptest.NewServer(dyingAfter(after, s))
				cfg := config(vendor, dead.URL+"/scim/v2")
				cfg.Users = 25
				_, err := simulate.Run(t.Context(), cfg)
				dead.Close()
				if err != nil && !strings.Contains(err.Error(), "the service stays away") {
					t.Fatalf("Run until request %d: %v", after, err)
				}
			}
			cfg := config(vendor, s.serve(t, nil))
			cfg.Users = 25
			if _, err := simulate.Run(t.Context(), cfg); err != nil {
				t.Errorf("Run afterwards: %v", err)
			}
		})
	}
}

// dyingAfter drops all connections after n requests.
func dyingAfter(n int64, next http.Handler) http.Handler {
	var count atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if count.Add(1) > n {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(w, r)
	})
}

func TestRun_gives_up_in_time(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		trouble func(http.ResponseWriter, *http.Request, http.Handler)
		want    string
	}{
		{"always 500", answerWith(http.StatusInternalServerError), "status: want 200, got 500"},
		{"429 for an hour", answerWith(http.StatusTooManyRequests, "Retry-After", "3600"), "got 429"},
		{"always cut", cut, "the service stays away"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			cfg := config(simulate.Google, newService(faults{}).serve(t, every(1, tt.trouble)))
			cfg.Now, cfg.Sleep, cfg.Users, cfg.Concurrency = c.Now, c.Sleep, 1, 1
			cfg.Patience = 20 * time.Second
			_, err := simulate.Run(t.Context(), cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
			for _, d := range c.slept {
				if d > cfg.Patience {
					t.Errorf("waits %v, longer than its patience of %v", d, cfg.Patience)
				}
			}
		})
	}
}

func TestRun_ends_while_it_waits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cfg := config(simulate.Google, newService(faults{}).serve(t, every(1, answerWith(http.StatusBadGateway))))
	cfg.Sleep = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return ctx.Err()
	}
	if _, err := simulate.Run(ctx, cfg); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("Run = %v, want it to end with its context", err)
	}
}
