-- How many members and groups a directory has, so that lists need not count them. With one writer at a
-- time one row will do. All zeros stands for no directory.
CREATE TABLE tallies (
  tenant_id TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  members INTEGER NOT NULL, -- that are not removed
  groups INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, directory_id)
) STRICT, WITHOUT ROWID;
INSERT INTO tallies (tenant_id, directory_id, members, groups)
  SELECT tenant_id, coalesce(directory_id, '00000000-0000-0000-0000-000000000000'), sum(members), sum(groups)
  FROM (
    SELECT tenant_id, directory_id, 1 AS members, 0 AS groups FROM members WHERE removed_at IS NULL
    UNION ALL
    SELECT tenant_id, directory_id, 0, 1 FROM groups) AS rows
  GROUP BY tenant_id, directory_id;

-- A list by external id ends with those who have none. Where all have one this index is empty.
CREATE INDEX members_no_external_id ON members (tenant_id, directory_id, id) WHERE removed_at IS NULL AND external_id = '';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('members', 'members_no_external_id', '1000 100 50 1'), ('tallies', 'tallies', '1000 10 1');
ANALYZE sqlite_schema; -- reads it
