package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// The events of WatchDirectories. They stand apart from what directories do themselves.
const (
	DirectorySilent  EventKind = "directory.silent"  // it calls no more, against its habit
	DirectoryBack    EventKind = "directory.back"    // it calls again
	DirectoryFailing EventKind = "directory.failing" // more than a fifth of its requests are refused
)

// Healths are how the directories of a tenant do, by id, removed ones included.
func (r *Roster) Healths(ctx context.Context, id tenant.ID) ([]Health, error) {
	_, out, err := r.healths(ctx, r.Store.Reader(id))
	return out, err
}

func (r *Roster) healths(ctx context.Context, rd Reader) (tenant.Config, []Health, error) {
	cfg, err := rd.Config(ctx)
	if err != nil {
		return cfg, nil, err
	}
	seen, err := rd.Sightings(ctx)
	if err != nil {
		return cfg, nil, err
	}
	now := r.Now()
	hours, err := rd.DirectoryHours(ctx, now.Add(-rhythmPeriod))
	if err != nil {
		return cfg, nil, err
	}
	byID, counts := map[tenant.DirectoryID]Sighting{}, map[tenant.DirectoryID][]DirectoryHour{}
	for _, s := range seen {
		byID[s.Directory] = s
	}
	for _, h := range hours {
		counts[h.Directory] = append(counts[h.Directory], h)
	}
	pulls, err := rd.Pulls(ctx)
	if err != nil {
		return cfg, nil, err
	}
	out := make([]Health, 0, len(cfg.Directories))
	for _, d := range cfg.Directories {
		h := JudgeHealth(d, byID[d.ID], counts[d.ID], now)
		for _, p := range pulls {
			if p.Directory == d.ID {
				h = h.pulled(d, p)
			}
		}
		out = append(out, h)
	}
	return cfg, out, nil
}

// WatchDirectories looks at the health of all directories and tells of changes with events:
// once when one falls silent, is back, or fails. It returns how many it wrote. A job calls it
// every few minutes; two at once do no harm.
func (r *Roster) WatchDirectories(ctx context.Context) (int, error) {
	tenants, err := r.Locator.Tenants(ctx)
	if err != nil {
		return 0, err
	}
	told := 0
	var errs []error
	for _, t := range tenants {
		n, err := r.watchTenant(ctx, t.ID)
		told += n
		errs = append(errs, err)
	}
	return told, errors.Join(errs...)
}

func (r *Roster) watchTenant(ctx context.Context, id tenant.ID) (int, error) {
	cfg, all, err := r.healths(ctx, r.Store.Reader(id))
	if err != nil {
		return 0, err
	}
	told := 0
	for i, h := range all {
		s, kinds := alarms(h, r.Now())
		if s == h.Sighting {
			continue
		}
		err := r.Store.Update(ctx, id, func(tx Tx) error {
			if err := tx.PutAlarms(ctx, s); err != nil {
				return err
			}
			for _, k := range kinds {
				e := Event{Kind: k, Actor: DirectoryActor(h.Directory), Data: details{Name: cfg.Directories[i].Name, Status: string(h.State)}.json()}
				if err := tx.AppendEvent(ctx, e); err != nil {
					return err
				}
			}
			return nil
		})
		switch {
		case errors.Is(err, Stale): // another process told of it
		case err != nil:
			return told, err
		default:
			told += len(kinds)
		}
	}
	return told, nil
}

// alarms are a directory's alarms as its health has them now, and the events that tell of the
// change. A failing directory is well again below half of the share.
func alarms(h Health, now time.Time) (Sighting, []EventKind) {
	s := h.Sighting
	if h.State == HealthRemoved || h.State == HealthPaused || h.State == HealthNever {
		return s, nil
	}
	var kinds []EventKind
	silent := h.Silent(now)
	switch {
	case silent && s.SilentSince.IsZero():
		s.SilentSince = h.LastAt
		kinds = append(kinds, DirectorySilent)
	case !silent && !s.SilentSince.IsZero() && h.LastAt.After(s.SilentSince):
		s.SilentSince = time.Time{}
		kinds = append(kinds, DirectoryBack)
	}
	switch {
	case h.Failing() && s.FailingSince.IsZero():
		s.FailingSince = now.UTC().Truncate(time.Millisecond)
		kinds = append(kinds, DirectoryFailing)
	case !s.FailingSince.IsZero() && !h.Failing() && h.Failures*failingShare*2 <= h.Requests:
		s.FailingSince = time.Time{}
	}
	return s, kinds
}
