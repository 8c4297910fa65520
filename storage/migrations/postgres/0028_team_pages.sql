-- What the pages for admins read. See the head of 0001 for the conventions.

-- What a finished review came to, which does not change any more. NULL: it is counted.
ALTER TABLE reviews ADD COLUMN tally text;
