-- How many members and groups a directory has, so that lists need not count them. The sum of the rows
-- is the number: a transaction that adds or takes away adds a row and waits for nobody, and now and
-- then one puts the rows of a directory together (see tallies.go). All zeros stands for no directory.
CREATE TABLE tallies (
  tenant_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  members integer NOT NULL, -- that are not removed
  groups integer NOT NULL
)
-- Most rows do not live long: their place is wanted again soon.
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX tallies_directory ON tallies (tenant_id, directory_id);

ALTER TABLE tallies ENABLE ROW LEVEL SECURITY;
ALTER TABLE tallies FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tallies USING (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));

-- The owner of the tables counts what is there, of all tenants at once.
ALTER TABLE tallies NO FORCE ROW LEVEL SECURITY;
ALTER TABLE members NO FORCE ROW LEVEL SECURITY;
ALTER TABLE groups NO FORCE ROW LEVEL SECURITY;
INSERT INTO tallies (tenant_id, directory_id, members, groups)
  SELECT tenant_id, coalesce(directory_id, '00000000-0000-0000-0000-000000000000'), sum(members), sum(groups)
  FROM (
    SELECT tenant_id, directory_id, 1 AS members, 0 AS groups FROM members WHERE removed_at IS NULL
    UNION ALL
    SELECT tenant_id, directory_id, 0, 1 FROM groups) AS rows
  GROUP BY tenant_id, directory_id;
ALTER TABLE tallies FORCE ROW LEVEL SECURITY;
ALTER TABLE members FORCE ROW LEVEL SECURITY;
ALTER TABLE groups FORCE ROW LEVEL SECURITY;

-- A list by external id ends with those who have none. Where all have one this index is empty.
CREATE INDEX members_no_external_id ON members (tenant_id, directory_id, id) WHERE removed_at IS NULL AND external_id = '';
