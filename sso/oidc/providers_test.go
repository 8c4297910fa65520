package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/outbound"
	"rollcall/internal/roster"
)

// TestDiscovery_O6_O16_O17: a document is used only when it names the issuer to the letter and endpoints that are
// https and public.
func TestDiscovery_O6_O16_O17(t *testing.T) {
	t.Parallel()
	set := func(name string, value any) func(*op.Knobs) {
		return func(k *op.Knobs) { k.Discovery = func(d map[string]any) { d[name] = value } }
	}
	status := func(n int) func(*op.Knobs) {
		return func(k *op.Knobs) { k.Status = map[string]int{"/.well-known/openid-configuration": n} }
	}
	for _, tt := range []struct {
		name string
		turn func(*op.Knobs)
		want roster.Code
	}{
		{"as it comes", func(*op.Knobs) {}, "ok"},
		{"O6 another issuer", set("issuer", "https://evil.example"), CodeIssuer},
		{"O6 no issuer", set("issuer", nil), CodeIssuer},
		{"O6 an issuer in a list", set("issuer", []string{"x"}), CodeDiscovery},
		{"O17 authorize by javascript:", set("authorization_endpoint", "javascript:alert(document.domain)//"), CodeDiscovery},
		{"O17 authorize by JavaScript: after a blank", set("authorization_endpoint", " JavaScript:alert(1)"), CodeDiscovery},
		{"O17 authorize by data:", set("authorization_endpoint", "data:text/html,<script>"), CodeDiscovery},
		{"O17 authorize by http", set("authorization_endpoint", "http://idp.example/authorize"), CodeDiscovery},
		{"O17 no authorize", set("authorization_endpoint", nil), CodeDiscovery},
		{"O16 token by http", set("token_endpoint", "http://idp.example/token"), CodeDiscovery},
		{"O16 token at a private address", set("token_endpoint", "https://10.0.0.1/token"), CodeDiscovery},
		{"O16 token at cloud metadata", set("token_endpoint", "https://169.254.169.254/latest"), CodeDiscovery},
		{"O16 userinfo at a private address", set("userinfo_endpoint", "https://[fc00::1]/"), CodeDiscovery},
		{"O16 userinfo in a file", set("userinfo_endpoint", "file:///etc/passwd"), CodeDiscovery},
		{"no userinfo at all", set("userinfo_endpoint", nil), "ok"},
		{"O16 keys at a private address", set("jwks_uri", "https://192.168.0.1/jwks"), CodeDiscovery},
		{"O16 keys with a user", set("jwks_uri", "https://u:p@idp.example/jwks"), CodeDiscovery},
		{"O16 a redirect", status(http.StatusFound), CodeDiscovery},
		{"O16 huge", set("padding", strings.Repeat("x", 2<<20)), CodeDiscovery},
		{"missing", status(http.StatusNotFound), CodeDiscovery},
		{"down", status(http.StatusBadGateway), "unavailable"},
		{"O4 algorithms are not taken over", set("id_token_signing_alg_values_supported", []string{"none", "HS256"}), "ok"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRing(t)
			r.op.Turn(tt.turn)
			_, err := r.rp.Begin(t.Context(), r.config, Ask{})
			wantCode(t, "Begin", err, tt.want)
			_, err = r.rp.Begin(t.Context(), r.config, Ask{})
			wantCode(t, "Begin at once again", err, tt.want)
			if got := r.op.Seen("/.well-known/openid-configuration"); got != 1 {
				t.Errorf("the document was asked for %d times, want once", got)
			}
		})
	}
}

// TestReboundAddresses_O16: names of endpoints that turn out to be inside are not reached, whatever the document
// was checked for.
func TestReboundAddresses_O16(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ endpoint, path string }{
		{"token_endpoint", "/token"}, {"jwks_uri", "/jwks"},
	} {
		r := newRing(t)
		r.rp = New(Options{Now: r.clock.now, HTTP: outbound.New(outbound.Config{Loopback: true, Lookup: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
		}}).HTTP()})
		r.op.Turn(func(k *op.Knobs) {
			k.Discovery = func(d map[string]any) { d[tt.endpoint] = "https://inside.example" + tt.path }
		})
		_, err := r.signIn(t)
		f, ok := errors.AsType[*Failure](err)
		if !ok || !strings.Contains(f.Detail, "not public") {
			t.Errorf("%s at a private address: %v, %+v", tt.endpoint, err, f)
		}
	}
}

