package roster

import (
	"context"
	"slices"

	"rollcall/internal/tenant"
)

// TXTLooker asks at least two resolvers for the TXT records of a host, and returns one Look of each. It
// never fails: that a resolver did not answer is a Look, too.
type TXTLooker interface {
	TXT(ctx context.Context, host string) []tenant.Look
}

// VerifyDomain looks for the record that proves a domain, and returns the domain with the report of what was
// found. A pending domain whose record is there is proven, and members that waited for that get access; a
// stale one is well again. That the record is missing is no error. Refused with challenge_expired when the
// record would be too old, and Conflict when another tenant holds the domain.
func (r *Roster) VerifyDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	d, err := r.toVerify(ctx, s.Tenant, name)
	if err != nil {
		return d, r.recorded(ctx, s.Tenant, s.source(), err)
	}
	d, err = r.prove(ctx, s.source(), s.Tenant, d)
	if err == nil && d.Proof.Report.Finding == tenant.FoundHeld {
		err = r.recorded(ctx, s.Tenant, s.source(), heldElsewhere())
	}
	return d, err
}

func (r *Roster) toVerify(ctx context.Context, id tenant.ID, name string) (tenant.Domain, error) {
	name, err := ParseDomain(name)
	if err != nil {
		return tenant.Domain{}, err
	}
	cfg, err := r.Store.Reader(id).Config(ctx)
	if err != nil {
		return tenant.Domain{}, err
	}
	d, _ := cfg.DomainNamed(name)
	switch {
	case !d.Here():
		return d, noDomain(name)
	case r.DNS == nil:
		return d, &Error{Kind: Unavailable, Detail: "This gateway asks no name servers. Ask the operator to trust the domain."}
	case d.Expired(r.Now()):
		return d, &Error{
			Kind: Refused, Code: CodeChallengeExpired, Field: "domain",
			Detail: "The value of the record was good for 7 days, which are over. Ask for a new one, and replace the record.",
		}
	case !d.Owned():
		return d, r.claimable(name)
	}
	return d, nil
}

// prove looks for the record of a domain, settles the claims of others, and writes what came of it.
func (r *Roster) prove(ctx context.Context, from origin, id tenant.ID, d tenant.Domain) (tenant.Domain, error) {
	rep := r.look(ctx, d)
	var around neighbours
	if rep.Finding == tenant.FoundProof && d.Status == tenant.DomainPending {
		var err error
		if around, err = r.around(ctx, id, d.Name); err == nil {
			rep, err = r.settle(ctx, d, around, rep)
		}
		if err != nil {
			return d, err
		}
	}
	out, gained := d, false
	err := r.update(ctx, id, from, func(tx Tx, alone bool) error {
		gained = false
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		before, ok := cfg.DomainNamed(d.Name)
		out = before
		if !ok || !before.Here() || before.Challenge != d.Challenge { // it changed while DNS was asked
			return nil
		}
		out = afterLook(before, rep, tx.Now())
		if out.Status == before.Status {
			return tx.PutDomain(ctx, out)
		}
		if !alone {
			return errAlone
		}
		if !before.Owned() {
			out.Proof.Apart, gained = around.below, true
		}
		return r.putDomain(ctx, tx, cfg, from, before, &out, proofEvent(before, out))
	})
	if err != nil || !gained {
		return out, err
	}
	return r.settled(ctx, id, out)
}

// look asks DNS for the record of a domain. Where it is missing from a domain that waits for it, the usual
// wrong places are looked at too.
func (r *Roster) look(ctx context.Context, d tenant.Domain) tenant.ProofReport {
	host := tenant.ChallengeHost(d.Name)
	rep := tenant.ProofReport{Host: host, Looks: r.DNS.TXT(ctx, host)}
	rep.Finding = tenant.JudgeProof(d.Challenge, rep.Looks)
	if rep.Finding != tenant.FoundNothing && rep.Finding != tenant.FoundOther {
		return rep
	}
	for _, wrong := range []struct {
		host    string
		finding tenant.Finding
	}{
		{host + "." + d.Name, tenant.FoundDoubled}, // the DNS host added the domain to what was a full name
		{d.Name, tenant.FoundAtApex},
	} {
		if len(wrong.host) > maxHost {
			continue
		}
		if slices.ContainsFunc(r.DNS.TXT(ctx, wrong.host), func(l tenant.Look) bool { return l.Has(d.Challenge) }) {
			rep.Finding, rep.FoundAt = wrong.finding, wrong.host
			return rep
		}
	}
	return rep
}

// maxHost is the longest name in DNS, in presentation form.
const maxHost = 253
