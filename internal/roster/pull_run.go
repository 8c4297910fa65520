package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// PullHold is how long a run's lease holds without being renewed: after a replica was killed, the next
// run may begin that much later.
const PullHold = 2 * time.Minute

// DispatchPulls leaves a job for each directory that is due to be read, of all tenants, and returns how
// many. A job calls it every minute; two at once leave one job. A paused directory stays due.
func (r *Roster) DispatchPulls(ctx context.Context) (int, error) {
	tenants, err := r.Locator.DuePulls(ctx, r.Now())
	if err != nil {
		return 0, err
	}
	n := 0
	var errs []error
	for _, id := range tenants {
		left, err := r.dispatchPulls(ctx, id)
		if errors.Is(err, Stale) { // another replica was first
			continue
		}
		n += left
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

// dispatchPulls is DispatchPulls for one tenant.
func (r *Roster) dispatchPulls(ctx context.Context, id tenant.ID) (n int, err error) {
	err = r.Store.Update(ctx, id, func(tx Tx) error {
		n = 0
		all, err := tx.Pulls(ctx)
		if err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		for _, p := range all {
			d, ok := cfg.Directory(p.Directory)
			if !ok || d.Status != tenant.DirectoryActive || p.NextAt.After(tx.Now()) {
				continue
			}
			p.NextAt = tx.Now().Add(p.Settings.Every)
			p.Version++
			if err := tx.PutPull(ctx, p); err != nil {
				return err
			}
			if err := tx.Enqueue(ctx, PullJob, PullArgs{Directory: p.Directory}, time.Time{}); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// PostponePull has a job of a pull come again a little later, when the replica that got it is busy with
// others.
func (r *Roster) PostponePull(ctx context.Context, id tenant.ID, directory tenant.DirectoryID, by time.Duration) error {
	return r.Store.Update(ctx, id, func(tx Tx) error {
		return tx.Enqueue(ctx, PullJob, PullArgs{Directory: directory}, tx.Now().Add(by))
	})
}

// BeginPull takes the lease of a directory's pull for a run, and returns the pull with the directory
// and the tenant's configuration. thorough forgets what an earlier run left to be passed over. NotFound
// when it is not pulled any more; Conflict with pull_under_way while another run holds the lease;
// Unavailable with directory_paused.
func (r *Roster) BeginPull(ctx context.Context, id tenant.ID, directory tenant.DirectoryID, run tenant.UUID, thorough bool) (Pull, tenant.Config, error) {
	return r.lease(ctx, id, directory, run, func(p *Pull, now time.Time) {
		if thorough {
			p.State.ThoroughAt = time.Time{}
		}
		p.Lease = PullLease{By: run, Until: now.Add(PullHold)}
	})
}

// KeepPull renews the lease of a run that is under way, and returns what BeginPull does. Conflict with
// pull_under_way when the run has lost it, because the settings were changed or it was too late.
func (r *Roster) KeepPull(ctx context.Context, id tenant.ID, directory tenant.DirectoryID, run tenant.UUID) (Pull, tenant.Config, error) {
	lost := false
	p, cfg, err := r.lease(ctx, id, directory, run, func(p *Pull, now time.Time) {
		lost = p.Lease.By != run
		if !lost {
			p.Lease.Until = now.Add(PullHold)
		}
	})
	if err == nil && lost {
		err = underWay()
	}
	return p, cfg, err
}

// EndPull notes how a run ended and gives the lease back. What it left undone is due at once when more
// is set. A run that has lost the lease notes nothing.
func (r *Roster) EndPull(ctx context.Context, id tenant.ID, directory tenant.DirectoryID, run tenant.UUID, state PullState, more bool) error {
	return r.Store.Update(ctx, id, func(tx Tx) error {
		p, err := findPull(ctx, tx, directory)
		if errors.Is(err, NotFound) || err == nil && p.Lease.By != run {
			return nil
		}
		if err != nil {
			return err
		}
		p.Lease, p.State = PullLease{}, state
		if p.NextAt = tx.Now().Add(p.Settings.Every); more {
			p.NextAt = tx.Now()
		}
		p.Version++
		return tx.PutPull(ctx, p)
	})
}

func (r *Roster) lease(ctx context.Context, id tenant.ID, directory tenant.DirectoryID, run tenant.UUID, change func(*Pull, time.Time)) (Pull, tenant.Config, error) {
	var out Pull
	var cfg tenant.Config
	err := r.Store.Update(ctx, id, func(tx Tx) error {
		p, err := findPull(ctx, tx, directory)
		if err != nil {
			return err
		}
		d, err := pullable(ctx, tx, directory)
		if err != nil {
			return err
		}
		if err := (By{Directory: d}).paused(); err != nil {
			return err
		}
		if p.Lease.held(run, tx.Now()) {
			return underWay()
		}
		if cfg, err = tx.Config(ctx); err != nil {
			return err
		}
		before := p.Lease
		change(&p, tx.Now())
		out = p
		if p.Lease == before {
			return nil
		}
		p.Version++
		out = p
		return tx.PutPull(ctx, p)
	})
	if errors.Is(err, Stale) {
		err = underWay()
	}
	return out, cfg, err
}

func underWay() error {
	return &Error{
		Kind: Conflict, Code: CodePullUnderWay, Field: "pull",
		Detail: "A run of this directory is under way, or its settings were just changed. `rollcall directory pull show` tells how the last run went.",
	}
}

// PutPullMarks notes what a run found of single records, and forgets what is in drop.
func (r *Roster) PutPullMarks(ctx context.Context, id tenant.ID, directory tenant.DirectoryID, put, drop []PullMark) error {
	if len(put)+len(drop) == 0 {
		return nil
	}
	return r.Store.Update(ctx, id, func(tx Tx) error {
		if _, err := findPull(ctx, tx, directory); errors.Is(err, NotFound) {
			return nil
		} else if err != nil {
			return err
		}
		for _, m := range put {
			if err := tx.PutPullMark(ctx, directory, m); err != nil {
				return err
			}
		}
		for _, m := range drop {
			if err := tx.DeletePullMark(ctx, directory, m.Kind, m.Key); err != nil {
				return err
			}
		}
		return nil
	})
}
