-- When members were there last, and what the pages for admins look up. See the head of 0001 for the conventions.
CREATE TABLE member_activity (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  seen_at INTEGER NOT NULL, -- to about a minute
  PRIMARY KEY (tenant_id, member_id)
) STRICT, WITHOUT ROWID;

INSERT INTO member_activity (tenant_id, member_id, seen_at)
  SELECT tenant_id, member_id, max(seen_at) FROM sessions GROUP BY tenant_id, member_id;

-- The list of the team, by name.
CREATE INDEX members_label ON members (tenant_id, label_fold, id) WHERE removed_at IS NULL;
-- The history of one member.
CREATE INDEX events_member ON events (tenant_id, member_id, epoch, seq) WHERE member_id IS NOT NULL;
