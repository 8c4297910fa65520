package tenant

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// DomainStatus says whether a tenant has shown that an e-mail domain is its own.
type DomainStatus string

// The states of a domain:
//
//	pending ──found──► proven ◄──found── stale ──30 days──► unproven
//	   │                  └──3 misses over 72 hours──►┘
//	   └──7 days: the challenge expires
//
// Proven, trusted and stale ones count as the tenant's (see Domain.Owned); a removed or unproven one is held
// back from other tenants for HoldPeriod, a released one is not.
const (
	DomainPending  DomainStatus = "pending"  // added, nothing shown yet
	DomainProven   DomainStatus = "proven"   // shown by DNS
	DomainTrusted  DomainStatus = "trusted"  // the operator's word instead of DNS
	DomainStale    DomainStatus = "stale"    // the proof was not found for 72 hours
	DomainUnproven DomainStatus = "unproven" // the proof was lost for 30 days
	DomainRemoved  DomainStatus = "removed"  // owned once, then taken away by an admin or the operator
	// DomainReleased was owned once, and is open to other tenants: it was given up for them, or another one
	// proved it while the proof of this one was gone.
	DomainReleased DomainStatus = "released"
	// DomainWithdrawn was added and given up again before it was ever owned. It is
	// as good as unknown.
	DomainWithdrawn DomainStatus = "withdrawn"
)

// HoldPeriod is how long a domain that a tenant lost stays closed to others.
const HoldPeriod = 30 * 24 * time.Hour

// How the proof of a domain is kept up. A miss is a look at DNS that found for certain that the record is
// not there; errors are none.
const (
	ChallengePeriod = 7 * 24 * time.Hour  // how long a pending domain may be proven by its challenge
	StaleMisses     = 3                   // misses in a row, and
	StaleAfter      = 72 * time.Hour      // since the first of them, until a proven domain is stale
	UnprovenAfter   = 30 * 24 * time.Hour // since it became stale, until it is unproven
	SignInGrace     = 7 * 24 * time.Hour  // since it was lost, in which linked people may still sign in
)

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
	AutoJoin    AutoJoin // as it was chosen; Joins is what counts
	DefaultRole string   // for members of this domain for whom nobody else names a role
	// SubDomains says that all names below are the domain's as well, save those that another tenant holds.
	SubDomains bool
	// Challenge is the value that the DNS record must show.
	Challenge string
	// ChallengedAt is when the challenge was made; zero: before challenges had an end.
	ChallengedAt time.Time
	CheckedAt    time.Time // when DNS was last asked; zero: never
	LostAt       time.Time // when the domain stopped being the tenant's; zero: it is, or never was
	Proof        Proof
	CreatedAt    time.Time
	ChangedAt    time.Time // by somebody, or to another status
}

// Proof is what is known of a domain's proof besides its status.
type Proof struct {
	Misses   int         `json:"misses,omitempty"` // in a row
	MissedAt time.Time   `json:"missed_at,omitzero"`
	StaleAt  time.Time   `json:"stale_at,omitzero"`
	Report   ProofReport `json:"report,omitzero"` // of the last look
	// Apart are names below the domain that other tenants hold, sorted.
	Apart []string `json:"apart,omitempty"`
	// Public says why the domain could not be claimed any more as the lists now are; empty: it could.
	Public string `json:"public,omitempty"`
	// RivalAt is when the tenant was last told that another one tries to prove the domain.
	RivalAt time.Time `json:"rival_at,omitzero"`
}

// Owned says whether addresses of the domain count as the tenant's own.
func (d Domain) Owned() bool {
	return d.Status == DomainProven || d.Status == DomainTrusted || d.Status == DomainStale
}

// Lost says whether the tenant once owned the domain and does so no more.
func (d Domain) Lost() bool {
	return d.Status == DomainUnproven || d.Status == DomainRemoved || d.Status == DomainReleased
}

// Here says whether the tenant has the domain: owned, or on the way there.
func (d Domain) Here() bool { return d.Owned() || d.Status == DomainPending }

// Joins is the mode of auto-join that counts now: off unless the domain is proven or trusted beyond doubt.
func (d Domain) Joins() AutoJoin {
	if d.Status != DomainProven && d.Status != DomainTrusted || d.Proof.Public != "" || d.AutoJoin == "" {
		return AutoJoinOff
	}
	return d.AutoJoin
}

// GraceEnds is until when people who are linked already may still sign in with an address of a lost
// domain; zero when it is not lost.
func (d Domain) GraceEnds() time.Time {
	if d.LostAt.IsZero() {
		return time.Time{}
	}
	return d.LostAt.Add(SignInGrace)
}

// ChallengeEnds is when the challenge of a pending domain expires; zero: never.
func (d Domain) ChallengeEnds() time.Time {
	if d.Status != DomainPending || d.ChallengedAt.IsZero() {
		return time.Time{}
	}
	return d.ChallengedAt.Add(ChallengePeriod)
}

// Expired says whether the challenge of a pending domain is too old to prove it.
func (d Domain) Expired(now time.Time) bool {
	end := d.ChallengeEnds()
	return !end.IsZero() && !now.Before(end)
}

// Covers says whether addresses of the named domain, in canonical form, are addresses of d: it is the same,
// or stands below it where sub-domains are included and no other tenant holds it.
func (d Domain) Covers(name string) bool {
	if d.Name == name {
		return true
	}
	if !d.SubDomains || !d.Above(name) {
		return false
	}
	return !slices.ContainsFunc(d.Proof.Apart, func(apart string) bool {
		return apart == name || strings.HasSuffix(name, "."+apart)
	})
}

// Above says whether the named domain is a sub-domain of d.
func (d Domain) Above(name string) bool {
	cut := len(name) - len(d.Name)
	return cut > 1 && name[cut-1] == '.' && name[cut:] == d.Name
}

// DueAt is when DNS is to be asked again without anybody asking for it; zero: never. Proven domains are
// looked at daily, each at its own time within two hours; pending ones often at first. Of a trusted domain
// only the sub-domains are looked at, if it has any.
func (d Domain) DueAt() time.Time {
	switch {
	case d.Status == DomainProven, d.Status == DomainStale, d.Status == DomainTrusted && d.SubDomains:
		jitter := time.Duration(binary.BigEndian.Uint32(d.ID.UUID[12:])%7200) * time.Second
		return d.CheckedAt.Add(23*time.Hour + jitter)
	case d.Status == DomainPending:
		begin := d.ChallengedAt
		if begin.IsZero() {
			begin = d.ChangedAt
		}
		age := d.CheckedAt.Sub(begin)
		if age >= ChallengePeriod {
			return time.Time{}
		}
		return d.CheckedAt.Add(patience(age))
	default:
		return time.Time{}
	}
}

// patience is the pause after a look at a pending domain whose challenge was this old then.
func patience(age time.Duration) time.Duration {
	switch {
	case age < time.Hour:
		return 5 * time.Minute
	case age < 24*time.Hour:
		return 30 * time.Minute
	}
	return 4 * time.Hour
}
