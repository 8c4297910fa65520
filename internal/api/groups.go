package api

import (
	"context"
	"net/http"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) groups() {
	const tag = "Groups"
	add(d, tag, operation{id: "listGroups", verb: "GET /tenants/{tenant}/groups", scope: ReadMembers, summary: "List groups", about: "The groups that directories have pushed and those kept by hand, oldest first. All filters must fit."}, d.listGroups)
	add(d, tag, operation{id: "getGroup", verb: "GET /tenants/{tenant}/groups/{group}", scope: ReadMembers, summary: "Show a group", about: "One group, without its members."}, d.getGroup)
	add(d, tag, operation{id: "listGroupMembers", verb: "GET /tenants/{tenant}/groups/{group}/members", scope: ReadMembers, summary: "List a group's members", about: "Who belongs to the group, by id. The list of members can be filtered by the group for more of each."}, d.listGroupMembers)
	add(d, tag, operation{id: "createGroup", verb: "POST /tenants/{tenant}/groups", scope: WriteMembers, summary: "Make a group", about: "Makes a group that is kept by hand, for admins and for the mappings of sign-in connections.", status: http.StatusCreated}, d.createGroup)
	add(d, tag, operation{id: "renameGroup", verb: "PATCH /tenants/{tenant}/groups/{group}", scope: WriteMembers, summary: "Rename a group", about: "Renames a group that is kept by hand. One that a directory manages is refused (409)."}, d.renameGroup)
	add(d, tag, operation{id: "deleteGroup", verb: "DELETE /tenants/{tenant}/groups/{group}", scope: WriteMembers, summary: "Delete a group", about: "Deletes a group that is kept by hand. Its people stay members."}, d.deleteGroup)
	add(d, tag, operation{id: "addGroupMember", verb: "PUT /tenants/{tenant}/groups/{group}/members/{member}", scope: WriteMembers, summary: "Put a member into a group", about: "Puts a member into a group that is kept by hand; one who is in it already stays."}, d.addGroupMember)
	add(d, tag, operation{id: "dropGroupMember", verb: "DELETE /tenants/{tenant}/groups/{group}/members/{member}", scope: WriteMembers, summary: "Take a member out of a group", about: "Takes a member out of a group that is kept by hand."}, d.dropGroupMember)
}

type listGroupsIn struct {
	InTenant
	Paging
	Directory string `query:"directory" maxLength:"64" doc:"Only groups of this directory."`
	Q         string `query:"q" maxLength:"200" doc:"Only groups whose name has this in it, regardless of case."`
}

func (d *Door) listGroups(ctx context.Context, in *listGroupsIn) (*answer[page[view.GroupView]], error) {
	cfg, err := d.config(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	q := roster.Query{Limit: in.Limit}
	if in.Directory != "" {
		if q.Scope.Directory, err = tenant.ParseDirectoryID(in.Directory); err != nil {
			return nil, unknownID("directory", "dir")
		}
	}
	if in.Q != "" {
		q.Where = compare(roster.Field{Column: roster.ColumnName}, roster.Contains, in.Q)
	}
	if q.After, err = d.after(ctx, in.Paging); err != nil {
		return nil, err
	}
	found, err := d.Store.Reader(cfg.Tenant.ID).Groups(ctx, q)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), found, view.Group, func(g roster.Group) []byte { return g.ID.UUID[:] }), nil
}

// group finds the group that a path names.
func (d *Door) group(ctx context.Context, in InGroup) (roster.Group, roster.Reader, error) {
	cfg, err := d.config(ctx, in.InTenant)
	if err != nil {
		return roster.Group{}, nil, err
	}
	id, err := roster.ParseGroupID(in.Group)
	if err != nil {
		return roster.Group{}, nil, none("group")
	}
	rd := d.Store.Reader(cfg.Tenant.ID)
	g, err := rd.Group(ctx, roster.Scope{}, id)
	return g, rd, err
}

func (d *Door) getGroup(ctx context.Context, in *InGroup) (*versioned[view.GroupView], error) {
	g, _, err := d.group(ctx, *in)
	if err != nil {
		return nil, err
	}
	return version(g.Version, view.Group(g)), nil
}

// groupMemberView is a member of a group.
type groupMemberView struct {
	ID   roster.MemberID `json:"id"`
	Name string          `json:"name" doc:"The display name, or else the login."`
}

type listGroupMembersIn struct {
	InGroup
	Paging
}

func (d *Door) listGroupMembers(ctx context.Context, in *listGroupMembersIn) (*answer[page[groupMemberView]], error) {
	g, rd, err := d.group(ctx, in.InGroup)
	if err != nil {
		return nil, err
	}
	after, err := d.after(ctx, in.Paging)
	if err != nil {
		return nil, err
	}
	rows, err := rd.GroupMembers(ctx, g.ID, roster.MemberID{UUID: after}, in.Limit+1)
	if err != nil {
		return nil, err
	}
	found := roster.Page[roster.GroupMember]{Items: rows[:min(in.Limit, len(rows))], More: len(rows) > in.Limit}
	return pageOf(d.cursors, listOf(ctx), found, func(m roster.GroupMember) groupMemberView { return groupMemberView{m.ID, m.Label} },
		func(m roster.GroupMember) []byte { return m.ID.UUID[:] }), nil
}
