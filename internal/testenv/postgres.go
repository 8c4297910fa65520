package testenv

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"sync"
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
	// template0: nobody can be connected to it, so creations side by side do not wait for each other.
	return newDatabase(tb, server(tb, PostgresVariable, ownPostgres), "template0")
}

// PostgresCopy is Postgres with a database that is not empty but as fill left it. That is called once for a name, of up to 30
// small letters, digits and underscores, by whichever process comes first: a database of that name stays on the server as
// the template of all others. Name it after what fill does, so that it is another one when that changes.
func PostgresCopy(tb testing.TB, name string, fill func(url string) error) string {
	tb.Helper()
	admin := server(tb, PostgresVariable, ownPostgres)
	template := "rollcall_template_" + name
	func() {
		templates.Lock()
		defer templates.Unlock()
		if !templates.made[template] {
			makeTemplate(tb, admin, template, fill)
			templates.made[template] = true
		}
	}()
	return newDatabase(tb, admin, template)
}

// templates are those that this process knows to be there.
var templates = struct {
	sync.Mutex
	made map[string]bool
}{made: map[string]bool{}}

// makeTemplate fills a database and gives it its name once it is complete. Processes wait for each other.
func makeTemplate(tb testing.TB, admin, template string, fill func(url string) error) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), adminTime)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		tb.Fatalf("connect to PostgreSQL: %v", err)
	}
	defer conn.Close(ctx) // which gives the lock back
	there := false
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtext($1))`, template); err != nil {
		tb.Fatalf("wait for the template: %v", err)
	}
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, template).Scan(&there); err != nil {
		tb.Fatalf("look for the template: %v", err)
	}
	if there {
		return
	}
	draft := template + "_draft"
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + draft + " WITH (FORCE)", "CREATE DATABASE " + draft + " TEMPLATE template0"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			tb.Fatalf("%s: %v", statement, err)
		}
	}
	if err := fill(withDatabase(tb, admin, draft)); err != nil {
		tb.Fatalf("fill the template: %v", err)
	}
	// Nobody may be connected to what is copied.
	for _, statement := range []string{"ALTER DATABASE " + draft + " ALLOW_CONNECTIONS false", "ALTER DATABASE " + draft + " RENAME TO " + template} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			tb.Fatalf("%s: %v", statement, err)
		}
	}
}

// newDatabase copies a template for tb.
func newDatabase(tb testing.TB, admin, template string) string {
	tb.Helper()
	name := "rollcall_test_" + strings.ToLower(rand.Text()[:16])
	administer(tb, admin, "CREATE DATABASE "+name+" TEMPLATE "+template)
	tb.Cleanup(func() { administer(tb, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return withDatabase(tb, admin, name)
}

// withDatabase is the URL of another database of the server.
func withDatabase(tb testing.TB, admin, name string) string {
	tb.Helper()
	u, err := url.Parse(admin)
	if err != nil {
		tb.Fatalf("%s is not a URL", PostgresVariable) // err would print the password
	}
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
