package api

import (
	"context"
	"net/http"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

// Inviter makes invites with their links and mails; see package invites.
type Inviter interface {
	// Create returns the invite and its link; quiet: no mail.
	Create(ctx context.Context, by roster.Staff, d roster.InviteDraft, quiet bool) (roster.Invite, string, error)
	// Resend makes a new link.
	Resend(ctx context.Context, by roster.Staff, id roster.InviteID, quiet bool) (roster.Invite, string, error)
	// Many invites several people and returns what became of each, with its link; each has its own fate.
	Many(ctx context.Context, by roster.Staff, lines []roster.InviteDraft, quiet bool) ([]roster.InviteResult, []string, error)
}

func (d *Door) invites() {
	const tag = "Invites"
	add(d, tag, operation{id: "listInvites", verb: "GET /tenants/{tenant}/invites", scope: ReadInvites, summary: "List invites", about: "The tenant's invites, newest first. All filters must fit."}, d.listInvites)
	add(d, tag, operation{id: "createInvite", verb: "POST /tenants/{tenant}/invites", scope: WriteInvites, summary: "Invite somebody", about: "Makes an invite and mails its link. The person is a member once they accept it; before, they are not.", status: http.StatusCreated}, d.createInvite)
	add(d, tag, operation{id: "getInvite", verb: "GET /tenants/{tenant}/invites/{invite}", scope: ReadInvites, summary: "Show an invite", about: "One invite, without its link: only the hash of that is kept."}, d.getInvite)
	add(d, tag, operation{id: "changeInvite", verb: "PATCH /tenants/{tenant}/invites/{invite}", scope: WriteInvites, summary: "Change an invite", about: "Gives a pending invite another role."}, d.changeInvite)
	add(d, tag, operation{id: "resendInvite", verb: "POST /tenants/{tenant}/invites/{invite}/resend", scope: WriteInvites, summary: "Resend an invite", about: "Makes a new link for a pending invite, expired or not, and mails it. The old link is dead at once, and the time begins anew."}, d.resendInvite)
	add(d, tag, operation{id: "revokeInvite", verb: "POST /tenants/{tenant}/invites/{invite}/revoke", scope: WriteInvites, summary: "Revoke an invite", about: "Makes the link good for nothing. What was not mailed yet never is."}, d.revokeInvite)
	add(d, tag, operation{id: "checkInvites", verb: "POST /tenants/{tenant}/invites/check", scope: WriteInvites, summary: "Check who can be invited", about: "Says for each line what would become of it, and writes nothing.", body: maxInvites}, d.checkInvites)
	add(d, tag, operation{id: "createInvites", verb: "POST /tenants/{tenant}/invites/bulk", scope: WriteInvites, summary: "Invite several people", about: "Invites up to 1000 people. Each line has its own fate: the others go ahead whatever becomes of one.", body: maxInvites}, d.createInvites)
}

// maxInvites bounds the body of a thousand invites.
const maxInvites = 4 << 20

// InInvite names an invite of a tenant.
type InInvite struct {
	InTenant
	Invite string `path:"invite" doc:"The invite, by its id (ivt_…)."`
}

type listInvitesIn struct {
	InTenant
	Paging
	State string `query:"state" enum:"pending,accepted,expired,revoked,superseded,bounced" doc:"Only those that stand like this now."`
	Email string `query:"email" maxLength:"254" doc:"Only those of this address."`
	Q     string `query:"q" maxLength:"200" doc:"Only those with this in address or name, regardless of case."`
}

func (d *Door) listInvites(ctx context.Context, in *listInvitesIn) (*answer[page[view.InviteView]], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	q := roster.InviteQuery{Limit: in.Limit, Text: in.Q, Now: d.Now()}
	if in.State != "" {
		q.States = []roster.InviteState{roster.InviteState(in.State)}
	}
	if in.Email != "" {
		if q.Email, err = roster.ParseEmail(in.Email); err != nil {
			return nil, err
		}
	}
	if q.Before.UUID, err = d.after(ctx, in.Paging); err != nil {
		return nil, err
	}
	found, err := d.Roster.Invites(ctx, s, q)
	if err != nil {
		return nil, err
	}
	return pageOf(d.cursors, listOf(ctx), found, func(i roster.Invite) view.InviteView { return view.Invite(i, d.Now()) },
		func(i roster.Invite) []byte { return i.ID.UUID[:] }), nil
}

// InviteLine is somebody to invite.
type InviteLine struct {
	Email     string           `json:"email" minLength:"1" maxLength:"320"`
	FirstName string           `json:"first_name,omitempty" maxLength:"256" doc:"The person may change it."`
	LastName  string           `json:"last_name,omitempty" maxLength:"256" doc:"The person may change it."`
	Role      string           `json:"role,omitempty" maxLength:"40" doc:"The default of the domain or the tenant when absent."`
	Groups    []roster.GroupID `json:"groups,omitempty" maxItems:"50" doc:"Groups kept by hand that the person gets into."`
	Days      int              `json:"expires_in_days,omitempty" minimum:"1" maximum:"30" doc:"How long the link is good; 7 when absent."`
	Message   string           `json:"message,omitempty" maxLength:"2000" doc:"A few words for the mail."`
	Language  string           `json:"language,omitempty" maxLength:"35" doc:"Of the mail, as a tag such as de."`
}

func (l InviteLine) draft() roster.InviteDraft {
	return roster.InviteDraft{
		Email: l.Email, Role: l.Role, Names: roster.Names{First: l.FirstName, Last: l.LastName}, Groups: l.Groups,
		Period: time.Duration(l.Days) * 24 * time.Hour, Message: l.Message, Language: l.Language,
	}
}

type createInviteIn struct {
	InTenant
	Body struct {
		InviteLine
		NoMail bool `json:"no_mail,omitempty" doc:"Send no mail: hand the link on yourself."`
	}
}

// linked is an invite with the link that was just made.
func (d *Door) linked(i roster.Invite, link string) *versioned[view.InviteView] {
	v := view.Invite(i, d.Now())
	v.AcceptURL = link
	return version(i.Version, v)
}

func (d *Door) createInvite(ctx context.Context, in *createInviteIn) (*versioned[view.InviteView], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	i, link, err := d.Inviter.Create(ctx, s, in.Body.draft(), in.Body.NoMail)
	if err != nil {
		return nil, err
	}
	return d.linked(i, link), nil
}

// invite finds the invite that a path names, for who works on it.
func (d *Door) invite(ctx context.Context, in InInvite) (roster.Staff, roster.InviteID, error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return s, roster.InviteID{}, err
	}
	id, err := roster.ParseInviteID(in.Invite)
	if err != nil {
		err = none("invite")
	}
	return s, id, err
}

