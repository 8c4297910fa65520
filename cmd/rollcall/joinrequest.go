package main

import (
	"io"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

type joinRequestCmd struct {
	List    joinRequestListCmd    `cmd:"" help:"List the people whose first sign-in waits for an answer."`
	Approve joinRequestApproveCmd `cmd:"" help:"Let somebody join."`
	Decline joinRequestDeclineCmd `cmd:"" help:"Answer with no: the person is refused for 14 days."`
}

type joinRequestListCmd struct {
	tenantFlag
	State string `enum:"pending,approved,declined,withdrawn,all" default:"pending" help:"Which: pending, approved, declined, withdrawn or all (default: pending)."`
	After string `placeholder:"ID" help:"Begin behind this request."`
	Limit int    `default:"100" help:"The most to list (default: 100)."`
}

// joinRequestPage is a page of join requests as JSON.
type joinRequestPage struct {
	Requests []view.JoinRequestView `json:"join_requests"`
	More     bool                   `json:"more"`
}

// Run implements join-request list.
func (c *joinRequestListCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	q := roster.JoinRequestQuery{Limit: c.Limit}
	if c.State != "all" {
		q.State = roster.JoinRequestState(c.State)
	}
	if c.After != "" {
		after, err := roster.ParseJoinRequestID(c.After)
		if err != nil {
			return usage("%w", err)
		}
		q.After = after.UUID
	}
	page, err := r.JoinRequests(p.ctx, s, q)
	if err != nil {
		return err
	}
	views := list(page.Items, view.JoinRequest)
	return p.show(joinRequestPage{views, page.More}, func(w io.Writer) {
		table(w, "Nobody waits.", []string{"ID", "EMAIL", "NAME", "ROLE", "STATE", "ASKED"}, list(views, func(v view.JoinRequestView) []string {
			return []string{v.ID.String(), string(v.Email), v.Name, v.Role, string(v.State), when(v.AskedAt)}
		}))
		if page.More {
			say(w, "There are more: add --after %s", views[len(views)-1].ID)
		}
	})
}

// joinRequestArg names a join request of a tenant.
type joinRequestArg struct {
	tenantFlag
	Request string `arg:"" help:"The request, by its id (req_…)."`
}

// answer finds the request, answers it, and shows what it is then.
func (a joinRequestArg) answer(p *program, do func(*roster.Roster, roster.Staff, roster.JoinRequestID) (roster.JoinRequest, error), sentence string) error {
	r, s, err := a.staff(p)
	if err != nil {
		return err
	}
	id, err := roster.ParseJoinRequestID(a.Request)
	if err != nil {
		return usage("%w", err)
	}
	q, err := do(r, s, id)
	if err != nil {
		return err
	}
	return p.show(view.JoinRequest(q), func(w io.Writer) { say(w, sentence, printable(string(q.Email))) })
}

type joinRequestApproveCmd struct {
	joinRequestArg
	Role   string `placeholder:"ROLE" help:"The member's role (default: what the mapping, the domain or the tenant says)."`
	Always bool   `help:"Let everybody of this domain join from now on: turns its auto-join on."`
}

// Run implements join-request approve.
func (c *joinRequestApproveCmd) Run(p *program) error {
	return c.answer(p, func(r *roster.Roster, s roster.Staff, id roster.JoinRequestID) (roster.JoinRequest, error) {
		return r.ApproveJoin(p.ctx, s, id, c.Role, c.Always)
	}, "%s is a member, and gets in with the next sign-in.")
}

type joinRequestDeclineCmd struct{ joinRequestArg }

// Run implements join-request decline.
func (c *joinRequestDeclineCmd) Run(p *program) error {
	return c.answer(p, func(r *roster.Roster, s roster.Staff, id roster.JoinRequestID) (roster.JoinRequest, error) {
		return r.DeclineJoin(p.ctx, s, id)
	}, "%s is refused for 14 days.")
}
