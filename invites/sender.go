package invites

import (
	"context"
	"net/url"

	"rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// PathAccept is where people accept.
const PathAccept = "/invite/accept"

// Sender makes invites with their links and mails. It is safe for concurrent use.
type Sender struct {
	Roster *roster.Roster
	Post   mail.Post
	Public string // the gateway's URL, without a slash at the end
}

// Made is what became of one line: the invite with its link, or why there is none.
type Made struct {
	roster.InviteResult
	Link string // empty: none was made. It is kept nowhere
}

// Link is that of a token.
func (s Sender) Link(token string) string {
	return s.Public + PathAccept + "?" + url.Values{"token": {token}}.Encode()
}

// Create invites somebody; quiet: without a mail. The link is kept nowhere. Errors as of roster.CreateInvite, and
// Refused with mail_not_set_up.
func (s Sender) Create(ctx context.Context, by roster.Staff, d roster.InviteDraft, quiet bool) (roster.Invite, string, error) {
	link := s.arm(by.Tenant, &d, quiet)
	i, err := s.Roster.CreateInvite(ctx, by, d)
	if err != nil {
		return i, "", err //nolint:wrapcheck // a refusal is for the door as it is
	}
	return i, link, nil
}

// CreateMany invites several people; each line has its own fate. The error is of the store: then the lines that are
// returned stand.
func (s Sender) CreateMany(ctx context.Context, by roster.Staff, lines []roster.InviteDraft, quiet bool) ([]Made, error) {
	armed := make([]roster.InviteDraft, len(lines))
	links := make([]string, len(lines))
	for i, d := range lines {
		links[i] = s.arm(by.Tenant, &d, quiet)
		armed[i] = d
	}
	results, err := s.Roster.CreateInvites(ctx, by, armed)
	out := make([]Made, len(results))
	for i, r := range results {
		out[i] = Made{InviteResult: r}
		if r.Verdict.Good() {
			out[i].Link = links[i]
		}
	}
	return out, err //nolint:wrapcheck // a refusal is for the door as it is
}

// Resend makes a new link for a pending invite, and mails it unless quiet. Errors as of roster.ResendInvite, and
// Refused with mail_not_set_up.
func (s Sender) Resend(ctx context.Context, by roster.Staff, id roster.InviteID, quiet bool) (roster.Invite, string, error) {
	var d roster.InviteDraft
	link := s.arm(by.Tenant, &d, quiet)
	i, err := s.Roster.ResendInvite(ctx, by, id, d.Hash, d.Mail)
	if err != nil {
		return i, "", err //nolint:wrapcheck // a refusal is for the door as it is
	}
	return i, link, nil
}

// arm gives a draft a token and the mail that brings it, and returns the link.
func (s Sender) arm(id tenant.ID, d *roster.InviteDraft, quiet bool) string {
	token, hash := secret.NewInvite(id.UUID)
	link := s.Link(token)
	d.Hash, d.Mail = hash, nil
	if quiet {
		return link
	}
	d.Mail = func(l roster.InviteLetter) (roster.MailDraft, error) {
		i := l.Invite
		data := mail.Invite{
			Tenant: l.Config.Tenant.Name, Inviter: l.Inviter, FirstName: i.Names.First, Role: i.Role, Message: i.Message, Link: link, Expires: i.ExpiresAt,
		}
		if l.Config.Tenant.Policy.SSO.Enforced {
			data.SSO = connectionName(l.Config)
		}
		return s.Post.Draft(roster.MailInvite, i.Email, i.Language, data)
	}
	return link
}

// connectionName is what people call the sign-in of a tenant that enforces one.
func connectionName(cfg tenant.Config) string {
	for _, c := range cfg.Connections {
		if c.Usable() {
			return c.Name
		}
	}
	return "your company's sign-in"
}

// Many is CreateMany in two lists: what became of each line, and its link.
func (s Sender) Many(ctx context.Context, by roster.Staff, lines []roster.InviteDraft, quiet bool) ([]roster.InviteResult, []string, error) {
	made, err := s.CreateMany(ctx, by, lines, quiet)
	results, links := make([]roster.InviteResult, len(made)), make([]string, len(made))
	for i, m := range made {
		results[i], links[i] = m.InviteResult, m.Link
	}
	return results, links, err
}
