package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"rollcall/internal/assertion"
	"rollcall/internal/outbound"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/scim"
	"rollcall/storage/shortlived"
)

// guesses bounds failed requests at token endpoints. Only failures count, so that Entra, which asks
// for many tenants from few addresses, is never held up by its own success. An address runs out of
// tries long before a directory does: who knows a directory's URL can't lock it out alone.
type guesses struct{ limits shortlived.Limits }

func guessRates() (byAddress, byDirectory shortlived.Rate) {
	return shortlived.Rate{Count: 30, Per: time.Minute, Burst: 60}, shortlived.Rate{Count: 300, Per: time.Minute, Burst: 600}
}

// both asks both limits for n permits, and returns the longer wait. When nobody can count,
// everybody may pass: secrets of 256 bits are not guessed, limited or not.
func (g guesses) both(r *http.Request, id tenant.DirectoryID, n int) time.Duration {
	byAddress, byDirectory := guessRates()
	var wait time.Duration
	for _, l := range []struct {
		use, name string
		rate      shortlived.Rate
	}{
		{"token_failures_address", id.String() + " " + sender(r), byAddress},
		{"token_failures_directory", id.String(), byDirectory},
	} {
		wait = max(wait, countFailed(r, g.limits, shortlived.Key{Use: l.use, Name: l.name}, l.rate, n))
	}
	return wait
}

// countFailed takes n permits to fail, or with n 0 says how long to wait for the next.
func countFailed(r *http.Request, limits shortlived.Limits, k shortlived.Key, rate shortlived.Rate, n int) time.Duration {
	d, err := limits.Allow(r.Context(), k, rate, n)
	switch {
	case err != nil:
		web.From(r.Context()).Fail(fmt.Errorf("count failed requests: %w", err))
	case n == 0 && d.Remaining == 0:
		return rate.Per / time.Duration(rate.Count)
	}
	return 0
}

// Wait implements scim.Guesses.
func (g guesses) Wait(r *http.Request, id tenant.DirectoryID) time.Duration { return g.both(r, id, 0) }

// Failed implements scim.Guesses.
func (g guesses) Failed(r *http.Request, id tenant.DirectoryID) { g.both(r, id, 1) }

// sender names who sent a request: the network address, of IPv6 its /64, which one client has to itself. A
// private peer is taken for our proxy, which adds the client's address at the end of X-Forwarded-For.
func sender(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	peer = peer.Unmap()
	if peer.IsPrivate() || peer.IsLoopback() {
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if client, err := netip.ParseAddr(strings.TrimSpace(list[len(list)-1])); err == nil {
			peer = client.Unmap()
		}
	}
	if peer.Is6() {
		if p, err := peer.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return peer.String()
}

// tokens is what token endpoints work with.
func (p *program) tokens(short shortlived.Store) scim.TokenConfig {
	keys := outbound.New(outbound.Config{})
	return scim.TokenConfig{
		Assertions: assertion.New(assertion.Config{Now: p.now, Fetch: func(ctx context.Context, url string) ([]byte, error) {
			return keys.Get(ctx, url, "application/jwk-set+json, application/json")
		}}),
		FirstTime: firstTime(short), Guesses: guesses{short},
	}
}

// firstTime is the guard against assertions that are used again.
func firstTime(replays shortlived.Replays) func(context.Context, tenant.ID, string, time.Duration) (bool, error) {
	return func(ctx context.Context, id tenant.ID, name string, ttl time.Duration) (bool, error) {
		return replays.FirstTime(ctx, shortlived.Key{Use: "assertion", Tenant: id, Name: name}, ttl)
	}
}

// accepted notes in the record of a request whose credential it came with.
func accepted(ctx context.Context, g roster.Grant) {
	rec := web.From(ctx)
	rec.Tenant, rec.Directory = g.Tenant.ID, g.Directory.ID
}
