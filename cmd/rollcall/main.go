package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // schedules name time zones, and the image has no files of them

	"rollcall/internal/google"
)

// version is set by the linker: -X main.version=…
var version string

// release is the version of this program: the linker's, or what Go noted of the
// repository when it built the program.
func release() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

func main() {
	// The first signal asks for a graceful stop; after it the default is back, so
	// that a second one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs one command and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return runWith(ctx, args, stdout, stderr, google.Config{})
}

// runWith is run with Google elsewhere, for tests.
func runWith(ctx context.Context, args []string, stdout, stderr io.Writer, at google.Config) int {
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help":
		args = append(args[1:len(args):len(args)], "--help")
	}
	var c cli
	command, done, err := parse(&c, args, stdout, stderr)
	switch {
	case done:
		return 0
	case err == nil:
		p := &program{ctx: ctx, settings: c.settings, json: c.JSON, out: stdout, errs: stderr, now: time.Now, google: at}
		err = command.Run(p)
		err = p.close(err)
	}
	return report(stderr, err)
}
