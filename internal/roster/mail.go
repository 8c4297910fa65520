package roster

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/tenant"
)

// MailID identifies a mail; it prints as mail_….
type MailID struct{ tenant.UUID }

// String returns the prefixed form.
func (id MailID) String() string { return tenant.Format("mail", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id MailID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// MailKind says what a mail is about. Names never change their meaning.
//
// A new kind is added here and to the templates of package mail.
type MailKind string

// The kinds of mails.
const (
	MailInvite          MailKind = "invite"
	MailSignInCode      MailKind = "sign_in_code"
	MailPasswordReset   MailKind = "password_reset"
	MailEmailProof      MailKind = "email_proof"  // to the new and to the old address of somebody who changes it
	MailEmailNotice     MailKind = "email_notice" // that the address was changed
	MailSecurityNotice  MailKind = "security_notice"
	MailJoined          MailKind = "joined"           // to admins: somebody joined, or asks to
	MailRequestAnswered MailKind = "request_answered" // to who asked to join
	MailInviteAccepted  MailKind = "invite_accepted"  // to the inviter
	MailInviteAsked     MailKind = "invite_asked"     // to the inviter: a new link is wanted
	MailReviewDue       MailKind = "review_due"       // to admins: an access review has begun
)

// MailState says what became of a mail.
type MailState string

// The states of a mail.
//
//	queued ──► sent      a server took it
//	   ├─────► bounced   a server said that the address takes none
//	   ├─────► failed    no server took it for days
//	   └─────► dropped   what it was about is over
const (
	MailQueued  MailState = "queued"
	MailSent    MailState = "sent"
	MailBounced MailState = "bounced"
	MailFailed  MailState = "failed"
	MailDropped MailState = "dropped"
)

// MailDraft is a mail to be sent once the transaction is committed.
type MailDraft struct {
	Kind MailKind
	To   Email
	// Body is what it tells, sealed by package mail: links in it open accounts. It is wiped when the mail has
	// left, or never will.
	Body   []byte
	Invite InviteID // that it is about; zero: none
	Member MemberID // zero: nobody, or no member yet
}

// Mail is a mail as it is kept.
type Mail struct {
	MailDraft
	ID       MailID
	State    MailState
	Detail   string // what the mail server said to it last; may be empty
	QueuedAt time.Time
	EndedAt  time.Time // zero: it is queued
}

// MailTicket is the right to send a mail for the time of a lease.
type MailTicket struct {
	Tenant   tenant.ID
	Mail     MailID
	QueuedAt time.Time
	Attempts int // this one included
}

// MailJob is the kind of the jobs that send what is queued.
const MailJob = "send_mails"

// MailReader reads mails.
type MailReader interface {
	// Mail finds a mail; NotFound.
	Mail(ctx context.Context, id MailID) (Mail, error)
}

// MailTx queues mails.
type MailTx interface {
	MailReader
	// QueueMail keeps a mail to be sent once the transaction is committed. The first of a transaction enqueues a
	// MailJob, too.
	QueueMail(ctx context.Context, d MailDraft) (MailID, error)
	// DropMails sees that what was not sent yet of an invite never is.
	DropMails(ctx context.Context, id InviteID) error
	// EndMail notes what became of a queued mail, wipes its body and takes it from the queue. One that has ended
	// already stays as it is. MailQueued notes the detail only.
	EndMail(ctx context.Context, id MailID, state MailState, detail string) error
}

// MailLocator finds what is to be sent, whoever's it is.
type MailLocator interface {
	// ClaimMails takes mails that are due, the oldest first, and keeps them from others for the lease. It is cheap
	// when there are none.
	ClaimMails(ctx context.Context, limit int, lease time.Duration) ([]MailTicket, error)
	// RetryMail makes a claimed mail due again at a time, unless somebody else has claimed it since.
	RetryMail(ctx context.Context, t MailTicket, due time.Time) error
}

// CodeMailNotSetUp is the reason of what would need a mail where no mail server is set up.
const CodeMailNotSetUp Code = "mail_not_set_up"

// MailWasBounced tells that the address of a mail takes none.
const MailWasBounced EventKind = "mail.bounced"

// MailWasSent tells that a mail server took a mail.
const MailWasSent EventKind = "mail.sent"

// MailEnded notes what became of a queued mail, and writes the event of it.
func MailEnded(ctx context.Context, tx Tx, id MailID, state MailState, detail string) error {
	m, err := tx.Mail(ctx, id)
	if errors.Is(err, NotFound) || err == nil && m.State != MailQueued && state == MailDropped {
		return tx.EndMail(ctx, id, state, detail) // only its place in the queue is left
	}
	if err != nil {
		return err
	}
	if err := tx.EndMail(ctx, id, state, detail); err != nil {
		return err
	}
	e := Event{Kind: MailWasSent, Member: m.Member, Actor: Actor{Source: SourceOperator}, Data: details{Kind: string(m.Kind)}.about(m).json()}
	switch state {
	case MailSent:
	case MailBounced, MailFailed:
		e.Kind = MailWasBounced
	default:
		return nil
	}
	return tx.AppendEvent(ctx, e)
}

func (d details) about(m Mail) details {
	if !m.Invite.IsZero() {
		d.Invite = m.Invite.String()
	}
	return d
}
