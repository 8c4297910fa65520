package jobs_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"rollcall/internal/testenv"
)

// migrateAsRiver runs River's own migrations.
func migrateAsRiver[Tx any](t *testing.T, driver riverdriver.Driver[Tx]) {
	t.Helper()
	m, err := rivermigrate.New(driver, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Migrate(t.Context(), rivermigrate.DirectionUp, nil); err != nil {
		t.Fatal(err)
	}
}

// pgShape is what River's tables are made of, a line each: columns, indexes, constraints.
const pgShape = `
	SELECT concat_ws(' ', table_name, column_name, udt_name, character_maximum_length, is_nullable, column_default)
	FROM information_schema.columns WHERE table_name LIKE 'river\_%' AND table_name <> 'river_migration'
	UNION ALL
	SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'river\_%' AND tablename <> 'river_migration'
	UNION ALL
	SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
	WHERE contype <> 'n' AND conrelid::regclass::text LIKE 'river\_%' AND conrelid::regclass::text <> 'river_migration'
	UNION ALL
	SELECT enumtypid::regtype || ' ' || enumlabel FROM pg_enum WHERE enumtypid::regtype::text LIKE 'river\_%'
	ORDER BY 1`

const liteShape = `
	SELECT t.name || ' ' || c.name || ' ' || lower(c.type) || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk
	FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name LIKE 'river\_%' ESCAPE '\' AND t.name <> 'river_migration'
	UNION ALL
	SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND name LIKE 'river\_job%' ESCAPE '\'
	ORDER BY 1`

// TestTablesAreRivers holds our migration to what this version of River makes itself.
func TestTablesAreRivers(t *testing.T) {
	both(t, func(s *site) {
		s.t.Helper()
		pool, err := s.db.OpenJobs(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		defer pool.Close()
		var want, got []string
		if pool.Postgres != nil {
			fresh, err := pgxpool.New(s.t.Context(), testenv.Postgres(s.t))
			if err != nil {
				s.t.Fatal(err)
			}
			defer fresh.Close()
			migrateAsRiver(s.t, riverpgxv5.New(fresh))
			want, got = pgLines(s.t, fresh), pgLines(s.t, pool.Postgres)
		} else {
			fresh, err := sql.Open("sqlite", "file:"+filepath.Join(s.t.TempDir(), "river.db"))
			if err != nil {
				s.t.Fatal(err)
			}
			defer fresh.Close()
			fresh.SetMaxOpenConns(1)
			migrateAsRiver(s.t, riversqlite.New(fresh))
			want, got = liteLines(s.t, fresh), liteLines(s.t, pool.SQLite)
		}
		if len(want) == 0 {
			s.t.Error("River made no tables")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			s.t.Errorf("tables mismatch (-River's +ours):\n%s", diff)
		}
	})
}

func pgLines(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), pgShape)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func liteLines(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), liteShape)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
