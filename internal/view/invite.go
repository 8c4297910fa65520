package view

import (
	"time"

	"rollcall/internal/roster"
)

// InviteView is an invite as JSON.
type InviteView struct {
	ID        roster.InviteID    `json:"id"`
	Email     roster.Email       `json:"email"`
	FirstName string             `json:"first_name"`
	LastName  string             `json:"last_name"`
	Role      string             `json:"role" doc:"Empty: the default of the domain or the tenant."`
	Groups    []roster.GroupID   `json:"groups" doc:"Groups kept by hand that the person gets into."`
	State     roster.InviteState `json:"state" enum:"pending,accepted,expired,revoked,superseded,bounced"`
	Reason    roster.Code        `json:"reason,omitempty" doc:"Why it was revoked or superseded."`
	InvitedBy string             `json:"invited_by" doc:"The inviter: a member's id, a credential's, or operator."`
	Message   string             `json:"message"`
	Language  string             `json:"language"`
	Sends     int                `json:"sends" doc:"How many links there were so far; only the latest opens it."`
	Mail      roster.MailState   `json:"mail" doc:"What became of the latest mail: queued, sent, bounced, failed or dropped; empty: none was wanted."`
	Detail    string             `json:"mail_detail,omitempty" doc:"What the mail server said."`
	CreatedAt time.Time          `json:"created_at"`
	SentAt    time.Time          `json:"sent_at" doc:"When the latest link was made."`
	ExpiresAt time.Time          `json:"expires_at"`
	AskedAt   time.Time          `json:"asked_at,omitzero" doc:"When who holds an expired link asked for another one."`
	EndedAt   time.Time          `json:"ended_at,omitzero"`
	Member    roster.MemberID    `json:"member,omitzero" doc:"The member that came of it."`
	Version   int64              `json:"version"`
	// AcceptURL is the link. It is shown when it is made, and kept nowhere.
	AcceptURL string `json:"accept_url,omitempty" doc:"The link, shown this once; only its hash is kept."`
}

// Invite shows an invite as it stands at a time.
func Invite(i roster.Invite, now time.Time) InviteView {
	by := i.By.ID
	if by == "" {
		by = string(i.By.Source)
	}
	return InviteView{
		ID: i.ID, Email: i.Email, FirstName: i.Names.First, LastName: i.Names.Last, Role: i.Role, Groups: append([]roster.GroupID{}, i.Groups...),
		State: i.StateAt(now), Reason: i.Reason, InvitedBy: by, Message: i.Message, Language: i.Language, Sends: i.Sends, Mail: i.Mail, Detail: i.MailDetail,
		CreatedAt: i.CreatedAt, SentAt: i.SentAt, ExpiresAt: i.ExpiresAt, AskedAt: i.AskedAt, EndedAt: i.EndedAt, Member: i.Member, Version: i.Version,
	}
}

// InviteResultView is what became, or would become, of one line of several invites.
type InviteResultView struct {
	Line    int                  `json:"line" doc:"From 1."`
	Email   string               `json:"email"`
	Verdict roster.InviteOutcome `json:"verdict" enum:"will_be_invited,joins_without_invite,invalid,twice,already_member,already_invited,deactivated,email_exists,blocked,limit"`
	Good    bool                 `json:"good" doc:"The person is invited, or would be."`
	Code    roster.Code          `json:"code,omitempty"`
	Detail  string               `json:"detail,omitempty" doc:"What to do."`
	Invite  *InviteView          `json:"invite,omitempty"`
	Open    roster.InviteID      `json:"open_invite,omitzero" doc:"The invite that is open already."`
}

// InviteLine shows a verdict.
func InviteLine(v roster.InviteVerdict) InviteResultView {
	return InviteResultView{Line: v.Line, Email: v.Email, Verdict: v.Verdict, Good: v.Verdict.Good(), Code: v.Code, Detail: v.Detail, Open: v.Invite}
}
