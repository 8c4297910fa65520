package account

import (
	"rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// noMails refuses what would need a mail, whoever it is for.
func (d *Door) noMails() error {
	if !d.Post.Off {
		return nil
	}
	return &roster.Error{Kind: roster.Refused, Code: roster.CodeMailNotSetUp, Detail: "This gateway sends no mails: its operator has to set ROLLCALL_SMTP_URL and ROLLCALL_MAIL_FROM."}
}

// notice writes the mail that tells a person what was changed for them. Without a mail server there is none: what was
// changed is changed all the same.
func (d *Door) notice(what string) func(roster.Member, tenant.Config) (roster.MailDraft, error) {
	if d.Post.Off {
		return nil
	}
	at := d.Now()
	return func(m roster.Member, cfg tenant.Config) (roster.MailDraft, error) {
		return d.Post.Draft(roster.MailSecurityNotice, m.Email, "", mail.Notice{Tenant: cfg.Tenant.Name, What: what, At: at})
	}
}
