package acceptance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"rollcall/internal/testenv/migrated"
)

// built is the program, built once for all tests of this process.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "rollcall-acceptance")
	if err != nil {
		return "", err
	}
	builtIn.Store(&dir)
	bin := filepath.Join(dir, "rollcall")
	out, err := exec.Command("go", "build", "-o", bin, "rollcall/cmd/rollcall").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w: %s", err, out)
	}
	return bin, nil
})

// builtIn is the directory of the built program, once there is one.
var builtIn atomic.Pointer[string]

func TestMain(m *testing.M) {
	code := m.Run()
	if dir := builtIn.Load(); dir != nil {
		_ = os.RemoveAll(*dir)
	}
	os.Exit(code)
}

// installation is a gateway as an operator has it: a program, a database, a key.
type installation struct {
	t        testing.TB
	bin      string
	database string
	env      []string
}

func onEachInstalled(t *testing.T, f func(t *testing.T, in *installation)) {
	t.Helper()
	onInstalled(t, []string{"sqlite", "postgres"}, f)
}

func onInstalled(t *testing.T, databases []string, f func(t *testing.T, in *installation)) {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database := migrated.SQLite
			if name == "postgres" {
				database = migrated.Postgres
			}
			f(t, installed(t, bin, database(t)))
		})
	}
}

func installed(t testing.TB, bin, database string) *installation {
	t.Helper()
	key := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{3}, 32))
	return &installation{t: t, bin: bin, database: database, env: append(os.Environ(), "ROLLCALL_DATABASE_URL="+database, "ROLLCALL_MASTER_KEY="+key)}
}

// run runs a command of the program with --json and decodes what it prints.
func (in *installation) run(args ...string) map[string]any {
	in.t.Helper()
	return printed[map[string]any](in, args)
}

// list is run for commands that print a list.
func (in *installation) list(args ...string) []map[string]any {
	in.t.Helper()
	return printed[[]map[string]any](in, args)
}

func printed[T any](in *installation, args []string) T {
	in.t.Helper()
	cmd := exec.CommandContext(in.t.Context(), in.bin, append(args, "--json")...)
	cmd.Env = in.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	b, err := cmd.Output()
	if err != nil {
		in.t.Fatalf("rollcall %s: %v: %s%s", strings.Join(args, " "), err, b, errs.Bytes())
	}
	var out T
	if err := json.Unmarshal(b, &out); err != nil {
		in.t.Fatalf("rollcall %s printed no %T: %s", strings.Join(args, " "), out, b)
	}
	return out
}

// server is a running `rollcall serve`.
type server struct {
	cmd  *exec.Cmd
	addr string
	log  *lines
}

// serve starts a server at an address and waits until it says that it is ready.
func (in *installation) serve(addr string) *server {
	in.t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(in.t.Context()), in.bin, "serve", "--listen", addr, "--admin-listen", "127.0.0.1:0")
	cmd.Env = in.env
	log := &lines{}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		in.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		in.t.Fatalf("start the server: %v", err)
	}
	s := &server{cmd: cmd, addr: addr, log: log}
	in.t.Cleanup(s.kill)
	ready := bufio.NewScanner(out)
	for ready.Scan() {
		if strings.Contains(ready.Text(), "http://") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return s
		}
	}
	in.t.Fatalf("the server ended before it was ready: %s", log)
	return nil
}

// kill ends the server as a power cut would: without a word.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_, _ = s.cmd.Process.Wait()
}

// lines keeps what a program printed, for the message of a failed test.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// freeAddress finds a port that nobody listens at.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// connected is a directory that an operator made with the program.
type connected struct{ id, base, token string }

// connect makes a tenant with a trusted domain and a directory, served at addr.
func (in *installation) connect(slug, domain, addr string) connected {
	in.t.Helper()
	in.run("tenant", "create", slug, "--name", strings.ToUpper(slug))
	in.run("domain", "add", "--tenant", slug, domain)
	in.run("domain", "trust", "--tenant", slug, domain)
	d := in.run("directory", "create", "--tenant", slug, "--provider", "entra", "--public-url", "http://"+addr)
	return connected{id: d["id"].(string), base: d["base_url"].(string), token: d["token"].(string)}
}
