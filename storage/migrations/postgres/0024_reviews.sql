-- Access reviews: who was a member, and what was decided about each. See the head of 0001 for the conventions.
CREATE TABLE reviews (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  started_at timestamptz NOT NULL,
  starter_source text COLLATE "C" NOT NULL,
  starter_id text COLLATE "C" NOT NULL,
  finished_at timestamptz, -- NULL: open
  finisher_source text COLLATE "C" NOT NULL,
  finisher_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX reviews_open ON reviews (tenant_id) WHERE finished_at IS NULL;

-- One row for each member, as it was when the review began.
CREATE TABLE review_items (
  tenant_id uuid NOT NULL,
  review_id uuid NOT NULL,
  position bigint NOT NULL, -- those who were away the longest come first
  member_id uuid NOT NULL,
  label text NOT NULL,
  email text COLLATE "C" NOT NULL,
  search text COLLATE "C" NOT NULL, -- both, folded
  role text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  directory_id uuid,
  claims text NOT NULL,
  active_at timestamptz, -- NULL: never seen
  decision text COLLATE "C" NOT NULL,
  decided_at timestamptz,
  decider_source text COLLATE "C" NOT NULL,
  decider_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, review_id, position)
)
WITH (fillfactor = 80);
CREATE UNIQUE INDEX review_items_member ON review_items (tenant_id, review_id, member_id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['reviews', 'review_items'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
