-- The roster of every tenant; see the file of the same name for PostgreSQL, column by column the
-- same. Here ids are text in canonical form, times integers in milliseconds since 1970 UTC, booleans
-- 0 and 1. Text is compared byte by byte, which is by code point.

CREATE TABLE tenants (
  tenant_id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  roles TEXT NOT NULL,
  policy TEXT NOT NULL,
  no_admin INTEGER NOT NULL,
  version INTEGER NOT NULL,
  config_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE domains (
  tenant_id TEXT NOT NULL REFERENCES tenants,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  auto_join TEXT NOT NULL,
  default_role TEXT NOT NULL,
  challenge TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX domains_name ON domains (tenant_id, name) WHERE status <> 'removed';

CREATE TABLE directories (
  tenant_id TEXT NOT NULL REFERENCES tenants,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  provider TEXT NOT NULL,
  status TEXT NOT NULL,
  settings TEXT NOT NULL,
  mappings TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  removed_at INTEGER,
  PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE credentials (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  label TEXT NOT NULL,
  hash BLOB NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, directory_id) REFERENCES directories
) STRICT;
CREATE UNIQUE INDEX credentials_hash ON credentials (tenant_id, hash, directory_id);

CREATE TABLE members (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  person_id TEXT,
  directory_id TEXT,
  login TEXT NOT NULL,
  login_fold TEXT NOT NULL,
  external_id TEXT NOT NULL,
  email TEXT NOT NULL,
  proven INTEGER NOT NULL,
  addresses TEXT NOT NULL,
  aliases TEXT NOT NULL,
  directory_active INTEGER NOT NULL,
  label TEXT NOT NULL,
  label_fold TEXT NOT NULL,
  attributes TEXT NOT NULL,
  search TEXT NOT NULL,
  claims TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  role TEXT NOT NULL,
  conflict TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  removed_at INTEGER,
  PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX members_login ON members (tenant_id, directory_id, login_fold) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX members_external_id ON members (tenant_id, directory_id, external_id)
  WHERE removed_at IS NULL AND external_id <> '';
CREATE INDEX members_login_removed ON members (tenant_id, directory_id, login_fold) WHERE removed_at IS NOT NULL;
CREATE INDEX members_external_id_removed ON members (tenant_id, directory_id, external_id)
  WHERE removed_at IS NOT NULL AND external_id <> '';
CREATE INDEX members_directory ON members (tenant_id, directory_id, id) WHERE removed_at IS NULL;
-- Without the state, so that turning a member on or off touches no index.
CREATE INDEX members_role ON members (tenant_id, role);

CREATE TABLE member_emails (
  tenant_id TEXT NOT NULL,
  email_fold TEXT NOT NULL,
  kind TEXT NOT NULL,
  member_id TEXT NOT NULL,
  live INTEGER NOT NULL,
  until INTEGER,
  PRIMARY KEY (tenant_id, email_fold, kind, member_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX member_emails_primary ON member_emails (tenant_id, email_fold) WHERE kind = 'primary' AND live;

CREATE TABLE groups (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  directory_id TEXT,
  name TEXT NOT NULL,
  name_fold TEXT NOT NULL,
  name_key TEXT NOT NULL,
  name_unique INTEGER NOT NULL,
  external_id TEXT NOT NULL,
  attributes TEXT NOT NULL,
  search TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX groups_name ON groups (tenant_id, directory_id, name_key);
CREATE UNIQUE INDEX groups_name_by_hand ON groups (tenant_id, name_key) WHERE directory_id IS NULL;
CREATE INDEX groups_name_fold ON groups (tenant_id, directory_id, name_fold);
CREATE INDEX groups_external_id ON groups (tenant_id, directory_id, external_id) WHERE external_id <> '';
CREATE INDEX groups_directory ON groups (tenant_id, directory_id, id);

CREATE TABLE group_members (
  tenant_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, group_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_member ON group_members (tenant_id, member_id);

-- One writer at a time: the order of seq is the order of the commits. The row id must be the first
-- column here, so the index beside it leads with the tenant.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id TEXT NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  member_id TEXT,
  group_id TEXT,
  actor_source TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_position ON events (tenant_id, epoch, seq);

CREATE TABLE locator (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  held_until INTEGER,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
  email_fold TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL -- of the person; one may have had several addresses
) STRICT;
CREATE TABLE person_members (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  live INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_members_person ON person_members (person_id, tenant_id) WHERE live;
