package api

import (
	"context"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

func (d *Door) sso() {
	const tag = "Sign-in policy"
	add(d, tag, operation{id: "getSSO", verb: "GET /tenants/{tenant}/sso", scope: ReadConnections, summary: "Show how people sign in", about: "Whether people must sign in through a connection, who may do otherwise, how long sessions last, and whom people ask."}, d.getSSO)
	add(d, tag, operation{id: "changeSSO", verb: "PATCH /tenants/{tenant}/sso", scope: WriteConnections, summary: "Change how people sign in", about: "To enforce SSO needs a test sign-in that passed within 24 hours on an active connection, and one active admin who is break-glass."}, d.changeSSO)
	add(d, tag, operation{id: "listUnlinked", verb: "GET /tenants/{tenant}/sso/unlinked", scope: ReadMembers, summary: "Whom enforcement concerns", about: "The active members who never signed in through an active connection: who of them the identity provider does not know would be locked out."}, d.listUnlinked)
	add(d, tag, operation{id: "putBreakGlass", verb: "PUT /tenants/{tenant}/sso/break-glass/{member}", scope: WriteConnections, summary: "Name a break-glass admin", about: "Lets an active admin sign in without SSO while it is enforced; at most five."}, d.putBreakGlass)
	add(d, tag, operation{id: "removeBreakGlass", verb: "DELETE /tenants/{tenant}/sso/break-glass/{member}", scope: WriteConnections, summary: "Take break-glass back", about: "Refused for the last one while SSO is enforced."}, d.removeBreakGlass)
}

func shownSSO(t tenant.Tenant, err error) (*versioned[view.SSOView], error) {
	if err != nil {
		return nil, err
	}
	return version(t.Version, view.SSO(t)), nil
}

func (d *Door) getSSO(ctx context.Context, in *InTenant) (*versioned[view.SSOView], error) {
	cfg, err := d.config(ctx, *in)
	return shownSSO(cfg.Tenant, err)
}

type changeSSOIn struct {
	InTenant
	Conditional
	Body struct {
		Enforced    *bool   `json:"enforced,omitempty"`
		Contact     *string `json:"contact,omitempty" maxLength:"500" doc:"One line; an empty text for nobody."`
		SessionIdle *int64  `json:"session_idle_seconds,omitempty" minimum:"0" maximum:"604800" doc:"300 or more; 0: the default, 8 hours."`
		SessionLife *int64  `json:"session_life_seconds,omitempty" minimum:"0" maximum:"2592000" doc:"900 or more; 0: the default, 24 hours."`
	}
}

// changeSSO does one thing after the other. What is refused keeps the rest from being done.
func (d *Door) changeSSO(ctx context.Context, in *changeSSOIn) (*versioned[view.SSOView], error) {
	cfg, s, err := d.work(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	t, b := cfg.Tenant, in.Body
	if err := s.If.Check(t.Version); err != nil {
		return nil, err
	}
	did := func(changed tenant.Tenant, failed error) bool {
		t, err, s.If = changed, failed, roster.Precondition{}
		return failed == nil
	}
	if b.Enforced != nil && !did(d.Roster.EnforceSSO(ctx, s, *b.Enforced)) {
		return nil, err
	}
	if b.SessionIdle != nil || b.SessionLife != nil {
		want := t.Policy.Sessions
		setSeconds(&want.Idle, b.SessionIdle)
		setSeconds(&want.Life, b.SessionLife)
		if !did(d.Roster.SetSessions(ctx, s, want)) {
			return nil, err
		}
	}
	if b.Contact != nil && !did(d.Roster.SetContact(ctx, s, *b.Contact)) {
		return nil, err
	}
	return shownSSO(t, nil)
}

func setSeconds(into *time.Duration, n *int64) {
	if n != nil {
		*into = time.Duration(*n) * time.Second
	}
}

type listUnlinkedIn struct {
	InTenant
	Limit int `query:"limit" default:"20" minimum:"0" maximum:"1000" doc:"The most people to name."`
}

// unlinkedView are members who never signed in through a connection.
type unlinkedView struct {
	Total   int              `json:"total"`
	Members []unlinkedMember `json:"members"`
}

type unlinkedMember struct {
	ID    roster.MemberID `json:"id"`
	Email string          `json:"email"`
	Role  string          `json:"role"`
}

func (d *Door) listUnlinked(ctx context.Context, in *listUnlinkedIn) (*answer[unlinkedView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	found, err := d.Roster.UnlinkedMembers(ctx, s, in.Limit)
	if err != nil {
		return nil, err
	}
	return the(unlinkedView{found.Total, views(found.Members, func(m roster.Member) unlinkedMember {
		return unlinkedMember{m.ID, string(m.Email), m.Standing.Role}
	})}), nil
}

type putBreakGlassIn struct {
	InMember
	Body struct {
		Reason string    `json:"reason" minLength:"1" maxLength:"500" doc:"Why this one, for whoever looks later."`
		Until  time.Time `json:"until,omitzero" doc:"Absent: until it is taken back."`
	}
}

func (d *Door) putBreakGlass(ctx context.Context, in *putBreakGlassIn) (*versioned[view.SSOView], error) {
	_, s, id, err := d.member(ctx, in.InMember)
	if err != nil {
		return nil, err
	}
	return shownSSO(d.Roster.AddBreakGlass(ctx, s, id, in.Body.Reason, in.Body.Until))
}

func (d *Door) removeBreakGlass(ctx context.Context, in *InMember) (*versioned[view.SSOView], error) {
	_, s, id, err := d.member(ctx, *in)
	if err != nil {
		return nil, err
	}
	return shownSSO(d.Roster.RemoveBreakGlass(ctx, s, id))
}
