package acceptance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"rollcall/internal/connect"
	"rollcall/internal/provlog"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv/migrated"
	"rollcall/scim"
	"rollcall/storage"
)

// clock is a time that only tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond) // two changes never share a moment
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// gateway is a running gateway with real doors on a real database.
type gateway struct {
	t      testing.TB
	roster *roster.Roster
	server *httptest.Server
	clock  *clock
	log    *provlog.Recorder
	// connect sets connections up; site is what it finds at URLs.
	connect *connect.Service
	site    map[string][]byte
}

// onEach runs a test on each database, each with a gateway of its own.
func onEach(t *testing.T, f func(t *testing.T, g *gateway)) {
	t.Helper()
	t.Parallel()
	migrated.Each(t, func(t *testing.T, url string) { f(t, newGateway(t, url)) })
}

func newGateway(t testing.TB, url string) *gateway {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	db, err := storage.Open(t.Context(), storage.Config{URL: url, Now: c.Now})
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("migrate the store: %v", err)
	}
	g := &gateway{t: t, clock: c, roster: &roster.Roster{Store: db, Locator: db, Now: c.Now}}
	g.log = provlog.New(provlog.Config{Log: db, TenantOf: db.TenantOfDirectory, Now: c.Now})
	door, err := scim.New(scim.Config{
		Log: g.log, Roster: g.roster, Store: db, Locator: db, Now: c.Now,
		PublicURL: "https://gateway.example", Secret: bytes.Repeat([]byte{7}, 32),
	})
	if err != nil {
		t.Fatalf("make the door: %v", err)
	}
	routes := mux.NewRouter()
	routes.PathPrefix(scim.Prefix + "/").Handler(door)
	g.programs(db).Routes(routes)
	g.server = httptest.NewServer(routes)
	t.Cleanup(func() {
		g.server.Close()
		if err := db.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return g
}

// directory is a SCIM connection with a client that holds its token.
type directory struct {
	a     *account
	id    tenant.DirectoryID
	token string
}

func (a *account) directory(name string) *directory {
	a.g.t.Helper()
	return a.directoryWith(name, tenant.DirectorySettings{})
}

func (a *account) directoryWith(name string, set tenant.DirectorySettings) *directory {
	a.g.t.Helper()
	d, err := a.g.roster.CreateDirectory(a.g.t.Context(), a.staff, name, tenant.Entra, set)
	if err != nil {
		a.g.t.Fatalf("create directory %s: %v", name, err)
	}
	token := "token-of-" + d.ID.String()
	if _, err := a.g.roster.AddCredential(a.g.t.Context(), a.staff, d.ID, "test", sha256.Sum256([]byte(token)), time.Time{}); err != nil {
		a.g.t.Fatalf("add a credential to %s: %v", name, err)
	}
	return &directory{a: a, id: d.ID, token: token}
}

type object = map[string]any

// ask sends one SCIM request and returns the status and the answer's body.
func (d *directory) ask(method, path string, body any) (int, object) {
	d.a.g.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			d.a.g.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	url := d.a.g.server.URL + "/scim/v2/" + d.id.UUID.UUID() + path
	req, err := http.NewRequestWithContext(context.WithoutCancel(d.a.g.t.Context()), method, url, in)
	if err != nil {
		d.a.g.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := d.a.g.server.Client().Do(req)
	if err != nil {
		d.a.g.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		d.a.g.t.Fatal(err)
	}
	var out object
	if len(b) > 0 {
		if err := json.Unmarshal(b, &out); err != nil {
			d.a.g.t.Fatalf("%s %s: answer is no JSON object: %s", method, path, b)
		}
	}
	return res.StatusCode, out
}

// want sends a request and fails the test when the status is another.
func (d *directory) want(status int, method, path string, body any) object {
	d.a.g.t.Helper()
	got, out := d.ask(method, path, body)
	if got != status {
		d.a.g.t.Fatalf("%s %s = %d %v, want %d", method, path, got, out, status)
	}
	return out
}

// refused sends a request that must fail with this status and reason words in its detail.
func (d *directory) refused(status int, words, method, path string, body any) {
	d.a.g.t.Helper()
	out := d.want(status, method, path, body)
	if detail, _ := out["detail"].(string); !strings.Contains(detail, words) {
		d.a.g.t.Errorf("%s %s: detail %q does not tell of %q", method, path, detail, words)
	}
}

// user is a body such as providers send.
func user(login, externalID string, more ...object) object {
	u := object{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": login,
		"name":   object{"givenName": "Ada", "familyName": "Berg"},
		"emails": []object{{"type": "work", "primary": true, "value": login}}, "active": true,
	}
	if externalID != "" {
		u["externalId"] = externalID
	}
	for _, m := range more {
		maps.Copy(u, m)
	}
	return u
}

func (d *directory) create(login, externalID string, more ...object) string {
	d.a.g.t.Helper()
	out := d.want(http.StatusCreated, "POST", "/Users", user(login, externalID, more...))
	id, _ := out["id"].(string)
	return id
}

func replace(path string, value any) object {
	op := object{"op": "replace", "value": value}
	if path != "" {
		op["path"] = path
	}
	return object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []object{op}}
}

func (d *directory) setActive(id string, active bool) {
	d.a.g.t.Helper()
	d.want(http.StatusOK, "PATCH", "/Users/"+id, replace("active", active))
}

// group pushes a group with members and returns its id.
func (d *directory) group(name string, members ...string) string {
	d.a.g.t.Helper()
	refs := make([]object, len(members))
	for i, m := range members {
		refs[i] = object{"value": m}
	}
	out := d.want(http.StatusCreated, "POST", "/Groups", object{
		"displayName": name, "members": refs,
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"},
	})
	id, _ := out["id"].(string)
	return id
}
