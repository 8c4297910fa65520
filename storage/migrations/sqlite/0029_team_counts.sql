-- The numbers above the list of the team, counted in the order of an index. PostgreSQL has no state in an index; see 0028.
CREATE INDEX members_standing ON members (tenant_id, state, role) WHERE removed_at IS NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('members', 'members_standing', '100000 10000 5000 2500');
ANALYZE sqlite_schema; -- reads it
