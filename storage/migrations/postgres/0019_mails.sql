-- Mails that leave once the transaction that caused them is committed. See the head of 0001 for the conventions.

CREATE TABLE mails (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  kind text COLLATE "C" NOT NULL,
  recipient text COLLATE "C" NOT NULL,
  body bytea, -- sealed; NULL once it has ended
  invite_id uuid,
  member_id uuid,
  state text COLLATE "C" NOT NULL,
  detail text NOT NULL, -- what the mail server said last
  queued_at timestamptz NOT NULL,
  ended_at timestamptz, -- NULL: queued
  PRIMARY KEY (tenant_id, id)
)
WITH (fillfactor = 80);
CREATE INDEX mails_invite ON mails (tenant_id, invite_id, id) WHERE invite_id IS NOT NULL;
CREATE INDEX mails_ended ON mails (tenant_id, ended_at) WHERE ended_at IS NOT NULL;

-- What is to be sent. Like the locator it is seen across tenants, by whoever sends, and holds ids only.
CREATE TABLE mail_queue (
  tenant_id uuid NOT NULL,
  mail_id uuid NOT NULL,
  queued_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL, -- claims so far
  PRIMARY KEY (tenant_id, mail_id)
);
CREATE INDEX mail_queue_due ON mail_queue (due_at, mail_id);

ALTER TABLE mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE mails FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON mails USING (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));

ALTER TABLE mail_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_queue FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON mail_queue FOR SELECT USING (true);
CREATE POLICY add_own ON mail_queue FOR INSERT
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));
-- The role may change nothing but when it is due: see storage/postgres_role.go.
CREATE POLICY claim_all ON mail_queue FOR UPDATE USING (true) WITH CHECK (true);
CREATE POLICY drop_own ON mail_queue FOR DELETE
  USING (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));
