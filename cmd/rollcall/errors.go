package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"rollcall/internal/roster"
)

// The exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
)

// usageError is one that the command line or a setting caused.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// refused is an error that says itself what to change.
func refused(format string, args ...any) error { return fmt.Errorf(format, args...) }

// report prints an error as one line that says what to change, and returns the
// exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	line := strings.Join(strings.Fields(explainError(err)), " ")
	_, _ = fmt.Fprintln(w, "rollcall: "+printable(line))
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

// explainError prefers the words that the domain wrote for admins.
func explainError(err error) string {
	e, ok := errors.AsType[*roster.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case !ok:
		return err.Error()
	case errors.Is(err, roster.Unavailable):
		return "the database can't be reached or is too busy now; compare ROLLCALL_DATABASE_URL and try again: " + err.Error()
	case e.Detail == "":
		return err.Error()
	case e.Code != "":
		return e.Detail + " (" + string(e.Code) + ")"
	}
	return e.Detail
}
