-- When a directory was last seen to turn off more people at once than seems right.
ALTER TABLE directories ADD COLUMN mass_change_at timestamptz;

-- Whom a directory turned off lately. Other events cost this index nothing.
CREATE INDEX events_off ON events (tenant_id, actor_id, at, member_id) WHERE kind IN ('member.deactivated', 'member.removed');
