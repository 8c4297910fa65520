-- Who is signed in, and what apps got. See the head of 0001 for the conventions.

-- Rows that ended are kept for a while, so that they can be listed.
CREATE TABLE sessions (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  member_id uuid NOT NULL,
  method text COLLATE "C" NOT NULL, -- saml, oidc, …
  connection_id uuid, -- that vouched
  subject text COLLATE "C" NOT NULL, -- whom the connection calls the member
  idp_session text COLLATE "C" NOT NULL, -- SAML's SessionIndex, OpenID Connect's sid
  hash bytea NOT NULL, -- SHA-256 of the cookie's token
  former_hash bytea, -- of the one before
  former_until timestamptz, -- how long that is good
  role text COLLATE "C" NOT NULL, -- of the member when the token was made
  auth_time timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  idle bigint NOT NULL, -- milliseconds
  ip text NOT NULL,
  user_agent text NOT NULL,
  ended_at timestamptz, -- NULL: nobody ended it
  end_reason text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, id)
)
WITH (fillfactor = 80); -- seen_at changes often, and no index holds it
CREATE UNIQUE INDEX sessions_hash ON sessions (tenant_id, hash);
CREATE INDEX sessions_former ON sessions (tenant_id, former_hash) WHERE former_hash IS NOT NULL;
CREATE INDEX sessions_member ON sessions (tenant_id, member_id, id);
CREATE INDEX sessions_connection ON sessions (tenant_id, connection_id, subject) WHERE ended_at IS NULL;
CREATE INDEX sessions_expiry ON sessions (tenant_id, expires_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_ended ON sessions (tenant_id, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE app_grants (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  session_id uuid NOT NULL,
  member_id uuid NOT NULL,
  app_id uuid NOT NULL,
  scopes text NOT NULL,
  nonce text NOT NULL,
  redirect_uri text NOT NULL,
  challenge text NOT NULL, -- S256
  code_hash bytea NOT NULL,
  code_expires_at timestamptz NOT NULL,
  code_used_at timestamptz,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  end_reason text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX app_grants_code ON app_grants (tenant_id, code_hash);
CREATE INDEX app_grants_session ON app_grants (tenant_id, session_id);
CREATE INDEX app_grants_app ON app_grants (tenant_id, app_id) WHERE ended_at IS NULL;

-- All that a grant ever had, so that one that comes again is known for what it is.
CREATE TABLE refresh_tokens (
  tenant_id uuid NOT NULL,
  hash bytea NOT NULL,
  grant_id uuid NOT NULL,
  issued_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz, -- NULL: a current one
  successor bytea,
  PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX refresh_tokens_grant ON refresh_tokens (tenant_id, grant_id);

-- Apps that must hear that a session ended. Like the locator it is seen across tenants, by whoever
-- delivers, and holds ids only.
CREATE TABLE logout_notices (
  tenant_id uuid NOT NULL,
  session_id uuid NOT NULL,
  app_id uuid NOT NULL,
  member_id uuid NOT NULL,
  queued_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL, -- claims so far
  PRIMARY KEY (tenant_id, session_id, app_id)
);
CREATE INDEX logout_notices_due ON logout_notices (due_at);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['sessions', 'app_grants', 'refresh_tokens'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;

ALTER TABLE logout_notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE logout_notices FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON logout_notices FOR SELECT USING (true);
CREATE POLICY add_own ON logout_notices FOR INSERT
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));
-- The role may change nothing but when it is due: see storage/postgres_role.go.
CREATE POLICY claim_all ON logout_notices FOR UPDATE USING (true) WITH CHECK (true);
CREATE POLICY drop_all ON logout_notices FOR DELETE USING (true);
