package api

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func (d *Door) groups() {
	const tag = "Groups"
	add(d, tag, operation{id: "listGroups", verb: "GET /tenants/{tenant}/groups", scope: ReadMembers, summary: "List groups", about: "The groups that directories have pushed, oldest first. All filters must fit."}, d.listGroups)
	add(d, tag, operation{id: "getGroup", verb: "GET /tenants/{tenant}/groups/{group}", scope: ReadMembers, summary: "Show a group", about: "One group, without its members."}, d.getGroup)
	add(d, tag, operation{id: "listGroupMembers", verb: "GET /tenants/{tenant}/groups/{group}/members", scope: ReadMembers, summary: "List a group's members", about: "Who belongs to the group, by id. The list of members can be filtered by the group for more of each."}, d.listGroupMembers)
}

// groupView is a group as JSON.
type groupView struct {
	ID         roster.GroupID `json:"id"`
	Name       string         `json:"name"`
	Directory  string         `json:"directory" doc:"The directory that pushed it; empty: kept by hand."`
	ExternalID string         `json:"external_id"`
	Version    int64          `json:"version"`
	CreatedAt  time.Time      `json:"created_at"`
	ChangedAt  time.Time      `json:"changed_at"`
}

func viewGroup(g roster.Group) groupView {
	v := groupView{ID: g.ID, Name: g.Name, ExternalID: g.ExternalID, Version: g.Version, CreatedAt: g.CreatedAt, ChangedAt: g.ChangedAt}
	if !g.Directory.IsZero() {
		v.Directory = g.Directory.String()
	}
	return v
}

type listGroupsIn struct {
	InTenant
	Paging
	Directory string `query:"directory" maxLength:"64" doc:"Only groups of this directory."`
	Q         string `query:"q" maxLength:"200" doc:"Only groups whose name has this in it, regardless of case."`
}

func (d *Door) listGroups(ctx context.Context, in *listGroupsIn) (*answer[page[groupView]], error) {
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
	return pageOf(d.cursors, listOf(ctx), found, viewGroup, func(g roster.Group) []byte { return g.ID.UUID[:] }), nil
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

func (d *Door) getGroup(ctx context.Context, in *InGroup) (*versioned[groupView], error) {
	g, _, err := d.group(ctx, *in)
	if err != nil {
		return nil, err
	}
	return version(g.Version, viewGroup(g)), nil
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
