package roster

import (
	"context"
	"crypto/rand"
	"reflect"
	"slices"
	"time"

	"rollcall/internal/tenant"
)

// AddDomain notes that a tenant wants to prove a domain. Adding one that is there already returns it as it
// is; one that was lost, or whose challenge has expired, gets a new challenge.
func (r *Roster) AddDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	challenge := newChallenge()
	return r.changeDomain(ctx, s, name, func(d *tenant.Domain, cfg tenant.Config, now time.Time) error {
		if !d.Here() || d.Expired(now) {
			challenged(d, challenge, now)
		}
		if err := r.claimable(d.Name); err != nil {
			return err
		}
		return mayHold(cfg, *d)
	})
}

// RenewDomain gives a pending domain a new challenge, which is good for tenant.ChallengePeriod. The record of
// the old one proves nothing any more. Invalid for a domain that is not pending.
func (r *Roster) RenewDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	challenge := newChallenge()
	return r.changeDomain(ctx, s, name, func(d *tenant.Domain, _ tenant.Config, now time.Time) error {
		switch {
		case !d.Here():
			return noDomain(d.Name)
		case d.Status != tenant.DomainPending:
			return &Error{Kind: Invalid, Field: "domain", Detail: "The domain is " + string(d.Status) + ", so it needs no new value for its record."}
		}
		challenged(d, challenge, now)
		return r.claimable(d.Name)
	})
}

// TrustDomain takes the operator's word that the domain is the tenant's. Members
// that waited for proof get it. Conflict when another tenant owns the domain, or
// lost it less than tenant.HoldPeriod ago.
func (r *Roster) TrustDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	name, err := ParseDomain(name)
	if err == nil {
		err = r.recorded(ctx, s.Tenant, s.source(), r.claimable(name))
	}
	if err != nil {
		return tenant.Domain{}, err
	}
	around, err := r.around(ctx, s.Tenant, name)
	if err == nil && around.taken != nil {
		err = r.recorded(ctx, s.Tenant, s.source(), heldElsewhere())
	}
	if err == nil {
		err = r.setApart(ctx, around.above, name)
	}
	if err != nil {
		return tenant.Domain{}, err
	}
	challenge := newChallenge()
	d, err := r.changeDomain(ctx, s, name, func(d *tenant.Domain, cfg tenant.Config, now time.Time) error {
		if d.Challenge == "" {
			challenged(d, challenge, now)
		}
		d.Status = tenant.DomainTrusted
		d.Proof = tenant.Proof{Report: d.Proof.Report, Apart: around.below}
		return mayHold(cfg, *d)
	})
	if err != nil {
		return d, err
	}
	return r.settled(ctx, s.Tenant, d)
}

// RemoveDomain takes a domain away. Its members stay; directories can create
// nobody there, and other tenants can't claim it for tenant.HoldPeriod.
func (r *Roster) RemoveDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	return r.changeDomain(ctx, s, name, func(d *tenant.Domain, _ tenant.Config, _ time.Time) error {
		if !d.Here() {
			return noDomain(d.Name)
		}
		if !d.Owned() { // nobody loses what was never theirs
			d.Status = tenant.DomainWithdrawn
			return nil
		}
		d.Status = tenant.DomainRemoved
		return nil
	})
}

// ReleaseDomain is RemoveDomain for the good of another tenant, which can claim the domain at once. One that
// is lost already is released as well. NotFound for one that the tenant never owned.
func (r *Roster) ReleaseDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	return r.changeDomain(ctx, s, name, func(d *tenant.Domain, _ tenant.Config, _ time.Time) error {
		if !d.Owned() && !d.Lost() {
			return noDomain(d.Name)
		}
		d.Status = tenant.DomainReleased
		return nil
	})
}

// DomainSettings are what people choose of a domain; what is empty or nil stays as it is.
type DomainSettings struct {
	AutoJoin    tenant.AutoJoin
	DefaultRole string // never the admin role
	SubDomains  *bool
}

// SetDomain is ConfigureDomain for what happens to people of a domain.
func (r *Roster) SetDomain(ctx context.Context, s Staff, name string, join tenant.AutoJoin, defaultRole string) (tenant.Domain, error) {
	return r.ConfigureDomain(ctx, s, name, DomainSettings{AutoJoin: join, DefaultRole: defaultRole})
}

// ConfigureDomain changes the settings of a domain. NotFound, and Invalid for what can't be chosen.
func (r *Roster) ConfigureDomain(ctx context.Context, s Staff, name string, set DomainSettings) (tenant.Domain, error) {
	var around neighbours
	if set.SubDomains != nil && *set.SubDomains {
		canonical, err := ParseDomain(name)
		if err != nil {
			return tenant.Domain{}, err
		}
		if around, err = r.around(ctx, s.Tenant, canonical); err != nil {
			return tenant.Domain{}, err
		}
	}
	d, err := r.changeDomain(ctx, s, name, func(d *tenant.Domain, cfg tenant.Config, _ time.Time) error {
		if !d.Here() {
			return noDomain(d.Name)
		}
		switch set.AutoJoin {
		case "":
		case tenant.AutoJoinOff, tenant.AutoJoinOn, tenant.AutoJoinApprove:
			d.AutoJoin = set.AutoJoin
		default:
			return &Error{Kind: Invalid, Field: "auto_join", Detail: "Auto-join is on, off or approve, not " + quote(string(set.AutoJoin)) + "."}
		}
		if set.SubDomains != nil {
			d.SubDomains = *set.SubDomains
			if d.SubDomains && d.Owned() { // beside those that were taken out while we looked
				d.Proof.Apart = together(d.Proof.Apart, around.below)
			}
		}
		if set.DefaultRole == "" {
			return nil
		}
		d.DefaultRole = set.DefaultRole
		return checkDefault(cfg, set.DefaultRole)
	})
	if err != nil || set.SubDomains == nil || !d.Owned() {
		return d, err
	}
	return r.settled(ctx, s.Tenant, d)
}

