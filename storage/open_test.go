package storage_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/testenv"
	"rollcall/storage"
)

func TestOpenRefusesURLs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ url, want string }{
		"an unknown scheme":    {"mysql://root:secret@localhost/x", "postgres://USER:PASSWORD@HOST/DATABASE and sqlite://FILE work"},
		"no scheme":            {"rollcall.db", "postgres://USER:PASSWORD@HOST/DATABASE and sqlite://FILE work"},
		"SQLite without file":  {"sqlite://", "name a file"},
		"SQLite in memory":     {"sqlite://:memory:", "name a file"},
		"a bad PostgreSQL URL": {"postgres://user:secret@host:port/x", "can't be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := storage.Open(t.Context(), storage.Config{URL: c.url, Now: time.Now})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("Open(%q) = %v, want an error that says %q and no password", c.url, err, c.want)
			}
		})
	}
}

func TestOpenUnreachable(t *testing.T) {
	t.Parallel()
	_, err := storage.Open(t.Context(), storage.Config{URL: "postgres://u@127.0.0.1:1/x", Now: time.Now})
	if !errors.Is(err, roster.Unavailable) {
		t.Errorf("Open = %v, want unavailable", err)
	}
}

func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	for name, fresh := range backends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := fresh(t)
			const replicas = 4
			type result struct {
				applied []string
				err     error
			}
			results := make(chan result, replicas)
			want, err := openOnly(t, storage.Config{URL: u}).Pending(t.Context())
			if err != nil || len(want) == 0 {
				t.Fatalf("Pending = %v, %v, want some", want, err)
			}
			for range replicas {
				db := openOnly(t, storage.Config{URL: u, MaxConns: 2})
				go func() {
					applied, err := db.Migrate(t.Context())
					results <- result{applied, err}
				}()
			}
			var applied []string
			for range replicas {
				r := <-results
				if r.err != nil {
					t.Errorf("Migrate: %v", r.err)
				}
				applied = append(applied, r.applied...)
			}
			if d := cmp.Diff(want, applied); d != "" {
				t.Errorf("applied by all together mismatch (-want +got)\n%s", d)
			}
			rest, err := openOnly(t, storage.Config{URL: u}).Pending(t.Context())
			if err != nil || len(rest) > 0 {
				t.Errorf("Pending = %v, %v, want none", rest, err)
			}
		})
	}
}

// TestFeedIsNotHeldUp has a long transaction in the same database that is none of ours.
func TestFeedIsNotHeldUp(t *testing.T) {
	t.Parallel()
	u := testenv.Postgres(t)
	db := open(t, u)
	conn, err := pgx.Connect(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "BEGIN; CREATE TABLE other (n int)"); err != nil {
		t.Fatal(err)
	}
	id := tenant.ID{UUID: tenant.NewUUID(time.Now())}
	for n := range 3 {
		err := db.Update(t.Context(), id, func(tx roster.Tx) error {
			return tx.AppendEvent(t.Context(), roster.Event{Kind: roster.MemberCreated, RequestID: fmt.Sprint(n)})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	events, err := db.Reader(id).Events(t.Context(), roster.Cursor{}, 10)
	if err != nil || len(events) != 3 {
		t.Errorf("Events = %d, %v, want 3", len(events), err)
	}
}

// TestFeedGoesOnInAnotherCluster makes a database look as if it had been dumped and restored: the ids
// of transactions begin anew, far below those of its events.
func TestFeedGoesOnInAnotherCluster(t *testing.T) {
	t.Parallel()
	u := testenv.Postgres(t)
	db := open(t, u)
	id := tenant.ID{UUID: tenant.NewUUID(time.Now())}
	write := func(name string) {
		t.Helper()
		err := db.Update(t.Context(), id, func(tx roster.Tx) error {
			return tx.AppendEvent(t.Context(), roster.Event{Kind: roster.MemberCreated, RequestID: name})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(after roster.Cursor) []roster.Event {
		t.Helper()
		events, err := db.Reader(id).Events(t.Context(), after, 10)
		if err != nil {
			t.Fatal(err)
		}
		return events
	}
	write("old")
	conn, err := pgx.Connect(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{"UPDATE events SET epoch = epoch + 1000000000", "UPDATE rollcall_cluster SET system_identifier = 1"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"feed_base"}
	if got, err := db.Pending(t.Context()); err != nil || !cmp.Equal(want, got) {
		t.Errorf("Pending = %v, %v, want %v", got, err, want)
	}
	for _, want := range [][]string{want, nil} {
		if got, err := db.Migrate(t.Context()); err != nil || !cmp.Equal(want, got) {
			t.Errorf("Migrate = %v, %v, want %v", got, err, want)
		}
	}
	old := read(roster.Cursor{})
	if len(old) != 1 {
		t.Fatalf("events of before = %v, want 1", old)
	}
	write("new")
	if got := read(old[0].Position); len(got) != 1 || got[0].RequestID != "new" {
		t.Errorf("events behind %v = %v, want the new one", old[0].Position, got)
	}
	err = db.View(t.Context(), id, func(r roster.Reader) error {
		got, err := r.Events(t.Context(), roster.Cursor{}, 10)
		if len(got) == 0 { // the new one may show later there
			t.Error("no events in a View")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
