package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/google"
	"rollcall/internal/google/fake"
)

// pullWorld is an account at Google, and the program with a database.
type pullWorld struct {
	t       *testing.T
	account *fake.Account
	at      google.Config
	flags   []string
	key     string // the file
}

func newPullWorld(t *testing.T) *pullWorld {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	account, err := fake.New(time.Now, base+fake.TokenPath, "admin@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = account
	server.Start()
	t.Cleanup(server.Close)
	dir := t.TempDir()
	w := &pullWorld{t: t, account: account, at: google.Config{API: base + fake.APIPath, Token: base + fake.TokenPath}, key: filepath.Join(dir, "key.json"), flags: []string{
		"--json", "--database-url", "sqlite://" + filepath.Join(dir, "rollcall.db"), "--operator-key", strings.Repeat("k", 32),
		"--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0",
	}}
	if err := os.WriteFile(w.key, account.KeyFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// try runs a command and returns what it printed and its exit code.
func (w *pullWorld) try(args ...string) (out map[string]any, errs string, code int) {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	code = runWith(w.t.Context(), append(args, w.flags...), &stdout, &stderr, w.at)
	_ = json.Unmarshal(stdout.Bytes(), &out) // a refused command prints nothing
	return out, stderr.String(), code
}

func (w *pullWorld) do(args ...string) map[string]any {
	w.t.Helper()
	out, errs, code := w.try(args...)
	if code != 0 {
		w.t.Fatalf("%v: exit code %d: %s", args, code, errs)
	}
	return out
}

// directory makes a tenant with a directory of the provider google.
func (w *pullWorld) directory() string {
	w.t.Helper()
	w.do("tenant", "create", "acme")
	w.do("domain", "trust", "--tenant", "acme", "acme.example")
	id, _ := w.do("directory", "create", "--tenant", "acme", "--provider", "google")["id"].(string)
	return id
}

// part takes fields of an object.
func part(o map[string]any, names ...string) map[string]any {
	out := map[string]any{}
	for _, n := range names {
		if v, ok := o[n]; ok {
			out[n] = v
		}
	}
	return out
}

func wantPart(t *testing.T, what string, want, got map[string]any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s mismatch (-want +got)\n%s", what, diff)
	}
}

func TestPullByTheCommandLine(t *testing.T) {
	t.Parallel()
	w := newPullWorld(t)
	id := w.directory()
	if _, errs, code := w.try("directory", "pull", "set", "--directory", id, "--subject", "admin@acme.example"); code != 1 || !strings.Contains(errs, "service account") {
		t.Errorf("set without a key: %d %s", code, errs)
	}
	if _, errs, code := w.try("directory", "pull", "show", "--directory", id); code != 1 || !strings.Contains(errs, "not pulled") {
		t.Errorf("show without a pull: %d %s", code, errs)
	}
	w.do("directory", "pull", "set", "--directory", id, "--service-account", w.key, "--subject", "admin@acme.example", "--every", "10m", "--groups", "none")
	w.do("directory", "pull", "set", "--directory", id, "--groups", "all") // keeps the rest
	wantPart(t, "show", map[string]any{
		"subject": "admin@acme.example", "customer": "my_customer", "groups": []any{}, "no_groups": false, "every_seconds": 600.0, "client_id": fake.ServiceID,
		"client_email": fake.ServiceEmail, "running": false, "refused": []any{},
	}, part(w.do("directory", "pull", "show", "--directory", id), "subject", "customer", "groups", "no_groups", "every_seconds", "client_id", "client_email", "running", "refused", "last_run", "sealed_key"))
	w.account.AddUser("jane@acme.example", "Jane", "Doe")
	w.account.AddGroup("staff@acme.example", "Staff", "jane@acme.example")
	wantPart(t, "now", map[string]any{
		"outcome": "complete", "people": map[string]any{"seen": 2.0, "created": 2.0, "changed": 0.0, "removed": 0.0, "refused": 0.0, "skipped": 0.0},
	}, part(w.do("directory", "pull", "now", "--directory", id), "outcome", "people", "code"))
	w.account.Delegate()
	out, errs, code := w.try("directory", "pull", "now", "--directory", id)
	if code != 1 || out["code"] != "pull_not_delegated" || !strings.Contains(errs, fake.ServiceID) {
		t.Errorf("now without the scopes: %d %v %s", code, out, errs)
	}
	health := w.do("directory", "health", "--directory", id)
	if hint, _ := health["hint"].(string); !strings.Contains(hint, "Domain-wide delegation") {
		t.Errorf("health = %v", health)
	}
	w.do("directory", "pause", id)
	if _, errs, code := w.try("directory", "pull", "now", "--directory", id); code != 1 || !strings.Contains(errs, "paused") {
		t.Errorf("now while paused: %d %s", code, errs)
	}
	w.do("directory", "pull", "remove", "--directory", id)
	if _, _, code := w.try("directory", "pull", "remove", "--directory", id); code != 1 {
		t.Errorf("a second remove went well")
	}
}

func TestGatewayPullsByItselfAndAtTheAPI(t *testing.T) {
	t.Parallel()
	w := newPullWorld(t)
	id := w.directory()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	defer stop()
	out, printed := io.Pipe()
	var log bytes.Buffer
	ended := make(chan int, 1)
	go func() { ended <- runWith(ctx, append([]string{"serve"}, w.flags...), printed, &log, w.at) }()
	var ready readyView
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		t.Fatalf("serve did not get ready: %v", err)
	}
	path := "http://" + ready.Listen + "/api/v1/tenants/acme/directories/" + id + "/pull"
	ask := func(want int, method, path string, body any) map[string]any {
		t.Helper()
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.Repeat("k", 32))
		if body != nil {
			req.Header.Set("Content-Type", "application/json")
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var got map[string]any
		_ = json.NewDecoder(res.Body).Decode(&got) // 204 has none
		if res.StatusCode != want {
			t.Fatalf("%s %s = %d %v", method, path, res.StatusCode, got)
		}
		return got
	}
	ask(http.StatusNotFound, http.MethodGet, path, nil)
	ask(http.StatusUnprocessableEntity, http.MethodPut, path, map[string]any{"subject": "admin@acme.example", "service_account": map[string]any{"type": "none", "private_key": "hush-hush"}})
	ask(http.StatusOK, http.MethodPut, path, map[string]any{"subject": "admin@acme.example", "service_account": json.RawMessage(w.account.KeyFile())})
	read := make(chan struct{}, 8)
	w.account.Order(fake.Trouble{Path: "/groups", Times: 8, Do: func() { read <- struct{}{} }})
	ask(http.StatusAccepted, http.MethodPost, path+"/run", nil)
	<-read
	for ask(http.StatusOK, http.MethodGet, path, nil)["last_run"] == nil { // until the run has ended
		continue
	}
	got := ask(http.StatusOK, http.MethodGet, path, nil)
	last, _ := got["last_run"].(map[string]any)
	wantPart(t, "last run", map[string]any{"outcome": "complete"}, part(last, "outcome", "code"))
	ask(http.StatusOK, http.MethodGet, path+"/refused", nil)
	ask(http.StatusNoContent, http.MethodDelete, path, nil)
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("serve ended with %d", code)
	}
	for _, hidden := range []string{"PRIVATE KEY", "hush-hush", "ya29."} {
		if strings.Contains(log.String(), hidden) {
			t.Errorf("the log holds %q", hidden)
		}
	}
}
