-- Domains that are proven by DNS.

ALTER TABLE domains
  ADD COLUMN sub_domains boolean NOT NULL DEFAULT false, -- names below count as the tenant's too
  ADD COLUMN challenged_at timestamptz, -- NULL: before challenges had an end
  ADD COLUMN checked_at timestamptz,    -- when DNS was last asked
  ADD COLUMN lost_at timestamptz,
  ADD COLUMN proof text NOT NULL DEFAULT '{}'; -- misses, the last report and the like

UPDATE domains SET lost_at = changed_at WHERE status IN ('removed', 'unproven');
