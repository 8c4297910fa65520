package storage

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// check sees that the database can be used as things stand. A database without tables passes: each
// connection is looked at when it is made, which is after Migrate.
func (b *pgBackend) check(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, b.pool.Config().ConnConfig)
	if err != nil {
		return unavailable(fmt.Errorf("connect to PostgreSQL: %w", err))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var migrated bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('rollcall_migrations') IS NOT NULL`).Scan(&migrated); err != nil {
		return fmt.Errorf("look for the tables: %w", err)
	}
	if !migrated || b.forMigrate {
		return nil
	}
	return afterMigration(ctx, conn, func() error { return takeRole(ctx, conn, b.appRole) })
}

// standing asks whether row-level security could be got around: by a superuser, by a role with
// BYPASSRLS, or by whoever may act as the owner of the tables, who could switch it off. And whether
// the role has rights here; it need not have any before there are tables.
const standing = `
	SELECT r.rolname, r.rolsuper OR r.rolbypassrls OR EXISTS (
	  SELECT FROM pg_class c
	  WHERE c.oid IN (to_regclass('members'), to_regclass('people')) AND pg_has_role(r.oid, c.relowner, 'MEMBER')),
	  coalesce(has_table_privilege(to_regclass('rollcall_migrations'), 'SELECT'), true)
	FROM pg_roles r WHERE r.rolname = current_user`

// takeRole makes a fresh connection act as a role that row-level security binds: the one that it
// logged in as, or else appRole. It is an error, which says what to run, when that isn't bound
// either or has no rights.
func takeRole(ctx context.Context, conn *pgx.Conn, appRole string) error {
	login, mighty, entitled, err := roleOf(ctx, conn)
	if err != nil || !mighty && entitled {
		return err
	}
	role := pgx.Identifier{appRole}.Sanitize()
	if _, err := conn.Exec(ctx, "SET ROLE "+role); err != nil {
		return cannotBecome(role, pgx.Identifier{login}.Sanitize(), err)
	}
	name, mighty, entitled, err := roleOf(ctx, conn)
	switch {
	case err != nil:
		return err
	case mighty:
		return fmt.Errorf("the role %q could get around row-level security: it is a superuser, has BYPASSRLS or may act as the owner of the tables; name another", name)
	case !entitled:
		return fmt.Errorf("the role %q has no rights on the tables: run `rollcall migrate` as the role that owns them", name)
	}
	return nil
}

func roleOf(ctx context.Context, conn *pgx.Conn) (name string, mighty, entitled bool, err error) {
	if err := conn.QueryRow(ctx, standing).Scan(&name, &mighty, &entitled); err != nil {
		return "", false, false, fmt.Errorf("look at the role: %w", err)
	}
	return name, mighty, entitled, nil
}

// cannotBecome says what to run so that login can become role. Both are quoted for SQL.
func cannotBecome(role, login string, err error) error {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && pg.Code == stateInvalidParameter:
		return fmt.Errorf("there is no role %s: run `rollcall migrate` as the role that owns the tables: %w", role, err)
	case ok && pg.Code == statePrivilege:
		return fmt.Errorf("%s must act as %s and may not: run GRANT %s TO %s as a superuser, or log in as %s: %w", login, role, role, login, role, err)
	}
	return fmt.Errorf("become the application role: %w", err)
}

// rights are what the application role may do. Events and people are only ever added.
func rights() []string {
	return []string{
		"SELECT ON rollcall_migrations, rollcall_cluster",
		"SELECT, INSERT, UPDATE ON tenants, domains, directories, credentials, members, locator",
		"SELECT, INSERT, UPDATE, DELETE ON member_emails, groups, group_members, person_members",
		"SELECT, INSERT, DELETE ON access_tokens",
		"SELECT, INSERT, UPDATE ON connections",
		"SELECT, INSERT, UPDATE ON apps",
		"SELECT, INSERT, UPDATE, DELETE ON sessions, app_grants, refresh_tokens",
		"SELECT, INSERT, UPDATE (due_at, attempts), DELETE ON logout_notices",
		"SELECT, INSERT, UPDATE ON mails, invites, invite_tokens",
		"SELECT, INSERT, UPDATE, DELETE ON passwords, passkeys, totps, recovery_codes",
		"SELECT, INSERT, UPDATE (due_at, attempts), DELETE ON mail_queue",
		"SELECT, INSERT, DELETE ON signing_keys, revocations",
		"SELECT, INSERT, UPDATE, DELETE ON held, parked_groups, decisions",
		"SELECT, INSERT, UPDATE, DELETE ON schemas, entitlements, attribute_indexes, attribute_keys",
		"SELECT, INSERT, UPDATE ON links, join_requests",
		"SELECT, INSERT ON events, people",
		"SELECT, INSERT, DELETE ON exchanges",
		"SELECT, INSERT, UPDATE, DELETE ON directory_hours, directory_sightings",
		"SELECT, INSERT, UPDATE, DELETE ON directory_pulls, pull_marks",
		"SELECT, INSERT, DELETE ON tallies",
		"SELECT, INSERT, UPDATE ON contacts",
		"SELECT, INSERT ON sms_consents",
		"SELECT, INSERT, UPDATE ON reviews, review_items",
		"SELECT, INSERT, UPDATE ON api_tokens, app_credentials",
		"SELECT, INSERT, UPDATE ON reviews, review_items, member_activity",
		"SELECT, INSERT, UPDATE, DELETE ON river_job, river_leader, river_queue, river_client, river_client_queue",
		"USAGE ON SEQUENCE river_job_id_seq",
		"EXECUTE ON FUNCTION river_job_state_in_bitmask(bit, river_job_state)",
		"EXECUTE ON FUNCTION rollcall_person_elsewhere(text), rollcall_memberships(text, integer), rollcall_feed_base()",
	}
}

// grant makes the application role where it is missing, and gives it its rights and no others: a
// default privilege of the database may have given it more. become says that the owner has to act as
// it.
func grant(ctx context.Context, tx pgx.Tx, appRole string, become bool) error {
	role := pgx.Identifier{appRole}.Sanitize()
	if err := makeRole(ctx, tx, appRole, become); err != nil {
		return err
	}
	for _, right := range rights() {
		_, on, _ := strings.Cut(right, " ON ")
		if _, err := tx.Exec(ctx, "REVOKE ALL ON "+on+" FROM "+role); err != nil {
			return fmt.Errorf("revoke all on %s: %w", on, err)
		}
	}
	var schema string
	if err := tx.QueryRow(ctx, `SELECT current_schema()`).Scan(&schema); err != nil {
		return fmt.Errorf("find the schema: %w", err)
	}
	for _, right := range append(rights(), "USAGE ON SCHEMA "+pgx.Identifier{schema}.Sanitize()) {
		if _, err := tx.Exec(ctx, "GRANT "+right+" TO "+role); err != nil {
			return fmt.Errorf("grant %s: %w", right, err)
		}
	}
	return nil
}

// makeRole creates the role, which belongs to the whole cluster: other databases may have it, or be
// about to. The owner must be a member of it in order to become it; a superuser may anyway. Before
// PostgreSQL 16 every member may.
func makeRole(ctx context.Context, tx pgx.Tx, appRole string, become bool) error {
	role := pgx.Identifier{appRole}.Sanitize()
	var exists bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, appRole).Scan(&exists); err != nil {
		return fmt.Errorf("look for the role %s: %w", role, err)
	}
	if !exists {
		if err := attempt(ctx, tx, "CREATE ROLE "+role+" NOLOGIN NOBYPASSRLS NOSUPERUSER"); err != nil {
			return fmt.Errorf("run CREATE ROLE %s as a superuser, for this role may not: %w", role, err)
		}
	}
	if !become {
		return nil
	}
	const may = `SELECT current_user, pg_has_role(current_user, $1,
		CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)`
	var owner string
	var member bool
	if err := tx.QueryRow(ctx, may, appRole).Scan(&owner, &member); err != nil {
		return fmt.Errorf("look for the right to become %s: %w", role, err)
	}
	if member {
		return nil
	}
	if err := attempt(ctx, tx, "GRANT "+role+" TO CURRENT_USER"); err != nil {
		return cannotBecome(role, pgx.Identifier{owner}.Sanitize(), err)
	}
	return nil
}

// attempt runs a statement about a role and takes it for done when somebody else did it meanwhile.
func attempt(ctx context.Context, tx pgx.Tx, sql string) error {
	inner, err := tx.Begin(ctx)
	if err != nil {
		return fmt.Errorf("set a savepoint: %w", err)
	}
	_, err = inner.Exec(ctx, sql)
	if err == nil {
		return inner.Commit(ctx) //nolint:wrapcheck // the caller does
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if ok && (pg.Code == stateDuplicateObject || pg.Code == stateUniqueViolation) {
		return inner.Rollback(ctx) //nolint:wrapcheck // the caller does
	}
	return errors.Join(err, inner.Rollback(ctx))
}
