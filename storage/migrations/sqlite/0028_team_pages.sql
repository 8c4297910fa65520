-- What the pages for admins read. See the head of 0001 for the conventions.

-- The list of the team, by name, with what it is searched, narrowed and counted by: the rows themselves are ten times as
-- long. On PostgreSQL the state is in no index, so that rows are changed in place.
DROP INDEX members_label;
CREATE INDEX members_team ON members (tenant_id, label_fold, id, state, role, email, external_id, directory_id) WHERE removed_at IS NULL;

-- What a finished review came to, which does not change any more. NULL: it is counted.
ALTER TABLE reviews ADD COLUMN tally TEXT;

-- The tally of an open one.
CREATE INDEX review_items_decision ON review_items (tenant_id, review_id, decision, member_id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('members', 'members_team', '100000 10000 2 1 1 1 1 1 1'),
  ('review_items', 'review_items', '100000 20000 10000 1'),
  ('review_items', 'review_items_member', '100000 20000 10000 1'),
  ('review_items', 'review_items_decision', '100000 20000 10000 2000 1'),
  ('member_activity', 'member_activity', '100000 10000 1');
ANALYZE sqlite_schema; -- reads it
