-- Client secrets and trusted issuers beside bearer tokens, and the access tokens that they get.
ALTER TABLE credentials ADD COLUMN kind TEXT NOT NULL DEFAULT 'token'; -- token, secret, trust
ALTER TABLE credentials ADD COLUMN trust TEXT NOT NULL DEFAULT '{}'; -- what an assertion must show
ALTER TABLE credentials ADD COLUMN token_minutes INTEGER NOT NULL DEFAULT 0; -- life of access tokens
ALTER TABLE credentials ADD COLUMN last_used_by TEXT NOT NULL DEFAULT '';
ALTER TABLE credentials ADD COLUMN noticed INTEGER NOT NULL DEFAULT 0; -- the last notice of the expiry

CREATE TABLE access_tokens (
  tenant_id TEXT NOT NULL,
  hash BLOB NOT NULL,
  directory_id TEXT NOT NULL,
  credential_id TEXT NOT NULL, -- that got it, and with which it ends
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_tokens_credential ON access_tokens (tenant_id, credential_id, created_at, hash);
CREATE INDEX access_tokens_expiry ON access_tokens (tenant_id, expires_at);
