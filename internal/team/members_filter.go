package team

import (
	"context"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// groupsOffered is how many groups a list offers to choose from. Where there are more a name is typed.
const groupsOffered = 100

// byGroup lists the groups to narrow the list by, and narrows it by the one whose name was typed. The problem, in words for
// the reader, is that there is none; then nothing is narrowed.
func (d *Door) byGroup(ctx context.Context, v *visit, l *listing) (all roster.Page[roster.Group], problem string, err error) {
	rd := d.Store.Reader(v.staff.Tenant)
	if all, err = rd.Groups(ctx, roster.Query{Order: byName(), Limit: groupsOffered}); err != nil || l.group == "" {
		return all, "", err
	}
	if !l.query.Group.IsZero() {
		g, err := rd.Group(ctx, roster.Scope{}, l.query.Group)
		if isNotFound(err) {
			return all, "", nil // nobody is in it
		}
		l.group = g.Name
		return all, "", err
	}
	same := roster.Compare{Field: byName(), Op: roster.Equal, Value: roster.TextValue(l.group)}
	found, err := rd.Groups(ctx, roster.Query{Where: same, Limit: 1})
	if err != nil {
		return all, "", err
	}
	if len(found.Items) == 0 {
		return all, "No group is called " + l.group + ".", nil
	}
	l.query.Group = found.Items[0].ID
	return all, "", nil
}

// filters are the choices that narrow the list.
func filters(cfg tenant.Config, groups roster.Page[roster.Group], l listing) []console.Filter {
	choose := func(name, label, all string, pairs ...string) console.Filter {
		f := console.Filter{Name: name, Label: label, Choices: []console.Choice{{Label: all}}}
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Choices = append(f.Choices, console.Choice{Value: pairs[i], Label: pairs[i+1], Chosen: l.values.Get(name) == pairs[i]})
		}
		return f
	}
	var roles, domains, inGroups, days []string
	for _, role := range cfg.Tenant.Roles.Roles {
		roles = append(roles, role, role)
	}
	for _, x := range cfg.Domains {
		if x.Owned() {
			domains = append(domains, x.Name, x.Name)
		}
	}
	for _, g := range groups.Items {
		inGroups = append(inGroups, g.ID.String(), g.Name)
	}
	for _, n := range away() {
		days = append(days, n, "not for "+n+" days")
	}
	out := []console.Filter{
		choose("state", "State", "All states", string(roster.StateActive), "Active", string(roster.StateInactive), "Deactivated",
			string(roster.StateNeedsConfirmation), "Needs confirmation", string(roster.StateAwaitingProof), "Waits for the domain's proof"),
		choose("role", "Role", "All roles", roles...),
		choose("source", "Source", "All sources", string(roster.SourceDirectory), "Directory", string(roster.SourceInvite), "Invite",
			string(roster.SourceSignIn), "Sign-in (JIT)", string(roster.SourceOperator), "Manual or API"),
	}
	if len(inGroups) > 0 {
		by := choose("group", "Group", "All groups", inGroups...)
		if by.Typed = groups.More; by.Typed {
			by.Value = l.group
		}
		out = append(out, by)
	}
	if len(domains) > 0 {
		out = append(out, choose("domain", "Domain", "All domains", domains...))
	}
	return append(out, choose("away", "Last active", "Any time", days...),
		choose("sort", "Sort by", "Name", string(roster.TeamByActivity), "Last active, longest ago first", string(roster.TeamByJoined), "Joined, latest first"))
}
