package api

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) sessions() {
	const tag = "Sessions"
	add(d, tag, operation{id: "listSessions", verb: "GET /tenants/{tenant}/sessions", scope: ReadMembers, summary: "List sessions", about: "The browsers in which the tenant's people are signed in, newest first."}, d.listSessions)
	add(d, tag, operation{id: "revokeSessions", verb: "POST /tenants/{tenant}/sessions/revoke", scope: WriteMembers, summary: "Revoke sessions", about: "Ends sessions at once, with what apps got in them: those to which all that is named applies, or all of the tenant. The people may sign in again."}, d.revokeSessions)
}

type listSessionsIn struct {
	InTenant
	Paging
	Member     string `query:"member" doc:"Only this member's, by id (mem_… or a UUID)."`
	Connection string `query:"connection" doc:"Only those that began through this connection, by id (con_… or a UUID)."`
	Ended      bool   `query:"ended" doc:"Show those that have ended, too: they are kept for 30 days."`
}

func (d *Door) listSessions(ctx context.Context, in *listSessionsIn) (*answer[page[view.SessionView]], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	q := roster.SessionQuery{Limit: in.Limit, WithEnded: in.Ended}
	if in.Member != "" {
		if q.Filter.Member, err = roster.ParseMemberID(in.Member); err != nil {
			return nil, none("member")
		}
	}
	if in.Connection != "" {
		if q.Filter.Connection, err = tenant.ParseConnectionID(in.Connection); err != nil {
			return nil, none("connection")
		}
	}
	if q.Before.UUID, err = d.after(ctx, in.Paging); err != nil {
		return nil, err
	}
	found, err := d.Roster.Sessions(ctx, s.Tenant, q)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), found, func(s roster.Session) view.SessionView { return view.Session(s, d.Now()) },
		func(s roster.Session) []byte { return s.ID.UUID[:] }), nil
}

type revokeSessionsIn struct {
	InTenant
	Body struct {
		Session    roster.SessionID    `json:"session,omitzero" doc:"This session."`
		Member     roster.MemberID     `json:"member,omitzero" doc:"This member's."`
		Connection tenant.ConnectionID `json:"connection,omitzero" doc:"Those that began through this connection."`
		All        bool                `json:"all,omitempty" doc:"All of the tenant."`
	}
}

func (d *Door) revokeSessions(ctx context.Context, in *revokeSessionsIn) (*answer[view.EndedView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	f := roster.SessionFilter{Session: in.Body.Session, Member: in.Body.Member, Connection: in.Body.Connection, AllOfTenant: in.Body.All}
	n, err := d.Roster.EndSessions(ctx, s, f, roster.EndRevoked)
	if err != nil {
		return nil, err
	}
	return the(view.EndedView{Ended: n}), nil
}
