package mail

import (
	"fmt"
	"strings"
	"time"

	"rollcall/internal/roster"
)

// Happening is what a person is told was changed for them, in English. %s stands for a name.
type Happening string

// What people are told of.
const (
	PasswordChanged Happening = "Your password was changed."
	AppAdded        Happening = "An authenticator app was set up."
	AppRemoved      Happening = "The authenticator app was removed."
	PasskeyAdded    Happening = "A passkey was added: %s."
	PasskeyRemoved  Happening = "A passkey was removed."
	CodesRenewed    Happening = "New recovery codes were made; the former ones are not good any more."
	FactorsReset    Happening = "Your second factors were reset by an admin."
	AddressChanged  Happening = "Your e-mail address was changed to %s."
)

// german are these in German.
var german = map[Happening]string{
	PasswordChanged: "Ihr Passwort wurde geändert.",
	AppAdded:        "Eine Authenticator-App wurde eingerichtet.",
	AppRemoved:      "Die Authenticator-App wurde entfernt.",
	PasskeyAdded:    "Ein Passkey wurde hinzugefügt: %s.",
	PasskeyRemoved:  "Ein Passkey wurde entfernt.",
	CodesRenewed:    "Neue Wiederherstellungscodes wurden erstellt; die bisherigen gelten nicht mehr.",
	FactorsReset:    "Ihre zweiten Faktoren wurden von einem Admin zurückgesetzt.",
	AddressChanged:  "Ihre E-Mail-Adresse wurde geändert zu %s.",
}

// in says it in a language, or else in English.
func (h Happening) in(language, name string) string {
	text := string(h)
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	if de, ok := german[h]; ok && base == "de" {
		text = de
	}
	if !strings.Contains(text, "%s") {
		return text
	}
	return fmt.Sprintf(text, name)
}

// Notice returns what writes the mail that tells a member of a change to how they sign in, in their language; name is what %s
// stands for, at is when. Nil where no mails are sent: what was changed is changed all the same.
func (p Post) Notice(what Happening, name string, at time.Time) roster.NoticeFunc {
	if p.Off {
		return nil
	}
	kind := roster.MailSecurityNotice
	if what == AddressChanged {
		kind = roster.MailEmailNotice
	}
	return func(to roster.Addressee) (roster.MailDraft, error) {
		return p.Draft(kind, to.Member.Email, to.Language, Notice{Tenant: to.Config.Tenant.Name, What: what.in(to.Language, name), At: at})
	}
}

// News returns what writes the mails of what became of people; public is the gateway's URL, without a slash at the end. It
// writes none where no mails are sent.
func (p Post) News(public string) roster.NewsFunc {
	return func(n roster.News) (roster.MailDraft, error) {
		if p.Off {
			return roster.MailDraft{}, nil
		}
		tenant := n.Config.Tenant.Name
		switch n.Kind {
		case roster.MailRequestAnswered:
			return p.Draft(n.Kind, n.To, n.Language, Answered{Tenant: tenant, Link: public + "/login", Approved: n.Approved})
		case roster.MailInviteAsked:
			return p.Draft(n.Kind, n.To, n.Language, InviteAsked{Tenant: tenant, Email: n.Who, Link: public + "/console/invites"})
		case roster.MailInviteAccepted:
			return p.Draft(n.Kind, n.To, n.Language, Joined{Tenant: tenant, Who: n.Who, Link: public + "/console/members/" + n.Member.String()})
		}
		return p.Draft(n.Kind, n.To, n.Language, Joined{Tenant: tenant, Who: n.Who, Link: public + "/console/requests"})
	}
}
