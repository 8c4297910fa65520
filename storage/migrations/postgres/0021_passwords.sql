-- What members sign in by where no identity provider vouches. See the head of 0001 for the conventions.

CREATE TABLE passwords (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  hash text COLLATE "C" NOT NULL, -- argon2id, in PHC form
  set_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, member_id)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['passwords'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
