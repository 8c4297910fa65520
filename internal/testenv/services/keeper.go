package services

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// keeperScript runs a server until its standard input ends, then stops it and cleans up.
// Arguments: directory, signal that stops the server, then the server's command line.
// Descriptor 3 is inherited by the server alone, so its far end closes when the server dies.
const keeperScript = `
dir=$1; sig=$2; shift 2
"$@" </dev/null >"$dir/log" 2>&1 &
pid=$!
exec 3>&-
cat >/dev/null
kill -s "$sig" "$pid" 2>/dev/null
wait "$pid"
cd / && rm -rf "$dir"
`

// stopTime bounds how long a keeper may take to stop its server before both are killed.
const stopTime = 20 * time.Second

// home is a directory that belongs to the user a server runs as.
type home struct {
	dir  string
	attr *syscall.SysProcAttr
	env  []string
}

// newHome makes a temporary directory and, under root, hands it to an unprivileged user.
func newHome(name string) (*home, error) {
	parent := ""
	if os.Geteuid() == 0 {
		parent = "/tmp" // root's TMPDIR may be closed to everybody else
	}
	dir, err := os.MkdirTemp(parent, "rollcall-"+name+"-")
	if err != nil {
		return nil, fmt.Errorf("make a home for %s: %w", name, err)
	}
	h := &home{dir: dir, attr: &syscall.SysProcAttr{Setpgid: true}}
	// LC_ALL: logs and initdb's answers do not depend on who runs the tests.
	h.env = append(os.Environ(), "LC_ALL=C", "HOME="+dir, "TMPDIR="+dir)
	if os.Geteuid() != 0 {
		return h, nil
	}
	cred, err := unprivileged()
	if err == nil {
		err = os.Chown(dir, int(cred.Uid), int(cred.Gid))
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	h.attr.Credential = cred
	return h, nil
}

// unprivileged finds a user who is not root.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("servers refuse to run as root, and there is neither a user postgres nor nobody")
}

func (h *home) path(name string) string { return filepath.Join(h.dir, name) }

// run runs a command to its end as the home's user and puts its output into the error.
func (h *home) run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = h.dir, h.env, h.attr
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, bytes.TrimSpace(out))
	}
	return nil
}

// writeFile writes a file that only the home's user may read.
func (h *home) writeFile(name, content string) error {
	if err := os.WriteFile(h.path(name), []byte(content), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if c := h.attr.Credential; c != nil {
		return os.Chown(h.path(name), int(c.Uid), int(c.Gid))
	}
	return nil
}

// kept is a server under its keeper.
type kept struct {
	*home
	group int       // process group of keeper and server
	owner io.Closer // our end of the pipe that the keeper waits on
	gone  chan struct{}
	died  chan struct{}
}

// keep starts a server under a keeper. From here on the keeper owns the home.
func (h *home) keep(stopSignal string, command ...string) (*kept, error) {
	cmd := exec.Command("/bin/sh", append([]string{"-c", keeperScript, "keeper", h.dir, stopSignal}, command...)...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = h.dir, h.env, h.attr
	owner, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start keeper: %w", err)
	}
	alive, inherited, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start keeper: %w", err)
	}
	cmd.ExtraFiles = []*os.File{inherited}
	err = cmd.Start()
	inherited.Close()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start keeper: %w", err), alive.Close(), owner.Close())
	}

	k := &kept{home: h, group: cmd.Process.Pid, owner: owner, gone: make(chan struct{}), died: make(chan struct{})}
	go func() {
		_, _ = io.Copy(io.Discard, alive) // returns when the server has let go of its end
		alive.Close()
		close(k.died)
	}()
	go func() {
		_ = cmd.Wait() // the exit code is that of rm, which stop does again
		close(k.gone)
	}()
	return k, nil
}

// stop ends server and keeper; the keeper removes the home.
func (k *kept) stop() error {
	_ = k.owner.Close()
	select {
	case <-k.gone:
	case <-time.After(stopTime):
		_ = syscall.Kill(-k.group, syscall.SIGKILL)
		<-k.gone
	}
	if err := os.RemoveAll(k.dir); err != nil {
		return fmt.Errorf("clean up after server: %w", err)
	}
	return nil
}

// log returns the end of what the server wrote.
func (k *kept) log() string {
	b, err := os.ReadFile(k.path("log"))
	if err != nil {
		return err.Error()
	}
	const tail = 2000
	return string(bytes.TrimSpace(b[max(0, len(b)-tail):]))
}
