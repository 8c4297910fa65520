package tenant

import "time"

// DomainStatus says whether a tenant has shown that an e-mail domain is its own.
type DomainStatus string

// The states of a domain. Proven, trusted and stale ones count as the tenant's
// (see Domain.Owned); a removed one is held back from other tenants for HoldPeriod.
const (
	DomainPending  DomainStatus = "pending"  // added, nothing shown yet
	DomainProven   DomainStatus = "proven"   // shown by DNS
	DomainTrusted  DomainStatus = "trusted"  // the operator's word instead of DNS
	DomainStale    DomainStatus = "stale"    // the proof was not found for 72 hours
	DomainUnproven DomainStatus = "unproven" // the proof was lost for 30 days
	DomainRemoved  DomainStatus = "removed"  // owned once, then taken away by an admin or the operator
	// DomainWithdrawn was added and given up again before it was ever owned. It is
	// as good as unknown.
	DomainWithdrawn DomainStatus = "withdrawn"
)

// HoldPeriod is how long a domain that a tenant lost stays closed to others.
const HoldPeriod = 30 * 24 * time.Hour

// AutoJoin says what happens when a person of the domain signs in for the first time.
type AutoJoin string

// The modes of auto-join.
const (
	AutoJoinOff     AutoJoin = "off"
	AutoJoinOn      AutoJoin = "on"
	AutoJoinApprove AutoJoin = "approve"
)

// Domain is an e-mail domain of a tenant.
type Domain struct {
	ID          DomainID
	Name        string // the A-label form in lower case: xn--… for international names
	Status      DomainStatus
	AutoJoin    AutoJoin
	DefaultRole string // for members of this domain for whom nobody else names a role
	// Challenge is the value that the DNS record must show.
	Challenge string
	CreatedAt time.Time
	ChangedAt time.Time
}

// Owned says whether addresses of the domain count as the tenant's own.
func (d Domain) Owned() bool {
	return d.Status == DomainProven || d.Status == DomainTrusted || d.Status == DomainStale
}

// Lost says whether the tenant once owned the domain and does so no more.
func (d Domain) Lost() bool { return d.Status == DomainUnproven || d.Status == DomainRemoved }
