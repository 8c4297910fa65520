-- What waits: deactivations that are held back, and what an admin has to decide.

-- One row for each member whose directory's "no" is held back. The member's own row says the same;
-- these are here to be found by.
CREATE TABLE held (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  removal INTEGER NOT NULL, -- the directory deleted the member, and does not see it any more
  login_fold TEXT NOT NULL,
  external_id TEXT NOT NULL,
  since INTEGER NOT NULL,
  due INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_due ON held (tenant_id, due);
CREATE INDEX held_login ON held (tenant_id, directory_id, login_fold);

-- The groups that a removed member was in, for as long as the removal can be undone.
CREATE TABLE parked_groups (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  group_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, member_id, group_id)
) STRICT, WITHOUT ROWID;

-- What was last decided about a member or a group that waited.
CREATE TABLE decisions (
  tenant_id TEXT NOT NULL,
  subject_id TEXT NOT NULL, -- the member or group
  code TEXT NOT NULL,
  decision TEXT NOT NULL,
  other_id TEXT, -- whom it was compared with
  actor_source TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, subject_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_conflict ON members (tenant_id, id) WHERE conflict <> '' AND removed_at IS NULL;
