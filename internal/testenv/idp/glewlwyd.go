package idp

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // Glewlwyd's database is made before it starts

	"rollcall/internal/testenv/services"
)

//go:embed glewlwyd.conf
var glewlwydFiles embed.FS

var glewlwyds shared[struct{}, *OIDC]

// StartGlewlwyd returns the Glewlwyd of this process. Its ID tokens have email_verified only for
// accounts whose Verified is a boolean.
func StartGlewlwyd(tb testing.TB) *OIDC {
	tb.Helper()
	return glewlwyds.get(tb, "Glewlwyd", struct{}{}, startGlewlwyd)
}

func startGlewlwyd(ctx context.Context) (*OIDC, error) {
	installed, err := services.InstalledGlewlwyd()
	if err != nil {
		return nil, err
	}
	database, err := newGlewlwydDatabase(ctx, installed.Schema)
	if err != nil {
		return nil, err
	}
	config, err := glewlwydFiles.ReadFile("glewlwyd.conf")
	if err != nil {
		return nil, fmt.Errorf("read glewlwyd.conf: %w", err)
	}
	inFront, err := newFront(ctx)
	if err != nil {
		return nil, err
	}
	start := strings.NewReplacer("@MODULES@", installed.Modules, "@WEBAPP@", installed.Webapp, "@URL@", inFront.URL)
	running, err := services.Program{
		Name:  "glewlwyd",
		Files: map[string][]byte{"glewlwyd.db": database, "glewlwyd.conf": []byte(start.Replace(string(config)))},
		Ready: "/config",
		// Its configuration names its port and folder; neither is known before.
		Command: func(dir, port string) []string {
			return []string{"/bin/sh", "-c", `sed -i -e "s#@PORT@#$2#" -e "s#@DIR@#$1#" "$1/glewlwyd.conf" && exec "$3" --config-file="$1/glewlwyd.conf"`, "start", dir, port, installed.Program}
		},
	}.Start(ctx)
	if err != nil {
		return nil, err
	}
	g := &glewlwyd{base: inFront.URL}
	err = inFront.serve(running.URL)
	if err == nil {
		err = g.setUp(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("set up glewlwyd: %w\n%s", err, running.Log()), running.Stop())
	}
	return &OIDC{
		Issuer: g.issuer(), server: &server{Service: running, kind: "Glewlwyd"},
		register: g.register, put: g.put, signIn: g.signIn, signOut: g.signOut,
	}, nil
}

// newGlewlwydDatabase makes a database with Debian's schema and returns the file.
func newGlewlwydDatabase(ctx context.Context, schema string) ([]byte, error) {
	statements, err := os.ReadFile(schema)
	if err != nil {
		return nil, fmt.Errorf("read Glewlwyd's schema: %w", err)
	}
	dir, err := os.MkdirTemp("", "rollcall-glewlwyd-schema-")
	if err != nil {
		return nil, fmt.Errorf("make Glewlwyd's database: %w", err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "glewlwyd.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return nil, fmt.Errorf("make Glewlwyd's database: %w", err)
	}
	_, err = db.ExecContext(ctx, string(statements))
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("make Glewlwyd's database: %w", err)
	}
	return os.ReadFile(file)
}
