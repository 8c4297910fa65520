package storage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// feedBase is listed as pending, beside the migrations, when the database came here from another
// cluster, by dump and restore.
const feedBase = "feed_base"

// moved says whether the database came from another cluster since the last Migrate.
func moved(ctx context.Context, conn *pgx.Conn) (bool, error) {
	var is bool
	err := conn.QueryRow(ctx, `SELECT NOT EXISTS (
		SELECT FROM rollcall_cluster WHERE system_identifier = (SELECT system_identifier FROM pg_control_system()))`).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("look which cluster this is: %w", err)
	}
	return is, nil
}

// raiseFeedBase has new events come behind all that are there. To see them all, the owner steps out of
// the wall for as long as it keeps everybody else out.
func raiseFeedBase(ctx context.Context, conn *pgx.Conn) error {
	const raise = `BEGIN;
		ALTER TABLE events NO FORCE ROW LEVEL SECURITY;
		DO $$ BEGIN
		  EXECUTE format('CREATE OR REPLACE FUNCTION rollcall_feed_base() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %s::bigint',
		    (SELECT greatest(rollcall_feed_base(), max(epoch)) FROM events));
		END $$;
		ALTER TABLE events FORCE ROW LEVEL SECURITY;
		DELETE FROM rollcall_cluster;
		INSERT INTO rollcall_cluster SELECT system_identifier FROM pg_control_system();
		COMMIT`
	if _, err := conn.PgConn().Exec(ctx, raise).ReadAll(); err != nil {
		return fmt.Errorf("raise the base of the feed: %w", err)
	}
	return nil
}
