package storagetest_test

import (
	"testing"
	"time"

	"rollcall/internal/testenv"
	"rollcall/storage"
	"rollcall/storage/storagetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storagetest.Backend {
		db := open(t, storage.Config{URL: "sqlite://" + t.TempDir() + "/roster.db"})
		return storagetest.Backend{Store: db, Locator: db}
	})
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storagetest.Backend {
		db := open(t, storage.Config{URL: testenv.Postgres(t), MaxConns: 20})
		return storagetest.Backend{Store: db, Locator: db, Parallel: true}
	})
}

func open(t *testing.T, c storage.Config) *storage.DB {
	t.Helper()
	c.Now = time.Now
	db, err := storage.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}
