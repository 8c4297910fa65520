package api

import (
	"context"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

func (d *Door) memberActions() {
	const tag = "Members"
	add(d, tag, operation{id: "activateMember", verb: "POST /tenants/{tenant}/members/{member}/activate", scope: WriteMembers, summary: "Activate a member", about: "Takes back your own word that the member is off. The word of a directory, or of somebody with more authority, stays."}, d.activateMember)
	add(d, tag, operation{id: "deactivateMember", verb: "POST /tenants/{tenant}/members/{member}/deactivate", scope: WriteMembers, summary: "Deactivate a member", about: "Takes the member's access, whatever a directory says."}, d.deactivateMember)
	add(d, tag, operation{id: "setMemberRole", verb: "PUT /tenants/{tenant}/members/{member}/role", scope: WriteMembers, summary: "Set a member's role", about: "Gives the member a role at your word; an empty text takes the word back, so that the next one counts."}, d.setMemberRole)
	add(d, tag, operation{id: "confirmMember", verb: "POST /tenants/{tenant}/members/{member}/confirm", scope: WriteMembers, summary: "Decide on a member", about: "Decides on a member whom a directory wants to take over: accept lets the directory's word count, otherwise the directory lets go of the member."}, d.confirmMember)
	add(d, tag, operation{id: "mailPasswordLink", verb: "POST /tenants/{tenant}/members/{member}/password-link", scope: WriteMembers, summary: "Mail a link to set a password", about: "Mails the member a link by which they set a password, good for 30 minutes and once. Only the member gets to know it. Refused with sso_required where the tenant enforces SSO, and with mail_not_set_up."}, d.mailPasswordLink)
	add(d, tag, operation{id: "resetFactors", verb: "POST /tenants/{tenant}/members/{member}/reset-factors", scope: WriteMembers, summary: "Reset a member's second factors", about: "Takes the authenticator app, the passkeys and the recovery codes of a member away who lost them, and ends their sessions; the password stays. The member hears of it by mail. 404 when there are none, 403 for one's own."}, d.resetFactors)
	add(d, tag, operation{id: "removeMember", verb: "DELETE /tenants/{tenant}/members/{member}", scope: WriteMembers, summary: "Remove a member", about: "Ends the membership. The history stays; a directory may bring the same person back."}, d.removeMember)
}

// act does something to the member that a path names and shows what it is then.
func (d *Door) act(ctx context.Context, in InMember, m Conditional, do func(roster.Staff, roster.MemberID) (roster.Member, error)) (*versioned[view.MemberView], error) {
	cfg, s, id, err := d.member(ctx, in)
	if err != nil {
		return nil, err
	}
	s.If = m.precondition()
	after, err := do(s, id)
	if err != nil {
		return nil, err
	}
	return version(after.Version, view.Member(cfg, after)), nil
}

// InMemberAction names a member that is acted on, in the version that the caller saw.
type InMemberAction struct {
	InMember
	Conditional
}

func (d *Door) activateMember(ctx context.Context, in *InMemberAction) (*versioned[view.MemberView], error) {
	return d.act(ctx, in.InMember, in.Conditional, func(s roster.Staff, id roster.MemberID) (roster.Member, error) {
		return d.Roster.SetActive(ctx, s, id, true)
	})
}

func (d *Door) deactivateMember(ctx context.Context, in *InMemberAction) (*versioned[view.MemberView], error) {
	return d.act(ctx, in.InMember, in.Conditional, func(s roster.Staff, id roster.MemberID) (roster.Member, error) {
		return d.Roster.SetActive(ctx, s, id, false)
	})
}

type setMemberRoleIn struct {
	InMemberAction
	Body struct {
		Role string `json:"role" doc:"One of the tenant's roles, or an empty text."`
	}
}

func (d *Door) setMemberRole(ctx context.Context, in *setMemberRoleIn) (*versioned[view.MemberView], error) {
	return d.act(ctx, in.InMember, in.Conditional, func(s roster.Staff, id roster.MemberID) (roster.Member, error) {
		return d.Roster.SetRole(ctx, s, id, in.Body.Role)
	})
}

type confirmMemberIn struct {
	InMemberAction
	Body struct {
		Accept bool `json:"accept" doc:"Whether the directory manages the member from now on."`
	}
}

func (d *Door) confirmMember(ctx context.Context, in *confirmMemberIn) (*versioned[view.MemberView], error) {
	return d.act(ctx, in.InMember, in.Conditional, func(s roster.Staff, id roster.MemberID) (roster.Member, error) {
		return d.Roster.Confirm(ctx, s, id, in.Body.Accept)
	})
}

func (d *Door) removeMember(ctx context.Context, in *InMemberAction) (*struct{}, error) {
	_, s, id, err := d.member(ctx, in.InMember)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	return nil, d.Roster.RemoveMember(ctx, s, id)
}

func (d *Door) mailPasswordLink(ctx context.Context, in *InMemberAction) (*versioned[view.MemberView], error) {
	return d.act(ctx, in.InMember, in.Conditional, func(s roster.Staff, id roster.MemberID) (roster.Member, error) {
		if d.MailReset == nil {
			if _, err := d.Roster.MayUsePassword(ctx, s.Tenant, id); err != nil {
				return roster.Member{}, err
			}
			return roster.Member{}, &roster.Error{Kind: roster.Refused, Code: roster.CodeMailNotSetUp, Detail: "This gateway sends no mails."}
		}
		if err := d.Roster.NotePasswordLink(ctx, s, id); err != nil {
			return roster.Member{}, err
		}
		return d.MailReset(ctx, s.Tenant, id)
	})
}

func (d *Door) resetFactors(ctx context.Context, in *InMemberAction) (*versioned[view.MemberView], error) {
	return d.act(ctx, in.InMember, in.Conditional, func(s roster.Staff, id roster.MemberID) (roster.Member, error) {
		var notice roster.NoticeFunc
		if d.FactorsReset != nil {
			notice = d.FactorsReset()
		}
		if err := d.Roster.ResetFactors(ctx, s, id, notice); err != nil {
			return roster.Member{}, err
		}
		return d.Store.Reader(s.Tenant).Member(ctx, roster.Scope{}, id, false)
	})
}
