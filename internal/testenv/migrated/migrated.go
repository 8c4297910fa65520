// Package migrated gives tests databases of their own that have all tables: copies of one that was migrated once. Tests of
// migrations themselves begin with empty ones, from package testenv.
package migrated

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"rollcall/internal/testenv"
	"rollcall/storage"
)

// Each runs a test on each database, side by side.
func Each(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, url(t))
		})
	}
}

// Postgres is the URL of a new database with all tables. See testenv.Postgres.
func Postgres(tb testing.TB) string {
	tb.Helper()
	version, err := storage.SchemaVersion()
	if err != nil {
		tb.Fatal(err)
	}
	return testenv.PostgresCopy(tb, version, migrate)
}

// SQLite is the URL of a new file with all tables.
func SQLite(tb testing.TB) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "rollcall.db")
	b, err := file()
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return "sqlite://" + path
}

// file is the file that others are copies of.
var file = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "rollcall-migrated")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "rollcall.db")
	if err := migrate("sqlite://" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(url string) error {
	ctx := context.Background()
	db, err := storage.Open(ctx, storage.Config{URL: url, Now: time.Now})
	if err != nil {
		return err
	}
	_, err = db.Migrate(ctx)
	return errors.Join(err, db.Close())
}
