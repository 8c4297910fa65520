-- How members are reached, and their word on text messages. See the head of 0001 for the conventions.
CREATE TABLE contacts (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  phone text COLLATE "C" NOT NULL, -- E.164
  sms_at timestamptz, -- since when the person agrees to text messages; NULL: they do not
  schedule text NOT NULL,
  language text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, member_id)
);

-- Each time that a person agreed, or that ended, with the words that were shown. Rows are only ever added.
CREATE TABLE sms_consents (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  given boolean NOT NULL,
  phone text COLLATE "C" NOT NULL,
  wording text NOT NULL,
  source text COLLATE "C" NOT NULL,
  ip text NOT NULL,
  user_agent text NOT NULL,
  request_id text NOT NULL,
  PRIMARY KEY (tenant_id, member_id, id)
);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['contacts', 'sms_consents'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_tenant ON %I USING (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))'
      ' WITH CHECK (tenant_id = (SELECT nullif(current_setting(''rollcall.tenant'', true), '''')::uuid))', name);
  END LOOP;
END $$;
