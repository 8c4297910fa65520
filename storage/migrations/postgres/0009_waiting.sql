-- What waits: deactivations that are held back, and what an admin has to decide.

-- One row for each member whose directory's "no" is held back. The member's own row says the same;
-- these are here to be found by.
CREATE TABLE held (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  directory_id uuid NOT NULL,
  removal boolean NOT NULL, -- the directory deleted the member, and does not see it any more
  login_fold text COLLATE "C" NOT NULL,
  external_id text COLLATE "C" NOT NULL,
  since timestamptz NOT NULL,
  due timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, member_id)
);
CREATE INDEX held_due ON held (tenant_id, due);
CREATE INDEX held_login ON held (tenant_id, directory_id, login_fold);

-- The groups that a removed member was in, for as long as the removal can be undone.
CREATE TABLE parked_groups (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  group_id uuid NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, member_id, group_id)
);

-- What was last decided about a member or a group that waited.
CREATE TABLE decisions (
  tenant_id uuid NOT NULL,
  subject_id uuid NOT NULL, -- the member or group
  code text COLLATE "C" NOT NULL,
  decision text COLLATE "C" NOT NULL,
  other_id uuid, -- whom it was compared with
  actor_source text COLLATE "C" NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, subject_id)
);

CREATE INDEX members_conflict ON members (tenant_id, id) WHERE conflict <> '' AND removed_at IS NULL;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['held', 'parked_groups', 'decisions'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
