package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/outbound"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

const clientSecret = "s3cr3t-of-the-connection"

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// ring is a relying party, a provider over real HTTP, and a connection between them.
type ring struct {
	rp     *RelyingParty
	op     *op.Provider
	clock  *clock
	config Config
	key    op.Key
}

func newKey(tb testing.TB, id string) op.Key {
	tb.Helper()
	k, err := op.NewKey(id)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func ann() op.Account {
	return op.Account{Subject: "sub-ann", Email: "ann@corp.example", Verified: true, Name: "Ann Example", Given: "Ann", Family: "Example"}
}

func newRing(tb testing.TB, accounts ...op.Account) *ring {
	tb.Helper()
	if accounts == nil {
		accounts = []op.Account{ann()}
	}
	c := &clock{at: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	r := &ring{clock: c, key: newKey(tb, "k1")}
	r.op, r.config = serve(tb, c, r.key, accounts)
	r.rp = New(Options{HTTP: outbound.New(outbound.Config{Loopback: true, KeepAlive: time.Minute}).HTTP(), Now: c.now})
	return r
}

// serve starts a provider and returns a connection to it.
func serve(tb testing.TB, c *clock, key op.Key, accounts []op.Account) (*op.Provider, Config) {
	tb.Helper()
	p := op.New(op.Config{Now: c.now, AutoLogin: true, Accounts: accounts, Keys: []op.Key{key}})
	s := httptest.NewServer(p)
	tb.Cleanup(s.Close)
	p.SetIssuer(s.URL)
	config := Config{
		ID: "con_1", Issuer: s.URL, ClientID: "rollcall", ClientSecret: secret.NewText(clientSecret),
		RedirectURL: "https://rollcall.example/sso/con_1/callback", AllowInsecureLoopback: true,
	}
	p.AddClient(op.Client{ID: config.ClientID, Secret: clientSecret, RedirectURIs: []string{config.RedirectURL}})
	return p, config
}

// browse is the browser: it follows the URL to the provider and returns with its answer.
func browse(tb testing.TB, to string) Callback {
	tb.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, to, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		tb.Fatalf("the provider answered %s without sending the browser on", res.Status)
	}
	return Callback{Params: back.Query()}
}

// begin starts a sign-in and comes back with the provider's answer.
func (r *ring) begin(tb testing.TB, ask Ask) (Kept, Callback) {
	tb.Helper()
	started, err := r.rp.Begin(context.Background(), r.config, ask)
	if err != nil {
		tb.Fatalf("Begin: %v", err)
	}
	return started.Kept, browse(tb, started.URL)
}

// signIn is a whole sign-in.
func (r *ring) signIn(tb testing.TB) (*Claims, error) {
	tb.Helper()
	kept, cb := r.begin(tb, Ask{})
	return r.rp.Finish(context.Background(), r.config, kept, cb)
}

// code tells the outcome in a word: ok, unavailable, or the code of the refusal.
func code(tb testing.TB, err error) roster.Code {
	tb.Helper()
	if err == nil {
		return "ok"
	}
	if _, down := errors.AsType[*Unavailable](err); down {
		return "unavailable"
	}
	f, ok := errors.AsType[*Failure](err)
	if !ok {
		tb.Fatalf("the error %v is neither a *Failure nor an *Unavailable", err)
	}
	return f.Code
}

// wantCode fails unless the outcome is the wanted one.
func wantCode(tb testing.TB, what string, err error, want roster.Code) {
	tb.Helper()
	if got := code(tb, err); got != want {
		tb.Errorf("%s = %s (%v), want %s", what, got, err, want)
	}
}
