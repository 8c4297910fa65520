-- Directories that are read because their provider does not push.

-- How each is read, and how the last run went. The key is sealed with the master key.
CREATE TABLE directory_pulls (
  tenant_id TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  settings TEXT NOT NULL,
  sealed_key BLOB NOT NULL,
  next_at INTEGER NOT NULL,
  lease_by TEXT, -- the run that is under way
  lease_until INTEGER,
  state TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, directory_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX directory_pulls_next ON directory_pulls (tenant_id, next_at);

-- What a run notes of the provider's records: those that were refused, and the groups that agreed.
CREATE TABLE pull_marks (
  tenant_id TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL, -- the provider's id
  mark TEXT NOT NULL,
  version INTEGER NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, directory_id, kind, key)
) STRICT, WITHOUT ROWID;
