package roster

import (
	"rollcall/internal/tenant"
	"rollcall/internal/tenant/maildomain"
)

// claimable refuses domains that nobody can own: whoever owned one would own the addresses of half the world.
func (r *Roster) claimable(name string) error {
	reason := r.PublicDomains.Reason(name)
	if reason == "" {
		return nil
	}
	return &Error{Kind: Invalid, Code: CodePublicDomain, Field: "domain", Detail: publicDetail(name, reason)}
}

func publicDetail(name string, reason maildomain.Reason) string {
	why := "Anybody can have an address at " + quote(name) + ", so it can't be one tenant's own."
	switch reason {
	case maildomain.Throwaway:
		why = "Addresses at " + quote(name) + " are made to be thrown away, so it can't be a tenant's own."
	case maildomain.PublicSuffix:
		why = "Anybody can have a domain under " + quote(name) + ", so it can't be one tenant's own."
	case maildomain.VendorGiven:
		why = "The name " + quote(name) + " belongs to a vendor who gives such names to customers, so it can't be a tenant's own."
	case maildomain.ReservedName:
		why = "The name " + quote(name) + " is not one that mail on the internet can reach, so it can be nobody's own."
	case maildomain.DeniedByThem:
		why = "The operator does not let " + quote(name) + " be a tenant's own."
	default:
	}
	return why + " Use the domain of the customer's company."
}

// The most domains of a tenant: each is read with every request's configuration, pending ones are looked for in DNS
// again and again.
const (
	maxDomains = 500
	maxPending = 50
	maxNoted   = 2000 // those that it lost or gave up included
)

// mayHold refuses a domain that is one too many for its tenant.
func mayHold(cfg tenant.Config, d tenant.Domain) error {
	here, pending, noted := 0, 0, 0
	for _, o := range cfg.Domains {
		if o.Name == d.Name {
			if o.Here() {
				return nil // it is counted already
			}
			continue
		}
		noted++
		if o.Here() {
			here++
		}
		if o.Status == tenant.DomainPending {
			pending++
		}
	}
	switch {
	case d.Status == tenant.DomainPending && pending >= maxPending:
		return &Error{Kind: TooMany, Field: "domain", Detail: "A tenant has up to 50 domains that wait for their proof. Prove some of them, or remove those that are not needed."}
	case here >= maxDomains || noted >= maxNoted:
		return &Error{Kind: TooMany, Field: "domain", Detail: "A tenant has up to 500 domains, and up to 2,000 with those that it lost or gave up. Remove one that is not needed, or use another tenant."}
	}
	return nil
}
