-- Credentials for the JSON API. See the head of 0001 for the conventions.

-- Tokens by which programs speak for an admin of a tenant.
CREATE TABLE api_tokens (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,
  hash BLOB NOT NULL, -- SHA-256 of the token
  hint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  ended_at INTEGER, -- NULL: nobody ended it
  end_reason TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_tokens_hash ON api_tokens (tenant_id, hash);
CREATE INDEX api_tokens_member ON api_tokens (tenant_id, member_id) WHERE ended_at IS NULL;

-- Those of applications, which belong to no tenant.
CREATE TABLE app_credentials (
  id TEXT NOT NULL PRIMARY KEY,
  app_id TEXT NOT NULL,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,
  tenants TEXT NOT NULL, -- ids; none: all
  hash BLOB NOT NULL,
  hint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  used_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX app_credentials_hash ON app_credentials (app_id, hash);