func (d *Door) getInvite(ctx context.Context, in *InInvite) (*versioned[view.InviteView], error) {
	s, id, err := d.invite(ctx, *in)
	if err != nil {
		return nil, err
	}
	i, err := d.Roster.Invite(ctx, s, id)
	if err != nil {
		return nil, err
	}
	return d.linked(i, ""), nil
}

type changeInviteIn struct {
	InInvite
	Conditional
	Body struct {
		Role string `json:"role" maxLength:"40" doc:"Empty: the default of the domain or the tenant."`
	}
}

func (d *Door) changeInvite(ctx context.Context, in *changeInviteIn) (*versioned[view.InviteView], error) {
	s, id, err := d.invite(ctx, in.InInvite)
	if err != nil {
		return nil, err
	}
	s.If = in.precondition()
	i, err := d.Roster.ChangeInvite(ctx, s, id, in.Body.Role)
	if err != nil {
		return nil, err
	}
	return d.linked(i, ""), nil
}

type resendInviteIn struct {
	InInvite
	NoMail bool `query:"no_mail" doc:"Send no mail: hand the link on yourself."`
}

func (d *Door) resendInvite(ctx context.Context, in *resendInviteIn) (*versioned[view.InviteView], error) {
	s, id, err := d.invite(ctx, in.InInvite)
	if err != nil {
		return nil, err
	}
	i, link, err := d.Inviter.Resend(ctx, s, id, in.NoMail)
	if err != nil {
		return nil, err
	}
	return d.linked(i, link), nil
}

func (d *Door) revokeInvite(ctx context.Context, in *InInvite) (*versioned[view.InviteView], error) {
	s, id, err := d.invite(ctx, *in)
	if err != nil {
		return nil, err
	}
	i, err := d.Roster.RevokeInvite(ctx, s, id)
	if err != nil {
		return nil, err
	}
	return d.linked(i, ""), nil
}

type inviteLinesIn struct {
	InTenant
	Body struct {
		Invites []InviteLine `json:"invites" minItems:"1" maxItems:"1000"`
		NoMail  bool         `json:"no_mail,omitempty" doc:"Send no mails: hand the links on yourself."`
	}
}

func (in *inviteLinesIn) drafts() []roster.InviteDraft {
	out := make([]roster.InviteDraft, len(in.Body.Invites))
	for i, l := range in.Body.Invites {
		out[i] = l.draft()
	}
	return out
}

// InviteLines is what became, or would become, of each line.
type InviteLines struct {
	Invited int                     `json:"invited" doc:"How many were, or would be."`
	Lines   []view.InviteResultView `json:"lines"`
}

func (d *Door) checkInvites(ctx context.Context, in *inviteLinesIn) (*answer[InviteLines], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	verdicts, err := d.Roster.CheckInvites(ctx, s, in.drafts())
	if err != nil {
		return nil, err
	}
	return the(counted(views(verdicts, view.InviteLine))), nil
}

func counted(lines []view.InviteResultView) InviteLines {
	out := InviteLines{Lines: lines}
	for _, l := range lines {
		if l.Good {
			out.Invited++
		}
	}
	return out
}

func (d *Door) createInvites(ctx context.Context, in *inviteLinesIn) (*answer[InviteLines], error) {
	s, err := d.staff(ctx, in.InTenant)
	if err != nil {
		return nil, err
	}
	made, links, err := d.Inviter.Many(ctx, s, in.drafts(), in.Body.NoMail)
	if err != nil && len(made) == 0 {
		return nil, err
	}
	lines := make([]view.InviteResultView, len(made))
	for i, m := range made {
		lines[i] = view.InviteLine(m.InviteVerdict)
		if m.Verdict.Good() {
			v := view.Invite(m.Made, d.Now())
			v.AcceptURL = links[i]
			lines[i].Invite = &v
		}
	}
	return the(counted(lines)), nil
}
