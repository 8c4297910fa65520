package scim

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/provlog"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// denials is a log that keeps why requests were not let in.
type denials struct {
	mu   sync.Mutex
	seen []provlog.Denial
}

func (*denials) Add(*provlog.Capture) {}

func (l *denials) Deny(d provlog.Denial) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = append(l.seen, provlog.Denial{Directory: d.Directory, Kind: d.Kind})
}

// TestTokenRefusalsAreCounted: whoever asks at a directory's token URL in vain shows in its health, like
// whoever brings a wrong token. A form that can't be read says nothing of credentials.
func TestTokenRefusalsAreCounted(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		log := &denials{}
		b.door.Log = log
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		text, _ := b.secretOf(t, c, 0)
		revoked, made := b.secretOf(t, c, 0)
		if _, err := b.roster.RevokeCredential(t.Context(), staffOf(c), c.directory.ID, made.ID); err != nil {
			t.Fatal(err)
		}
		b.ask(t, c, bySecret(c, text))
		b.ask(t, c, url.Values{})
		b.ask(t, c, bySecret(c, secret.NewToken(secret.Client).Reveal()))
		b.ask(t, c, bySecret(c, revoked))
		b.ask(t, c, url.Values{"grant_type": {grantAssertion}, "assertion": {b.sign(t, c)}})
		id := c.directory.ID
		want := []provlog.Denial{{Directory: id, Kind: roster.AuthUnknown}, {Directory: id, Kind: roster.AuthRevoked}, {Directory: id, Kind: roster.AuthUnknown}}
		if diff := cmp.Diff(want, log.seen); diff != "" {
			t.Errorf("mismatch (-want +got):\n%s", diff)
		}
	})
}

// full is a gate that nobody passes.
type full struct{ openGate }

func (full) Allow(context.Context, *roster.Grant, int) time.Duration { return 3 * time.Second }

// TestTokenRequestsAreWithinTheRate_P14: a client that asks for a token before each request writes as often
// as one that sends users, and is bound by the same rate.
func TestTokenRequestsAreWithinTheRate_P14(t *testing.T) {
	onEachBank(t, func(t *testing.T, b *bank) {
		t.Helper()
		b.door.Gate = full{}
		c := b.customer(t, "ours", "", tenant.Entra, tenant.DirectorySettings{})
		text, _ := b.secretOf(t, c, 0)
		if got := b.ask(t, c, bySecret(c, text)); got.Status != http.StatusTooManyRequests || got.AccessToken != "" {
			t.Errorf("beyond the rate = %+v", got)
		}
		if got := b.ask(t, c, bySecret(c, secret.NewToken(secret.Client).Reveal())); got.Status != http.StatusUnauthorized {
			t.Errorf("a stranger beyond the rate = %+v", got)
		}
	})
}
