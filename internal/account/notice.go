package account

import (
	"rollcall/internal/mail"
	"rollcall/internal/roster"
)

// noMails refuses what would need a mail, whoever it is for.
func (d *Door) noMails() error {
	if !d.Post.Off {
		return nil
	}
	return &roster.Error{Kind: roster.Refused, Code: roster.CodeMailNotSetUp, Detail: "This gateway sends no mails: its operator has to set ROLLCALL_SMTP_URL and ROLLCALL_MAIL_FROM."}
}

// notice writes the mail that tells a person what was changed for them; see mail.Post.Notice.
func (d *Door) notice(what mail.Happening) roster.NoticeFunc {
	return d.Post.Notice(what, "", d.Now())
}
