package testenv

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// adminTime bounds one statement that creates or drops a database.
const adminTime = 2 * time.Minute

// Postgres creates an empty database for tb and returns its URL, as the role of the server's URL:
// a superuser, or at least one that may create databases and roles. The database is dropped, and
// whoever is still connected thrown out, when tb ends. Roles belong to the whole cluster and are
// shared with tests that run at the same time; name them after the database or create them so that
// a second creation does no harm.
func Postgres(tb testing.TB) string {
	tb.Helper()
	admin := server(tb, PostgresVariable, ownPostgres)
	u, err := url.Parse(admin)
	if err != nil {
		tb.Fatalf("%s is not a URL", PostgresVariable) // err would print the password
	}
	name := "rollcall_test_" + strings.ToLower(rand.Text()[:16])
	// template0: nobody can be connected to it, so creations side by side do not wait for each other.
	administer(tb, admin, "CREATE DATABASE "+name+" TEMPLATE template0")
	tb.Cleanup(func() { administer(tb, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	return u.String()
}

func administer(tb testing.TB, admin, statement string) {
	tb.Helper()
	// Not tb.Context(), which has ended by the time clean-ups run.
	ctx, cancel := context.WithTimeout(context.Background(), adminTime)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		tb.Fatalf("connect to PostgreSQL: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}
