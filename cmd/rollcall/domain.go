package main

import (
	"cmp"
	"io"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type domainCmd struct {
	Add    domainAddCmd    `cmd:"" help:"Note that a domain belongs to a tenant. Prints the DNS record that will prove it."`
	Verify domainVerifyCmd `cmd:"" help:"Look for the DNS record now, and tell what is there. A domain whose record is in place is proven."`
	Trust  domainTrustCmd  `cmd:"" help:"Take your own word for it instead of DNS. People of the domain who waited for proof get access."`
	Set    domainSetCmd    `cmd:"" help:"Change what happens to people of a domain. What no flag names stays as it is."`
	List   domainListCmd   `cmd:"" help:"List a tenant's domains."`
	Remove domainRemoveCmd `cmd:"" help:"Take a domain away. Its people stay; directories can create nobody there, and no other tenant can have it for 30 days, or at once with --release."`
}

// domainArg names a domain of a tenant.
type domainArg struct {
	tenantFlag
	Domain string `arg:"" help:"The domain, such as acme.com; sub-domains are domains of their own. International names in either form."`
}

func (a domainArg) change(p *program, do func(*roster.Roster, roster.Staff) (tenant.Domain, error), text func(io.Writer, view.DomainView)) error {
	r, s, err := a.staff(p)
	if err != nil {
		return err
	}
	d, err := do(r, s)
	if err != nil {
		return err
	}
	v := view.Domain(d)
	return p.show(v, func(w io.Writer) { text(w, v) })
}

type domainAddCmd struct{ domainArg }

// Run implements domain add.
func (c *domainAddCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff) (tenant.Domain, error) {
		return r.AddDomain(p.ctx, s, c.Domain)
	}, func(w io.Writer, v view.DomainView) {
		say(w, "Domain %s is %s.", v.Domain, v.Status)
		say(w, "The record that will prove it: %s TXT %q", v.RecordName, v.RecordValue)
		say(w, "Some DNS hosts add the domain by themselves; then enter only %s as the name.", strings.TrimSuffix(v.RecordName, "."+v.Domain))
		say(w, "When it is set: rollcall domain verify --tenant %s %s (the gateway looks for it by itself, too)", c.Tenant, v.Domain)
		say(w, "Or take your own word for it: rollcall domain trust --tenant %s %s", c.Tenant, v.Domain)
	})
}

type domainTrustCmd struct{ domainArg }

// Run implements domain trust.
func (c *domainTrustCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff) (tenant.Domain, error) {
		return r.TrustDomain(p.ctx, s, c.Domain)
	}, func(w io.Writer, v view.DomainView) {
		say(w, "Domain %s is trusted: addresses of it are the tenant's own.", v.Domain)
	})
}

type domainSetCmd struct {
	domainArg
	AutoJoin    string `enum:"on,off,approve," default:"" placeholder:"on|off|approve" help:"Whether people of the domain become members when they first sign in, or an admin is asked."`
	DefaultRole string `placeholder:"ROLE" help:"The role of the domain's people for whom nobody names one. Never the admin role."`
	SubDomains  string `enum:"on,off," default:"" placeholder:"on|off" help:"Whether all names below count as the domain's own, save those that another tenant holds."`
}

// Run implements domain set.
func (c *domainSetCmd) Run(p *program) error {
	if c.AutoJoin == "" && c.DefaultRole == "" && c.SubDomains == "" {
		return usage("nothing to set: give --auto-join or --default-role, or --sub-domains")
	}
	set := roster.DomainSettings{AutoJoin: tenant.AutoJoin(c.AutoJoin), DefaultRole: c.DefaultRole}
	if c.SubDomains != "" {
		on := c.SubDomains == "on"
		set.SubDomains = &on
	}
	return c.change(p, func(r *roster.Roster, s roster.Staff) (tenant.Domain, error) {
		return r.ConfigureDomain(p.ctx, s, c.Domain, set)
	}, func(w io.Writer, v view.DomainView) {
		below := "without sub-domains"
		if v.SubDomains {
			below = "with sub-domains"
		}
		say(w, "Domain %s: auto-join %s, default role %s, %s.", v.Domain, v.AutoJoin, cmp.Or(v.DefaultRole, "the tenant's"), below)
	})
}

type domainListCmd struct{ tenantFlag }

// Run implements domain list.
func (c *domainListCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	return p.show(list(cfg.Domains, view.Domain), func(w io.Writer) {
		rows := list(cfg.Domains, func(d tenant.Domain) []string {
			return []string{d.Name, string(d.Status), string(d.AutoJoin), cmp.Or(d.DefaultRole, "-"), d.ID.String(), view.LastLooked(d, p.now())}
		})
		table(w, "The tenant has no domain yet; `rollcall domain add` or `rollcall domain trust` gives it one.",
			[]string{"DOMAIN", "STATUS", "AUTO-JOIN", "DEFAULT ROLE", "ID", "LAST LOOKED"}, rows)
	})
}

type domainRemoveCmd struct {
	domainArg
	Release bool `help:"Let another tenant have the domain at once. Releases one that was removed before, too."`
}

// Run implements domain remove.
func (c *domainRemoveCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff) (tenant.Domain, error) {
		if c.Release {
			return r.ReleaseDomain(p.ctx, s, c.Domain)
		}
		return r.RemoveDomain(p.ctx, s, c.Domain)
	}, func(w io.Writer, v view.DomainView) {
		if v.Status == tenant.DomainReleased {
			say(w, "Domain %s is released. Its people stay members; another tenant can have it now.", v.Domain)
			return
		}
		say(w, "Domain %s is removed. Its people stay members; no other tenant can have it for 30 days.", v.Domain)
	})
}
