-- What members sign in by where no identity provider vouches. See the head of 0001 for the conventions.

CREATE TABLE passwords (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  hash TEXT NOT NULL, -- argon2id, in PHC form
  set_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, member_id)
) STRICT, WITHOUT ROWID;
