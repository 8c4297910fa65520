-- Who is signed in, and what apps got; see the file of the same name for PostgreSQL.

CREATE TABLE sessions (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  method TEXT NOT NULL, -- saml, oidc, …
  connection_id TEXT, -- that vouched
  subject TEXT NOT NULL, -- whom the connection calls the member
  idp_session TEXT NOT NULL, -- SAML's SessionIndex, OpenID Connect's sid
  hash BLOB NOT NULL, -- SHA-256 of the cookie's token
  former_hash BLOB, -- of the one before
  former_until INTEGER, -- how long that is good
  role TEXT NOT NULL, -- of the member when the token was made
  auth_time INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  idle INTEGER NOT NULL, -- milliseconds
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  ended_at INTEGER, -- NULL: nobody ended it
  end_reason TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX sessions_hash ON sessions (tenant_id, hash);
CREATE INDEX sessions_former ON sessions (tenant_id, former_hash) WHERE former_hash IS NOT NULL;
CREATE INDEX sessions_member ON sessions (tenant_id, member_id, id);
CREATE INDEX sessions_connection ON sessions (tenant_id, connection_id, subject) WHERE ended_at IS NULL;
CREATE INDEX sessions_expiry ON sessions (tenant_id, expires_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_ended ON sessions (tenant_id, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE app_grants (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  nonce TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  challenge TEXT NOT NULL, -- S256
  code_hash BLOB NOT NULL,
  code_expires_at INTEGER NOT NULL,
  code_used_at INTEGER,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  end_reason TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX app_grants_code ON app_grants (tenant_id, code_hash);
CREATE INDEX app_grants_session ON app_grants (tenant_id, session_id);
CREATE INDEX app_grants_app ON app_grants (tenant_id, app_id) WHERE ended_at IS NULL;

CREATE TABLE refresh_tokens (
  tenant_id TEXT NOT NULL,
  hash BLOB NOT NULL,
  grant_id TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER, -- NULL: a current one
  successor BLOB,
  PRIMARY KEY (tenant_id, hash)
) STRICT;
CREATE INDEX refresh_tokens_grant ON refresh_tokens (tenant_id, grant_id);

CREATE TABLE logout_notices (
  tenant_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  app_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL, -- claims so far
  PRIMARY KEY (tenant_id, session_id, app_id)
) STRICT;
CREATE INDEX logout_notices_due ON logout_notices (due_at);
