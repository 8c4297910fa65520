package main

import (
	"io"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type tenantCmd struct {
	Create     tenantCreateCmd   `cmd:"" help:"Make a tenant. Prints its id and slug."`
	List       tenantListCmd     `cmd:"" help:"List all tenants."`
	Show       tenantShowCmd     `cmd:"" help:"Show one tenant and its policy."`
	Set        tenantSetCmd      `cmd:"" help:"Change a tenant's policy. What no flag names stays as it is."`
	SSO        tenantSSOCmd      `cmd:"" name:"sso" help:"Whether people must sign in through a connection."`
	BreakGlass breakGlassCmd     `cmd:"" help:"Who may sign in without SSO while it is enforced."`
	Sessions   tenantSessionsCmd `cmd:"" help:"How long sessions last."`
	Suspend    tenantSuspendCmd  `cmd:"" help:"Take access from all people of a tenant. Its directories are still answered, so that people who leave meanwhile are off when it resumes."`
	Resume     tenantResumeCmd   `cmd:"" help:"Undo suspend: everybody has access again who had it by the rules."`
}

type tenantCreateCmd struct {
	Slug  string `arg:"" help:"Names the tenant on the command line and in URLs: lower-case letters, digits and inner hyphens. It never changes."`
	Name  string `placeholder:"NAME" help:"The customer's name for people to read (default: the slug)."`
	Roles string `default:"simple" placeholder:"SET|FILE" help:"The roles of its people: simple (admin, user), content (admin, editor, contributor, viewer), your own from the most powerful, which is the admin role, to the least, which is the default: owner,agent,guest; or a JSON file that says what they mean as well, see docs/roles.md (default: simple)."`
}

// Run implements tenant create.
func (c *tenantCreateCmd) Run(p *program) error {
	if c.Name == "" {
		c.Name = c.Slug
	}
	roles, err := roleSet(c.Roles)
	if err != nil {
		return err
	}
	r, err := p.open()
	if err != nil {
		return err
	}
	t, err := r.CreateTenant(p.ctx, c.Slug, c.Name, roles)
	if err != nil {
		return err
	}
	return p.show(view.Tenant(t), func(w io.Writer) {
		say(w, "Tenant %s (%s) is there, with the roles %s.", t.Slug, t.ID, strings.Join(t.Roles.Roles, ", "))
		say(w, "Next: rollcall domain trust --tenant %s DOMAIN", t.Slug)
		say(w, "Then: rollcall directory create --tenant %s --provider entra|okta|google|generic", t.Slug)
		say(w, "Or, without either: rollcall invite create --tenant %s --email ADDRESS --role %s", t.Slug, t.Roles.Admin())
	})
}

type tenantListCmd struct{}

// Run implements tenant list.
func (*tenantListCmd) Run(p *program) error {
	if _, err := p.open(); err != nil {
		return err
	}
	all, err := p.db.Tenants(p.ctx)
	if err != nil {
		return err
	}
	return p.show(list(all, view.Tenant), func(w io.Writer) {
		rows := list(all, func(t tenant.Tenant) []string {
			return []string{t.Slug, t.Name, string(t.Status), strings.Join(t.Roles.Roles, ","), t.ID.String()}
		})
		table(w, "There is no tenant yet; `rollcall tenant create SLUG --name NAME` makes one.",
			[]string{"SLUG", "NAME", "STATUS", "ROLES", "ID"}, rows)
	})
}

type tenantShowCmd struct {
	Slug string `arg:"" help:"The tenant, by its slug or its id."`
}

// Run implements tenant show.
func (c *tenantShowCmd) Run(p *program) error {
	if _, err := p.open(); err != nil {
		return err
	}
	t, err := findTenant(p, c.Slug)
	if err != nil {
		return err
	}
	return p.showTenant(t)
}

func (p *program) showTenant(t tenant.Tenant) error {
	v := view.Tenant(t)
	return p.show(v, func(w io.Writer) {
		fields(w, "slug", v.Slug, "name", v.Name, "id", v.ID.String(), "status", string(v.Status),
			"roles", strings.Join(v.Roles, ", "), "default role", v.DefaultRole,
			"confirm adoption", yesNo(v.ConfirmAdoption), "protect last admin", yesNo(v.ProtectLastAdmin), "guests", v.Guests, "second factor", v.SecondFactor, "created", when(v.CreatedAt))
		for _, role := range v.RoleDetails {
			about := role.Description
			if !role.Available {
				about = "(not in the plan) " + about
			}
			fields(w, "role "+role.Name, about)
		}
		if v.NoAdmin {
			say(w, "The tenant has no active admin: a directory turned off the last one. Give the role to somebody with `rollcall member set-role`.")
		}
	})
}

type tenantSetCmd struct {
	Slug             string  `arg:"" help:"The tenant, by its slug or its id."`
	Roles            *string `placeholder:"SET|FILE" help:"Another set of roles, as with tenant create. The first, the admin role, must stay."`
	UnavailableRoles *string `placeholder:"ROLE,…" help:"Roles that the tenant's plan lacks: they can't be given; who has one keeps it. \"\" means none."`
	DefaultRole      *string `placeholder:"ROLE" help:"The role of people for whom nobody names one; \"\" means the least role of the set."`
	ConfirmAdoption  *bool   `negatable:"" help:"Whether an admin must confirm each existing member that a directory takes over."`
	ProtectLastAdmin *bool   `negatable:"" help:"Whether a directory that turns off the last admin is refused; otherwise it is obeyed, and the tenant marked."`
	Guests           *string `enum:"notify,allow,block" help:"What happens when another tenant invites people of a domain that this one owns: notify tells this one by an event, allow says nothing, block refuses."`
	SecondFactor     *string `enum:"optional,required" help:"Whether people who sign in without an identity provider must show a second factor."`
}

// Run implements tenant set.
func (c *tenantSetCmd) Run(p *program) error {
	r, err := p.open()
	if err != nil {
		return err
	}
	t, err := findTenant(p, c.Slug)
	if err != nil {
		return err
	}
	change := roster.TenantChange{DefaultRole: c.DefaultRole, ConfirmAdoption: c.ConfirmAdoption, ProtectLastAdmin: c.ProtectLastAdmin}
	change.Guests, change.SecondFactor = guests(c.Guests), secondFactor(c.SecondFactor)
	if change.Roles, err = changedRoles(t.Roles, c.Roles, c.UnavailableRoles); err != nil {
		return err
	}
	t, err = r.ChangeTenant(p.ctx, p.operator(t.ID), change)
	if err != nil {
		return err
	}
	return p.showTenant(t)
}

func guests(s *string) *tenant.Guests {
	if s == nil {
		return nil
	}
	g, _ := tenant.ParseGuests(*s) // kong has checked it
	return &g
}

func secondFactor(s *string) *tenant.SecondFactor {
	if s == nil {
		return nil
	}
	f := tenant.SecondFactorOptional
	if *s == string(tenant.SecondFactorRequired) {
		f = tenant.SecondFactorRequired
	}
	return &f
}

func override[T any](v, with *T) {
	if with != nil {
		*v = *with
	}
}

type tenantSuspendCmd struct {
	Slug string `arg:"" help:"The tenant, by its slug or its id."`
}

// Run implements tenant suspend.
func (c *tenantSuspendCmd) Run(p *program) error {
	return setStatus(p, c.Slug, tenant.Suspended, "Tenant %s is suspended: nobody has access.")
}

type tenantResumeCmd struct {
	Slug string `arg:"" help:"The tenant, by its slug or its id."`
}

// Run implements tenant resume.
func (c *tenantResumeCmd) Run(p *program) error {
	return setStatus(p, c.Slug, tenant.Active, "Tenant %s is active.")
}

func setStatus(p *program, slug string, to tenant.Status, sentence string) error {
	r, s, err := tenantFlag{slug}.staff(p)
	if err != nil {
		return err
	}
	t, err := r.SetTenantStatus(p.ctx, s, to)
	if err != nil {
		return err
	}
	return p.show(view.Tenant(t), func(w io.Writer) { say(w, sentence, t.Slug) })
}
