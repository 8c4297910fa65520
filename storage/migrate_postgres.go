package storage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// migrationLock is the number of the advisory lock that two replicas starting together meet at.
const migrationLock = 0x726f6c6c63616c6c // "rollcall"

// migrate applies what is missing in one transaction, as the owner of the tables.
func (b *pgBackend) migrate(ctx context.Context) ([]string, error) {
	conn, err := pgx.ConnectConfig(ctx, b.migrant)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // committed by then
	var todo []migration
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		const prepare = `SELECT pg_advisory_xact_lock($1), set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)`
		if _, err := tx.Exec(ctx, prepare, int64(migrationLock)); err != nil {
			return fmt.Errorf("wait for the lock: %w", err)
		}
		const table = `CREATE TABLE IF NOT EXISTS rollcall_migrations (
			name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`
		if _, err := tx.Exec(ctx, table); err != nil {
			return fmt.Errorf("make the table of migrations: %w", err)
		}
		if todo, err = missingPostgres(ctx, tx); err != nil {
			return err
		}
		for _, m := range todo {
			// A migration is several statements, which only the simple protocol takes at once.
			if _, err := conn.PgConn().Exec(ctx, m.sql).ReadAll(); err != nil {
				return fmt.Errorf("apply %s: %w", m.name, err)
			}
			if _, err := tx.Exec(ctx, `INSERT INTO rollcall_migrations (name, checksum) VALUES ($1, $2)`, m.name, m.checksum); err != nil {
				return fmt.Errorf("note %s: %w", m.name, err)
			}
		}
		return grant(ctx, tx, b.appRole)
	})
	if err != nil {
		return nil, err //nolint:wrapcheck // ours, or that of the commit
	}
	// From here on requests come: see that their role is bound.
	return names(todo), b.ping(ctx)
}

type pgQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func missingPostgres(ctx context.Context, q pgQuerier) ([]migration, error) {
	list, err := migrationsOf(postgres)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, `SELECT name, checksum FROM rollcall_migrations`)
	if err != nil {
		return nil, fmt.Errorf("read the table of migrations: %w", err)
	}
	applied := map[string]string{}
	var name, sum string
	_, err = pgx.ForEachRow(rows, []any{&name, &sum}, func() error {
		applied[name] = sum
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the table of migrations: %w", err)
	}
	return missing(list, applied)
}

func (b *pgBackend) pending(ctx context.Context) ([]string, error) {
	// Not from the pool, whose connections need the application role, which may not exist yet.
	conn, err := pgx.ConnectConfig(ctx, b.pool.Config().ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it was only asked
	var migrated bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('rollcall_migrations') IS NOT NULL`).Scan(&migrated); err != nil {
		return nil, fmt.Errorf("look for the tables: %w", err)
	}
	if !migrated {
		list, err := migrationsOf(postgres)
		return names(list), err
	}
	todo, err := missingPostgres(ctx, conn)
	return names(todo), err
}
