package main

import (
	"io"
	"strconv"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

type groupCmd struct {
	Create groupCreateCmd `cmd:"" help:"Make a group that is kept by hand: for admins, and for the mappings of sign-in connections."`
	List   groupListCmd   `cmd:"" help:"List a tenant's groups, those that directories push too."`
	Rename groupRenameCmd `cmd:"" help:"Give a group that is kept by hand another name."`
	Add    groupAddCmd    `cmd:"" help:"Put members into a group that is kept by hand."`
	Drop   groupDropCmd   `cmd:"" help:"Take members out of a group that is kept by hand."`
	Remove groupRemoveCmd `cmd:"" help:"Delete a group that is kept by hand. Its people stay members."`
}

// groupArg names a group of a tenant.
type groupArg struct {
	tenantFlag
	Group string `arg:"" help:"The group, by its id (grp_…)."`
}

func (c groupArg) change(p *program, f func(r *roster.Roster, s roster.Staff, id roster.GroupID) (roster.Group, error)) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	id, err := roster.ParseGroupID(c.Group)
	if err != nil {
		return usage("%q is no id of a group, which has the form grp_…; `rollcall group list` shows them", c.Group)
	}
	g, err := f(r, s, id)
	if err = noSuch(err, "the tenant has no group %s", c.Group); err != nil {
		return err
	}
	return p.show(view.Group(g), func(w io.Writer) { say(w, "Group %s (%s).", printable(g.Name), g.ID) })
}

type groupCreateCmd struct {
	tenantFlag
	Name string `arg:"" help:"What people call it."`
}

// Run implements group create.
func (c *groupCreateCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	g, err := r.MakeGroup(p.ctx, s, c.Name)
	if err != nil {
		return err
	}
	return p.show(view.Group(g), func(w io.Writer) { say(w, "Group %s is there: %s.", printable(g.Name), g.ID) })
}

type groupListCmd struct{ tenantFlag }

// Run implements group list.
func (c *groupListCmd) Run(p *program) error {
	_, s, err := c.staff(p)
	if err != nil {
		return err
	}
	var all []roster.Group
	q := roster.Query{Limit: memberPage}
	for more := true; more; {
		page, err := p.db.Reader(s.Tenant).Groups(p.ctx, q)
		if err != nil {
			return err
		}
		for _, g := range page.Items {
			all, q.After = append(all, g), g.ID.UUID
		}
		more = page.More
	}
	return p.show(list(all, view.Group), func(w io.Writer) {
		table(w, "The tenant has no group; a directory pushes them, and `rollcall group create` makes one.", []string{"ID", "NAME", "KEPT BY", "VERSION"},
			list(all, func(g roster.Group) []string {
				by := "hand"
				if !g.Directory.IsZero() {
					by = g.Directory.String()
				}
				return []string{g.ID.String(), g.Name, by, strconv.FormatInt(g.Version, 10)}
			}))
	})
}

type groupRenameCmd struct {
	groupArg
	Name string `arg:"" help:"The new name."`
}

// Run implements group rename.
func (c *groupRenameCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff, id roster.GroupID) (roster.Group, error) {
		return r.ChangeGroup(p.ctx, s, id, roster.ByHand{Name: c.Name})
	})
}

// groupPeople are members to put in or take out.
type groupPeople struct {
	groupArg
	Members []string `arg:"" help:"The members, by id, e-mail address or login."`
}

func (c groupPeople) find(p *program, s roster.Staff) ([]roster.MemberID, error) {
	var ids []roster.MemberID
	for _, name := range c.Members {
		id, err := findMember(p, s, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

type groupAddCmd struct{ groupPeople }

// Run implements group add.
func (c *groupAddCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff, id roster.GroupID) (roster.Group, error) {
		ids, err := c.find(p, s)
		if err != nil {
			return roster.Group{}, err
		}
		return r.ChangeGroup(p.ctx, s, id, roster.ByHand{Add: ids})
	})
}

type groupDropCmd struct{ groupPeople }

// Run implements group drop.
func (c *groupDropCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff, id roster.GroupID) (roster.Group, error) {
		ids, err := c.find(p, s)
		if err != nil {
			return roster.Group{}, err
		}
		return r.ChangeGroup(p.ctx, s, id, roster.ByHand{Remove: ids})
	})
}

type groupRemoveCmd struct{ groupArg }

// Run implements group remove.
func (c *groupRemoveCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	id, err := roster.ParseGroupID(c.Group)
	if err != nil {
		return usage("%q is no id of a group, which has the form grp_…", c.Group)
	}
	if err := noSuch(r.DeleteGroup(p.ctx, s, id), "the tenant has no group %s", c.Group); err != nil {
		return err
	}
	return p.show(map[string]string{"id": id.String(), "status": "removed"}, func(w io.Writer) { say(w, "The group is deleted; its people stay members.") })
}
