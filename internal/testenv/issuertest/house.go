// Package issuertest runs the issuer for tests: its real door on a real database, with members and apps of a tenant, and a
// login page that signs in whom the test says.
package issuertest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/issuer"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/session"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/migrated"
	"rollcall/internal/web"
	"rollcall/storage"
	"rollcall/storage/shortlived"
)

// Clock is a time that only tests move, but for the millisecond that keeps two changes apart.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

// Advance moves the time.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// House is a tenant with its issuer.
type House struct {
	T      testing.TB
	Clock  *Clock
	DB     *storage.DB
	Roster *roster.Roster
	Short  *Short
	Tenant tenant.Tenant
	Staff  roster.Staff // the operator
	*Replica

	key secret.Key
}

// Replica is one of the gateways on the same database.
type Replica struct {
	Server *httptest.Server // its URL is the issuer's for the first replica
	Door   *issuer.Door
	Keys   *issuer.Keys

	mu    sync.Mutex
	next  roster.MemberID
	asked []url.Values
}

// OnEach runs a test on each database.
func OnEach(t *testing.T, f func(t *testing.T, h *House)) {
	t.Helper()
	t.Parallel()
	for name, address := range map[string]func(t testing.TB) string{"sqlite": SQLite, "postgres": migrated.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, New(t, address(t), time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)))
		})
	}
}

// SQLite is the URL of a new file.
func SQLite(tb testing.TB) string {
	tb.Helper()
	return migrated.SQLite(tb)
}

// New starts a gateway whose clock begins at start. Clients with clocks of their own want it to be now.
func New(tb testing.TB, address string, start time.Time) *House {
	tb.Helper()
	h := &House{T: tb, Clock: &Clock{now: start}, key: secret.NewKey()}
	db, err := storage.Open(tb.Context(), storage.Config{URL: address, Now: h.Clock.Now})
	if err != nil {
		tb.Fatalf("open the store: %v", err)
	}
	if _, err := db.Migrate(tb.Context()); err != nil {
		tb.Fatalf("migrate the store: %v", err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close the store: %v", err)
		}
	})
	h.DB, h.Roster = db, &roster.Roster{Store: db, Locator: db, Now: h.Clock.Now}
	h.Short = &Short{Store: shortlived.NewMemory(h.Clock.Now, 10_000)}
	h.Tenant, err = h.Roster.CreateTenant(tb.Context(), "acme", "Acme", tenant.ContentRoles())
	if err != nil {
		tb.Fatalf("create a tenant: %v", err)
	}
	h.Staff = roster.Staff{Tenant: h.Tenant.ID, Actor: roster.Actor{Source: roster.SourceOperator}}
	if _, err := h.Roster.TrustDomain(tb.Context(), h.Staff, "acme.example"); err != nil {
		tb.Fatalf("trust a domain: %v", err)
	}
	h.Replica = h.Replicate("")
	return h
}

// Replicate starts another gateway on the same database. issuerURL is what all of them are called; empty: as this one.
func (h *House) Replicate(issuerURL string) *Replica {
	h.T.Helper()
	r := &Replica{Keys: &issuer.Keys{Store: h.DB, Key: h.key, Now: h.Clock.Now}}
	routes := mux.NewRouter()
	quiet := slog.New(slog.DiscardHandler)
	r.Server = httptest.NewServer(web.Chain{Log: quiet, Now: h.Clock.Now}.Wrap(routes))
	h.T.Cleanup(r.Server.Close)
	if issuerURL == "" {
		issuerURL = r.Server.URL
	}
	var err error
	r.Door, err = issuer.New(issuer.Config{
		Roster: h.Roster, Store: h.DB, Locator: h.DB, Sessions: h.Sessions(), Pages: pages{}, Pending: pending{h.Short}, Keys: r.Keys,
		FirstTime: func(ctx context.Context, id string, ttl time.Duration) (bool, error) {
			return h.Short.FirstTime(ctx, shortlived.Key{Use: "app_assertion", Name: id}, ttl)
		},
		Issuer: issuerURL, RequestID: web.RequestID, Log: quiet, Now: h.Clock.Now,
		Login: func(hints issuer.Hints) string {
			q := url.Values{"return": {hints.Return}}
			for name, v := range map[string]string{"organization": hints.Organization, "connection": hints.Connection, "login_hint": hints.Login} {
				if v != "" {
					q.Set(name, v)
				}
			}
			if hints.Fresh {
				q.Set("fresh", "1")
			}
			if hints.Another {
				q.Set("another", "1")
			}
			return "/login?" + q.Encode()
		},
	})
	if err != nil {
		h.T.Fatalf("make the door: %v", err)
	}
	r.Door.Routes(routes)
	routes.Path("/login").HandlerFunc(func(w http.ResponseWriter, q *http.Request) { h.login(r, w, q) })
	return r
}

