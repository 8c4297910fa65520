-- Invites, and the tokens that open them. See the head of 0001 for the conventions.

CREATE TABLE invites (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  email text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  names text NOT NULL,
  search text COLLATE "C" NOT NULL, -- address and names, folded
  group_ids text NOT NULL,
  message text NOT NULL,
  language text COLLATE "C" NOT NULL,
  actor_source text COLLATE "C" NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  reason text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  sent_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz, -- NULL: pending
  sends integer NOT NULL,
  asked_at timestamptz,
  member_id uuid,
  mail_id uuid, -- the latest
  version bigint NOT NULL,
  PRIMARY KEY (tenant_id, id)
)
WITH (fillfactor = 80);
CREATE UNIQUE INDEX invites_pending ON invites (tenant_id, email) WHERE state = 'pending';
CREATE INDEX invites_state ON invites (tenant_id, state, id);
CREATE INDEX invites_email ON invites (tenant_id, email, created_at);
CREATE INDEX invites_created ON invites (tenant_id, created_at);

-- All that an invite ever had, so that one that comes again is known for what it is.
CREATE TABLE invite_tokens (
  tenant_id uuid NOT NULL,
  hash bytea NOT NULL, -- SHA-256
  invite_id uuid NOT NULL,
  latest boolean NOT NULL,
  PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX invite_tokens_invite ON invite_tokens (tenant_id, invite_id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['invites', 'invite_tokens'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
