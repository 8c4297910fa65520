-- The provisioning log: one row for each exchange with a directory. It is written on every request, so
-- it has its primary key and no other index; ids are UUIDs of version 7, which sort by time.
CREATE TABLE exchanges (
  tenant_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  id uuid NOT NULL,
  status smallint NOT NULL,
  subject_id uuid, -- the member or group that it was about
  entry text NOT NULL, -- the rest, as JSON
  PRIMARY KEY (tenant_id, directory_id, id)
)
-- An entry with its bodies is kept whole: to compress it would cost more than to write it.
WITH (toast_tuple_target = 8160);
ALTER TABLE exchanges ALTER COLUMN entry SET STORAGE EXTERNAL;

-- Counts by the hour, which outlive the entries.
CREATE TABLE directory_hours (
  tenant_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  requests bigint NOT NULL,
  failures bigint NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  deactivated bigint NOT NULL,
  deleted bigint NOT NULL,
  -- requests that were not let in, by why
  no_token bigint NOT NULL,
  unknown_token bigint NOT NULL,
  expired_token bigint NOT NULL,
  revoked_token bigint NOT NULL,
  other_directory bigint NOT NULL,
  directory_ended bigint NOT NULL,
  PRIMARY KEY (tenant_id, directory_id, hour)
) WITH (fillfactor = 50);

-- What was last seen of each directory, and the alarms about it.
CREATE TABLE directory_sightings (
  tenant_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  first_at timestamptz,
  last_at timestamptz,
  last_change_at timestamptz,
  last_denied_at timestamptz,
  last_denied text COLLATE "C" NOT NULL,
  vendor text COLLATE "C" NOT NULL,
  vendor_at timestamptz,
  user_agent text NOT NULL,
  silent_since timestamptz,
  failing_since timestamptz,
  alarms_version bigint NOT NULL,
  PRIMARY KEY (tenant_id, directory_id)
) WITH (fillfactor = 50);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['exchanges', 'directory_hours', 'directory_sightings'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    -- In a sub-select the setting is read once a statement and not once a row.
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
