package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/simulate"
	"rollcall/internal/tenant"
)

// demo is a story in steps, and what they made.
type demo struct {
	*program
	roster *roster.Roster
	tell   *teller
	began  time.Time

	tenant      tenant.Tenant
	operator    roster.Staff
	admin       roster.Staff // Ana
	directories []*demoDirectory
	blocked     roster.MemberID
	left        roster.MemberID

	key      secret.Key
	idps     *demoIDPs
	app      *demoApp
	browsers []*visitor // of those who signed in
	signIns  []demoSignInView
	said     string        // to who was refused last
	shutIn   time.Duration // the same, to the end in the application
	invited  demoInviteView
	deadIn   time.Duration // from an answer to SCIM to the end of a session
}

// demoDirectory is one of the three directories, and the pocket identity
// provider that pushes into it.
type demoDirectory struct {
	name          string
	provider      tenant.Provider
	domain        string
	users, groups int
	roles         map[string]string // by a part of the group's name
	defaultRole   string            // of the domain

	id      tenant.DirectoryID
	baseURL string
	token   string
	summary simulate.Summary
}

func newDemo(p *program, key secret.Key, doors *demoDoors, users int) *demo {
	to := p.out
	if p.json {
		to = p.errs
	}
	return &demo{
		program: p, roster: p.roster(), tell: &teller{w: to, now: p.now}, began: p.now(), key: key, idps: doors.idps, app: doors.app,
		directories: []*demoDirectory{
			{
				name: "Entra", provider: tenant.Entra, domain: "acme.example", users: users, groups: 4,
				roles: map[string]string{" team 1": "editor", " team 2": "contributor"},
			},
			{
				name: "Okta", provider: tenant.Okta, domain: "acme-labs.example", users: (2*users + 2) / 3, groups: 3,
				roles: map[string]string{" team 1": "editor"},
			},
			// Google pushes no groups: roles come from the domain, or from an admin.
			{name: "Google", provider: tenant.Google, domain: "acme-shops.example", users: users / 2, defaultRole: "contributor"},
		},
	}
}

// setUp makes the tenant with its domains, its first admin, and its directories.
func (d *demo) setUp() error {
	t, err := d.roster.CreateTenant(d.ctx, "acme", "Acme", tenant.ContentRoles())
	if err != nil {
		return err
	}
	d.tenant, d.operator = t, d.program.operator(t.ID)
	d.tell.line("Tenant %s has the roles %s; who gets none named is a %s.", t.Slug, strings.Join(t.Roles.Roles, ", "), t.Roles.Least())
	for _, dir := range d.directories {
		if _, err := d.roster.TrustDomain(d.ctx, d.operator, dir.domain); err != nil {
			return err
		}
		if err := d.connect(dir); err != nil {
			return err
		}
		more := ""
		if dir.defaultRole != "" {
			if _, err := d.roster.SetDomain(d.ctx, d.operator, dir.domain, "", dir.defaultRole); err != nil {
				return err
			}
			more = ", whose default role is " + dir.defaultRole
		}
		d.tell.line("Directory %-6s may push people of the trusted domain %s%s.", dir.name, dir.domain, more)
	}
	ana, err := d.roster.AddMember(d.ctx, d.operator, "ana@"+d.directories[0].domain, t.Roles.Admin(), "Ana Ruiz")
	if err != nil {
		return err
	}
	d.admin = roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceAdmin, ID: ana.ID.String()}}
	d.tell.line("The operator makes %s the first %s.", ana.Email, ana.Standing.Role)
	return nil
}

// connect makes a directory and its token, as directory create does.
func (d *demo) connect(dir *demoDirectory) error {
	made, err := d.roster.CreateDirectory(d.ctx, d.operator, dir.name, dir.provider, tenant.DirectorySettings{})
	if err != nil {
		return err
	}
	token := secret.NewToken(secret.SCIM)
	if _, err := d.roster.AddCredential(d.ctx, d.operator, made.ID, "demo", token.Hash(), time.Time{}); err != nil {
		return err
	}
	dir.id, dir.baseURL, dir.token = made.ID, d.viewDirectory(made).BaseURL, token.Reveal()
	return nil
}

// push lets the pocket identity providers go through their whole sequences.
func (d *demo) push() error {
	for _, dir := range d.directories {
		summary, err := simulate.Run(d.ctx, simulate.Config{
			Vendor: simulate.Vendor(dir.provider), BaseURL: dir.baseURL, Token: dir.token, Domain: dir.domain,
			Users: dir.users, Groups: dir.groups, Keep: true, Patience: 5 * time.Second, Now: d.now,
		})
		dir.summary = summary
		if err != nil {
			return fmt.Errorf("%s: %w", dir.name, err)
		}
		d.tell.line("%-6s  %d people, %d groups: %d requests in %.0f ms, every answer as expected.",
			dir.name, summary.Users, summary.Groups, summary.Requests, summary.DurationMS)
		d.tell.wrapped("        ", " · ", stepNames(summary))
	}
	return nil
}

func stepNames(s simulate.Summary) []string {
	return list(s.Steps, func(st simulate.StepResult) string { return fmt.Sprintf("%s %d", st.Name, st.Asked) })
}

// mapGroups gives roles to the members of the groups that came, and one role by
// hand.
func (d *demo) mapGroups() error {
	for _, dir := range d.directories {
		groups, err := d.groups(dir)
		if err != nil {
			return err
		}
		var mappings []tenant.RoleMapping
		for _, g := range groups {
			for part, role := range dir.roles {
				if strings.Contains(g.Name, part) {
					mappings = append(mappings, tenant.RoleMapping{Group: g.ID.UUID, Role: role})
					d.tell.line("Members of %s's group %q get the role %s.", dir.name, g.Name, role)
				}
			}
		}
		if len(mappings) == 0 {
			continue
		}
		if _, err := d.roster.SetMappings(d.ctx, d.admin, dir.id, mappings); err != nil {
			return err
		}
	}
	google := d.directories[len(d.directories)-1]
	people, err := d.people(google)
	if err != nil || len(people) == 0 {
		return err
	}
	m, err := d.roster.SetRole(d.ctx, d.admin, people[0].ID, "editor")
	if err != nil {
		return err
	}
	d.tell.line("%s pushes no groups; Ana gives %s the role %s by hand.", google.name, m.Email, m.Standing.Role)
	return nil
}

// groups lists what a directory pushed, by name.
func (d *demo) groups(dir *demoDirectory) ([]roster.Group, error) {
	page, err := d.db.Reader(d.tenant.ID).Groups(d.ctx, roster.Query{Scope: roster.Scope{Directory: dir.id}, Limit: memberPage})
	slices.SortFunc(page.Items, func(a, b roster.Group) int { return strings.Compare(a.Name, b.Name) })
	return page.Items, err
}

// people lists those whom a directory pushed, by their addresses. A nil directory
// means everybody of the tenant.
func (d *demo) people(dir *demoDirectory) ([]roster.Member, error) {
	q := roster.Query{Limit: memberPage, WithGroups: true}
	if dir != nil {
		q.Scope.Directory = dir.id
	}
	var all []roster.Member
	for more := true; more; {
		page, err := d.db.Reader(d.tenant.ID).Members(d.ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if more = page.More; more {
			q.After = page.Items[len(page.Items)-1].ID.UUID
		}
	}
	slices.SortFunc(all, func(a, b roster.Member) int {
		return cmp.Or(strings.Compare(a.Directory.String(), b.Directory.String()), strings.Compare(string(a.Email), string(b.Email)))
	})
	return all, nil
}
