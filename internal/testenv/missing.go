package testenv

import (
	"errors"
	"os"
	"testing"

	"rollcall/internal/testenv/services"
)

// Missing ends tb because of err, which came from looking for what. A program that is not installed
// skips the test, and says so; with CI=true it fails it, as does every other error.
func Missing(tb testing.TB, what string, err error) {
	tb.Helper()
	if errors.Is(err, services.ErrNotInstalled) && os.Getenv("CI") != "true" {
		tb.Skipf("not run: %s can't be had here (%v); `make test` finds or installs it", what, err)
	}
	tb.Fatalf("%s: %v", what, err)
}
