package roster

import (
	"context"
	"errors"

	"rollcall/internal/tenant"
)

// News is what a mail tells of what became of somebody.
type News struct {
	Kind   MailKind // MailJoined, MailInviteAccepted, MailInviteAsked or MailRequestAnswered
	Config tenant.Config
	To     Email
	// Language is that of the reader, a tag of BCP 47; empty: unknown.
	Language string
	Who      string // the address of whom it is about
	Member   MemberID
	Approved bool // with MailRequestAnswered
}

// NewsFunc writes the mail of News; the zero MailDraft: none is sent. It must be pure.
type NewsFunc func(News) (MailDraft, error)

// tellAdmins tells the tenant's active admins, the first reviewMails of them.
func (r *Roster) tellAdmins(ctx context.Context, tx Tx, n News) error {
	if r.News == nil {
		return nil
	}
	admins, err := tx.Team(ctx, TeamQuery{Role: n.Config.Tenant.Roles.Admin(), State: StateActive, Limit: reviewMails})
	if err != nil {
		return err
	}
	for _, a := range admins.Items {
		if err := r.tell(ctx, tx, a.Member, n); err != nil {
			return err
		}
	}
	return nil
}

// tell tells a member in their language; one without a proven address, or without access, hears nothing.
func (r *Roster) tell(ctx context.Context, tx Tx, to Member, n News) error {
	if r.News == nil || to.Email == "" || !to.Proven || to.Standing.State != StateActive {
		return nil
	}
	language, err := Language(ctx, tx, to.ID)
	if err != nil {
		return err
	}
	n.To, n.Language = to.Email, language
	return r.write(ctx, tx, to.ID, n)
}

func (r *Roster) write(ctx context.Context, tx Tx, reader MemberID, n News) error {
	if r.News == nil {
		return nil
	}
	d, err := r.News(n)
	if err != nil || d.Kind == "" {
		return err
	}
	d.Member = reader
	_, err = tx.QueueMail(ctx, d)
	return err
}

// tellInviter tells the admin who invited, if it was one and they are there still. Operators and programs read the events.
func (r *Roster) tellInviter(ctx context.Context, tx Tx, cfg tenant.Config, kind MailKind, i Invite) error {
	id, err := ParseMemberID(i.By.ID)
	if err != nil || r.News == nil || i.By.Source != SourceAdmin {
		return nil //nolint:nilerr // a program invited
	}
	by, err := tx.Member(ctx, Scope{}, id, false)
	if errors.Is(err, NotFound) || err == nil && !isAdmin(cfg, by) {
		return nil
	}
	if err != nil {
		return err
	}
	return r.tell(ctx, tx, by, News{Kind: kind, Config: cfg, Who: string(i.Email), Member: i.Member})
}

// Language is what a member wants mails in, a tag of BCP 47; empty when they said nothing.
func Language(ctx context.Context, rd ContactReader, id MemberID) (string, error) {
	c, err := rd.Contact(ctx, id)
	return c.Language, err
}
