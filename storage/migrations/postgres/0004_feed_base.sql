-- Positions in the feed begin with ids of transactions, and those begin anew in another cluster: a
-- database that was restored there would hide its events and put new ones before them. So they are
-- counted from a base, which Migrate raises when it finds the database in a cluster that it does not know.
CREATE TABLE rollcall_cluster (system_identifier bigint NOT NULL);
INSERT INTO rollcall_cluster SELECT system_identifier FROM pg_control_system();

-- A function, so that statements have the number in their plans.
CREATE FUNCTION rollcall_feed_base() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 0::bigint;
ALTER TABLE events ALTER COLUMN epoch SET DEFAULT pg_current_xact_id()::text::bigint + rollcall_feed_base();
