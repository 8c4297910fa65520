-- Who a person is at the tenant's identity providers, and who asks to join. See the head of 0001 for the conventions.

-- One row for each time that a subject of a connection was tied to a member.
CREATE TABLE links (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  subject TEXT NOT NULL, -- byte for byte
  member_id TEXT NOT NULL,
  email TEXT NOT NULL, -- as the provider sent it when the link was made
  group_ids TEXT NOT NULL, -- the groups that the connection's mapping gave
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ended_at INTEGER, -- NULL: live
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX links_subject ON links (tenant_id, connection_id, subject) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX links_member ON links (tenant_id, member_id, connection_id) WHERE ended_at IS NULL;
CREATE INDEX links_ended ON links (tenant_id, member_id) WHERE ended_at IS NOT NULL;

-- First sign-ins that wait for an admin's approval.
CREATE TABLE join_requests (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  email TEXT NOT NULL,
  names TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  decided_at INTEGER,
  actor_source TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  member_id TEXT,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX join_requests_pending ON join_requests (tenant_id, email) WHERE state = 'pending';
CREATE INDEX join_requests_email ON join_requests (tenant_id, email, id);
CREATE INDEX join_requests_subject ON join_requests (tenant_id, connection_id, subject, id);
CREATE INDEX join_requests_state ON join_requests (tenant_id, state, id);
