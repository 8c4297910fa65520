package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var errAbsent = errors.New("absent here")

func absent(name string) need {
	return need{
		name: name, without: "left out",
		get: func(context.Context, []string) (provision, error) { return provision{}, errAbsent },
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		needs   []need
		strict  bool
		command []string
		code    int
		out     string
		says    string // on standard error
	}{
		{name: "exit code is passed on", command: []string{"sh", "-c", "exit 7"}, code: 7},
		{name: "a command that can't be run", command: []string{"/nowhere/at/all"}, code: 1, says: "run /nowhere/at/all"},
		{name: "a signal is a failure", command: []string{"sh", "-c", "kill -9 $$"}, code: 1, says: "killed"},
		{
			name:    "what was found is in the environment",
			needs:   []need{{name: "thing", get: give("THING=found")}},
			command: []string{"sh", "-c", "echo $THING"}, out: "found\n", says: "thing: made up",
		},
		{
			name:    "what is missing is said after the run",
			needs:   []need{absent("thing")},
			command: []string{"echo", "ran"}, out: "ran\n", says: "INCOMPLETE",
		},
		{
			name:  "in CI nothing may be missing",
			needs: []need{absent("thing")}, strict: true,
			command: []string{"echo", "ran"}, code: 1, says: "NOT RUN",
		},
		{
			name:    "race needs a compiler",
			needs:   []need{withoutCompiler()},
			command: []string{"echo", "-race", "-v"}, out: "-v\n", says: "without the race detector",
		},
		{
			name:  "no compiler for what does not race",
			needs: []need{withoutCompiler()}, strict: true,
			command: []string{"echo", "-v"}, out: "-v\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			r := runner{needs: tt.needs, strict: tt.strict, env: os.Environ(), stdout: &stdout, stderr: &stderr}
			if got := r.run(t.Context(), tt.command); got != tt.code {
				t.Errorf("run(%q) = %d, want %d", tt.command, got, tt.code)
			}
			if diff := cmp.Diff(tt.out, stdout.String()); diff != "" {
				t.Errorf("run(%q) stdout mismatch (-want +got)\n%s", tt.command, diff)
			}
			if !strings.Contains(stderr.String(), tt.says) {
				t.Errorf("run(%q) said %q, want it to contain %q", tt.command, stderr.String(), tt.says)
			}
		})
	}
}

func TestRunStopsWhatItStarted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	stopped := false
	thing := need{name: "thing", get: func(context.Context, []string) (provision, error) {
		return provision{stop: func() error { stopped = true; return nil }}, nil
	}}
	out := writerFunc(func([]byte) { cancel() }) // interrupt as soon as the command runs
	r := runner{needs: []need{thing}, env: os.Environ(), stdout: out, stderr: &bytes.Buffer{}}
	if got, want := r.run(ctx, []string{"sh", "-c", "echo here; exec sleep 600"}), 130; got != want {
		t.Errorf("run() = %d, want %d", got, want)
	}
	if !stopped {
		t.Error("run() did not stop what it started")
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) {
	f(b)
	return len(b), nil
}

func give(env ...string) func(context.Context, []string) (provision, error) {
	return func(context.Context, []string) (provision, error) {
		return provision{how: "made up", env: env}, nil
	}
}

// withoutCompiler is the compiler's need on a machine without one.
func withoutCompiler() need {
	n := compiler()
	n.get = absent("").get
	return n
}
