package roster

import (
	"context"
	"crypto/rand"
	"slices"

	"rollcall/internal/tenant"
)

// AddDomain notes that a tenant wants to prove a domain. Adding one that is
// there already returns it as it is; one that was removed starts anew.
func (r *Roster) AddDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	return r.changeDomain(ctx, s, name, func(d *tenant.Domain, cfg tenant.Config) error {
		if !here(*d) {
			d.Status = tenant.DomainPending
		}
		return notPublic(d.Name)
	})
}

// TrustDomain takes the operator's word that the domain is the tenant's. Members
// that waited for proof get it. Conflict when another tenant owns the domain, or
// lost it less than tenant.HoldPeriod ago.
func (r *Roster) TrustDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	return r.changeDomain(ctx, s, name, func(d *tenant.Domain, _ tenant.Config) error {
		d.Status = tenant.DomainTrusted
		return notPublic(d.Name)
	})
}

// RemoveDomain takes a domain away. Its members stay; directories can create
// nobody there, and other tenants can't claim it for tenant.HoldPeriod.
func (r *Roster) RemoveDomain(ctx context.Context, s Staff, name string) (tenant.Domain, error) {
	return r.changeDomain(ctx, s, name, func(d *tenant.Domain, _ tenant.Config) error {
		if !here(*d) {
			return &Error{Kind: NotFound, Field: "domain", Detail: "The tenant has no domain " + quote(d.Name) + "."}
		}
		if !d.Owned() { // nobody loses what was never theirs
			d.Status = tenant.DomainWithdrawn
			return nil
		}
		d.Status = tenant.DomainRemoved
		return nil
	})
}

// SetDomain changes what happens to people of a domain; "" leaves a choice as
// it is. The admin role can't be a default.
func (r *Roster) SetDomain(ctx context.Context, s Staff, name string, join tenant.AutoJoin, defaultRole string) (tenant.Domain, error) {
	return r.changeDomain(ctx, s, name, func(d *tenant.Domain, cfg tenant.Config) error {
		if !here(*d) {
			return &Error{Kind: NotFound, Field: "domain", Detail: "The tenant has no domain " + quote(d.Name) + ". Add it first."}
		}
		switch join {
		case "":
		case tenant.AutoJoinOff, tenant.AutoJoinOn, tenant.AutoJoinApprove:
			d.AutoJoin = join
		default:
			return &Error{Kind: Invalid, Field: "auto_join", Detail: "Auto-join is on, off or approve, not " + quote(string(join)) + "."}
		}
		if defaultRole == "" {
			return nil
		}
		d.DefaultRole = defaultRole
		return checkDefault(cfg, defaultRole)
	})
}

func (r *Roster) changeDomain(ctx context.Context, s Staff, name string, change func(*tenant.Domain, tenant.Config) error) (tenant.Domain, error) {
	var out tenant.Domain
	name, err := ParseDomain(name)
	if err != nil {
		return out, err
	}
	// 170 random bits in base 32, the same when the transaction is tried again.
	challenge := "rollcall-verify=" + rand.Text() + rand.Text()[:8]
	err = r.updateAlone(ctx, s.Tenant, func(tx Tx) error {
		cfg, err := tx.Config(ctx)
		if err != nil {
			return err
		}
		before, known := cfg.Domain(name)
		out = before
		if !known {
			out = tenant.Domain{
				ID: tenant.DomainID{UUID: tenant.NewUUID(tx.Now())}, Name: name, AutoJoin: tenant.AutoJoinOff,
				Challenge: challenge, CreatedAt: tx.Now(),
			}
		}
		if err := change(&out, cfg); err != nil {
			return err
		}
		if out == before {
			return nil
		}
		out.ChangedAt = tx.Now()
		if err := tx.PutDomain(ctx, out); err != nil {
			return err
		}
		if err := tx.AppendEvent(ctx, s.event(DomainChanged, details{Name: name, Status: string(out.Status)})); err != nil {
			return err
		}
		prove, err := proving(ctx, tx, out)
		if err != nil {
			return err
		}
		return r.walk(ctx, tx, withDomain(cfg, out), s.source(), Scope{}, prove)
	})
	return out, r.recorded(ctx, s.Tenant, s.source(), err)
}

// proving gives members of an owned domain the proof that they waited for. Of
// several with one address, the proven one keeps it, or else the oldest gets
// it; those of the others that a directory manages wait for an admin.
func proving(ctx context.Context, tx Tx, d tenant.Domain) (func(Member) Member, error) {
	if !d.Owned() {
		return nil, nil //nolint:nilnil // no change of members is an answer
	}
	taken := map[Email]MemberID{}
	err := eachMember(ctx, tx, Query{Limit: walkPage}, func(m Member) error {
		if m.Proven && m.Email.Domain() == d.Name {
			taken[m.Email] = m.ID
		}
		return nil
	})
	return func(m Member) Member {
		if m.Email.Domain() != d.Name || m.Proven {
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

// here says whether the tenant has the domain, whatever its state.
func here(d tenant.Domain) bool {
	return d.Status != "" && d.Status != tenant.DomainWithdrawn && !d.Lost()
}

// notPublic refuses domains where anybody can have an address: whoever owned
// one would own the addresses of half the world.
func notPublic(name string) error {
	if !tenant.PublicMail(name) {
		return nil
	}
	return &Error{
		Kind: Refused, Code: CodePublicDomain, Field: "domain",
		Detail: "Anybody can have an address at " + quote(name) + ", so it can't be one tenant's own. Use the domain of the customer's company.",
	}
}
