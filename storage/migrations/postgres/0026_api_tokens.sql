-- Credentials for the JSON API. See the head of 0001 for the conventions.

-- Tokens by which programs speak for an admin of a tenant.
CREATE TABLE api_tokens (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  label text NOT NULL,
  scopes text NOT NULL,
  hash bytea NOT NULL, -- SHA-256 of the token
  hint text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  ended_at timestamptz, -- NULL: nobody ended it
  end_reason text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, id)
)
WITH (fillfactor = 80);
CREATE UNIQUE INDEX api_tokens_hash ON api_tokens (tenant_id, hash);
CREATE INDEX api_tokens_member ON api_tokens (tenant_id, member_id) WHERE ended_at IS NULL;

ALTER TABLE api_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON api_tokens
  USING (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));

-- Those of applications, which belong to no tenant.
CREATE TABLE app_credentials (
  id uuid NOT NULL PRIMARY KEY,
  app_id uuid NOT NULL,
  label text NOT NULL,
  scopes text NOT NULL,
  tenants text NOT NULL, -- ids; none: all
  hash bytea NOT NULL,
  hint text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  used_at timestamptz,
  revoked_at timestamptz
)
WITH (fillfactor = 80);
CREATE UNIQUE INDEX app_credentials_hash ON app_credentials (app_id, hash);
