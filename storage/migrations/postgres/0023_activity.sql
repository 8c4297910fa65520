-- When members were there last, and what the pages for admins look up. See the head of 0001 for the conventions.
CREATE TABLE member_activity (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  seen_at timestamptz NOT NULL, -- to about a minute
  PRIMARY KEY (tenant_id, member_id)
)
WITH (fillfactor = 70); -- seen_at changes often, and no index holds it

ALTER TABLE sessions NO FORCE ROW LEVEL SECURITY; -- for the owner, who moves the rows
INSERT INTO member_activity (tenant_id, member_id, seen_at)
  SELECT tenant_id, member_id, max(seen_at) FROM sessions GROUP BY tenant_id, member_id;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;

ALTER TABLE member_activity ENABLE ROW LEVEL SECURITY;
ALTER TABLE member_activity FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON member_activity USING (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid))
  WITH CHECK (tenant_id = (SELECT nullif(current_setting('rollcall.tenant', true), '')::uuid));

-- The list of the team, by name.
CREATE INDEX members_label ON members (tenant_id, label_fold, id) WHERE removed_at IS NULL;
-- The history of one member.
CREATE INDEX events_member ON events (tenant_id, member_id, epoch, seq) WHERE member_id IS NOT NULL;
