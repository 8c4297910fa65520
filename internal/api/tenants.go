package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) tenants() {
	const tag = "Tenants"
	add(d, tag, operation{id: "listTenants", verb: "GET /tenants", scope: ReadTenants, summary: "List tenants", about: "All tenants that the credential sees, by slug."}, d.listTenants)
	add(d, tag, operation{id: "createTenant", verb: "POST /tenants", scope: Operate, summary: "Make a tenant", about: "Makes an active tenant with a set of roles. The slug never changes.", status: http.StatusCreated}, d.createTenant)
	add(d, tag, operation{id: "getTenant", verb: "GET /tenants/{tenant}", scope: ReadTenants, summary: "Show a tenant", about: "One tenant with its roles and policy."}, d.getTenant)
	add(d, tag, operation{id: "changeTenant", verb: "PATCH /tenants/{tenant}", scope: WriteTenants, summary: "Change a tenant", about: "Changes the name, the roles or the policy; what the body does not name stays. Its members' standing follows at once."}, d.changeTenant)
	add(d, tag, operation{id: "suspendTenant", verb: "POST /tenants/{tenant}/suspend", scope: Operate, summary: "Suspend a tenant", about: "Takes access from all its people. Its directories are still answered, so that people who leave meanwhile are off when it resumes."}, d.suspendTenant)
	add(d, tag, operation{id: "resumeTenant", verb: "POST /tenants/{tenant}/resume", scope: Operate, summary: "Resume a tenant", about: "Undoes the suspension: everybody has access again who had it by the rules."}, d.resumeTenant)
}

func (d *Door) listTenants(ctx context.Context, in *Paging) (*answer[page[view.TenantView]], error) {
	after, err := d.cursors.read(listOf(ctx), in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := d.seen(ctx, string(after), in.Limit)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), found, view.Tenant, func(t tenant.Tenant) []byte { return []byte(t.Slug) }), nil
}

// seen lists the tenants that the principal sees, behind a slug: all of them, or its own few.
func (d *Door) seen(ctx context.Context, after string, limit int) (roster.Page[tenant.Tenant], error) {
	p := principal(ctx)
	if p.all() {
		return d.Locator.TenantsPage(ctx, after, limit)
	}
	own := p.Tenants
	if !p.Tenant.IsZero() {
		own = []tenant.ID{p.Tenant}
	}
	var page roster.Page[tenant.Tenant]
	for _, id := range own {
		cfg, err := d.Store.Reader(id).Config(ctx)
		if err != nil {
			return page, err
		}
		if cfg.Tenant.Slug > after {
			page.Items = append(page.Items, cfg.Tenant)
		}
	}
	slices.SortFunc(page.Items, func(a, b tenant.Tenant) int { return strings.Compare(a.Slug, b.Slug) })
	if len(page.Items) > limit {
		page.Items, page.More = page.Items[:limit], true
	}
	return page, nil
}

type createTenantIn struct {
	Body struct {
		Slug    string   `json:"slug" minLength:"1" maxLength:"63" doc:"Lower-case letters, digits and inner hyphens."`
		Name    string   `json:"name,omitempty" maxLength:"200" doc:"For people to read; the slug when absent."`
		RoleSet string   `json:"role_set,omitempty" enum:"simple,content,custom" doc:"simple (admin, user), content (admin, editor, contributor, viewer), or custom with roles; simple when absent."`
		Roles   []string `json:"roles,omitempty" maxItems:"20" doc:"A set of your own: the admin role first, the least, which is the default, last."`
		RoleFields
	}
}

func (d *Door) createTenant(ctx context.Context, in *createTenantIn) (*versioned[view.TenantView], error) {
	name := in.Body.Name
	if name == "" {
		name = in.Body.Slug
	}
	roles, err := roleSet(in.Body.RoleSet, in.Body.Roles)
	if err != nil {
		return nil, err
	}
	in.Body.fill(&roles)
	t, err := d.Roster.CreateTenant(ctx, in.Body.Slug, name, roles)
	if err != nil {
		return nil, err
	}
	return version(t.Version, view.Tenant(t)), nil
}

// RoleFields say what the roles of a set mean.
type RoleFields struct {
	Details     map[string]tenant.RoleDetail `json:"role_details,omitempty" doc:"What roles of a set of your own mean, by name."`
	Unavailable *[]string                    `json:"unavailable_roles,omitempty" maxItems:"20" doc:"Roles that the tenant's plan lacks: they can't be given; who has one keeps it. For the operator."`
}

