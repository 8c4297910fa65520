package google_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"rollcall/internal/google"
	"rollcall/internal/google/fake"
	"rollcall/internal/provlog"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/migrated"
	"rollcall/storage"
)

// clock is a time that only tests, and waits, move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const admin = "admin@acme.example"

// world is a tenant whose directory is pulled from an account.
type world struct {
	t       *testing.T
	clock   *clock
	db      *storage.DB
	roster  *roster.Roster
	puller  *google.Puller
	account *fake.Account
	log     *provlog.Recorder
	logged  *bytes.Buffer
	tenant  tenant.ID
	dir     tenant.DirectoryID
	staff   roster.Staff
	key     google.Key
	waits   *[]time.Duration
}

// onEach runs a test on each database.
func onEach(t *testing.T, f func(w *world)) {
	t.Helper()
	t.Parallel()
	migrated.Each(t, func(t *testing.T, url string) { t.Helper(); f(newWorld(t, url)) })
}

// onOne is onEach for what has nothing to do with the database.
func onOne(t *testing.T, f func(w *world)) {
	t.Helper()
	t.Parallel()
	f(newWorld(t, migrated.SQLite(t)))
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	db, err := storage.Open(t.Context(), storage.Config{URL: url, Now: c.Now})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate the store: %v", err)
	}
	w := &world{t: t, clock: c, db: db, roster: &roster.Roster{Store: db, Locator: db, Now: c.Now}, logged: &bytes.Buffer{}, waits: &[]time.Duration{}}
	w.log = provlog.New(provlog.Config{Log: db, TenantOf: db.TenantOfDirectory, Now: c.Now, Logger: slog.New(slog.NewJSONHandler(w.logged, nil))})
	w.serve()
	w.puller = w.replica()
	w.settle()
	return w
}

// serve starts the account.
func (w *world) serve() {
	w.t.Helper()
	server := httptest.NewUnstartedServer(nil)
	account, err := fake.New(w.clock.Now, "http://"+server.Listener.Addr().String()+fake.TokenPath, admin)
	if err != nil {
		w.t.Fatal(err)
	}
	server.Config.Handler = account
	server.Start()
	w.t.Cleanup(server.Close)
	w.account = account
	w.puller = &google.Puller{Google: google.Config{API: server.URL + fake.APIPath, Token: server.URL + fake.TokenPath, HTTP: server.Client()}}
}

// replica is one more puller on the same store.
func (w *world) replica() *google.Puller {
	p := &google.Puller{
		Roster: &roster.Roster{Store: w.db, Locator: w.db, Now: w.clock.Now}, Key: w.master(), Now: w.clock.Now, Google: w.puller.Google, Log: w.log,
	}
	p.Google.Jitter = func(time.Duration) time.Duration { return 0 }
	p.Google.Wait = func(ctx context.Context, d time.Duration) error {
		*w.waits = append(*w.waits, d)
		w.clock.advance(d)
		return ctx.Err()
	}
	return p
}

// master is the deployment's key, the same in all tests.
func (w *world) master() secret.Key {
	k, err := secret.ParseKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

// settle makes the tenant acme with the domain acme.example and a directory that is pulled.
func (w *world) settle() {
	w.t.Helper()
	ctx := w.t.Context()
	t, err := w.roster.CreateTenant(ctx, "acme", "Acme", tenant.SimpleRoles())
	if err != nil {
		w.t.Fatal(err)
	}
	w.tenant = t.ID
	w.staff = roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
	if _, err := w.roster.TrustDomain(ctx, w.staff, "acme.example"); err != nil {
		w.t.Fatal(err)
	}
	d, err := w.roster.CreateDirectory(ctx, w.staff, "Google", tenant.Google, tenant.DirectorySettings{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.dir = d.ID
	w.set(roster.PullSettings{Subject: admin})
}

func (w *world) set(s roster.PullSettings) {
	w.t.Helper()
	file := w.account.KeyFile()
	key, err := google.ParseKey(file)
	if err != nil {
		w.t.Fatal(err)
	}
	w.key = key
	sealed, err := google.Take(w.master(), w.dir, file, &s)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.roster.SetPull(w.t.Context(), w.staff, w.dir, s, sealed); err != nil {
		w.t.Fatalf("SetPull: %v", err)
	}
}

// run runs once and must not fail by anything but Google.
func (w *world) run() roster.PullRun {
	w.t.Helper()
	w.account.Calls()
	out, err := w.puller.Pull(w.t.Context(), w.tenant, w.dir, false)
	if err != nil {
		w.t.Fatalf("Pull: %v", err)
	}
	w.clock.advance(5 * time.Minute)
	return out
}

// pull runs once, and completely.
func (w *world) pull() roster.PullRun {
	w.t.Helper()
	out := w.run()
	if out.Outcome != roster.PullComplete {
		w.t.Fatalf("Pull = %s %s: %s", out.Outcome, out.Code, out.Detail)
	}
	return out
}
