package api

import (
	"context"
	"encoding/json"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) signIns() {
	const tag = "Sign-ins"
	add(d, tag, operation{id: "listLinks", verb: "GET /tenants/{tenant}/members/{member}/links", scope: ReadMembers, summary: "List a member's links", about: "The subjects of the tenant's connections that are, or were, the member."}, d.listLinks)
	add(d, tag, operation{id: "unlinkMember", verb: "POST /tenants/{tenant}/members/{member}/links/{link}/unlink", scope: WriteMembers, summary: "Unlink a member", about: "Ends a live link with its sessions, and the role and groups that its mapping gave. The subject's next sign-in is decided on as a first one."}, d.unlinkMember)
	add(d, tag, operation{id: "listJoinRequests", verb: "GET /tenants/{tenant}/join-requests", scope: ReadMembers, summary: "List join requests", about: "People whose first sign-in waits, or waited, for an answer."}, d.listJoinRequests)
	add(d, tag, operation{id: "approveJoinRequest", verb: "POST /tenants/{tenant}/join-requests/{request}/approve", scope: WriteMembers, summary: "Approve a join request", about: "Makes the member, who gets in with the next sign-in. always turns the auto-join of the domain on, too."}, d.approveJoinRequest)
	add(d, tag, operation{id: "declineJoinRequest", verb: "POST /tenants/{tenant}/join-requests/{request}/decline", scope: WriteMembers, summary: "Decline a join request", about: "The person's sign-ins are refused for 14 days."}, d.declineJoinRequest)
	add(d, tag, operation{id: "tryConnection", verb: "POST /tenants/{tenant}/connections/{connection}/try", scope: WriteConnections, summary: "Try a connection", about: "What a connection, one that is being set up too, would make of attributes or claims: the decision with its rules, what was used, ignored and missing. Nothing is verified, and nothing is written."}, d.tryConnection)
	d.testLinks()
}

func (d *Door) listLinks(ctx context.Context, in *InMember) (*answer[page[view.LinkView]], error) {
	_, s, id, err := d.member(ctx, *in)
	if err != nil {
		return nil, err
	}
	links, err := d.Roster.Links(ctx, s, id)
	if err != nil {
		return nil, err
	}
	return the(page[view.LinkView]{Items: views(links, view.Link)}), nil
}

type unlinkMemberIn struct {
	InMember
	Link string `path:"link" doc:"The link, by its id (lnk_…)."`
}

func (d *Door) unlinkMember(ctx context.Context, in *unlinkMemberIn) (*answer[view.LinkView], error) {
	_, s, id, err := d.member(ctx, in.InMember)
	if err != nil {
		return nil, err
	}
	link, err := roster.ParseLinkID(in.Link)
	if err != nil {
		return nil, none("link")
	}
	l, err := d.Roster.Unlink(ctx, s, id, link)
	if err != nil {
		return nil, err
	}
	return the(view.Link(l)), nil
}

type listJoinRequestsIn struct {
	InTenant
	Paging
	State roster.JoinRequestState `query:"state" enum:"pending,approved,declined,withdrawn" doc:"Only those in this state."`
}

func (d *Door) listJoinRequests(ctx context.Context, in *listJoinRequestsIn) (*answer[page[view.JoinRequestView]], error) {
	_, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	q := roster.JoinRequestQuery{State: in.State, Limit: in.Limit}
	if q.After, err = d.after(ctx, in.Paging); err != nil {
		return nil, err
	}
	found, err := d.Roster.JoinRequests(ctx, s, q)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), found, view.JoinRequest, func(q roster.JoinRequest) []byte { return q.ID.UUID[:] }), nil
}

// InJoinRequest names a join request of a tenant.
type InJoinRequest struct {
	InTenant
	Request string `path:"request" doc:"The request, by its id (req_…)."`
}

// answerRequest answers the request that a path names and shows what it is then.
func (d *Door) answerRequest(ctx context.Context, in InJoinRequest, do func(roster.Staff, roster.JoinRequestID) (roster.JoinRequest, error)) (*answer[view.JoinRequestView], error) {
	_, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	id, err := roster.ParseJoinRequestID(in.Request)
	if err != nil {
		return nil, none("join request")
	}
	q, err := do(s, id)
	if err != nil {
		return nil, err
	}
	return the(view.JoinRequest(q)), nil
}

type approveJoinRequestIn struct {
	InJoinRequest
	Body struct {
		Role   string `json:"role,omitempty" doc:"The member's role; empty: what the mapping, the domain or the tenant says."`
		Always bool   `json:"always,omitempty" doc:"Turn the auto-join of the domain on; this takes tenants:write too."`
	}
}

func (d *Door) approveJoinRequest(ctx context.Context, in *approveJoinRequestIn) (*answer[view.JoinRequestView], error) {
	if in.Body.Always && !principal(ctx).may(WriteTenants) {
		return nil, &roster.Error{Kind: roster.Forbidden, Field: "always", Detail: "To turn the auto-join of a domain on takes the scope " + string(WriteTenants) + ". Approve this request alone, or ask somebody who has it."}
	}
	return d.answerRequest(ctx, in.InJoinRequest, func(s roster.Staff, id roster.JoinRequestID) (roster.JoinRequest, error) {
		return d.Roster.ApproveJoin(ctx, s, id, in.Body.Role, in.Body.Always)
	})
}

func (d *Door) declineJoinRequest(ctx context.Context, in *InJoinRequest) (*answer[view.JoinRequestView], error) {
	return d.answerRequest(ctx, *in, func(s roster.Staff, id roster.JoinRequestID) (roster.JoinRequest, error) {
		return d.Roster.DeclineJoin(ctx, s, id)
	})
}

// Trial tells what a connection would make of claims that nobody has verified; nothing is written. Invalid for claims
// that can't be read.
type Trial func(ctx context.Context, id tenant.ID, c tenant.Connection, claims []byte) (view.TrialView, error)

type tryConnectionIn struct {
	InConnection
	Body struct {
		Claims map[string]any `json:"claims" doc:"Attributes or claims by name, such as the payload of an ID token; with SAML the NameID under NameID."`
	}
}

func (d *Door) tryConnection(ctx context.Context, in *tryConnectionIn) (*answer[view.TrialView], error) {
	c, s, err := d.connection(ctx, in.InConnection)
	if err != nil {
		return nil, err
	}
	if d.Trial == nil {
		return nil, &roster.Error{Kind: roster.Unavailable, Detail: "This program can't try connections."}
	}
	claims, err := json.Marshal(in.Body.Claims)
	if err != nil {
		return nil, &roster.Error{Kind: roster.Invalid, Field: "claims", Detail: "The claims can't be used.", Err: err}
	}
	v, err := d.Trial(ctx, s.Tenant, c, claims)
	if err != nil {
		return nil, err
	}
	return the(v), nil
}
