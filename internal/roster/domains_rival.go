package roster

import (
	"context"
	"slices"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// neighbours are the claims of other tenants around a domain.
type neighbours struct {
	taken *DomainClaim  // on the domain itself, in force; nil: there is none
	above []DomainClaim // on the domains above, in force
	below []string      // names below that other tenants hold, sorted
}

func (r *Roster) around(ctx context.Context, id tenant.ID, name string) (neighbours, error) {
	var n neighbours
	var names []string
	for part := name; strings.Contains(part, "."); _, part, _ = strings.Cut(part, ".") {
		names = append(names, part)
	}
	up, err := r.Locator.DomainClaims(ctx, names)
	if err != nil {
		return n, err
	}
	down, err := r.Locator.DomainsBelow(ctx, name)
	if err != nil {
		return n, err
	}
	now := r.Now()
	for _, c := range up {
		switch {
		case c.Tenant == id || !c.InForce(now):
		case c.Name == name:
			n.taken = &c
		default:
			n.above = append(n.above, c)
		}
	}
	for _, c := range down {
		if c.Tenant != id && c.InForce(now) {
			n.below = append(n.below, c.Name)
		}
	}
	return n, nil
}

// settle settles the claims of others on a domain whose record is there: those above must agree, by a
// record of theirs, and one on the domain itself must have lapsed. Else the report says what is missing.
func (r *Roster) settle(ctx context.Context, d tenant.Domain, n neighbours, rep tenant.ProofReport) (tenant.ProofReport, error) {
	for _, c := range n.above {
		host := tenant.ChallengeHost(c.Name)
		switch tenant.JudgeProof(d.Challenge, r.DNS.TXT(ctx, host)) {
		case tenant.FoundProof:
		case tenant.FoundErrors, tenant.FoundDisagree:
			rep.Finding, rep.FoundAt = tenant.FoundErrors, host
			return rep, nil
		default:
			rep.Finding, rep.FoundAt = tenant.FoundNoConsent, host
			return rep, nil
		}
	}
	if n.taken != nil {
		lapsed, err := r.takeOver(ctx, d.Name, *n.taken, rep.Looks)
		if err != nil {
			return rep, err
		}
		if !lapsed {
			rep.Finding = tenant.FoundHeld
			return rep, nil
		}
	}
	return rep, r.setApart(ctx, n.above, d.Name)
}

// takeOver ends another tenant's claim on a domain when its record is gone, as the given looks have it, which
// are certain. It tells that tenant in either case. The operator's word does not lapse, nor does the hold of
// a lost domain before its time. The members stay where they are.
func (r *Roster) takeOver(ctx context.Context, name string, c DomainClaim, looks []tenant.Look) (bool, error) {
	if !c.HeldUntil.IsZero() {
		return false, nil
	}
	cfg, err := r.Store.Reader(c.Tenant).Config(ctx)
	if err != nil {
		return false, err
	}
	was, _ := cfg.DomainNamed(name)
	there := slices.ContainsFunc(looks, func(l tenant.Look) bool { return slices.Contains(l.Values, was.Challenge) })
	if was.Status == tenant.DomainTrusted || there {
		return false, r.contest(ctx, c)
	}
	lapsed := false
	_, err = r.writeDomain(ctx, ourselves(), c.Tenant, name, DomainTransferred, func(d *tenant.Domain, _ tenant.Config, _ time.Time) error {
		lapsed = (d.Status == tenant.DomainProven || d.Status == tenant.DomainStale) && d.Challenge == was.Challenge
		if lapsed {
			d.Status = tenant.DomainReleased
		}
		return nil
	})
	return lapsed && err == nil, err
}

// contest tells a tenant, once a day, that another one tries to prove a domain of its own.
func (r *Roster) contest(ctx context.Context, c DomainClaim) error {
	return r.Store.Update(ctx, c.Tenant, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		d, _ := cfg.DomainNamed(c.Name)
		if !d.Owned() || tx.Now().Sub(d.Proof.RivalAt) < 24*time.Hour {
			return nil
		}
		d.Proof.RivalAt = tx.Now()
		if err := tx.PutDomain(ctx, d); err != nil {
			return err
		}
		return tx.AppendEvent(ctx, Event{Kind: DomainContested, Actor: ourselves().actor, Data: details{Name: d.Name, Status: string(d.Status)}.json()})
	})
}

// setApart takes a name out of the sub-domains of those who hold domains above it. That comes before the
// name is another tenant's, so that it is never two tenants' at once.
func (r *Roster) setApart(ctx context.Context, above []DomainClaim, name string) error {
	for _, c := range above {
		if !c.HeldUntil.IsZero() {
			continue
		}
		_, err := r.writeDomain(ctx, ourselves(), c.Tenant, c.Name, DomainSubClaimed, func(d *tenant.Domain, _ tenant.Config, _ time.Time) error {
			if d.Owned() && !slices.Contains(d.Proof.Apart, name) {
				d.Proof.Apart = together(d.Proof.Apart, []string{name})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// settled looks around a domain once more, after it became a tenant's or took names below it in: another tenant may
// have come to hold a name above or below between our look and our write, and its own look may have been too early to
// see ours. Whoever writes last sees the other.
func (r *Roster) settled(ctx context.Context, id tenant.ID, d tenant.Domain) (tenant.Domain, error) {
	n, err := r.around(ctx, id, d.Name)
	if err != nil {
		return d, err
	}
	if err := r.setApart(ctx, n.above, d.Name); err != nil {
		return d, err
	}
	if len(together(d.Proof.Apart, n.below)) == len(d.Proof.Apart) {
		return d, nil
	}
	return r.writeDomain(ctx, ourselves(), id, d.Name, DomainChanged, func(d *tenant.Domain, _ tenant.Config, _ time.Time) error {
		if d.Owned() {
			d.Proof.Apart = together(d.Proof.Apart, n.below)
		}
		return nil
	})
}

// together are the names of two lists, sorted, each once. The lists stay as they are.
func together(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

// ourselves is the gateway acting on its own; events give the operator as its actor.
func ourselves() origin { return origin{actor: Actor{Source: SourceOperator}} }

func heldElsewhere() error {
	return &Error{
		Kind: Conflict, Code: CodeDomainHeld, Field: "domain",
		Detail: "The domain belongs to another tenant, or did so until recently. It can be moved when that tenant's DNS record is gone, or by the operator.",
	}
}
