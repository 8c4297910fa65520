-- What the planner believes until the first autovacuum. Without statistics it takes each condition
-- for rare, so that all indexes that begin with tenant_id look the same to it; a first import of a
-- large directory would be read through the wrong one until then. So it is shown a sample: ten
-- tenants with ten rows each. A target of 1 keeps it from remembering the sample's own values, and
-- the statistics stay when the rows go. This stands apart from 0001 because only a table that was
-- made by an earlier transaction is given a new file by TRUNCATE, and only of an empty file that was
-- never looked at does the planner expect that it will grow.

-- A directory belongs to one tenant: to ask for both is to ask for the directory.
CREATE STATISTICS members_directory_tenant (dependencies) ON tenant_id, directory_id FROM members;
CREATE STATISTICS groups_directory_tenant (dependencies) ON tenant_id, directory_id FROM groups;

DO $$
DECLARE
  tables CONSTANT text[] := ARRAY['members', 'member_emails', 'groups', 'group_members', 'events'];
  skewed CONSTANT text[] := ARRAY['tenant_id', 'directory_id', 'group_id', 'member_id', 'role'];
  c record;
  t text;
BEGIN
  FOREACH t IN ARRAY tables LOOP -- or else the owner could not add rows either
    EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', t);
  END LOOP;

  INSERT INTO members (tenant_id, id, person_id, directory_id, login, login_fold, external_id, email, proven, addresses, aliases,
      directory_active, label, label_fold, attributes, search, claims, reason, state, role, conflict, version, created_at, changed_at)
    SELECT tenant, gen_random_uuid(), gen_random_uuid(), directory, name, name, name, name, true, '[]', '[]',
      true, name, name, '{}', '{}', '[]', '', 'active', 'role' || i % 4, '', 1, now(), now()
    FROM (SELECT gen_random_uuid() AS tenant, gen_random_uuid() AS directory FROM generate_series(1, 10)) AS tenants,
      generate_series(1, 10) AS i, LATERAL (SELECT tenant::text || i AS name) AS names;
  INSERT INTO member_emails (tenant_id, email_fold, kind, member_id, live)
    SELECT tenant_id, email, 'primary', id, true FROM members;
  INSERT INTO groups (tenant_id, id, directory_id, name, name_fold, name_key, name_unique, external_id, attributes, search,
      version, created_at, changed_at)
    SELECT tenant_id, id, directory_id, login, login, login, true, external_id, '{}', '{}', 1, now(), now() FROM members;
  INSERT INTO group_members (tenant_id, group_id, member_id)
    SELECT m.tenant_id, g.id, m.id FROM members m JOIN groups g ON g.tenant_id = m.tenant_id;
  INSERT INTO events (tenant_id, at, kind, member_id, actor_source, actor_id, version, request_id, data)
    SELECT tenant_id, now(), 'kind', id, 'source', 'actor', 1, '', '' FROM members;

  FOR c IN SELECT attrelid::regclass AS name, attname FROM pg_attribute
      WHERE attrelid = ANY (tables::regclass[]) AND attname = ANY (skewed) LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 1', c.name, c.attname);
  END LOOP;
  ANALYZE members, member_emails, groups, group_members, events;
  FOR c IN SELECT attrelid::regclass AS name, attname FROM pg_attribute
      WHERE attrelid = ANY (tables::regclass[]) AND attname = ANY (skewed) LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS -1', c.name, c.attname);
  END LOOP;
  TRUNCATE members, member_emails, groups, group_members, events RESTART IDENTITY;

  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;
