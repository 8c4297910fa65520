package api

import (
	"context"
	"net/http"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) domains() {
	const tag = "Domains"
	add(d, tag, operation{id: "listDomains", verb: "GET /tenants/{tenant}/domains", scope: ReadTenants, summary: "List domains", about: "The e-mail domains of a tenant by name, also those it has lost."}, d.listDomains)
	add(d, tag, operation{id: "addDomain", verb: "POST /tenants/{tenant}/domains", scope: WriteTenants, summary: "Add a domain", about: "Notes that the tenant wants to prove a domain, and tells the DNS record that will prove it. One that is there already is returned as it is.", status: http.StatusCreated}, d.addDomain)
	add(d, tag, operation{id: "getDomain", verb: "GET /tenants/{tenant}/domains/{domain}", scope: ReadTenants, summary: "Show a domain", about: "One domain with the record that proves it."}, d.getDomain)
	add(d, tag, operation{id: "verifyDomain", verb: "POST /tenants/{tenant}/domains/{domain}/verify", scope: WriteTenants, summary: "Verify a domain", about: "Looks for the DNS record now, and tells what was found. With the record in place the domain is proven, and people of it who waited for proof get access; a record that is missing is no error."}, d.verifyDomain)
	add(d, tag, operation{id: "trustDomain", verb: "POST /tenants/{tenant}/domains/{domain}/trust", scope: Operate, summary: "Trust a domain", about: "Takes the operator's word instead of DNS. People of the domain who waited for proof get access."}, d.trustDomain)
	add(d, tag, operation{id: "changeDomain", verb: "PATCH /tenants/{tenant}/domains/{domain}", scope: WriteTenants, summary: "Change a domain", about: "Changes what happens to people of the domain; what the body does not name stays."}, d.changeDomain)
	add(d, tag, operation{id: "removeDomain", verb: "DELETE /tenants/{tenant}/domains/{domain}", scope: WriteTenants, summary: "Remove a domain", about: "Takes the domain away. Its people stay; directories can create nobody there, and no other tenant can have it for 30 days, unless release is set."}, d.removeDomain)
}

// InDomain names a domain of a tenant.
type InDomain struct {
	InTenant
	Domain string `path:"domain" doc:"The domain's name, such as acme.com. International names in either form."`
}

func (d *Door) listDomains(ctx context.Context, in *InTenant) (*answer[page[view.DomainView]], error) {
	cfg, err := d.config(ctx, *in)
	if err != nil {
		return nil, err
	}
	return the(page[view.DomainView]{Items: views(cfg.Domains, view.Domain)}), nil
}

type addDomainIn struct {
	InTenant
	Body struct {
		Domain string `json:"domain" minLength:"1" maxLength:"255" doc:"Such as acme.com; sub-domains are domains of their own."`
	}
}

func (d *Door) addDomain(ctx context.Context, in *addDomainIn) (*answer[view.DomainView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	found, err := d.Roster.AddDomain(ctx, s, in.Body.Domain)
	if err != nil {
		return nil, err
	}
	return the(view.Domain(found)), nil
}

func (d *Door) getDomain(ctx context.Context, in *InDomain) (*answer[view.DomainView], error) {
	cfg, err := d.config(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	name, err := roster.ParseDomain(in.Domain)
	found, ok := cfg.DomainNamed(name)
	if err != nil || !ok {
		return nil, none("domain")
	}
	return the(view.Domain(found)), nil
}

func (d *Door) trustDomain(ctx context.Context, in *InDomain) (*answer[view.DomainView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	found, err := d.Roster.TrustDomain(ctx, s, in.Domain)
	if err != nil {
		return nil, err
	}
	return the(view.Domain(found)), nil
}

type changeDomainIn struct {
	InDomain
	Body struct {
		AutoJoin    tenant.AutoJoin `json:"auto_join,omitempty" enum:"on,off,approve" doc:"Whether people of the domain become members when they first sign in, or an admin is asked."`
		DefaultRole string          `json:"default_role,omitempty" doc:"Of people for whom nobody names a role. Never the admin role."`
		SubDomains  *bool           `json:"sub_domains,omitempty" doc:"Whether all names below count as the domain's own, save those that another tenant holds."`
	}
}

func (d *Door) changeDomain(ctx context.Context, in *changeDomainIn) (*answer[view.DomainView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	set := roster.DomainSettings{AutoJoin: in.Body.AutoJoin, DefaultRole: in.Body.DefaultRole, SubDomains: in.Body.SubDomains}
	found, err := d.Roster.ConfigureDomain(ctx, s, in.Domain, set)
	if err != nil {
		return nil, err
	}
	return the(view.Domain(found)), nil
}

type removeDomainIn struct {
	InDomain
	Release bool `query:"release" doc:"Let other tenants have the domain at once, also one that is lost already."`
}

func (d *Door) removeDomain(ctx context.Context, in *removeDomainIn) (*answer[view.DomainView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	remove := d.Roster.RemoveDomain
	if in.Release {
		remove = d.Roster.ReleaseDomain
	}
	found, err := remove(ctx, s, in.Domain)
	if err != nil {
		return nil, err
	}
	return the(view.Domain(found)), nil
}

type verifyDomainIn struct {
	InDomain
	Renew bool `query:"renew" doc:"Make a new value for the record instead of looking for it. The old one proves nothing any more."`
}

func (d *Door) verifyDomain(ctx context.Context, in *verifyDomainIn) (*answer[view.DomainView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	verify := d.Roster.VerifyDomain
	if in.Renew {
		verify = d.Roster.RenewDomain
	}
	found, err := verify(ctx, s, in.Domain)
	if err != nil {
		return nil, err
	}
	return the(view.Domain(found)), nil
}
