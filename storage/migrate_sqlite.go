package storage

import (
	"context"
	"fmt"
)

// migrate applies what is missing in one transaction; BEGIN IMMEDIATE keeps other processes out.
func (b *liteBackend) migrate(ctx context.Context) ([]string, error) {
	var todo []migration
	err := b.transact(ctx, func(c *liteConn) error {
		const table = `CREATE TABLE IF NOT EXISTS rollcall_migrations (
			name TEXT NOT NULL PRIMARY KEY, checksum TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) STRICT`
		if err := c.exec(ctx, table); err != nil {
			return fmt.Errorf("make the table of migrations: %w", err)
		}
		var err error
		if todo, err = missingSQLite(ctx, c); err != nil {
			return err
		}
		for _, m := range todo {
			if err := c.exec(ctx, m.sql); err != nil {
				return fmt.Errorf("apply %s: %w", m.name, err)
			}
			note := statement{sql: `INSERT INTO rollcall_migrations (name, checksum) VALUES ($1, $2)`, args: []any{m.name, m.checksum}}
			if err := c.run(ctx, note); err != nil {
				return fmt.Errorf("note %s: %w", m.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return names(todo), nil
}

func missingSQLite(ctx context.Context, s session) ([]migration, error) {
	list, err := migrationsOf(sqlite)
	if err != nil {
		return nil, err
	}
	applied := map[string]string{}
	err = s.run(ctx, statement{once: true, sql: `SELECT name, checksum FROM rollcall_migrations`, each: func(r row) error {
		var name, sum string
		err := r.Scan(&name, &sum)
		applied[name] = sum
		return err
	}})
	if err != nil {
		return nil, fmt.Errorf("read the table of migrations: %w", err)
	}
	return missing(list, applied)
}

func (b *liteBackend) pending(ctx context.Context) ([]string, error) {
	var todo []migration
	err := b.withReader(ctx, func(c *liteConn) error {
		migrated := false
		table := statement{once: true, sql: `SELECT 1 FROM sqlite_schema WHERE name = 'rollcall_migrations'`, each: one(&migrated, new(int))}
		err := c.run(ctx, table)
		if err != nil {
			return err
		}
		if !migrated {
			todo, err = migrationsOf(sqlite)
			return err
		}
		todo, err = missingSQLite(ctx, c)
		return err
	})
	return names(todo), err
}
