package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is set by the linker: -X main.version=…
var version = "unknown"

func main() {
	// The first signal asks for a graceful stop; after it the default is back, so
	// that a second one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs one command and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	var c cli
	command, done, err := parse(&c, args, stdout, stderr)
	switch {
	case done:
		return 0
	case err == nil:
		p := &program{ctx: ctx, settings: c.settings, json: c.JSON, out: stdout, errs: stderr, now: time.Now}
		err = command.Run(p)
		err = p.close(err)
	}
	return report(stderr, err)
}
