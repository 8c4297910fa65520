// Command testenv runs a command with the servers its tests need.
//
//	testenv run -- go test -race ./...
//
// It finds PostgreSQL and Redis in the environment (ROLLCALL_TEST_POSTGRES_URL and
// ROLLCALL_TEST_REDIS_URL), or starts private ones from installed binaries, or containers, or, as
// root on Debian, installs the packages first. The same goes for the C compiler that -race needs and
// for the identity providers, browser and npm packages that tests of signing in start themselves.
// What it started is gone when the command ends, or when testenv is interrupted.
//
// What can't be had is left out, and said so loudly at the end: Redis's tests are skipped, -race is
// taken out of the command. With CI=true nothing may be left out, and the command is not run.
//
// The exit code is the command's, 2 for wrong usage, or 1 when the command could not be run.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 4 || os.Args[1] != "run" || os.Args[2] != "--" {
		fmt.Fprintln(os.Stderr, "usage: testenv run -- COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	r := runner{needs: needs(), strict: os.Getenv("CI") == "true", env: os.Environ(), stdout: os.Stdout, stderr: os.Stderr}
	code := r.run(ctx, os.Args[3:])
	stop()
	os.Exit(code)
}

// runner runs one command with what it needs.
type runner struct {
	needs          []need
	strict         bool // nothing may be missing
	env            []string
	stdout, stderr io.Writer
}

// run returns the exit code.
func (r *runner) run(ctx context.Context, command []string) int {
	started := time.Now()
	env := r.env
	var missing []string
	for _, n := range r.needs {
		if n.wanted != nil && !n.wanted(command) {
			continue
		}
		got, err := n.get(ctx, env)
		if ctx.Err() != nil {
			return r.stopped(ctx)
		}
		if err != nil {
			missing = append(missing, fmt.Sprintf("%s: %s\n%v", n.name, n.without, err))
			if n.leaveOut != nil {
				command = n.leaveOut(command)
			}
			continue
		}
		defer r.end(n.name, got)
		fmt.Fprintf(r.stderr, "testenv: %s: %s\n", n.name, got.how)
		env = append(slices.Clone(env), got.env...)
	}
	if len(missing) > 0 && r.strict {
		r.shout("NOT RUN: with CI=true nothing may be missing", missing)
		return 1
	}
	fmt.Fprintf(r.stderr, "testenv: ready after %v: %s\n", time.Since(started).Round(10*time.Millisecond), strings.Join(command, " "))
	code := r.exec(ctx, env, command)
	if len(missing) > 0 {
		r.shout("INCOMPLETE: part of the tests did not run", missing)
	}
	return code
}

// grace is how long an interrupted command has to end by itself.
const grace = 10 * time.Second

// exec runs the command in a process group of its own, so that an interrupt reaches all of it
// (go test's test programs too) and reaches it through us, in order.
func (r *runner) exec(ctx context.Context, env, command []string) int {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, r.stdout, r.stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = grace
	err := cmd.Run()
	if cmd.Process != nil && ctx.Err() != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // whoever ignored the interrupt
	}
	switch {
	case ctx.Err() != nil:
		return r.stopped(ctx)
	case cmd.ProcessState == nil:
		fmt.Fprintf(r.stderr, "testenv: run %s: %v\n", command[0], err)
		return 1
	case cmd.ProcessState.ExitCode() < 0:
		fmt.Fprintf(r.stderr, "testenv: %s: %v\n", command[0], err)
		return 1
	}
	return cmd.ProcessState.ExitCode()
}

// stopped is the exit code shells give to an interrupted command.
func (r *runner) stopped(ctx context.Context) int {
	fmt.Fprintf(r.stderr, "testenv: stopped: %v\n", context.Cause(ctx))
	return 128 + int(syscall.SIGINT)
}

func (r *runner) end(name string, got provision) {
	if got.stop == nil {
		return
	}
	if err := got.stop(); err != nil {
		fmt.Fprintf(r.stderr, "testenv: stop %s: %v\n", name, err)
	}
}

func (r *runner) shout(headline string, missing []string) {
	line := strings.Repeat("!", 88)
	fmt.Fprintf(r.stderr, "\n%s\ntestenv: %s\n", line, headline)
	for _, m := range missing {
		fmt.Fprintf(r.stderr, "- %s\n", strings.ReplaceAll(m, "\n", "\n    "))
	}
	fmt.Fprintln(r.stderr, line)
}
