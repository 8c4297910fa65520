package shortlived_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv"
	"rollcall/storage/shortlived"
	"rollcall/storage/storagetest"
)

func start() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestMemory(t *testing.T) {
	t.Parallel()
	storagetest.RunShortLived(t, func(t *testing.T) storagetest.ShortLived {
		t.Helper()
		c := &clock{now: start()}
		m := shortlived.NewMemory(c.Now, 0)
		t.Cleanup(func() { _ = m.Close() })
		return storagetest.ShortLived{Store: m, Advance: c.Advance}
	})
}

func open(t *testing.T, url string) *shortlived.Redis {
	t.Helper()
	r, err := shortlived.OpenRedis(url, "test:"+rand.Text()+":")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestRedis(t *testing.T) {
	t.Parallel()
	url := testenv.Redis(t)
	storagetest.RunShortLived(t, func(t *testing.T) storagetest.ShortLived {
		t.Helper()
		return storagetest.ShortLived{Store: open(t, url)}
	})
}

// miniredis stands in for Redis where time must pass.
func TestRedisInTime(t *testing.T) {
	t.Parallel()
	storagetest.RunShortLived(t, func(t *testing.T) storagetest.ShortLived {
		t.Helper()
		mini := miniredis.RunT(t)
		c := &clock{now: start()}
		mini.SetTime(start())
		return storagetest.ShortLived{Store: open(t, "redis://"+mini.Addr()), Advance: func(d time.Duration) {
			c.Advance(d)
			mini.SetTime(c.Now())
			mini.FastForward(d)
		}}
	})
}

func TestRedisDownIsUnavailableSoon(t *testing.T) {
	t.Parallel()
	// One address refuses; the other accepts and never answers.
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	mini := miniredis.RunT(t)
	refusing := mini.Addr()
	mini.Close()
	for _, addr := range []string{refusing, silent.Addr().String()} {
		r := open(t, "redis://"+addr)
		k := shortlived.Key{Use: "test", Name: "k"}
		ctx, cancel := context.WithTimeout(t.Context(), 20*shortlived.Timeout) // eight calls
		defer cancel()
		_, take := r.Take(ctx, k)
		_, first := r.FirstTime(ctx, k, time.Hour)
		_, allow := r.Allow(ctx, k, shortlived.Rate{Count: 1, Per: time.Second, Burst: 1}, 1)
		_, subscribe := r.Subscribe(ctx)
		for what, err := range map[string]error{
			"Put": r.Put(ctx, k, nil, time.Hour), "Take": take, "FirstTime": first, "Forget": r.Forget(ctx, k), "Allow": allow, "Subscribe": subscribe,
			"Publish": r.Publish(ctx, shortlived.Notice{}), "Ping": r.Ping(ctx),
		} {
			if !errors.Is(err, roster.Unavailable) {
				t.Errorf("%s at %s = %v, want kind %q", what, addr, err, roster.Unavailable)
			}
		}
	}
}

func TestRedisTellsOfGapAfterReconnect(t *testing.T) {
	t.Parallel()
	mini := miniredis.RunT(t)
	r := open(t, "redis://"+mini.Addr())
	notices, err := r.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	addr := mini.Addr()
	mini.Close()
	if err := mini.StartAddr(addr); err != nil {
		t.Fatal(err)
	}
	if n := <-notices; !n.Gap {
		t.Errorf("after the connection broke came %+v, want a gap", n)
	}
	want := shortlived.Notice{Tenant: tenant.ID{UUID: tenant.NewUUID(start())}}
	if err := r.Publish(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if n := <-notices; n != want {
		t.Errorf("got %+v, want %+v", n, want)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	c := &clock{now: start()}
	m := shortlived.NewMemory(c.Now, 3)
	key := func(i int) shortlived.Key { return shortlived.Key{Use: "test", Name: fmt.Sprint(i)} }
	rate := shortlived.Rate{Count: 1, Per: time.Minute, Burst: 1}
	for i := range 5 {
		full := i >= 3
		if err := m.Put(t.Context(), key(i), nil, time.Minute); errors.Is(err, roster.Unavailable) != full {
			t.Errorf("Put %d = %v", i, err)
		}
		if _, err := m.FirstTime(t.Context(), key(i), time.Minute); errors.Is(err, roster.Unavailable) != full {
			t.Errorf("FirstTime %d = %v", i, err)
		}
		if d, err := m.Allow(t.Context(), key(i), rate, 1); err != nil || !d.Allowed {
			t.Errorf("Allow %d = %+v, %v", i, d, err)
		}
	}
	if first, err := m.FirstTime(t.Context(), key(0), time.Minute); err != nil || first {
		t.Errorf("FirstTime of what is known, when full = %v, %v", first, err)
	}
	c.Advance(time.Minute)
	if err := m.Put(t.Context(), key(9), nil, time.Minute); err != nil {
		t.Errorf("Put when others have expired: %v", err)
	}
}
