package testenv

import (
	"context"
	"os"
	"sync"
	"testing"

	"rollcall/internal/testenv/services"
)

// Variables that name servers which exist already.
const (
	// PostgresVariable holds the URL of a role that may create databases and roles.
	PostgresVariable = "ROLLCALL_TEST_POSTGRES_URL"
	// RedisVariable holds the URL of a Redis whose numbered databases tests may flush.
	RedisVariable = "ROLLCALL_TEST_REDIS_URL"
)

// Servers of this process, started at first use where no variable names one. Their keepers stop
// them when the process ends, so there is nothing to clean up and no TestMain to write.
var (
	ownPostgres = sync.OnceValues(func() (*services.Service, error) {
		return services.InstalledPostgres(context.Background())
	})
	ownRedis = sync.OnceValues(func() (*services.Service, error) {
		return services.InstalledRedis(context.Background())
	})
)

// server returns the URL in variable, else that of this process's own server.
func server(tb testing.TB, variable string, own func() (*services.Service, error)) string {
	tb.Helper()
	if url := os.Getenv(variable); url != "" {
		return url
	}
	s, err := own()
	if err == nil {
		return s.URL
	}
	const hint = "not run: %s is not set and no server could be started here (%v); `make test` finds, starts or installs one"
	if os.Getenv("CI") == "true" {
		tb.Fatalf(hint, variable, err)
	}
	tb.Skipf(hint, variable, err)
	return ""
}
