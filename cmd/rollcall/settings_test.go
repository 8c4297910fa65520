package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/secret"
)

func read(t *testing.T, args ...string) (settings, error) {
	t.Helper()
	var c cli
	_, done, err := parse(&c, append([]string{"tenant", "list"}, args...), io.Discard, io.Discard)
	if done {
		t.Fatal("asked for help only")
	}
	return c.settings, err
}

func TestSettingsDefaults(t *testing.T) {
	for _, name := range []string{"DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "LISTEN", "ADMIN_LISTEN", "PUBLIC_URL", "MASTER_KEY", "LOG_LEVEL"} {
		t.Setenv("ROLLCALL_"+name, "") // compose files pass unset variables so
	}
	got, err := read(t)
	if err != nil {
		t.Fatal(err)
	}
	want := settings{DatabaseURL: "sqlite://rollcall.db", Listen: "127.0.0.1:8080", AdminListen: "127.0.0.1:9090", Product: "Rollcall", LogLevel: "info"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings mismatch (-want +got)\n%s", diff)
	}
}

func TestSettingsFlagsWinOverTheEnvironment(t *testing.T) {
	t.Setenv("ROLLCALL_LISTEN", "127.0.0.1:1")
	t.Setenv("ROLLCALL_ADMIN_LISTEN", "127.0.0.1:2")
	t.Setenv("ROLLCALL_PUBLIC_URL", "https://scim.example.com/")
	got, err := read(t, "--listen", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	if got.Listen != "127.0.0.1:3" || got.AdminListen != "127.0.0.1:2" || got.PublicURL != "https://scim.example.com" {
		t.Errorf("settings = %+v", got)
	}
}

func TestSettingsRefuse(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, flag, value, want string }{
		{"an unknown store", "--database-url", "mysql://u:hush@host/db", "ROLLCALL_DATABASE_URL"},
		{"a file without its scheme", "--database-url", "hush.db", "sqlite://FILE"},
		{"an address without a port", "--listen", "localhost", "HOST:PORT"},
		{"a public URL without a scheme", "--public-url", "scim.example.com", "https://"},
		{"a public URL with a password", "--public-url", "https://u:hush@example.com", "https://"},
		{"a short key", "--master-key", "hush", "openssl rand -base64 32"},
		{"an operator's key that can be guessed", "--operator-key", "hush", "openssl rand -base64 32"},
		{"an unknown level", "--log-level", "loud", "must be debug, info, warn or error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			if code := run(t.Context(), []string{"tenant", "list", tt.flag, tt.value}, &out, &errs); code != exitUsage {
				t.Errorf("exit code = %d, want %d", code, exitUsage)
			}
			if got := errs.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, tt.want) || strings.Contains(got, "hush") {
				t.Errorf("want one line with %q and no secret, got %q", tt.want, got)
			}
		})
	}
}

func TestMasterKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	embedded := settings{DatabaseURL: "sqlite://" + filepath.Join(dir, "rollcall.db?_x=1")}
	made, err := embedded.key()
	if err != nil {
		t.Fatal(err)
	}
	again, err := embedded.key()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made.Derive(secret.CursorKey), again.Derive(secret.CursorKey)) {
		t.Error("the second start got another key than the first")
	}
	if _, err := os.Stat(filepath.Join(dir, "rollcall.key")); err != nil {
		t.Error(err)
	}
	server := settings{DatabaseURL: "postgres://host/db"}
	if _, err := server.key(); err == nil || !strings.Contains(err.Error(), "ROLLCALL_MASTER_KEY") {
		t.Errorf("key() = %v, want one that names the variable", err)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	tests := []struct{ public, listen, want string }{
		{"", "127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"", ":8080", "http://localhost:8080"},
		{"", "0.0.0.0:8080", "http://localhost:8080"},
		{"", "[::]:8080", "http://localhost:8080"},
		{"https://scim.example.com", "0.0.0.0:8080", "https://scim.example.com"},
	}
	for _, tt := range tests {
		if got := (&settings{PublicURL: tt.public}).baseURL(tt.listen); got != tt.want {
			t.Errorf("baseURL(%q) with %q = %q, want %q", tt.listen, tt.public, got, tt.want)
		}
	}
}

func TestMigrateHelpNamesTheOwnersVariable(t *testing.T) {
	t.Parallel()
	denied := errors.New("permission denied for schema public")
	tests := []struct {
		name     string
		settings settings
		helped   bool
	}{
		{"PostgreSQL as the application", settings{DatabaseURL: "postgres://host/db"}, true},
		{"PostgreSQL as the owner", settings{DatabaseURL: "postgres://host/db", MigrateURL: "postgres://owner@host/db"}, false},
		{"an embedded store", settings{DatabaseURL: "sqlite://rollcall.db"}, false},
	}
	for _, tt := range tests {
		err := (&program{settings: tt.settings}).migrateHelp(denied)
		if got := strings.Contains(err.Error(), "ROLLCALL_MIGRATE_DATABASE_URL"); got != tt.helped || !errors.Is(err, denied) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
