package password

import (
	"context"
	"net/url"
	"time"

	"rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// ResetPath is where links to set a password lead.
const ResetPath = "/password/reset"

// Resets makes links by which members set a password. It is safe for concurrent use.
type Resets struct {
	Roster *roster.Roster
	Post   mail.Post
	Public string // the gateway's URL, without a slash at the end
}

// Link makes a link that is good for LinkLife, once. Errors as of roster.MayUsePassword: none is made where SSO is enforced, or
// for who has no access. Who has the link can sign in as the member.
func (r Resets) Link(ctx context.Context, id tenant.ID, member roster.MemberID) (string, roster.Member, error) {
	m, err := r.Roster.MayUsePassword(ctx, id, member)
	if err != nil {
		return "", m, err
	}
	if m.Email == "" || !m.Proven {
		return "", m, &roster.Error{Kind: roster.Invalid, Field: "member", Detail: "The member has no e-mail address that was proven, by which people sign in."}
	}
	mark, err := r.Roster.PasswordMark(ctx, id, member)
	if err != nil {
		return "", m, err
	}
	l := Link{Tenant: id.String(), Member: member.String(), Email: string(m.Email), Mark: mark, Until: r.Roster.Now().Add(LinkLife)}
	return r.Public + ResetPath + "?" + url.Values{"token": {l.Seal(r.Post.Key)}}.Encode(), m, nil
}

// Mail mails a link to the member, who alone gets to know it. Errors as of Link, and Refused with mail_not_set_up.
func (r Resets) Mail(ctx context.Context, id tenant.ID, member roster.MemberID) (roster.Member, error) {
	link, m, err := r.Link(ctx, id, member)
	if err != nil {
		return m, err
	}
	rd := r.Roster.Store.Reader(id)
	cfg, err := rd.Config(ctx)
	if err != nil {
		return m, err
	}
	language, err := roster.Language(ctx, rd, member)
	if err != nil {
		return m, err
	}
	draft, err := r.Post.Draft(roster.MailPasswordReset, m.Email, language, mail.Reset{Tenant: cfg.Tenant.Name, Link: link, Minutes: int(LinkLife / time.Minute)})
	if err != nil {
		return m, err //nolint:wrapcheck // it says what to do
	}
	draft.Member = member
	return m, r.Roster.SendMail(ctx, id, draft)
}
