-- Directories that are read because their provider does not push.

-- How each is read, and how the last run went. The key is sealed with the master key.
CREATE TABLE directory_pulls (
  tenant_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  settings text NOT NULL,
  sealed_key bytea NOT NULL,
  next_at timestamptz NOT NULL,
  lease_by uuid, -- the run that is under way
  lease_until timestamptz,
  state text NOT NULL,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, directory_id)
) WITH (fillfactor = 70);
CREATE INDEX directory_pulls_next ON directory_pulls (tenant_id, next_at);

-- What a run notes of the provider's records: those that were refused, and the groups that agreed.
CREATE TABLE pull_marks (
  tenant_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL, -- the provider's id
  mark text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  detail text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, directory_id, kind, key)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['directory_pulls', 'pull_marks'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
