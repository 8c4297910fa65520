-- Passkeys, authenticator apps and recovery codes. See the head of 0001 for the conventions.

CREATE TABLE passkeys (
  tenant_id uuid NOT NULL,
  id bytea NOT NULL, -- the authenticator's
  member_id uuid NOT NULL,
  data bytea NOT NULL, -- the public key and the counters
  label text NOT NULL,
  created_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX passkeys_member ON passkeys (tenant_id, member_id, created_at);

CREATE TABLE totps (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  sealed bytea NOT NULL,
  confirmed_at timestamptz, -- NULL: it is being set up
  step bigint NOT NULL, -- the latest that was used
  PRIMARY KEY (tenant_id, member_id)
);

CREATE TABLE recovery_codes (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  hash bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (tenant_id, member_id, hash)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['passkeys', 'totps', 'recovery_codes'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
