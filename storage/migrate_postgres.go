package storage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// migrationLock is the number of the advisory lock that two replicas starting together meet at.
const migrationLock = 0x726f6c6c63616c6c // "rollcall"

// migrate applies what is missing as the owner of the tables, each migration in a transaction of
// its own.
func (b *pgBackend) migrate(ctx context.Context) ([]string, error) {
	conn, err := pgx.ConnectConfig(ctx, b.migrant)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) // which gives the lock back
	// Functions keep the search path that they are made with; nothing temporary may come before ours.
	const prepare = `SELECT pg_advisory_lock($1), set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false)`
	if _, err := conn.Exec(ctx, prepare, int64(migrationLock)); err != nil {
		return nil, fmt.Errorf("wait for the lock: %w", err)
	}
	const table = `CREATE TABLE IF NOT EXISTS rollcall_migrations (
		name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`
	if _, err := conn.Exec(ctx, table); err != nil {
		return nil, fmt.Errorf("make the table of migrations: %w", err)
	}
	todo, err := missingPostgres(ctx, conn)
	if err != nil {
		return nil, err
	}
	var applied []string
	for _, m := range todo {
		if err := applyPostgres(ctx, conn, m); err != nil {
			return applied, err
		}
		applied = append(applied, m.name)
	}
	if came, err := moved(ctx, conn); err != nil {
		return applied, err
	} else if came {
		if err := raiseFeedBase(ctx, conn); err != nil {
			return applied, err
		}
		applied = append(applied, feedBase)
	}
	// Who logs in as somebody else need not be the owner's business.
	become := b.migrant.User == b.pool.Config().ConnConfig.User
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return grant(ctx, tx, b.appRole, become) })
	if err != nil {
		return applied, fmt.Errorf("give the application role its rights: %w", err)
	}
	// From here on requests come: see that their role is bound, also that of connections which were
	// made when there were no tables to own.
	b.pool.Reset()
	return applied, b.ping(ctx)
}

func applyPostgres(ctx context.Context, conn *pgx.Conn, m migration) error {
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// A migration is several statements, which only the simple protocol takes at once.
		if _, err := conn.PgConn().Exec(ctx, m.sql).ReadAll(); err != nil {
			return err //nolint:wrapcheck // below
		}
		_, err := tx.Exec(ctx, `INSERT INTO rollcall_migrations (name, checksum) VALUES ($1, $2)`, m.name, m.checksum)
		return err //nolint:wrapcheck // below
	})
	if err != nil {
		return fmt.Errorf("apply %s: %w", m.name, err)
	}
	return nil
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
	defer conn.Close(context.WithoutCancel(ctx))
	var migrated bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('rollcall_migrations') IS NOT NULL`).Scan(&migrated); err != nil {
		return nil, fmt.Errorf("look for the tables: %w", err)
	}
	if !migrated {
		list, err := migrationsOf(postgres)
		return names(list), err
	}
	var list []string
	err = afterMigration(ctx, conn, func() error {
		todo, err := missingPostgres(ctx, conn)
		list = names(todo)
		if err != nil || len(list) > 0 {
			return err
		}
		came, err := moved(ctx, conn)
		if came {
			list = []string{feedBase}
		}
		return err
	})
	return list, err
}

// afterMigration tries something again that failed, once no other process migrates any more: a table
// is there before the right to read it.
func afterMigration(ctx context.Context, conn *pgx.Conn, f func() error) error {
	err := f()
	if err == nil {
		return nil
	}
	if _, waiting := conn.Exec(ctx, `SELECT pg_advisory_xact_lock_shared($1)`, int64(migrationLock)); waiting != nil {
		return err
	}
	return f()
}
