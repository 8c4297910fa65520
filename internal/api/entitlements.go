package api

import (
	"cmp"
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func (d *Door) entitlements() {
	const tag = "Entitlements"
	add(d, tag, operation{id: "listEntitlements", verb: "GET /tenants/{tenant}/entitlements", scope: ReadTenants, summary: "List entitlements", about: "What the tenant offers directories to give to users, as Okta's identity governance reads it."}, d.listEntitlements)
	add(d, tag, operation{id: "putEntitlement", verb: "PUT /tenants/{tenant}/entitlements/{entitlement}", scope: WriteTenants, summary: "Offer an entitlement", about: "Offers directories an entitlement, or changes what it is called."}, d.putEntitlement)
	add(d, tag, operation{id: "removeEntitlement", verb: "DELETE /tenants/{tenant}/entitlements/{entitlement}", scope: WriteTenants, summary: "Offer an entitlement no more", about: "Users who carry it keep it until their directory takes it away."}, d.removeEntitlement)
}

// InEntitlement names an entitlement of a tenant.
type InEntitlement struct {
	InTenant
	Entitlement string `path:"entitlement" doc:"The value that users carry, such as reports.read."`
}

func (d *Door) listEntitlements(ctx context.Context, in *InTenant) (*answer[page[tenant.Entitlement]], error) {
	cfg, err := d.config(ctx, *in)
	if err != nil {
		return nil, err
	}
	return the(page[tenant.Entitlement]{Items: append([]tenant.Entitlement{}, cfg.Extensions.Entitlements...)}), nil
}

type putEntitlementIn struct {
	InEntitlement
	Body *struct {
		Value   string `json:"value,omitempty" doc:"That of the path again, if you like."`
		Display string `json:"display,omitempty" doc:"What people read; the value when absent."`
		Type    string `json:"type,omitempty" doc:"The kind, such as license; entitlement when absent. Governance products group by it."`
	}
}

// plainType is the kind of entitlements that are given none.
const plainType = "entitlement"

func (d *Door) putEntitlement(ctx context.Context, in *putEntitlementIn) (*answer[tenant.Entitlement], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	e := tenant.Entitlement{Value: in.Entitlement, Display: in.Entitlement, Type: plainType}
	if b := in.Body; b != nil {
		if b.Value != "" && b.Value != in.Entitlement {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "value", Detail: "The value is another one than that of the path. Users carry it: leave it out, or offer another entitlement."}
		}
		e.Display, e.Type = cmp.Or(b.Display, e.Display), cmp.Or(b.Type, e.Type)
	}
	if e, err = d.Roster.PutEntitlement(ctx, s, e); err != nil {
		return nil, err
	}
	return the(e), nil
}

func (d *Door) removeEntitlement(ctx context.Context, in *InEntitlement) (*answer[tenant.Entitlement], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	old, err := d.Roster.RemoveEntitlement(ctx, s, in.Entitlement)
	if err != nil {
		return nil, err
	}
	return the(old), nil
}
