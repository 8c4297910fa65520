package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

type directoryMapCmd struct {
	directoryArg
	Mappings []string `arg:"" optional:"" name:"GROUP=ROLE" help:"A group of the directory, by its name, its external id or its SCIM id, and the role of its members. Only a mapping can give the admin role."`
	Clear    bool     `help:"Take all mappings away."`
	Preview  bool     `help:"Only say who would have another role."`
}

// Help is shown below the flags.
func (*directoryMapCmd) Help() string {
	return `The mappings replace those that were there; of several groups of one member the first mapping wins:

  rollcall directory map dir_… "IT Admins=admin" "Everyone=user"

A mapping follows the group, not its name: a rename at the provider changes nothing. The provider must have
pushed the group before it can be mapped. Without mappings, and without --clear, the command shows what is set.`
}

// Run implements directory map.
func (c *directoryMapCmd) Run(p *program) error {
	if c.Clear && len(c.Mappings) > 0 {
		return usage("give either mappings or --clear")
	}
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	if !c.Clear && len(c.Mappings) == 0 {
		return p.showDirectory(s.Tenant, d)
	}
	mappings := make([]tenant.RoleMapping, 0, len(c.Mappings))
	for _, text := range c.Mappings {
		i := strings.LastIndexByte(text, '=') // a name may have one of its own
		if i < 1 || i == len(text)-1 {
			return usage("mapping %q must be GROUP=ROLE", text)
		}
		group, err := findGroup(p, s.Tenant, d.ID, text[:i])
		if err != nil {
			return err
		}
		mappings = append(mappings, tenant.RoleMapping{Group: group.ID.UUID, Role: text[i+1:]})
	}
	if c.Preview {
		return previewMappings(p, r, s, d, mappings)
	}
	if d, err = r.SetMappings(p.ctx, s, d.ID, mappings); err != nil {
		return err
	}
	return p.showDirectory(s.Tenant, d)
}

// findGroup finds a group of a directory by id, external id or name.
func findGroup(p *program, of tenant.ID, in tenant.DirectoryID, name string) (roster.Group, error) {
	rd, scope := p.db.Reader(of), roster.Scope{Directory: in}
	if u, err := tenant.Parse("grp", name); err == nil {
		g, err := rd.Group(p.ctx, scope, roster.GroupID{UUID: u})
		return g, noSuch(err, "the directory has pushed no group %s", name)
	}
	is := func(column roster.Column, exact bool) roster.Predicate {
		return roster.Compare{Field: roster.Field{Column: column, Exact: exact}, Op: roster.Equal, Value: roster.TextValue(name)}
	}
	page, err := rd.Groups(p.ctx, roster.Query{
		Scope: scope, Limit: 10,
		Where: roster.Or{is(roster.ColumnName, false), is(roster.ColumnExternalID, true)},
	})
	switch {
	case err != nil:
		return roster.Group{}, err
	case len(page.Items) == 1:
		return page.Items[0], nil
	case len(page.Items) == 0:
		return roster.Group{}, refused("the directory has pushed no group %q; assign it to the app at the provider first, or take one that `rollcall directory show` lists", name)
	}
	ids := list(page.Items, func(g roster.Group) string { return g.ID.UUID.UUID() })
	return roster.Group{}, refused("%q fits several groups, name one by its id: %s", name, strings.Join(ids, ", "))
}

// shownGroups is how many groups are listed of a directory that may have thousands.
const shownGroups = 50

// otherGroups returns the names of the groups that a directory pushed and that give no role, at most shownGroups of
// them, quoted as directory map takes them.
func otherGroups(p *program, of tenant.ID, d tenant.Directory) ([]string, error) {
	page, err := p.db.Reader(of).Groups(p.ctx, roster.Query{Scope: roster.Scope{Directory: d.ID}, Limit: shownGroups})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, g := range page.Items {
		if !slices.ContainsFunc(d.Mappings, func(m tenant.RoleMapping) bool { return m.Group == g.ID.UUID }) {
			names = append(names, fmt.Sprintf("%q", g.Name))
		}
	}
	slices.Sort(names)
	if page.More {
		names = append(names, "…")
	}
	return names, nil
}

// groupNames returns the names of the groups that a directory's mappings name.
func groupNames(p *program, of tenant.ID, d tenant.Directory) (map[tenant.UUID]string, error) {
	names := map[tenant.UUID]string{}
	for _, m := range d.Mappings {
		g, err := p.db.Reader(of).Group(p.ctx, roster.Scope{}, roster.GroupID{UUID: m.Group})
		if err != nil && !errors.Is(err, roster.NotFound) {
			return nil, err
		}
		names[m.Group] = g.Name
	}
	return names, nil
}
