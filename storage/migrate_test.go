package storage

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMigrationsComeInPairs(t *testing.T) {
	t.Parallel()
	pg, err := migrationsOf(postgres)
	if err != nil {
		t.Fatal(err)
	}
	lite, err := migrationsOf(sqlite)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(names(pg), names(lite)); d != "" {
		t.Errorf("migrations of PostgreSQL and SQLite mismatch (-postgres +sqlite)\n%s", d)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	list := []migration{{name: "0001_a", checksum: "1"}, {name: "0002_b", checksum: "2"}}
	for _, c := range []struct {
		name    string
		applied map[string]string
		want    []string
		err     string
	}{
		{"nothing applied", nil, []string{"0001_a", "0002_b"}, ""},
		{"the first applied", map[string]string{"0001_a": "1"}, []string{"0002_b"}, ""},
		{"a newer program was here", map[string]string{"0001_a": "1", "0002_b": "2", "0003_c": "3"}, nil, ""},
		{"one was edited", map[string]string{"0001_a": "other"}, nil, "0001_a was changed after it had been applied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := missing(list, c.applied)
			if d := cmp.Diff(c.want, names(got)); d != "" {
				t.Errorf("missing(%v) mismatch (-want +got)\n%s", c.applied, d)
			}
			if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("missing(%v) = %v, want error %q", c.applied, err, c.err)
			}
		})
	}
}
