package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// DomainLocator answers which tenant holds a domain.
type DomainLocator interface {
	// DomainClaims lists the claims on domains of exactly these names, by name.
	DomainClaims(ctx context.Context, names []string) ([]DomainClaim, error)
	// DomainsBelow lists the claims on all names below a domain, by name.
	DomainsBelow(ctx context.Context, name string) ([]DomainClaim, error)
}

// DomainClaim says that a tenant owns a domain, or did so until lately.
type DomainClaim struct {
	Name      string
	Tenant    tenant.ID
	HeldUntil time.Time // zero: it owns it
}

// InForce says whether the claim keeps other tenants out.
func (c DomainClaim) InForce(now time.Time) bool {
	return c.HeldUntil.IsZero() || c.HeldUntil.After(now)
}
