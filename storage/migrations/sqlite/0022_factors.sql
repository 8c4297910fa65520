-- Passkeys, authenticator apps and recovery codes. See the head of 0001 for the conventions.

CREATE TABLE passkeys (
  tenant_id TEXT NOT NULL,
  id BLOB NOT NULL, -- the authenticator's
  member_id TEXT NOT NULL,
  data BLOB NOT NULL, -- the public key and the counters
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_member ON passkeys (tenant_id, member_id, created_at);

CREATE TABLE totps (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  confirmed_at INTEGER, -- NULL: it is being set up
  step INTEGER NOT NULL, -- the latest that was used
  PRIMARY KEY (tenant_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  hash BLOB NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (tenant_id, member_id, hash)
) STRICT, WITHOUT ROWID;