// TestCache: one document serves for an hour; after that it is refreshed behind the sign-ins; an outage shorter
// than a day is not felt; and a changed connection is a new one.
func TestCache(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	const path = "/.well-known/openid-configuration"
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := r.rp.Begin(context.Background(), r.config, Ask{}); err != nil {
				t.Errorf("Begin: %v", err)
			}
		})
	}
	wg.Wait()
	if got := r.op.Seen(path); got != 1 {
		t.Errorf("twenty at once asked %d times", got)
	}
	// settled waits for the refresh that runs behind.
	settled := func() {
		e := r.rp.providers.entry(r.config)
		e.mu.Lock()
		flight := e.flight
		e.mu.Unlock()
		if flight != nil {
			<-flight
		}
	}
	r.op.Turn(func(k *op.Knobs) { k.Status = map[string]int{path: http.StatusBadGateway} })
	r.clock.add(freshFor)
	for i := range 3 {
		_, err := r.rp.Begin(t.Context(), r.config, Ask{})
		wantCode(t, "while it is down", err, "ok")
		settled()
		if got := r.op.Seen(path); got != 2 {
			t.Errorf("request %d: asked %d times, want 2", i, got)
		}
	}
	r.clock.add(keptFor)
	_, err := r.rp.Begin(t.Context(), r.config, Ask{})
	wantCode(t, "after a day", err, "unavailable")
	r.op.Turn(func(k *op.Knobs) { k.Status = nil })
	_, err = r.rp.Begin(t.Context(), r.config, Ask{})
	wantCode(t, "within the rest of ten seconds", err, "unavailable")
	r.rp.Forget(r.config.ID)
	_, err = r.rp.Begin(t.Context(), r.config, Ask{})
	wantCode(t, "after the connection was saved anew", err, "ok")
	changed := r.config
	changed.Issuer += "/other"
	_, err = r.rp.Begin(t.Context(), changed, Ask{})
	wantCode(t, "another issuer under the same connection", err, CodeDiscovery)
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	r.rp.providers.most = 2
	for _, id := range []string{"a", "b", "a", "c", "a"} {
		c := r.config
		c.ID = id
		if _, err := r.rp.Begin(t.Context(), c, Ask{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.op.Seen("/.well-known/openid-configuration"); got != 3 || len(r.rp.providers.entries) != 2 || r.rp.providers.order.Len() != 2 {
		t.Errorf("asked %d times, %d entries; want 3 and 2", got, len(r.rp.providers.entries))
	}
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	for range 2 {
		p, err := r.rp.Discover(t.Context(), r.config)
		if err != nil || p.Issuer != r.config.Issuer || !slices.Equal(p.KeyIDs, []string{"k1"}) {
			t.Errorf("Discover = %+v, %v", p, err)
		}
	}
	if got := r.op.Seen("/.well-known/openid-configuration"); got != 2 {
		t.Errorf("a test of the connection used what was cached: %d", got)
	}
}

// TestSlowProvider_O16: a provider that does not answer holds up its own tenant's sign-ins, of which a few at a time
// get through to it, and nobody else's.
func TestSlowProvider_O16(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	fast, fastConfig := serve(t, r.clock, newKey(t, "k2"), []op.Account{ann()})
	fastConfig.ID = "con_fast"

	const stuck = 20
	release := make(chan struct{})
	arrived := make(chan struct{}, stuck)
	type begun struct {
		kept Kept
		cb   Callback
	}
	waiting := make([]begun, stuck)
	for i := range waiting {
		waiting[i].kept, waiting[i].cb = r.begin(t, Ask{})
	}
	r.op.Turn(func(k *op.Knobs) {
		k.Wait = func(*http.Request) {
			arrived <- struct{}{}
			<-release
		}
	})
	ctx, hangUp := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, b := range waiting {
		wg.Go(func() { _, _ = r.rp.Finish(ctx, r.config, b.kept, b.cb) })
	}
	for range 8 {
		<-arrived
	}
	took := make([]time.Duration, 50)
	for i := range took {
		start := time.Now()
		started, err := r.rp.Begin(t.Context(), fastConfig, Ask{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.rp.Finish(t.Context(), fastConfig, started.Kept, browse(t, started.URL))
		wantCode(t, "the other tenant's sign-in", err, "ok")
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	t.Logf("the other tenant's sign-ins: median %v, p98 %v", took[25], took[48])
	if took[48] > 2*time.Second {
		t.Errorf("p98 of the other tenant's sign-ins is %v", took[48])
	}
	if len(arrived) > 0 {
		t.Errorf("%d requests more than 8 reached the slow provider at once", len(arrived))
	}
	hangUp()
	close(release)
	wg.Wait()
	if fast.Seen("/token") != len(took) {
		t.Errorf("the other provider redeemed %d codes", fast.Seen("/token"))
	}
}

// TestTimeout_O16: a provider that never answers is an outage after the client's time.
func TestTimeout_O16(t *testing.T) {
	t.Parallel()
	r := newRing(t)
	r.rp = New(Options{Now: r.clock.now, HTTP: outbound.New(outbound.Config{Loopback: true, Timeout: 50 * time.Millisecond}).HTTP()})
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	r.op.Turn(func(k *op.Knobs) { k.Wait = func(*http.Request) { <-release } })
	_, err := r.rp.Begin(t.Context(), r.config, Ask{})
	wantCode(t, "Begin", err, "unavailable")
}
