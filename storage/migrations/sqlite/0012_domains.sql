-- Domains that are proven by DNS.

ALTER TABLE domains ADD COLUMN sub_domains INTEGER NOT NULL DEFAULT 0; -- names below count as the tenant's too
ALTER TABLE domains ADD COLUMN challenged_at INTEGER; -- NULL: before challenges had an end
ALTER TABLE domains ADD COLUMN checked_at INTEGER; -- when DNS was last asked
ALTER TABLE domains ADD COLUMN lost_at INTEGER;
ALTER TABLE domains ADD COLUMN proof TEXT NOT NULL DEFAULT '{}'; -- misses, the last report and the like

UPDATE domains SET lost_at = changed_at WHERE status IN ('removed', 'unproven');
