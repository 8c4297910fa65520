package api

import (
	"context"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
	"rollcall/internal/web"
)

func (d *Door) me() {
	const tag = "Self"
	add(d, tag, operation{id: "getSelf", verb: "GET /me", scope: ReadSelf, summary: "Show whose credential it is", about: "What sort of credential the request bears, whose it is, and what it may do."}, d.getSelf)
	add(d, tag, operation{id: "getOwnContact", verb: "GET /me/contact", scope: ReadProfile, summary: "Show how one is reached", about: "One's own phone number, consent to text messages, schedule and language. For pages of the gateway, with the session of the browser."}, d.getOwnContact)
	add(d, tag, operation{id: "changeOwnContact", verb: "PATCH /me/contact", scope: WriteProfile, summary: "Change how one is reached", about: "Changes one's own contact. sms turns text messages on, under the wording that is named, or off; each turn is kept."}, d.changeOwnContact)
	add(d, tag, operation{id: "listOwnConsents", verb: "GET /me/consents", scope: ReadProfile, summary: "List one's consents", about: "Each time that one agreed to text messages, or that ended; the latest first, at most 100."}, d.listOwnConsents)
	add(d, tag, operation{id: "listOwnSessions", verb: "GET /me/sessions", scope: ReadProfile, summary: "List one's sessions", about: "The browsers in which one is signed in, newest first, at most 100."}, d.listOwnSessions)
	add(d, tag, operation{id: "revokeOwnSessions", verb: "POST /me/sessions/revoke", scope: WriteProfile, summary: "Sign out elsewhere", about: "Ends one of one's own sessions, or all but the one that asks."}, d.revokeOwnSessions)
}

// selfView is who a credential speaks for.
type selfView struct {
	Kind        Kind                `json:"kind" enum:"operator,token,application,session"`
	ID          string              `json:"id" doc:"What events name: a member, an application, or operator."`
	Tenant      tenant.ID           `json:"tenant,omitzero" doc:"The only one that it sees."`
	Tenants     []tenant.ID         `json:"tenants,omitempty" doc:"Those that an application's credential sees; absent with tenant and for all."`
	Role        string              `json:"role,omitempty" doc:"Of a session's person."`
	Permissions []tenant.Permission `json:"permissions,omitempty" doc:"Of a session's person."`
	Scopes      []Scope             `json:"scopes" doc:"What it may do; writing includes reading. operate: everything."`
}

func (d *Door) getSelf(ctx context.Context, _ *struct{}) (*answer[selfView], error) {
	p := principal(ctx)
	v := selfView{Kind: p.Kind, ID: p.ID, Tenant: p.Tenant, Tenants: p.Tenants, Scopes: p.Scopes}
	if p.Scopes == nil {
		v.Scopes = []Scope{Operate}
	}
	if p.Kind == SessionKind {
		v.Role = p.Live.Member.Standing.Role
		v.Permissions = p.Live.Tenant.Roles.Permissions(v.Role)
	}
	return the(v), nil
}

// self is the person whose session it is. Forbidden for other credentials: they speak for somebody, and are not them.
func self(ctx context.Context) (Principal, roster.Staff, error) {
	p := principal(ctx)
	if p.Kind != SessionKind {
		return p, roster.Staff{}, &roster.Error{Kind: roster.Forbidden, Detail: "This is for people who are signed in, about themselves. Of others it is told under /tenants/{tenant}/members/{member}."}
	}
	web.From(ctx).Tenant = p.Tenant
	s := roster.Staff{Tenant: p.Tenant, Actor: roster.Actor{Source: roster.SourceSignIn, ID: p.ID}, RequestID: web.RequestID(ctx)}
	return p, s, nil
}

func (d *Door) getOwnContact(ctx context.Context, _ *struct{}) (*versioned[view.ContactView], error) {
	p, s, err := self(ctx)
	if err != nil {
		return nil, err
	}
	return d.contactOf(ctx, s.Tenant, p.Member)
}

type changeOwnContactIn struct {
	Conditional
	Body struct {
		ContactFields
		SMS     *bool  `json:"sms,omitempty" doc:"Whether one agrees to text messages to the number."`
		Wording string `json:"sms_wording,omitempty" doc:"The version of the words that were shown beside the box, needed to turn it on."`
	}
}

func (d *Door) changeOwnContact(ctx context.Context, in *changeOwnContactIn) (*versioned[view.ContactView], error) {
	p, s, err := self(ctx)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	change, err := in.Body.change(d.PhoneRegion)
	if err != nil {
		return nil, err
	}
	if in.Body.SMS != nil {
		if *in.Body.SMS && in.Body.Wording != console.SMSConsentVersion {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "sms_wording", Detail: "Text messages are agreed to under words that were shown. Show these, and name " + console.SMSConsentVersion + ": " + console.SMSConsentWording}
		}
		change.SMS = &roster.SMSChoice{On: *in.Body.SMS, ConsentGiven: roster.ConsentGiven{
			Wording: console.SMSConsentRecord, Source: roster.ConsentProfile,
			Client: roster.Client{IP: p.Live.Session.Client.IP, UserAgent: p.Live.Session.Client.UserAgent, RequestID: web.RequestID(ctx)},
		}}
	}
	c, err := d.Roster.ChangeContact(ctx, s, p.Member, change)
	if err != nil {
		return nil, err
	}
	return version(c.Version, view.Contact(c)), nil
}

func (d *Door) listOwnConsents(ctx context.Context, _ *struct{}) (*answer[page[view.ConsentView]], error) {
	p, s, err := self(ctx)
	if err != nil {
		return nil, err
	}
	return d.consentsOf(ctx, s.Tenant, p.Member)
}

func (d *Door) listOwnSessions(ctx context.Context, _ *struct{}) (*answer[page[view.SessionView]], error) {
	p, s, err := self(ctx)
	if err != nil {
		return nil, err
	}
	found, err := d.Roster.Sessions(ctx, s.Tenant, roster.SessionQuery{Filter: roster.SessionFilter{Member: p.Member}})
	if err != nil {
		return nil, err
	}
	return the(page[view.SessionView]{Items: views(found.Items, func(o roster.Session) view.SessionView { return view.Session(o, d.Now()) })}), nil
}

type revokeOwnSessionsIn struct {
	Body struct {
		Session roster.SessionID `json:"session,omitzero" doc:"This one, of one's own; absent: all but the one that asks."`
	}
}

func (d *Door) revokeOwnSessions(ctx context.Context, in *revokeOwnSessionsIn) (*answer[view.EndedView], error) {
	p, s, err := self(ctx)
	if err != nil {
		return nil, err
	}
	f := roster.SessionFilter{Member: p.Member, Session: in.Body.Session}
	if in.Body.Session.IsZero() {
		f.Except = p.Session
	}
	n, err := d.Roster.EndSessions(ctx, s, f, roster.EndRevoked)
	if err != nil {
		return nil, err
	}
	return the(view.EndedView{Ended: n}), nil
}
