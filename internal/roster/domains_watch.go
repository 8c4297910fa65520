package roster

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"rollcall/internal/tenant"
)

// lookers bounds how many domains are looked at together.
const lookers = 8

// DomainChecks is what CheckDomains did.
type DomainChecks struct {
	Looked int // domains that DNS was asked for
	// Public are owned domains that could not be claimed any more, as the lists now are. They stay with their
	// tenants, without auto-join, until somebody decides.
	Public []string
}

// CheckDomains looks at the domains of all tenants that are due (see tenant.Domain.DueAt), compares owned ones
// with the lists of public mail, and with what other tenants hold below them. A job calls it every few
// minutes; two at once do no harm. It goes on past a tenant where that fails, and returns all errors.
func (r *Roster) CheckDomains(ctx context.Context) (DomainChecks, error) {
	var sum DomainChecks
	tenants, err := r.Locator.Tenants(ctx)
	if err != nil {
		return sum, err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	var errs []error
	free := make(chan struct{}, lookers)
	for _, t := range tenants {
		cfg, err := r.Store.Reader(t.ID).Config(ctx)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, d := range cfg.Domains {
			if !r.due(d) {
				continue
			}
			free <- struct{}{}
			all.Go(func() {
				defer func() { <-free }()
				looked, public, err := r.checkDomain(ctx, t.ID, d)
				mu.Lock()
				defer mu.Unlock()
				if looked {
					sum.Looked++
				}
				if public {
					sum.Public = append(sum.Public, d.Name)
				}
				errs = append(errs, err)
			})
		}
		if ctx.Err() != nil {
			break
		}
	}
	all.Wait()
	slices.Sort(sum.Public)
	return sum, errors.Join(errs...)
}

// due says whether there is anything to do for a domain now.
func (r *Roster) due(d tenant.Domain) bool {
	if d.Owned() && d.Proof.Public != string(r.PublicDomains.Reason(d.Name)) {
		return true
	}
	return !d.Expired(r.Now()) && r.dueToLook(d)
}

func (r *Roster) dueToLook(d tenant.Domain) bool {
	at := d.DueAt()
	return !at.IsZero() && !r.Now().Before(at)
}

// checkDomain looks at one domain that is due. That it is another tenant's by now is no error.
func (r *Roster) checkDomain(ctx context.Context, id tenant.ID, d tenant.Domain) (looked, public bool, err error) {
	if d.Owned() {
		if public, err = r.markPublic(ctx, id, d); err != nil {
			return false, public, err
		}
	}
	if d.Expired(r.Now()) || !r.dueToLook(d) {
		return false, public, nil
	}
	if d.Owned() && d.SubDomains {
		err = r.refreshApart(ctx, id, d)
	}
	switch {
	case err != nil:
	case d.Status == tenant.DomainTrusted:
		err = r.noteCheck(ctx, id, d.Name)
	case r.DNS == nil || d.Status == tenant.DomainPending && r.claimable(d.Name) != nil:
	default:
		looked = true
		_, err = r.prove(ctx, ourselves(), id, d)
	}
	if errors.Is(err, Conflict) {
		err = nil
	}
	return looked, public, err
}

// markPublic notes that the lists have an owned domain, or have it no more. Auto-join follows the mark.
func (r *Roster) markPublic(ctx context.Context, id tenant.ID, d tenant.Domain) (bool, error) {
	reason := string(r.PublicDomains.Reason(d.Name))
	if reason == d.Proof.Public {
		return false, nil
	}
	kind := DomainWentPublic
	if reason == "" {
		kind = DomainChanged
	}
	_, err := r.writeDomain(ctx, ourselves(), id, d.Name, kind, func(d *tenant.Domain, _ tenant.Config, _ time.Time) error {
		if d.Owned() {
			d.Proof.Public = reason
		}
		return nil
	})
	return reason != "", err
}

// refreshApart compares the sub-domains that others hold with what is noted.
func (r *Roster) refreshApart(ctx context.Context, id tenant.ID, d tenant.Domain) error {
	n, err := r.around(ctx, id, d.Name)
	if err != nil || slices.Equal(n.below, d.Proof.Apart) {
		return err
	}
	_, err = r.writeDomain(ctx, ourselves(), id, d.Name, DomainChanged, func(d *tenant.Domain, _ tenant.Config, _ time.Time) error {
		if d.Owned() {
			d.Proof.Apart = n.below
		}
		return nil
	})
	return err
}

// noteCheck notes that a trusted domain, for which DNS is not asked, was looked at.
func (r *Roster) noteCheck(ctx context.Context, id tenant.ID, name string) error {
	return r.Store.Update(ctx, id, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		d, ok := cfg.DomainNamed(name)
		if !ok || d.Status != tenant.DomainTrusted {
			return nil
		}
		d.CheckedAt = tx.Now()
		return tx.PutDomain(ctx, d)
	})
}
