package services

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// PostgresPackages are Debian's names for what InstalledPostgres needs.
var PostgresPackages = []string{"postgresql"}

// postgresSettings trade durability for speed: the data is thrown away after the tests.
var postgresSettings = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off",
	"max_connections=300", // test packages run side by side, each with pools of its own
	"shared_buffers=128MB", "jit=off",
}

// InstalledPostgres starts a private cluster from installed binaries and returns its superuser's
// URL. It is ErrNotInstalled when there are none.
func InstalledPostgres(ctx context.Context) (*Service, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	return retry(ctx, func(ctx context.Context) (*Service, error) { return startPostgres(ctx, bin) })
}

func startPostgres(ctx context.Context, bin string) (*Service, error) {
	h, err := newHome("postgres")
	if err != nil {
		return nil, err
	}
	secret := password()
	if err := h.initdb(ctx, bin, secret); err != nil {
		return nil, errors.Join(err, os.RemoveAll(h.dir))
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(h.dir))
	}

	command := []string{filepath.Join(bin, "postgres"), "-D", h.path("data")}
	// No Unix socket: its path could be too long, and TCP is what the gateway uses.
	for _, s := range append([]string{"port=" + port, "listen_addresses=127.0.0.1", "unix_socket_directories="}, postgresSettings...) {
		command = append(command, "-c", s)
	}
	k, err := h.keep("QUIT", command...) // an immediate stop, nothing is worth a checkpoint
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(h.dir))
	}
	s := &Service{URL: postgresURL("127.0.0.1:"+port, secret), How: "private cluster from " + bin, stop: k.stop}
	if err := waitReady(ctx, k.died, func(ctx context.Context) error { return pingPostgres(ctx, s.URL) }); err != nil {
		return nil, errors.Join(fmt.Errorf("start postgres: %w\n%s", err, k.log()), k.stop())
	}
	return s, nil
}

// initdb makes the cluster with a linguistic collation where the build has one. Most production
// clusters sort that way, and code that relies on byte order must say so in its SQL.
func (h *home) initdb(ctx context.Context, bin, secret string) error {
	if err := h.writeFile("password", secret); err != nil {
		return err
	}
	args := []string{
		"-D", h.path("data"), "-U", "postgres", "-A", "scram-sha-256", "--pwfile=" + h.path("password"),
		"-E", "UTF8", "--no-sync",
	}
	program := filepath.Join(bin, "initdb")
	linguistic := h.run(ctx, program, append(slices.Clone(args), "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")...)
	if linguistic == nil {
		return nil
	}
	if err := os.RemoveAll(h.path("data")); err != nil {
		return fmt.Errorf("make cluster anew: %w", err)
	}
	return h.run(ctx, program, append(args, "--locale=C")...)
}

// postgresBin finds the directory that holds initdb and postgres: the one on PATH, else the newest
// of those where Debian, Red Hat and Homebrew put them.
func postgresBin() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if target, err := filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(target), nil
		}
	}
	var found []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb",
		"/opt/homebrew/opt/postgresql@*/bin/initdb", "/usr/local/opt/postgresql@*/bin/initdb",
	} {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			return "", fmt.Errorf("look for postgres: %w", err)
		}
		found = append(found, matches...)
	}
	if len(found) == 0 {
		return "", fmt.Errorf("postgres: %w", ErrNotInstalled)
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return majorVersion(a) - majorVersion(b) })
	return filepath.Dir(newest), nil
}

// majorVersion reads the number out of a path such as /usr/lib/postgresql/15/bin/initdb.
func majorVersion(path string) int {
	digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, err := strconv.Atoi(digits[0])
	if err != nil {
		return 0
	}
	return n
}

func postgresURL(host, secret string) string {
	u := url.URL{
		Scheme: "postgres", Host: host, Path: "/postgres",
		User: url.UserPassword("postgres", secret), RawQuery: "sslmode=disable",
	}
	return u.String()
}

func pingPostgres(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to postgres: %w", err)
	}
	return conn.Close(ctx)
}
