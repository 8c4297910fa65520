-- Access reviews: who was a member, and what was decided about each. See the head of 0001 for the conventions.
CREATE TABLE reviews (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  starter_source TEXT NOT NULL,
  starter_id TEXT NOT NULL,
  finished_at INTEGER, -- NULL: open
  finisher_source TEXT NOT NULL,
  finisher_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX reviews_open ON reviews (tenant_id) WHERE finished_at IS NULL;

-- One row for each member, as it was when the review began.
CREATE TABLE review_items (
  tenant_id TEXT NOT NULL,
  review_id TEXT NOT NULL,
  position INTEGER NOT NULL, -- those who were away the longest come first
  member_id TEXT NOT NULL,
  label TEXT NOT NULL,
  email TEXT NOT NULL,
  search TEXT NOT NULL, -- both, folded
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  directory_id TEXT,
  claims TEXT NOT NULL,
  active_at INTEGER, -- NULL: never seen
  decision TEXT NOT NULL,
  decided_at INTEGER,
  decider_source TEXT NOT NULL,
  decider_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, review_id, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX review_items_member ON review_items (tenant_id, review_id, member_id);
