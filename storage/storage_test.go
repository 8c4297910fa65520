package storage_test

import (
	"path/filepath"
	"testing"
	"time"

	"rollcall/internal/testenv"
	"rollcall/internal/testenv/migrated"
	"rollcall/storage"
	"rollcall/storage/storagetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		storagetest.Run(t, func(t *testing.T) storagetest.Backend {
			t.Helper()
			db := open(t, migrated.SQLite(t))
			return storagetest.Backend{Store: db, Locator: db}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		storagetest.Run(t, func(t *testing.T) storagetest.Backend {
			t.Helper()
			url := migrated.Postgres(t)
			db := open(t, url)
			return storagetest.Backend{Store: db, Locator: db, Parallel: true, Wall: wall{db, url}}
		})
	})
}

// open returns an empty, migrated database that ends with the test.
func open(tb testing.TB, url string) *storage.DB {
	tb.Helper()
	db := openOnly(tb, storage.Config{URL: url})
	if _, err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return db
}

func openOnly(tb testing.TB, c storage.Config) *storage.DB {
	tb.Helper()
	c.Now = time.Now
	if c.MaxConns == 0 {
		c.MaxConns = 20 // more than the suite's writers, on any machine
	}
	db, err := storage.Open(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func sqliteURL(tb testing.TB) string {
	tb.Helper()
	return "sqlite://" + filepath.Join(tb.TempDir(), "rollcall.db")
}

// backends are the databases, each with the URL of an empty one.
func backends() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{"sqlite": sqliteURL, "postgres": testenv.Postgres}
}
