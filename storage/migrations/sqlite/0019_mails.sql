-- Mails that leave once the transaction that caused them is committed. See the head of 0001 for the conventions.

CREATE TABLE mails (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  body BLOB, -- sealed; NULL once it has ended
  invite_id TEXT,
  member_id TEXT,
  state TEXT NOT NULL,
  detail TEXT NOT NULL, -- what the mail server said last
  queued_at INTEGER NOT NULL,
  ended_at INTEGER, -- NULL: queued
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mails_invite ON mails (tenant_id, invite_id, id) WHERE invite_id IS NOT NULL;
CREATE INDEX mails_ended ON mails (tenant_id, ended_at) WHERE ended_at IS NOT NULL;

-- What is to be sent, by whoever sends.
CREATE TABLE mail_queue (
  tenant_id TEXT NOT NULL,
  mail_id TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL, -- claims so far
  PRIMARY KEY (tenant_id, mail_id)
) STRICT;
CREATE INDEX mail_queue_due ON mail_queue (due_at, mail_id);
