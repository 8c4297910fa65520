package mail_test

import (
	"strings"
	"testing"

	"rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

// kinds are all mails at their fullest.
func kinds() map[roster.MailKind]any {
	return map[roster.MailKind]any{
		roster.MailInvite:          invite("Acme"),
		roster.MailInviteAsked:     mail.InviteAsked{Tenant: "Acme", Email: "bo@corp.example", Link: "https://x.example/l"},
		roster.MailInviteAccepted:  mail.Joined{Tenant: "Acme", Who: "Bo", Link: "https://x.example/l"},
		roster.MailSignInCode:      mail.Code{Tenant: "Acme", Code: "123456", Minutes: 10},
		roster.MailPasswordReset:   mail.Reset{Tenant: "Acme", Link: "https://x.example/l", Minutes: 30},
		roster.MailEmailProof:      mail.EmailProof{Tenant: "Acme", Code: "12345678", NewAddress: "new@corp.example", New: true, Minutes: 30},
		roster.MailEmailNotice:     mail.Notice{Tenant: "Acme", What: "Your address was changed.", At: now()},
		roster.MailSecurityNotice:  mail.Notice{Tenant: "Acme", What: "Your password was changed.", At: now()},
		roster.MailJoined:          mail.Joined{Tenant: "Acme", Who: "Bo", Link: "https://x.example/l"},
		roster.MailRequestAnswered: mail.Answered{Tenant: "Acme", Link: "https://x.example/l", Approved: true},
		roster.MailReviewDue:       mail.Review{Tenant: "Acme", Link: "https://x.example/l", People: 7, Due: now()},
	}
}

func TestEveryKindIsWrittenInEveryLanguage(t *testing.T) {
	t.Parallel()
	for kind, data := range kinds() {
		for _, language := range []string{"", "en", "de", "de-AT", "xx"} {
			l := letter(t, kind, "bo@corp.example", language, data)
			if l.Subject == "" || !strings.Contains(l.Subject+l.Text, "Acme") || strings.Contains(l.Text+l.HTML, "<no value>") {
				t.Errorf("%s in %q: %+v", kind, language, l)
			}
		}
	}
}

// TestGermanIsComplete holds that no mail in a language that we have falls back to another one.
func TestGermanIsComplete(t *testing.T) {
	t.Parallel()
	for kind, data := range kinds() {
		if l := letter(t, kind, "bo@corp.example", "de-CH", data); !strings.Contains(l.HTML, `lang="de"`) {
			t.Errorf("%s has no German text: %s", kind, l.Text)
		}
	}
	l := letter(t, roster.MailInvite, "bo@corp.example", "de", invite("Acme"))
	if !strings.Contains(l.Text, "bis 2. März 2026, 08:00 UTC") {
		t.Errorf("the date is not German: %s", l.Text)
	}
}

func TestABodyOpensOnlyForItsAddressAndKind(t *testing.T) {
	t.Parallel()
	post := mail.Post{Key: secret.NewKey()}
	d, err := post.Draft(roster.MailPasswordReset, "bo@corp.example", "", mail.Reset{Tenant: "Acme", Link: "https://x.example/secret"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(d.Body), "secret") {
		t.Error("the body is readable")
	}
	for name, change := range map[string]func(*roster.MailDraft){
		"another address": func(d *roster.MailDraft) { d.To = "eve@corp.example" },
		"another kind":    func(d *roster.MailDraft) { d.Kind = roster.MailInvite },
	} {
		moved := d
		change(&moved)
		if _, err := post.Open(roster.Mail{MailDraft: moved}); err == nil {
			t.Errorf("it opens for %s", name)
		}
	}
	if _, err := post.Draft("unknown", "bo@corp.example", "", mail.Code{}); err == nil {
		t.Error("a kind without a template is drafted")
	}
	if _, err := post.Draft(roster.MailInvite, "bo@corp.example", "", mail.Code{}); err == nil {
		t.Error("data that do not fit are drafted")
	}
}

// TestNoticesSpeakTheReadersLanguage holds that everything people are told of has its German, with the name in it.
func TestNoticesSpeakTheReadersLanguage(t *testing.T) {
	t.Parallel()
	post := mail.Post{Key: secret.NewKey()}
	all := []mail.Happening{
		mail.PasswordChanged, mail.AppAdded, mail.AppRemoved, mail.PasskeyAdded, mail.PasskeyRemoved, mail.CodesRenewed, mail.FactorsReset, mail.AddressChanged,
	}
	seen := map[string]mail.Happening{}
	for _, what := range all {
		for _, language := range []string{"en", "de-AT", "fr"} {
			d, err := post.Notice(what, "Yubi", now())(roster.Addressee{Member: roster.Member{Email: "bo@corp.example"}, Language: language})
			if err != nil {
				t.Fatalf("%s in %s: %v", what, language, err)
			}
			l, err := post.Open(roster.Mail{MailDraft: d})
			if err != nil || strings.Contains(string(what), "%s") != strings.Contains(l.Subject, "Yubi") {
				t.Errorf("%s in %s is %q, %v", what, language, l.Subject, err)
			}
			if other, ok := seen[l.Subject]; ok && other != what {
				t.Errorf("%q is said of two things", l.Subject)
			}
			seen[l.Subject] = what
		}
	}
	if len(seen) != 2*len(all) {
		t.Errorf("%d sentences, want one in each of two languages for each of %d", len(seen), len(all))
	}
	if (mail.Post{Off: true}).Notice(mail.AppAdded, "", now()) != nil {
		t.Error("a notice is written where no mails are sent")
	}
}
