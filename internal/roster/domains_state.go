package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// afterLook decides what a look at DNS means for a domain. It is pure. What is not certain, such as an error
// or resolvers that disagree, changes nothing but the report: a name server's bad hour takes no domain away.
func afterLook(d tenant.Domain, rep tenant.ProofReport, now time.Time) tenant.Domain {
	d.CheckedAt, d.Proof.Report = now, rep
	d.Proof.Report.At, d.Proof.Report.Looks = now, tenant.Clip(rep.Looks)
	switch {
	case rep.Finding == tenant.FoundProof:
		d.Proof.Misses, d.Proof.MissedAt, d.Proof.StaleAt = 0, time.Time{}, time.Time{}
		if d.Status == tenant.DomainPending || d.Status == tenant.DomainStale {
			d.Status = tenant.DomainProven
		}
	case rep.Finding.Missing() && (d.Status == tenant.DomainProven || d.Status == tenant.DomainStale):
		d = missed(d, now)
	}
	return d
}

func missed(d tenant.Domain, now time.Time) tenant.Domain {
	d.Proof.Misses++
	if d.Proof.MissedAt.IsZero() {
		d.Proof.MissedAt = now
	}
	switch {
	case d.Status == tenant.DomainProven && d.Proof.Misses >= tenant.StaleMisses && now.Sub(d.Proof.MissedAt) >= tenant.StaleAfter:
		d.Status, d.Proof.StaleAt = tenant.DomainStale, now
	case d.Status == tenant.DomainStale && now.Sub(d.Proof.StaleAt) >= tenant.UnprovenAfter:
		d.Status = tenant.DomainUnproven
	}
	return d
}

// proofEvent names what happened to a domain between two looks.
func proofEvent(before, after tenant.Domain) EventKind {
	switch {
	case after.Status == tenant.DomainProven && before.Status == tenant.DomainStale:
		return DomainRecovered
	case after.Status == tenant.DomainProven:
		return DomainProved
	case after.Status == tenant.DomainStale:
		return DomainWentStale
	case after.Status == tenant.DomainUnproven:
		return DomainWasLost
	}
	return DomainChanged
}
