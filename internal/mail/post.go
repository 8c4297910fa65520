package mail

import (
	"encoding/json"
	"fmt"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

// Post makes drafts and opens them again. It needs the master key.
type Post struct {
	Key secret.Key
	// Off says that no mail server is set up: nothing is drafted.
	Off bool
}

// What the kinds of mails tell. Names of fields are those in the templates.
type (
	// Invite is of roster.MailInvite.
	Invite struct {
		Tenant, Inviter, FirstName, Role, Message, Link string
		// SSO is the connection that people must sign in through; empty: they set a password.
		SSO     string
		Expires time.Time
	}
	// InviteAsked is of roster.MailInviteAsked.
	InviteAsked struct{ Tenant, Email, Link string }
	// Code is of roster.MailSignInCode.
	Code struct {
		Tenant, Code string
		Minutes      int
	}
	// Reset is of roster.MailPasswordReset.
	Reset struct {
		Tenant, Link string
		Minutes      int
	}
	// EmailProof is of roster.MailEmailProof. New says that it goes to the new address.
	EmailProof struct {
		Tenant, Code, NewAddress string
		New                      bool
		Minutes                  int
	}
	// Notice is of roster.MailSecurityNotice and MailEmailNotice. What is a sentence.
	Notice struct {
		Tenant, What string
		At           time.Time
	}
	// Joined is of roster.MailJoined, which says that somebody asks to join, and MailInviteAccepted.
	Joined struct{ Tenant, Who, Link string }
	// Answered is of roster.MailRequestAnswered.
	Answered struct {
		Tenant, Link string
		Approved     bool
	}
	// Review is of roster.MailReviewDue.
	Review struct {
		Tenant, Link string
		People       int
		Due          time.Time
	}
)

// letter is what is sealed.
type letter struct {
	Language string          `json:"l,omitempty"`
	Data     json.RawMessage `json:"d"`
}

// Draft seals what a mail tells. data is the struct of the kind. The error names the kind when there is no template for
// it, or the data does not fit that.
func (p Post) Draft(kind roster.MailKind, to roster.Email, language string, data any) (roster.MailDraft, error) {
	if p.Off {
		return roster.MailDraft{}, &roster.Error{
			Kind: roster.Refused, Code: roster.CodeMailNotSetUp,
			Detail: "This gateway sends no mails: its operator has to set ROLLCALL_SMTP_URL and ROLLCALL_MAIL_FROM. An invite can be made without a mail, and its link handed on by hand.",
		}
	}
	if _, err := write(kind, language, data); err != nil {
		return roster.MailDraft{}, err
	}
	raw, err := json.Marshal(data)
	if err == nil {
		raw, err = json.Marshal(letter{language, raw})
	}
	if err != nil {
		return roster.MailDraft{}, fmt.Errorf("write a mail of kind %s: %w", kind, err)
	}
	return roster.MailDraft{Kind: kind, To: to, Body: p.Key.Seal(raw, about(kind, to))}, nil
}

// about ties a sealed body to what it is and to whom it goes.
func about(kind roster.MailKind, to roster.Email) []byte {
	return []byte("mail\x00" + string(kind) + "\x00" + string(to))
}

// Open writes the letter of a queued mail.
func (p Post) Open(m roster.Mail) (Letter, error) {
	raw, err := p.Key.Open(m.Body, about(m.Kind, m.To))
	if err != nil {
		return Letter{}, fmt.Errorf("open a mail: %w", err)
	}
	var l letter
	if err := json.Unmarshal(raw, &l); err != nil {
		return Letter{}, fmt.Errorf("read a mail: %w", err)
	}
	data, err := decode(m.Kind, l.Data)
	if err != nil {
		return Letter{}, err
	}
	out, err := write(m.Kind, l.Language, data)
	out.To = m.To
	return out, err
}

func decode(kind roster.MailKind, raw json.RawMessage) (any, error) {
	switch kind {
	case roster.MailInvite:
		return into[Invite](raw)
	case roster.MailInviteAsked:
		return into[InviteAsked](raw)
	case roster.MailSignInCode:
		return into[Code](raw)
	case roster.MailPasswordReset:
		return into[Reset](raw)
	case roster.MailEmailProof:
		return into[EmailProof](raw)
	case roster.MailEmailNotice, roster.MailSecurityNotice:
		return into[Notice](raw)
	case roster.MailJoined, roster.MailInviteAccepted:
		return into[Joined](raw)
	case roster.MailRequestAnswered:
		return into[Answered](raw)
	case roster.MailReviewDue:
		return into[Review](raw)
	}
	return nil, fmt.Errorf("there is no mail of kind %q", kind)
}

func into[T any](raw json.RawMessage) (any, error) {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("read what a mail tells: %w", err)
	}
	return v, nil
}