// changeDomain is writeDomain at a person's word, and records a refusal.
func (r *Roster) changeDomain(ctx context.Context, s Staff, name string, change domainChange) (tenant.Domain, error) {
	name, err := ParseDomain(name)
	if err != nil {
		return tenant.Domain{}, err
	}
	out, err := r.writeDomain(ctx, s.source(), s.Tenant, name, DomainChanged, change)
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

// domainChange decides on a domain, which is new when it has no status. It must not write into the slices that
// it finds there.
type domainChange func(d *tenant.Domain, cfg tenant.Config, now time.Time) error

// writeDomain changes one domain of a tenant, and settles the members whom that concerns.
func (r *Roster) writeDomain(ctx context.Context, from origin, id tenant.ID, name string, kind EventKind, change domainChange) (tenant.Domain, error) {
	var out tenant.Domain
	err := r.updateAlone(ctx, id, func(tx Tx) error {
		if err := stillAdmin(ctx, tx, from.actor); err != nil {
			return err
		}
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		before, known := cfg.DomainNamed(name)
		out = before
		if !known {
			out = tenant.Domain{
				ID: tenant.DomainID{UUID: tenant.NewUUID(tx.Now())}, Name: name, AutoJoin: tenant.AutoJoinOff, CreatedAt: tx.Now(),
			}
		}
		start := out
		if err := change(&out, cfg, tx.Now()); err != nil {
			return err
		}
		if reflect.DeepEqual(out, start) {
			return nil
		}
		return r.putDomain(ctx, tx, cfg, from, before, &out, kind)
	})
	return out, err
}

// putDomain writes a domain that changed, tells of it, and settles the members.
func (r *Roster) putDomain(ctx context.Context, tx Tx, cfg tenant.Config, from origin, before tenant.Domain, d *tenant.Domain, kind EventKind) error {
	d.ChangedAt = tx.Now()
	switch {
	case d.Owned():
		d.LostAt = time.Time{}
	case d.Lost() && !before.Lost():
		d.LostAt = tx.Now()
	}
	if err := tx.PutDomain(ctx, *d); err != nil {
		return err
	}
	told := details{Name: d.Name, Status: string(d.Status), Fields: changedChoices(before, *d)}
	e := Event{Kind: kind, Actor: from.actor, RequestID: from.requestID, Data: told.json()}
	if err := tx.AppendEvent(ctx, e); err != nil {
		return err
	}
	if err := endMoved(ctx, tx, from, before, *d); err != nil {
		return err
	}
	cfg = withDomain(cfg, *d)
	prove, err := proving(ctx, tx, cfg, *d)
	if err != nil {
		return err
	}
	return r.walk(ctx, tx, cfg, from, Scope{}, prove)
}

// proving gives members of an owned domain the proof that they waited for. Of
// several with one address, the proven one keeps it, or else the oldest gets
// it; those of the others that a directory manages wait for an admin.
func proving(ctx context.Context, tx Tx, cfg tenant.Config, d tenant.Domain) (func(Member) Member, error) {
	if !d.Owned() {
		return nil, nil //nolint:nilnil // no change of members is an answer
	}
	ours := func(e Email) bool {
		by, ok := cfg.Domain(e.Domain())
		return ok && by.ID == d.ID
	}
	taken := map[Email]MemberID{}
	err := eachMember(ctx, tx, Query{Limit: walkPage}, func(m Member) error {
		if m.Proven && ours(m.Email) {
			taken[m.Email] = m.ID
		}
		return nil
	})
	return func(m Member) Member {
		if m.Proven || !ours(m.Email) {
			return m
		}
		switch other, is := taken[m.Email]; {
		case is && !m.Directory.IsZero() && m.Conflict == "" && !apart(m, other.String()):
			m.Conflict = CodeDuplicateAddress
		case !is:
			taken[m.Email] = m.ID
			m.Proven = true
			m.Person = PersonID{}
		}
		return m
	}, err
}

func withDomain(c tenant.Config, d tenant.Domain) tenant.Config {
	c.Domains = slices.DeleteFunc(slices.Clone(c.Domains), func(o tenant.Domain) bool { return o.ID == d.ID })
	c.Domains = append(c.Domains, d)
	return c
}

// newChallenge makes the value of a record: 170 random bits in base 32.
func newChallenge() string { return tenant.ChallengePrefix + rand.Text() + rand.Text()[:8] }

// challenged begins the proof of a domain.
func challenged(d *tenant.Domain, challenge string, now time.Time) {
	d.Status, d.Challenge, d.ChallengedAt, d.CheckedAt = tenant.DomainPending, challenge, now, time.Time{}
	d.Proof = tenant.Proof{}
}

func noDomain(name string) error {
	return &Error{Kind: NotFound, Field: "domain", Detail: "The tenant has no domain " + quote(name) + ". Add it first."}
}
