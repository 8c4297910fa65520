-- Client secrets and trusted issuers beside bearer tokens, and the access tokens that they get.
ALTER TABLE credentials
  ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'token', -- token, secret, trust
  ADD COLUMN trust text NOT NULL DEFAULT '{}', -- what an assertion must show
  ADD COLUMN token_minutes integer NOT NULL DEFAULT 0, -- life of access tokens
  ADD COLUMN last_used_by text NOT NULL DEFAULT '',
  ADD COLUMN noticed integer NOT NULL DEFAULT 0; -- the last notice of the expiry

CREATE TABLE access_tokens (
  tenant_id uuid NOT NULL,
  hash bytea NOT NULL,
  directory_id uuid NOT NULL,
  credential_id uuid NOT NULL, -- that got it, and with which it ends
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX access_tokens_credential ON access_tokens (tenant_id, credential_id, created_at, hash);
CREATE INDEX access_tokens_expiry ON access_tokens (tenant_id, expires_at);

ALTER TABLE access_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON access_tokens
  USING (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));
