package storage

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// migrations are numbered files in pairs, applied in order and never changed. Up only: old code must
// run on the new tables, so that replicas can be replaced one by one.
//
//go:embed migrations
var migrations embed.FS

// migration is one file.
type migration struct {
	name     string // 0001_roster
	sql      string
	checksum string
}

var migrationName = regexp.MustCompile(`^\d{4}_[a-z0-9_]+\.sql$`)

// migrationsOf reads the migrations of a dialect, in order.
func migrationsOf(d dialect) ([]migration, error) {
	folder := "migrations/" + d.String()
	entries, err := fs.ReadDir(migrations, folder)
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var list []migration
	for _, e := range entries {
		if !migrationName.MatchString(e.Name()) {
			return nil, fmt.Errorf("migration %s: the name must be like 0001_words.sql", e.Name())
		}
		b, err := fs.ReadFile(migrations, folder+"/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", e.Name(), err)
		}
		sum := sha256.Sum256(b)
		list = append(list, migration{strings.TrimSuffix(e.Name(), ".sql"), string(b), hex.EncodeToString(sum[:])})
	}
	return list, nil
}

// SchemaVersion names the tables that Migrate makes, by 16 small letters and digits: another migration makes another name.
func SchemaVersion() (string, error) {
	sum := sha256.New()
	for _, d := range []dialect{postgres, sqlite} {
		list, err := migrationsOf(d)
		if err != nil {
			return "", err
		}
		for _, m := range list {
			sum.Write([]byte(m.checksum))
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// missing returns those of list that are not in applied (name → checksum). Names that only the
// database knows are those of a newer program. A checksum that differs is an error: the tables are
// not what this program takes them for.
func missing(list []migration, applied map[string]string) ([]migration, error) {
	var todo []migration
	for _, m := range list {
		sum, done := applied[m.name]
		switch {
		case !done:
			todo = append(todo, m)
		case sum != m.checksum:
			return nil, fmt.Errorf("migration %s was changed after it had been applied; put it back and add a new one", m.name)
		}
	}
	return todo, nil
}

func names(list []migration) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.name)
	}
	return out
}
