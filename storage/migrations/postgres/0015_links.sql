-- Who a person is at the tenant's identity providers, and who asks to join. See the head of 0001 for the conventions.

-- One row for each time that a subject of a connection was tied to a member.
CREATE TABLE links (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  subject text COLLATE "C" NOT NULL, -- byte for byte
  member_id uuid NOT NULL,
  email text COLLATE "C" NOT NULL, -- as the provider sent it when the link was made
  group_ids text NOT NULL, -- the groups that the connection's mapping gave
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  ended_at timestamptz, -- NULL: live
  PRIMARY KEY (tenant_id, id)
)
WITH (fillfactor = 80);
CREATE UNIQUE INDEX links_subject ON links (tenant_id, connection_id, subject) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX links_member ON links (tenant_id, member_id, connection_id) WHERE ended_at IS NULL;
CREATE INDEX links_ended ON links (tenant_id, member_id) WHERE ended_at IS NOT NULL;

-- First sign-ins that wait for an admin's approval.
CREATE TABLE join_requests (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  subject text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL,
  names text NOT NULL,
  role text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  asked_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  decided_at timestamptz,
  actor_source text COLLATE "C" NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  member_id uuid,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX join_requests_pending ON join_requests (tenant_id, email) WHERE state = 'pending';
CREATE INDEX join_requests_email ON join_requests (tenant_id, email, id);
CREATE INDEX join_requests_subject ON join_requests (tenant_id, connection_id, subject, id);
CREATE INDEX join_requests_state ON join_requests (tenant_id, state, id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['links', 'join_requests'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
