package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/internal/testenv"
)

// gatewayProgram is the test's own program, with the race detector where the tests have it, as `serve` of a script runs it.
const gatewayProgram = "rollcall-gateway"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){gatewayProgram: main, "curl": curl})
}

// builds builds the program as users have it, into a directory: commands of scripts start it some hundred times, and each
// start takes ten times as long with the race detector.
func builds(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "rollcall"), "rollcall/cmd/rollcall").CombinedOutput()
	if err != nil {
		t.Fatalf("build the program: %v: %s", err, out)
	}
	return dir
}

// TestScripts drives the program from outside, on both databases.
func TestScripts(t *testing.T) {
	t.Parallel()
	bin := builds(t)
	stores := map[string]func(*testscript.Env) string{
		"sqlite":   func(env *testscript.Env) string { return "sqlite://" + filepath.Join(env.WorkDir, "rollcall.db") },
		"postgres": func(env *testscript.Env) string { return testenv.Postgres(env.T().(testing.TB)) },
	}
	for name, url := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testscript.Run(t, testscript.Params{
				Dir:                 filepath.Join("testdata", "script"),
				RequireExplicitExec: true,
				RequireUniqueNames:  true,
				Setup: func(env *testscript.Env) error {
					own, rest, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator)) // own has gatewayProgram
					env.Setenv("PATH", strings.Join([]string{own, bin, rest}, string(os.PathListSeparator)))
					env.Setenv("ROLLCALL_DATABASE_URL", url(env))
					env.Setenv("ROLLCALL_MASTER_KEY", strings.Repeat("k", 43)+"=")
					env.Setenv("ROLLCALL_LISTEN", "127.0.0.1:0")
					env.Setenv("ROLLCALL_ADMIN_LISTEN", "127.0.0.1:0")
					env.Values[gatewaysKey{}] = map[string]*gateway{}
					env.Values[idpsKey{}] = map[string]*demoIDPs{}
					servers := startNameservers(env.T().(testing.TB))
					env.Values[nameserversKey{}] = servers
					env.Setenv("ROLLCALL_DNS_RESOLVERS", servers.list())
					return nil
				},
				Condition: func(cond string) (bool, error) { return cond == name, nil },
				Cmds:      map[string]func(*testscript.TestScript, bool, []string){"serve": serve, "stop": stop, "http": request, "keep": keep, "dns": putDNS, "idp": idp, "visit": visit},
			})
		})
	}
}

// serve NAME [FLAG…] starts a gateway and waits until it is ready. It sets
// NAME_URL and NAME_ADMIN to its addresses; its log goes to the file NAME.log.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve NAME [FLAG…]")
	}
	name := args[0]
	// Names of programs are looked up in the script's own PATH.
	path := filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], gatewayProgram)
	cmd := exec.Command(path, append([]string{"serve", "--json"}, args[1:]...)...)
	cmd.Dir = ts.MkAbs(".")
	for _, v := range []string{"PATH", "ROLLCALL_DATABASE_URL", "ROLLCALL_MASTER_KEY", "ROLLCALL_LISTEN", "ROLLCALL_ADMIN_LISTEN", "ROLLCALL_OPERATOR_KEY", "ROLLCALL_DNS_RESOLVERS", "GOCOVERDIR"} {
		cmd.Env = append(cmd.Env, v+"="+ts.Getenv(v))
	}
	log, err := os.Create(ts.MkAbs(name + ".log"))
	ts.Check(err)
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	var ready readyView
	err = json.NewDecoder(bufio.NewReader(out)).Decode(&ready)
	go func() { ended <- cmd.Wait() }()
	if err != nil {
		ts.Fatalf("%s did not get ready: %v\n%s", name, <-ended, ts.ReadFile(name+".log"))
	}
	ts.Setenv(name+"_URL", "http://"+ready.Listen)
	ts.Setenv(name+"_ADMIN", ready.AdminListen)
	running := &gateway{cmd, ended}
	ts.Value(gatewaysKey{}).(map[string]*gateway)[name] = running
	ts.Defer(func() { _ = running.stop() })
}

// gatewaysKey finds the gateways of a script by their names.
type gatewaysKey struct{}

type gateway struct {
	cmd   *exec.Cmd
	ended chan error
}

// stop ends the gateway as a supervisor does and returns how it ended. A second
// call does nothing.
func (g *gateway) stop() error {
	if g.ended == nil {
		return nil
	}
	_ = g.cmd.Process.Signal(syscall.SIGTERM)
	err := <-g.ended
	g.ended = nil
	return err
}

// stop NAME stops a gateway, which must end with exit code 0.
func stop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: stop NAME")
	}
	running, ok := ts.Value(gatewaysKey{}).(map[string]*gateway)[args[0]]
	if !ok {
		ts.Fatalf("there is no gateway %s", args[0])
	}
	ts.Check(running.stop())
}

// http METHOD URL [FILE] sends a request with the token of $TOKEN, if any, and
// prints status, headers and body.
func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: http METHOD URL [FILE]")
	}
	body := ""
	if len(args) == 3 {
		body = os.Expand(ts.ReadFile(args[2]), ts.Getenv)
	}
	req, err := http.NewRequest(args[0], args[1], strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/scim+json")
	req.Header.Set("X-Request-Id", "script-1")
	if token := ts.Getenv("TOKEN"); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	ts.Check(err)
	fmt.Fprintln(ts.Stdout(), res.StatusCode)
	ts.Check(res.Header.Write(ts.Stdout()))
	fmt.Fprintf(ts.Stdout(), "\n%s\n", b)
}

// keep VAR FIELD sets a variable to a field of the JSON object that the last
// command printed.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep VAR FIELD")
	}
	out := ts.ReadFile("stdout")
	if _, body, ok := strings.Cut(out, "\r\n\n"); ok { // of http
		out = body
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(out), &object); err != nil {
		ts.Fatalf("the last command printed no object: %v", err)
	}
	value, ok := object[args[1]]
	if !ok {
		ts.Fatalf("the object has no %s", args[1])
	}
	ts.Setenv(args[0], fmt.Sprint(value))
}
