package roster

import (
	"context"
	"strconv"
	"time"

	"rollcall/internal/tenant"
)

// The bounds of a directory's provisioning log where its settings name none.
const (
	LogDays    = 30
	LogEntries = 100_000
)

// maxLogBodies is how long values may be shown before somebody must ask again.
const maxLogBodies = 7 * 24 * time.Hour

// SetLogBodies has the provisioning log of a directory show values in bodies until a time, at
// most 7 days ahead; the zero time masks them again at once. Passwords and tokens are never
// shown. NotFound, Invalid.
func (r *Roster) SetLogBodies(ctx context.Context, s Staff, id tenant.DirectoryID, until time.Time) (tenant.Directory, error) {
	return r.changeLog(ctx, s, id, details{Field: "log_bodies", Status: map[bool]string{true: "off", false: "on"}[until.IsZero()]}, func(now time.Time, set *tenant.DirectorySettings) error {
		if !until.IsZero() && (!until.After(now) || until.Sub(now) > maxLogBodies) {
			return &Error{Kind: Invalid, Field: "until", Detail: "Values can be shown for at most 7 days from now, and the end must lie ahead. Name a time within that."}
		}
		set.LogBodies = until.UTC().Truncate(time.Millisecond)
		return nil
	})
}

// SetLogBounds sets how much of the provisioning log of a directory is kept: 1 to 400 days and
// 1,000 to 10,000,000 entries; 0 stands for the default of each. NotFound, Invalid.
func (r *Roster) SetLogBounds(ctx context.Context, s Staff, id tenant.DirectoryID, days, entries int) (tenant.Directory, error) {
	return r.changeLog(ctx, s, id, details{Field: "log_bounds"}, func(_ time.Time, set *tenant.DirectorySettings) error {
		switch {
		case days < 0 || days > 400:
			return &Error{Kind: Invalid, Field: "days", Detail: "The log is kept for 1 to 400 days, not " + strconv.Itoa(days) + "."}
		case entries != 0 && (entries < 1000 || entries > 10_000_000):
			return &Error{Kind: Invalid, Field: "entries", Detail: "The log has room for 1,000 to 10,000,000 entries, not " + strconv.Itoa(entries) + "."}
		}
		set.LogDays, set.LogEntries = days, entries
		return nil
	})
}

func (r *Roster) changeLog(ctx context.Context, s Staff, id tenant.DirectoryID, told details, change func(now time.Time, set *tenant.DirectorySettings) error) (tenant.Directory, error) {
	var out tenant.Directory
	err := r.update(ctx, s.Tenant, s.source(), func(tx Tx, _ bool) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		d, ok := cfg.Directory(id)
		if !ok {
			return &Error{Kind: NotFound, Field: "directory", Detail: "There is no such directory."}
		}
		if err := s.If.Check(d.Version); err != nil {
			return err
		}
		if err := change(tx.Now(), &d.Settings); err != nil {
			return err
		}
		d.Version++
		d.ChangedAt = tx.Now()
		out = d
		if err := tx.PutDirectory(ctx, d); err != nil {
			return err
		}
		told.Name = d.Name
		return tx.AppendEvent(ctx, s.event(DirectoryChanged, told))
	})
	return out, err
}

// PruneExchanges deletes what the provisioning logs of all tenants hold beyond their bounds, and
// counts of hours after 400 days. It returns how many entries went. A job calls it every hour.
func (r *Roster) PruneExchanges(ctx context.Context) (int, error) {
	tenants, err := r.Locator.Tenants(ctx)
	if err != nil {
		return 0, err
	}
	gone := 0
	for _, t := range tenants {
		cfg, err := r.Store.Reader(t.ID).Config(ctx)
		if err != nil {
			return gone, err
		}
		for _, d := range cfg.Directories {
			n, err := r.Locator.PruneExchanges(ctx, pruneOf(t.ID, d, r.Now()))
			gone += n
			if err != nil {
				return gone, err
			}
		}
	}
	return gone, nil
}

func pruneOf(id tenant.ID, d tenant.Directory, now time.Time) Prune {
	days, keep := d.Settings.LogDays, d.Settings.LogEntries
	if days == 0 {
		days = LogDays
	}
	if keep == 0 {
		keep = LogEntries
	}
	return Prune{Tenant: id, Directory: d.ID, Before: now.AddDate(0, 0, -days), Keep: keep, Hours: now.AddDate(0, 0, -400)}
}
