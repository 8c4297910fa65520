package main

import (
	"cmp"
	"io"

	"rollcall/internal/tenant"
)

type entitlementCmd struct {
	Put    entitlementPutCmd    `cmd:"" help:"Offer directories an entitlement that they may give to users, or change what it is called."`
	List   entitlementListCmd   `cmd:"" help:"List what a tenant offers."`
	Remove entitlementRemoveCmd `cmd:"" help:"Offer an entitlement no more. Users who carry it keep it until their directory takes it away."`
}

type entitlementArg struct {
	tenantFlag
	Value string `arg:"" help:"What users carry, such as reports.read. It is the entitlement's id on the wire."`
}

func (a entitlementArg) show(p *program, e tenant.Entitlement, done string) error {
	return p.show(e, func(w io.Writer) { say(w, "Entitlement %s (%s, %s) is %s.", e.Value, e.Display, e.Type, done) })
}

type entitlementPutCmd struct {
	entitlementArg
	Display string `placeholder:"NAME" help:"What people read (default: the value)."`
	Type    string `default:"entitlement" placeholder:"TYPE" help:"The kind, such as license; governance products group by it."`
}

// Run implements entitlement put.
func (c *entitlementPutCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	e, err := r.PutEntitlement(p.ctx, s, tenant.Entitlement{Value: c.Value, Display: cmp.Or(c.Display, c.Value), Type: c.Type})
	if err != nil {
		return err
	}
	return c.show(p, e, "offered")
}

type entitlementListCmd struct{ tenantFlag }

// Run implements entitlement list.
func (c *entitlementListCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	all := append([]tenant.Entitlement{}, cfg.Extensions.Entitlements...)
	return p.show(all, func(w io.Writer) {
		table(w, "The tenant offers no entitlement; `rollcall entitlement put` adds one.", []string{"VALUE", "NAME", "TYPE"},
			list(all, func(e tenant.Entitlement) []string { return []string{e.Value, e.Display, e.Type} }))
	})
}

type entitlementRemoveCmd struct{ entitlementArg }

// Run implements entitlement remove.
func (c *entitlementRemoveCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	e, err := r.RemoveEntitlement(p.ctx, s, c.Value)
	if err != nil {
		return noSuch(err, "the tenant has no entitlement %q; `rollcall entitlement list` shows all", c.Value)
	}
	return c.show(p, e, "offered no more")
}
