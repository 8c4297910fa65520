package storage_test

import (
	"path/filepath"
	"testing"
	"time"

	"rollcall/internal/testenv"
	"rollcall/storage"
)

// open returns an empty, migrated database that ends with the test.
func open(tb testing.TB, url string) *storage.DB {
	tb.Helper()
	db, err := storage.Open(tb.Context(), storage.Config{URL: url, Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if _, err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
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
