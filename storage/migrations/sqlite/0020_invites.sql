-- Invites, and the tokens that open them. See the head of 0001 for the conventions.

CREATE TABLE invites (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  names TEXT NOT NULL,
  search TEXT NOT NULL, -- address and names, folded
  group_ids TEXT NOT NULL,
  message TEXT NOT NULL,
  language TEXT NOT NULL,
  actor_source TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER, -- NULL: pending
  sends INTEGER NOT NULL,
  asked_at INTEGER,
  member_id TEXT,
  mail_id TEXT, -- the latest
  version INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX invites_pending ON invites (tenant_id, email) WHERE state = 'pending';
CREATE INDEX invites_state ON invites (tenant_id, state, id);
CREATE INDEX invites_email ON invites (tenant_id, email, created_at);
CREATE INDEX invites_created ON invites (tenant_id, created_at);

-- All that an invite ever had, so that one that comes again is known for what it is.
CREATE TABLE invite_tokens (
  tenant_id TEXT NOT NULL,
  hash BLOB NOT NULL, -- SHA-256
  invite_id TEXT NOT NULL,
  latest INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX invite_tokens_invite ON invite_tokens (tenant_id, invite_id);
