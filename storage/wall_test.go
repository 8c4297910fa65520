package storage_test

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/storage"
)

// wall looks at the tables past the store, as the application's role.
type wall struct {
	db  *storage.DB
	url string
}

// as runs f in a transaction of the role, opened for a tenant unless that is zero, and undoes it.
func (w wall) as(ctx context.Context, id tenant.ID, f func(pgx.Tx) error) error {
	conn, err := pgx.Connect(ctx, w.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SET ROLE "+storage.DefaultAppRole); err != nil {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if !id.IsZero() {
		if _, err := tx.Exec(ctx, `SELECT set_config('rollcall.tenant', $1, true)`, id.UUID.UUID()); err != nil {
			return err
		}
	}
	return f(tx)
}

func (w wall) Rows(ctx context.Context, table string, id tenant.ID) (int, error) {
	n := 0
	err := w.as(ctx, id, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, "SELECT count(*) FROM "+pgx.Identifier{table}.Sanitize()).Scan(&n)
	})
	return n, err
}

func (w wall) Move(ctx context.Context, table string, from, to tenant.ID) error {
	return w.as(ctx, from, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE "+pgx.Identifier{table}.Sanitize()+" SET tenant_id = $1", to.UUID.UUID()); err != nil {
			return err
		}
		return tx.Commit(ctx)
	})
}

func (w wall) Forbidden(ctx context.Context) []string {
	var done []string
	for _, sql := range []string{
		"UPDATE people SET email_fold = ''", "DELETE FROM people", "TRUNCATE people",
		"UPDATE events SET kind = 'x'", "DELETE FROM events", "DELETE FROM members", "DELETE FROM tenants", "TRUNCATE events",
		"UPDATE locator SET tenant_id = gen_random_uuid()", "DELETE FROM locator",
		"UPDATE rollcall_migrations SET checksum = ''", "INSERT INTO rollcall_migrations (name, checksum) VALUES ('x', 'y')",
		"ALTER TABLE members DISABLE ROW LEVEL SECURITY", "ALTER TABLE members NO FORCE ROW LEVEL SECURITY",
		"DROP POLICY own_tenant ON members", "CREATE POLICY all_of_it ON members USING (true)",
		"CREATE TABLE mine (n int)", "DROP TABLE events", "ALTER ROLE " + storage.DefaultAppRole + " BYPASSRLS",
		"CREATE OR REPLACE FUNCTION rollcall_person_elsewhere(address text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
		"SET row_security = off; SELECT * FROM members",
	} {
		err := w.as(ctx, tenant.ID{}, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
			return err
		})
		if err == nil && sql != "UPDATE locator SET tenant_id = gen_random_uuid()" {
			done = append(done, sql)
		}
	}
	return done
}

func (w wall) Plan(ctx context.Context, id tenant.ID, groups bool, q roster.Query) (string, error) {
	plans, err := w.db.Plans(ctx, id, func(r roster.Reader) error {
		if groups {
			_, err := r.Groups(ctx, q)
			return err
		}
		_, err := r.Members(ctx, q)
		return err
	})
	return strings.Join(plans, "\n"), err
}
