-- How members are reached, and their word on text messages. See the head of 0001 for the conventions.
CREATE TABLE contacts (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  phone TEXT NOT NULL, -- E.164
  sms_at INTEGER, -- since when the person agrees to text messages; NULL: they do not
  schedule TEXT NOT NULL,
  language TEXT NOT NULL,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, member_id)
) STRICT, WITHOUT ROWID;

-- Each time that a person agreed, or that ended, with the words that were shown. Rows are only ever added.
CREATE TABLE sms_consents (
  tenant_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  given INTEGER NOT NULL,
  phone TEXT NOT NULL,
  wording TEXT NOT NULL,
  source TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  request_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, member_id, id)
) STRICT, WITHOUT ROWID;