func (f RoleFields) fill(s *tenant.RoleSet) {
	if f.Details != nil {
		s.Details = f.Details
	}
	set(&s.Unavailable, f.Unavailable)
}

// roleSet picks one of the built-in sets, or makes one of the roles.
func roleSet(name string, roles []string) (tenant.RoleSet, error) {
	switch {
	case len(roles) > 0 && (name == "" || name == "custom"):
		return tenant.RoleSet{Name: "custom", Roles: roles}, nil
	case len(roles) > 0:
		return tenant.RoleSet{}, &roster.Error{Kind: roster.Invalid, Field: "roles", Detail: "The role set " + name + " has its own roles: leave one of the two fields out."}
	case name == "content":
		return tenant.ContentRoles(), nil
	case name == "custom":
		return tenant.RoleSet{}, &roster.Error{Kind: roster.Invalid, Field: "roles", Detail: "A custom role set needs its roles, the admin role first."}
	}
	return tenant.SimpleRoles(), nil
}

func (d *Door) getTenant(ctx context.Context, in *InTenant) (*versioned[view.TenantView], error) {
	cfg, err := d.config(ctx, *in)
	if err != nil {
		return nil, err
	}
	return version(cfg.Tenant.Version, view.Tenant(cfg.Tenant)), nil
}

type changeTenantIn struct {
	InTenant
	Conditional
	Body struct {
		Name *string `json:"name,omitempty" maxLength:"200"`
		RoleFields
		Roles            []string `json:"roles,omitempty" maxItems:"20" doc:"The whole set. The first, the admin role, must stay; a role that a setting still gives can't go."`
		DefaultRole      *string  `json:"default_role,omitempty" doc:"Never the admin role; an empty text means the least role."`
		ConfirmAdoption  *bool    `json:"confirm_adoption,omitempty"`
		ProtectLastAdmin *bool    `json:"protect_last_admin,omitempty"`
		Guests           string   `json:"guests,omitempty" enum:"notify,allow,block"`
		SecondFactor     string   `json:"second_factor,omitempty" enum:"optional,required"`
	}
}

func (d *Door) changeTenant(ctx context.Context, in *changeTenantIn) (*versioned[view.TenantView], error) {
	cfg, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	c := roster.TenantChange{
		Name: in.Body.Name, DefaultRole: in.Body.DefaultRole,
		ConfirmAdoption: in.Body.ConfirmAdoption, ProtectLastAdmin: in.Body.ProtectLastAdmin,
	}
	if g, ok := tenant.ParseGuests(in.Body.Guests); ok && in.Body.Guests != "" {
		c.Guests = &g
	}
	if in.Body.SecondFactor != "" {
		f := tenant.SecondFactorOptional
		if in.Body.SecondFactor == string(tenant.SecondFactorRequired) {
			f = tenant.SecondFactorRequired
		}
		c.SecondFactor = &f
	}
	roles := cfg.Tenant.Roles
	if in.Body.Roles != nil && !slices.Equal(in.Body.Roles, roles.Roles) {
		roles = roles.With(in.Body.Roles)
	}
	in.Body.fill(&roles)
	if !roles.Equal(cfg.Tenant.Roles) {
		c.Roles = &roles
	}
	t, err := d.Roster.ChangeTenant(ctx, s, c)
	if err != nil {
		return nil, err
	}
	return version(t.Version, view.Tenant(t)), nil
}

// InTenantAction names a tenant that is acted on, in the version that the caller saw.
type InTenantAction struct {
	InTenant
	Conditional
}

func (d *Door) suspendTenant(ctx context.Context, in *InTenantAction) (*versioned[view.TenantView], error) {
	return d.setStatus(ctx, in, tenant.Suspended)
}

func (d *Door) resumeTenant(ctx context.Context, in *InTenantAction) (*versioned[view.TenantView], error) {
	return d.setStatus(ctx, in, tenant.Active)
}

func (d *Door) setStatus(ctx context.Context, in *InTenantAction, to tenant.Status) (*versioned[view.TenantView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	t, err := d.Roster.SetTenantStatus(ctx, s, to)
	if err != nil {
		return nil, err
	}
	return version(t.Version, view.Tenant(t)), nil
}
