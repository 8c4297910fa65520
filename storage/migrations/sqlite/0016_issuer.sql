-- Applications, and the keys that tokens for them are signed with. Both belong to no tenant.
CREATE TABLE apps (
  id TEXT NOT NULL PRIMARY KEY,
  settings TEXT NOT NULL, -- the whole app; of its secrets the hashes
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
  generation INTEGER NOT NULL PRIMARY KEY,
  id TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  public BLOB NOT NULL,
  sealed BLOB NOT NULL, -- with the master key
  use_from INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- What ended lately, for the feed that an app reads: sessions in which it had redeemed a grant, and such grants.
CREATE TABLE revocations (
  app_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  id TEXT NOT NULL, -- of the session, or of the grant
  kind TEXT NOT NULL CHECK (kind IN ('session', 'grant')),
  PRIMARY KEY (app_id, at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX revocations_at ON revocations (at);