// Sessions are those of browsers.
func (h *House) Sessions() *session.Service {
	return &session.Service{Roster: h.Roster, Now: h.Clock.Now, Log: slog.New(slog.DiscardHandler), Insecure: true}
}

// Member adds somebody with a proven address.
func (h *House) Member(name, role string) roster.Member {
	h.T.Helper()
	m, err := h.Roster.AddMember(h.T.Context(), h.Staff, name+"@acme.example", role, name)
	if err != nil {
		h.T.Fatalf("add %s: %v", name, err)
	}
	return m
}

// Lets makes the login page sign a member in from now on.
func (r *Replica) Lets(m roster.Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = m.ID
}

// Asked are the queries with which the login page was asked for so far.
func (r *Replica) Asked() []url.Values {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

// login is a login page that asks nothing.
func (h *House) login(r *Replica, w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	id := r.next
	r.asked = append(r.asked, q.URL.Query())
	r.mu.Unlock()
	if id.IsZero() {
		_, _ = w.Write([]byte("login page"))
		return
	}
	s, token, err := h.Begin(q.Context(), id, roster.SessionStart{Method: roster.MethodSAML})
	if err == nil {
		err = h.Sessions().SignedIn(w, q, token, s, roster.BrowserToken{})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	http.Redirect(w, q, q.URL.Query().Get("return"), http.StatusSeeOther)
}

// Begin starts a session and returns the cookie's value.
func (h *House) Begin(ctx context.Context, id roster.MemberID, start roster.SessionStart) (roster.Session, string, error) {
	text, hash := session.NewToken(h.Tenant.ID)
	start.Hash = hash
	var out roster.Session
	err := h.DB.Update(ctx, h.Tenant.ID, func(tx roster.Tx) error {
		m, err := tx.LockMember(ctx, roster.Scope{}, id)
		if err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		out, err = roster.StartSession(ctx, tx, cfg, m, start)
		return err
	})
	return out, text, err
}

// App registers an app and returns its client secret, if it has one.
func (h *House) App(a tenant.App) (tenant.App, string) {
	h.T.Helper()
	text := ""
	if a.Auth == "" {
		a.Auth = tenant.AppSecretAuth
	}
	if a.Auth == tenant.AppSecretAuth {
		token := secret.NewToken(secret.AppSecret)
		hash := token.Hash()
		a.Secrets, text = []tenant.AppSecret{{Hash: hash[:], Hint: "last"}}, token.Reveal()
	}
	if a.Name == "" {
		a.Name = "Timesheets"
	}
	if a.RedirectURIs == nil {
		a.RedirectURIs = []string{Callback}
	}
	made, err := h.Roster.CreateApp(h.T.Context(), a)
	if err != nil {
		h.T.Fatalf("register an app: %v", err)
	}
	return made, text
}

// Callback is the redirect URI of apps that have no other.
const Callback = "https://app.example/cb"

// Verifier makes a PKCE verifier and its S256 challenge (RFC 7636).
func Verifier() (verifier, challenge string) {
	verifier = rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	return verifier, base64.RawURLEncoding.EncodeToString(sum[:])
}

// Notifier tells apps of the ends of sessions.
func (h *House) Notifier() *issuer.Notifier {
	return &issuer.Notifier{
		Locator: h.DB, Keys: h.Keys, Issuer: h.Server.URL, Now: h.Clock.Now, Log: slog.New(slog.DiscardHandler), Client: issuer.NewNoticeClient(),
	}
}
