package storage_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rollcall/internal/testenv"
	"rollcall/storage"
)

// cluster is an empty database with roles of its own.
type cluster struct {
	t     *testing.T
	super string // URL of a superuser
	name  string // begins the names of all roles
	conn  *pgx.Conn
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	super := testenv.Postgres(t)
	u, err := url.Parse(super)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), super)
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t, super, strings.TrimPrefix(u.Path, "/"), conn}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return c
}

func (c *cluster) run(sql string) {
	c.t.Helper()
	if _, err := c.conn.Exec(context.WithoutCancel(c.t.Context()), sql); err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
}

// role makes a role that can log in, and drops it at the end.
func (c *cluster) role(kind, attributes string) string {
	c.t.Helper()
	role := c.name + "_" + kind
	c.run("CREATE ROLE " + role + " LOGIN PASSWORD 'x' " + attributes)
	c.t.Cleanup(func() {
		c.run("REASSIGN OWNED BY " + role + " TO CURRENT_USER")
		c.run("DROP OWNED BY " + role)
		c.run("DROP ROLE " + role)
	})
	return role
}

// owner makes a role that may make tables here and nothing else.
func (c *cluster) owner(attributes string) string {
	c.t.Helper()
	role := c.role("owner", attributes)
	c.run("GRANT CREATE ON SCHEMA public TO " + role)
	return role
}

// as is the URL for a role.
func (c *cluster) as(role string) string {
	c.t.Helper()
	u, err := url.Parse(c.super)
	if err != nil {
		c.t.Fatal(err)
	}
	u.User = url.UserPassword(role, "x")
	return u.String()
}

// TestRoles tries the ways in which an operator may set up the roles of PostgreSQL.
func TestRoles(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	plain, bypass, owner := c.role("plain", ""), c.role("bypass", "BYPASSRLS"), c.owner("")
	// What a careless set-up gives away is taken back.
	c.run("ALTER DEFAULT PRIVILEGES FOR ROLE " + owner + " GRANT ALL ON TABLES TO " + plain)

	// An owner that is no superuser, and no member of the application's role, migrates; the application
	// logs in as that role itself.
	db := openOnly(t, storage.Config{URL: c.as(plain), MigrateURL: c.as(owner) + "&pool_max_conns=3", AppRole: plain})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate as a plain owner: %v", err)
	}
	if _, err := db.Tenants(t.Context()); err != nil {
		t.Errorf("Tenants as a plain role: %v", err)
	}
	if _, err := openOnly(t, storage.Config{URL: c.super, AppRole: plain}).Tenants(t.Context()); err != nil {
		t.Errorf("Tenants as a superuser that becomes the role: %v", err)
	}
	conn, err := pgx.Connect(t.Context(), c.as(plain))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{"UPDATE events SET kind = ''", "DELETE FROM events", "TRUNCATE members", "DELETE FROM people"} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: the application's role may", sql)
		}
	}
	for who, config := range map[string]storage.Config{
		"a role with BYPASSRLS that becomes itself": {URL: c.as(bypass), AppRole: bypass},
		"the owner that becomes itself":             {URL: c.as(owner), AppRole: owner},
		"a superuser that becomes BYPASSRLS":        {URL: c.super, AppRole: bypass},
	} {
		config.Now = time.Now
		if _, err := storage.Open(t.Context(), config); err == nil || !strings.Contains(err.Error(), "row-level security") {
			t.Errorf("Open as %s = %v, want a refusal", who, err)
		}
	}
}

// TestOneRoleForAll has an owner that logs in for requests too, and so must become the application's
// role.
func TestOneRoleForAll(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	app, owner := c.role("app", ""), c.owner("")
	config := storage.Config{URL: c.as(owner), AppRole: app, Now: time.Now}
	db := openOnly(t, config)
	grant := `GRANT "` + app + `" TO "` + owner + `"`
	if _, err := db.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), grant) {
		t.Errorf("Migrate = %v, want it to say %s", err, grant)
	}
	if _, err := storage.Open(t.Context(), config); err == nil || !strings.Contains(err.Error(), grant) {
		t.Errorf("Open = %v, want it to say %s", err, grant)
	}
	c.run(grant)
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	if _, err := db.Tenants(t.Context()); err != nil {
		t.Errorf("Tenants: %v", err)
	}
}

// TestOwnerMakesTheRole has an owner that may make roles, and a role that is not there.
func TestOwnerMakesTheRole(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	made := c.name + "_made"
	db := openOnly(t, storage.Config{URL: c.as(c.owner("CREATEROLE")), AppRole: made})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	t.Cleanup(func() {
		c.run("DROP OWNED BY " + made)
		c.run("DROP ROLE " + made)
	})
	if _, err := db.Tenants(t.Context()); err != nil {
		t.Errorf("Tenants: %v", err)
	}
}

// TestRoleWithoutRights has logins that can't work yet: the error says what to run, and Migrate is
// not kept from mending it.
func TestRoleWithoutRights(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	app, stranger := c.role("app", ""), c.role("stranger", "")
	open(t, c.super) // gives the rights to rollcall_app
	for _, tt := range []struct{ name, login, want string }{
		{"a login that is no member of the role", stranger, `GRANT "` + app + `" TO "` + stranger + `"`},
		{"a role that was given nothing", app, "run `rollcall migrate`"},
		{"a role that is not there", "", "run `rollcall migrate`"},
	} {
		config := storage.Config{URL: c.as(tt.login), AppRole: app, Now: time.Now}
		if tt.login == "" {
			config.URL, config.AppRole = c.super, c.name+"_nowhere"
		}
		if _, err := storage.Open(t.Context(), config); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Open as %s = %v, want it to say %s", tt.name, err, tt.want)
		}
	}
	db := openOnly(t, storage.Config{URL: c.as(app), MigrateURL: c.super, AppRole: app, ForMigrate: true})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("Migrate: %v", err)
	}
	if _, err := openOnly(t, storage.Config{URL: c.as(app), AppRole: app}).Tenants(t.Context()); err != nil {
		t.Errorf("Tenants: %v", err)
	}
	c.run("GRANT " + app + " TO " + stranger)
	c.run("ALTER ROLE " + stranger + " NOINHERIT")
	if _, err := openOnly(t, storage.Config{URL: c.as(stranger), AppRole: app}).Tenants(t.Context()); err != nil {
		t.Errorf("Tenants as a member that does not inherit: %v", err)
	}
}
