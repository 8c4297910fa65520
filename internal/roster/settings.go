package roster

import (
	"context"
	"slices"

	"rollcall/internal/tenant"
)

// TenantChange is what somebody wants of a tenant; nil leaves a choice as it is.
type TenantChange struct {
	Name             *string
	Roles            *tenant.RoleSet
	DefaultRole      *string // "": the least role
	ConfirmAdoption  *bool
	ProtectLastAdmin *bool
	Guests           *tenant.Guests
	SecondFactor     *tenant.SecondFactor
}

// ChangeTenant changes a tenant's name, roles and policy in one step and settles its members anew.
// Invalid for a name or role that can't be used, and for a role set that lacks a role which a group
// mapping, a domain or the tenant still gives, or makes it unavailable; Forbidden when anybody but the
// operator changes what is unavailable; Refused when no admin would be left. A member whose
// role is gone gets what the next claim names.
func (r *Roster) ChangeTenant(ctx context.Context, s Staff, c TenantChange) (tenant.Tenant, error) {
	return r.configure(ctx, s, TenantChanged, func(cfg *tenant.Config) error {
		t := &cfg.Tenant
		admin, unavailable := t.Roles.Admin(), t.Roles.Unavailable
		set(&t.Name, c.Name)
		set(&t.Roles, c.Roles)
		set(&t.Policy.DefaultRole, c.DefaultRole)
		set(&t.Policy.ConfirmAdoption, c.ConfirmAdoption)
		set(&t.Policy.ProtectLastAdmin, c.ProtectLastAdmin)
		set(&t.Policy.Guests, c.Guests)
		set(&t.Policy.SecondFactor, c.SecondFactor)
		if !t.Policy.Guests.Valid() || !t.Policy.SecondFactor.Valid() {
			return &Error{Kind: Invalid, Field: "policy", Detail: "Guests are notify, allow or block; a second factor is optional or required."}
		}
		if err := checkName(t.Name); err != nil {
			return err
		}
		if c.Roles != nil {
			if s.Actor.Source != SourceOperator && !slices.Equal(c.Roles.Unavailable, unavailable) {
				return &Error{Kind: Forbidden, Field: "roles", Detail: "Which roles a tenant's plan has is the operator's to say."}
			}
			if err := checkRoles(*cfg, admin); err != nil {
				return err
			}
		}
		return checkDefault(*cfg, t.Policy.DefaultRole)
	})
}

func set[T any](v, to *T) {
	if to != nil {
		*v = *to
	}
}

func checkDefault(cfg tenant.Config, role string) error {
	if role != "" && role == cfg.Tenant.Roles.Admin() {
		return &Error{Kind: Invalid, Field: "default_role", Detail: "The admin role can't be a default: somebody must give it to each admin."}
	}
	return checkRole(cfg, role)
}

// checkRoles refuses a role set that takes the admins' role from them, or leaves a setting with a
// role that is not there any more: it would quietly stop to work.
func checkRoles(cfg tenant.Config, admin string) error {
	roles := cfg.Tenant.Roles
	if err := roles.Check(); err != nil {
		return &Error{Kind: Invalid, Field: "roles", Detail: "The role set can't be used: " + err.Error() + "."}
	}
	if roles.Admin() != admin {
		return &Error{
			Kind: Invalid, Field: "roles",
			Detail: "The first role must stay " + quote(admin) + ", the admin role: the tenant's admins bear it, and would be none any more.",
		}
	}
	missing := func(role, where string) error {
		if roles.Has(role) {
			return &Error{
				Kind: Invalid, Field: "roles",
				Detail: "The role " + quote(role) + " can't be made unavailable, because " + where + " still gives it. Change that first.",
			}
		}
		return &Error{
			Kind: Invalid, Field: "roles",
			Detail: "The role set lacks " + quote(role) + ", which " + where + " still gives. Change that first, or keep the role.",
		}
	}
	if role := cfg.Tenant.Policy.DefaultRole; role != "" && !roles.Offers(role) {
		return missing(role, "the tenant's default")
	}
	for _, d := range cfg.Domains {
		if d.Here() && d.DefaultRole != "" && !roles.Offers(d.DefaultRole) {
			return missing(d.DefaultRole, "the domain "+d.Name)
		}
	}
	for _, d := range cfg.Directories {
		lost := func(m tenant.RoleMapping) bool { return !roles.Offers(m.Role) }
		if i := slices.IndexFunc(d.Mappings, lost); i >= 0 && d.Status != tenant.DirectoryRemoved {
			return missing(d.Mappings[i].Role, "a group mapping of the directory "+d.Name)
		}
	}
	for _, c := range cfg.Connections {
		lost := func(rule tenant.SignInRule) bool { return rule.Role != "" && !roles.Offers(rule.Role) }
		if i := slices.IndexFunc(c.Mapping.Rules, lost); i >= 0 && c.Status != tenant.ConnectionRemoved {
			return missing(c.Mapping.Rules[i].Role, "a rule of the connection "+c.Name)
		}
	}
	return nil
}

// DirectoryChange is what somebody wants of a directory; nil leaves a choice as it is.
type DirectoryChange struct {
	Name           *string
	Strict         *bool
	RolesAttribute *bool
	Rate           *int // see Roster.SetRate
	Burst          *int
	Hold           *bool // see Roster.SetHold
}

// ChangeDirectory changes a directory's name and settings. What the roles attribute named while it
// was allowed is forgotten when it is not any more; what was sent while it was not counts from the
// directory's next word on each member. NotFound for one that was removed, Forbidden
// for a rate that anybody but the operator names.
func (r *Roster) ChangeDirectory(ctx context.Context, s Staff, id tenant.DirectoryID, c DirectoryChange) (tenant.Directory, error) {
	return r.changeDirectory(ctx, s, id, DirectoryChanged, func(tx Tx, d *tenant.Directory, cfg tenant.Config) (func(Member) Member, error) {
		if d.Status == tenant.DirectoryRemoved {
			return nil, &Error{Kind: NotFound, Field: "directory", Detail: "The directory was removed. Restore it before it is changed."}
		}
		if (c.Rate != nil || c.Burst != nil) && s.Actor.Source != SourceOperator {
			return nil, &Error{Kind: Forbidden, Field: "rate", Detail: "How much a directory may send is the operator's to say."}
		}
		set(&d.Name, c.Name)
		set(&d.Settings.Strict, c.Strict)
		set(&d.Settings.RolesAttribute, c.RolesAttribute)
		set(&d.Settings.Rate, c.Rate)
		set(&d.Settings.Burst, c.Burst)
		set(&d.Settings.Hold, c.Hold)
		if err := checkRate(d.Settings.Rate, d.Settings.Burst); err != nil {
			return nil, err
		}
		if err := checkName(d.Name); err != nil {
			return nil, err
		}
		return func(m Member) Member {
			m.Claims = directoryRoles(m, *d, cfg.Tenant.Roles, nil, tx.Now())
			return m
		}, nil
	})
}
