-- What the planner believes for as long as nobody runs ANALYZE: for each index how many rows there are,
-- and how many of them share the first column, the first two, and so on. Without it SQLite guesses ten
-- rows for the first column of any index, so that all of them look the same to it.
ANALYZE sqlite_schema; -- makes the table of statistics
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('members', 'sqlite_autoindex_members_1', '100000 10000 1'),
  ('members', 'members_login', '100000 10000 5000 1'),
  ('members', 'members_external_id', '100000 10000 5000 1'),
  ('members', 'members_login_removed', '1000 100 50 1'),
  ('members', 'members_external_id_removed', '1000 100 50 1'),
  ('members', 'members_directory', '100000 10000 5000 1'),
  ('members', 'members_role', '100000 10000 2500'),
  ('member_emails', 'member_emails', '120000 12000 1 1 1'),
  ('member_emails', 'member_emails_primary', '100000 10000 1'),
  ('groups', 'sqlite_autoindex_groups_1', '1000 100 1'),
  ('groups', 'groups_name', '1000 100 50 1'),
  ('groups', 'groups_name_by_hand', '100 10 1'),
  ('groups', 'groups_name_fold', '1000 100 50 1'),
  ('groups', 'groups_external_id', '1000 100 50 1'),
  ('groups', 'groups_directory', '1000 100 50 1'),
  ('group_members', 'group_members', '500000 50000 500 1'),
  ('group_members', 'group_members_member', '500000 50000 5'),
  ('events', 'events_position', '1000000 100000 100000 1');
ANALYZE sqlite_schema; -- reads it
