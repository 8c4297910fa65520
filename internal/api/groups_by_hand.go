package api

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

type createGroupIn struct {
	InTenant
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200" doc:"What people call it."`
	}
}

func (d *Door) createGroup(ctx context.Context, in *createGroupIn) (*versioned[view.GroupView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	g, err := d.Roster.MakeGroup(ctx, s, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return version(g.Version, view.Group(g)), nil
}

type renameGroupIn struct {
	InGroup
	Conditional
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200" doc:"The new name."`
	}
}

// byHand changes a group that is kept by hand.
func (d *Door) byHand(ctx context.Context, in InGroup, m Conditional, c roster.ByHand) (*versioned[view.GroupView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	id, err := roster.ParseGroupID(in.Group)
	if err != nil {
		return nil, none("group")
	}
	s.If = m.precondition()
	g, err := d.Roster.ChangeGroup(ctx, s, id, c)
	if err != nil {
		return nil, err
	}
	return version(g.Version, view.Group(g)), nil
}

func (d *Door) renameGroup(ctx context.Context, in *renameGroupIn) (*versioned[view.GroupView], error) {
	return d.byHand(ctx, in.InGroup, in.Conditional, roster.ByHand{Name: in.Body.Name})
}

type deleteGroupIn struct {
	InGroup
	Conditional
}

func (d *Door) deleteGroup(ctx context.Context, in *deleteGroupIn) (*struct{}, error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	id, err := roster.ParseGroupID(in.Group)
	if err != nil {
		return nil, none("group")
	}
	s.If = in.precondition()
	return nil, d.Roster.DeleteGroup(ctx, s, id)
}

// InGroupMember names a member of a group.
type InGroupMember struct {
	InGroup
	Member string `path:"member" doc:"The member, by its id (mem_…) or the UUID that SCIM shows."`
}

func (d *Door) addGroupMember(ctx context.Context, in *InGroupMember) (*versioned[view.GroupView], error) {
	id, err := roster.ParseMemberID(in.Member)
	if err != nil {
		return nil, none("member")
	}
	cfg, err := d.config(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	if _, err := d.Store.Reader(cfg.Tenant.ID).Member(ctx, roster.Scope{}, id, false); err != nil {
		return nil, err
	}
	return d.byHand(ctx, in.InGroup, Conditional{}, roster.ByHand{Add: []roster.MemberID{id}})
}

func (d *Door) dropGroupMember(ctx context.Context, in *InGroupMember) (*versioned[view.GroupView], error) {
	id, err := roster.ParseMemberID(in.Member)
	if err != nil {
		return nil, none("member")
	}
	return d.byHand(ctx, in.InGroup, Conditional{}, roster.ByHand{Remove: []roster.MemberID{id}})
}
