package api

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) conflicts() {
	const tag = "Conflicts"
	add(d, tag, operation{id: "listConflicts", verb: "GET /tenants/{tenant}/conflicts", scope: ReadMembers, summary: "List conflicts", about: "What waits for an admin: takeovers to confirm, names under another key, duplicate addresses, groups of one name."}, d.listConflicts)
	add(d, tag, operation{id: "getConflict", verb: "GET /tenants/{tenant}/conflicts/{conflict}", scope: ReadMembers, summary: "Show a conflict", about: "One conflict with both sides and what each decision would do, or the decision that was made."}, d.getConflict)
	add(d, tag, operation{id: "decideConflict", verb: "POST /tenants/{tenant}/conflicts/{conflict}/decide", scope: WriteMembers, summary: "Decide on a conflict", about: "Settles a conflict and returns it as it was, with the decision. Deciding the same again changes nothing."}, d.decideConflict)
}

// conflictView is a conflict as JSON.
type conflictView struct {
	ID        string             `json:"id"`
	Code      roster.Code        `json:"code" doc:"needs_confirmation, external_id_conflict, duplicate_address or same_name."`
	Since     time.Time          `json:"since"`
	Directory tenant.DirectoryID `json:"directory,omitzero"`
	Member    *view.MemberView   `json:"member,omitempty" doc:"The directory's record."`
	Other     *view.MemberView   `json:"other,omitempty" doc:"What it stands against."`
	Group     *view.GroupRefView `json:"group,omitempty" doc:"The group that the directory pushed."`
	ByHand    *view.GroupRefView `json:"by_hand,omitempty" doc:"The group kept by hand whose name it bears."`
	Choices   []roster.Choice    `json:"choices" doc:"The decisions that can be made, and what each would do."`
	Decision  roster.Decision    `json:"decision,omitempty"`
	DecidedAt time.Time          `json:"decided_at,omitzero"`
}

func viewConflict(cfg tenant.Config, w roster.Waiting) conflictView {
	v := conflictView{ID: w.ID.String(), Code: w.Code, Since: w.Since, Directory: w.Directory, Choices: append([]roster.Choice{}, w.Choices...)}
	member := func(m *roster.Member) *view.MemberView {
		if m == nil {
			return nil
		}
		mv := view.Member(cfg, *m)
		return &mv
	}
	group := func(g *roster.Group) *view.GroupRefView {
		if g == nil {
			return nil
		}
		return &view.GroupRefView{ID: g.ID, Name: g.Name}
	}
	v.Member, v.Other, v.Group, v.ByHand = member(w.Member), member(w.Other), group(w.Group), group(w.ByHand)
	if w.Decided != nil {
		v.Decision, v.DecidedAt = w.Decided.Decision, w.Decided.At
	}
	return v
}

type listConflictsIn struct {
	InTenant
	Paging
	Directory string      `query:"directory" maxLength:"64" doc:"Only those of this directory."`
	Code      roster.Code `query:"code" enum:"needs_confirmation,external_id_conflict,duplicate_address,same_name" doc:"Only those of this kind."`
}

func (d *Door) listConflicts(ctx context.Context, in *listConflictsIn) (*answer[page[conflictView]], error) {
	cfg, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	q := roster.ConflictQuery{Code: in.Code, Limit: in.Limit}
	if in.Directory != "" {
		if q.Directory, err = tenant.ParseDirectoryID(in.Directory); err != nil {
			return nil, unknownID("directory", "dir")
		}
	}
	if q.After, err = d.after(ctx, in.Paging); err != nil {
		return nil, err
	}
	found, err := d.Roster.Conflicts(ctx, s, q)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), found, func(w roster.Waiting) conflictView { return viewConflict(cfg, w) },
		func(w roster.Waiting) []byte { return w.ID.UUID[:] }), nil
}

// InConflict names a conflict of a tenant.
type InConflict struct {
	InTenant
	Conflict string `path:"conflict" doc:"The conflict, by its id (cfl_…) or that of the member or group that waits."`
}

// conflict runs do for the conflict that a path names and shows what comes of it.
func (d *Door) conflict(ctx context.Context, in InConflict, do func(roster.Staff, roster.ConflictID) (roster.Waiting, error)) (*answer[conflictView], error) {
	cfg, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	id, err := roster.ParseConflictID(in.Conflict)
	if err != nil {
		return nil, none("conflict")
	}
	w, err := do(s, id)
	if err != nil {
		return nil, err
	}
	return the(viewConflict(cfg, w)), nil
}

func (d *Door) getConflict(ctx context.Context, in *InConflict) (*answer[conflictView], error) {
	return d.conflict(ctx, *in, func(s roster.Staff, id roster.ConflictID) (roster.Waiting, error) {
		return d.Roster.FindConflict(ctx, s, id)
	})
}

type decideConflictIn struct {
	InConflict
	Body struct {
		Decision roster.Decision `json:"decision" enum:"confirm,separate,decline,reopen" doc:"confirm: one person or group. separate: two. decline: the directory lets go. reopen: takes separate back."`
	}
}

func (d *Door) decideConflict(ctx context.Context, in *decideConflictIn) (*answer[conflictView], error) {
	return d.conflict(ctx, in.InConflict, func(s roster.Staff, id roster.ConflictID) (roster.Waiting, error) {
		return d.Roster.Decide(ctx, s, id, in.Body.Decision)
	})
}
