-- The roster of every tenant. Conventions:
--   * tenant_id stands first in every primary key and unique index, so that the schema can be
--     distributed by tenant;
--   * text that is looked up or sorted is COLLATE "C": by code point on every machine;
--   * what a look-up ignores the case of is stored folded (…_fold), because under row-level security
--     PostgreSQL uses an index only for leakproof operators, and lower() is none;
--   * JSON that is only handed back is text; "search" is the folded document that filters read;
--   * there are no foreign keys between the tables that directories fill: a transaction of package
--     storage is their only writer, and members are never deleted.

CREATE TABLE tenants (
  tenant_id uuid NOT NULL PRIMARY KEY,
  slug text COLLATE "C" NOT NULL,
  name text NOT NULL,
  status text COLLATE "C" NOT NULL,
  roles text NOT NULL,
  policy text NOT NULL,
  no_admin boolean NOT NULL,
  version bigint NOT NULL,
  config_version bigint NOT NULL, -- one more with each change of the tenant, its domains or its directories
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);

CREATE TABLE domains (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  auto_join text COLLATE "C" NOT NULL,
  default_role text COLLATE "C" NOT NULL,
  challenge text NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX domains_name ON domains (tenant_id, name) WHERE status <> 'removed';

CREATE TABLE directories (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  name text NOT NULL,
  provider text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  settings text NOT NULL,
  mappings text NOT NULL,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  removed_at timestamptz,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE credentials (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  directory_id uuid NOT NULL,
  label text NOT NULL,
  hash bytea NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, directory_id) REFERENCES directories
);
CREATE UNIQUE INDEX credentials_hash ON credentials (tenant_id, hash, directory_id);

CREATE TABLE members (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  person_id uuid,
  directory_id uuid, -- NULL: no directory manages the member
  login text NOT NULL,
  login_fold text COLLATE "C" NOT NULL,
  external_id text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL,
  proven boolean NOT NULL,
  addresses text NOT NULL,
  aliases text NOT NULL,
  directory_active boolean NOT NULL,
  label text NOT NULL, -- the display name, or else the login
  label_fold text COLLATE "C" NOT NULL,
  attributes text NOT NULL, -- byte for byte as the roster gave it
  search jsonb NOT NULL,
  claims text NOT NULL,
  reason text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  role text COLLATE "C" NOT NULL,
  conflict text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  removed_at timestamptz, -- set: a tombstone
  PRIMARY KEY (tenant_id, id)
)
-- A row of some 2 kB is kept whole, not compressed aside, and finds room for its next version on its own page.
WITH (fillfactor = 80, toast_tuple_target = 8160);
CREATE UNIQUE INDEX members_login ON members (tenant_id, directory_id, login_fold) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX members_external_id ON members (tenant_id, directory_id, external_id)
  WHERE removed_at IS NULL AND external_id <> '';
-- Tombstones are found by the same keys when the person comes back.
CREATE INDEX members_login_removed ON members (tenant_id, directory_id, login_fold) WHERE removed_at IS NOT NULL;
CREATE INDEX members_external_id_removed ON members (tenant_id, directory_id, external_id)
  WHERE removed_at IS NOT NULL AND external_id <> '';
-- Pages and counts of what one directory sees.
CREATE INDEX members_directory ON members (tenant_id, directory_id, id) WHERE removed_at IS NULL;
-- Without the state, so that turning a member on or off touches no index.
CREATE INDEX members_role ON members (tenant_id, role);

-- One row for each way an address leads to a member.
CREATE TABLE member_emails (
  tenant_id uuid NOT NULL,
  email_fold text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL, -- primary (proven), claimed (primary, unproven), other, alias
  member_id uuid NOT NULL,
  live boolean NOT NULL, -- the member is not removed
  until timestamptz, -- of an alias
  PRIMARY KEY (tenant_id, email_fold, kind, member_id)
);
CREATE UNIQUE INDEX member_emails_primary ON member_emails (tenant_id, email_fold) WHERE kind = 'primary' AND live;

CREATE TABLE groups (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  directory_id uuid, -- NULL: kept by hand
  name text NOT NULL,
  name_fold text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL, -- name_fold where names must be unique, else the id
  name_unique boolean NOT NULL,
  external_id text COLLATE "C" NOT NULL,
  attributes text NOT NULL,
  search jsonb NOT NULL,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX groups_name ON groups (tenant_id, directory_id, name_key);
CREATE UNIQUE INDEX groups_name_by_hand ON groups (tenant_id, name_key) WHERE directory_id IS NULL;
CREATE INDEX groups_name_fold ON groups (tenant_id, directory_id, name_fold);
CREATE INDEX groups_external_id ON groups (tenant_id, directory_id, external_id) WHERE external_id <> '';
CREATE INDEX groups_directory ON groups (tenant_id, directory_id, id);

CREATE TABLE group_members (
  tenant_id uuid NOT NULL,
  group_id uuid NOT NULL,
  member_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, group_id, member_id)
);
CREATE INDEX group_members_member ON group_members (tenant_id, member_id);

-- The feed, read in the order of (epoch, seq), where epoch is the transaction that wrote the event.
CREATE TABLE events (
  tenant_id uuid NOT NULL,
  epoch bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  kind text COLLATE "C" NOT NULL,
  member_id uuid,
  group_id uuid,
  actor_source text COLLATE "C" NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  request_id text NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (tenant_id, epoch, seq)
);

-- What is known before the tenant is. Nothing personal: slugs, ids of directories, owned domains,
-- hashes of tokens.
-- The row of a domain is the claim on it across all tenants.
CREATE TABLE locator (
  kind text COLLATE "C" NOT NULL, -- slug, directory, domain, token
  key text COLLATE "C" NOT NULL,
  tenant_id uuid NOT NULL,
  held_until timestamptz, -- of a domain that the tenant lost: closed to others until then
  PRIMARY KEY (kind, key)
);

-- People across tenants. See the policies below for what the application role sees of them.
CREATE TABLE people (
  email_fold text COLLATE "C" NOT NULL PRIMARY KEY,
  id uuid NOT NULL -- the same in several rows: a person with several addresses
);
CREATE TABLE person_members (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  person_id uuid NOT NULL,
  live boolean NOT NULL, -- the member is not removed
  PRIMARY KEY (tenant_id, member_id)
);
CREATE INDEX person_members_person ON person_members (person_id, tenant_id) WHERE live;

-- The second wall: whatever a query forgets, no session sees or writes rows of a tenant other than
-- the one that its transaction was opened for. FORCE binds the owner of the tables too.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tenants', 'domains', 'directories', 'credentials', 'members', 'member_emails',
    'groups', 'group_members', 'events', 'person_members'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = nullif(current_setting(''rollcall.tenant'', true), '''')::uuid)'
      ' WITH CHECK (tenant_id = nullif(current_setting(''rollcall.tenant'', true), '''')::uuid)', name);
  END LOOP;
END $$;

-- The locator is read by all and written for the own tenant; a lost domain may be taken once its
-- time is over.
ALTER TABLE locator ENABLE ROW LEVEL SECURITY;
ALTER TABLE locator FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON locator FOR SELECT USING (true);
CREATE POLICY add_own ON locator FOR INSERT
  WITH CHECK (tenant_id = nullif(current_setting('rollcall.tenant', true), '')::uuid);
CREATE POLICY change_own ON locator FOR UPDATE
  USING (tenant_id = nullif(current_setting('rollcall.tenant', true), '')::uuid OR held_until <= now())
  WITH CHECK (tenant_id = nullif(current_setting('rollcall.tenant', true), '')::uuid);

-- Of people a session sees the one whose address it names, so that nobody can list them.
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY see_named ON people FOR SELECT USING (email_fold = current_setting('rollcall.person', true));
CREATE POLICY add_any ON people FOR INSERT WITH CHECK (true);

-- The one question across tenants: is the person of an address a live member of another one? Only its
-- owner may look at other tenants' links, so FORCE does not bind it on these two tables. The body is
-- parsed now, which leaves no name for a search path to turn.
ALTER TABLE person_members NO FORCE ROW LEVEL SECURITY;
CREATE FUNCTION rollcall_person_elsewhere(address text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT EXISTS (
    SELECT FROM people p JOIN person_members pm ON pm.person_id = p.id
    WHERE p.email_fold = address AND pm.live
      AND pm.tenant_id <> nullif(current_setting('rollcall.tenant', true), '')::uuid);
END;
REVOKE ALL ON FUNCTION rollcall_person_elsewhere(text) FROM PUBLIC;
