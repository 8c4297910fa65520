package testenv_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"rollcall/internal/testenv"
)

func TestPostgresGivesEachTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := pgx.Connect(t.Context(), testenv.Postgres(t))
			if err != nil {
				t.Fatal(err)
			}
			// Left open on purpose: dropping the database must not wait for it.
			if _, err := conn.Exec(t.Context(), "CREATE TABLE only_here (n int)"); err != nil {
				t.Fatal(err)
			}
			var maxConnections string
			if err := conn.QueryRow(t.Context(), "SHOW max_connections").Scan(&maxConnections); err != nil {
				t.Fatal(err)
			}
			t.Logf("max_connections = %s", maxConnections)
		})
	}
}

func TestPostgresMayCreateRoles(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), testenv.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"CREATE ROLE rollcall_test_role", "DROP ROLE rollcall_test_role"} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestRedisGivesEachTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"one", "two", "three"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options, err := redis.ParseURL(testenv.Redis(t))
			if err != nil {
				t.Fatal(err)
			}
			client := redis.NewClient(options)
			defer client.Close()
			if err := client.Set(t.Context(), name, "here", 0).Err(); err != nil {
				t.Fatal(err)
			}
			got, err := client.Keys(t.Context(), "*").Result()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{name}, got); diff != "" {
				t.Errorf("Keys(*) mismatch (-want +got)\n%s", diff)
			}
		})
	}
}
