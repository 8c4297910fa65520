package acceptance

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	letters "rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/testenv/mailsink"
	"rollcall/invites"
)

// postOffice sends a gateway's mails when a test says so, on the test's clock.
type postOffice struct {
	*gateway

	t       *testing.T
	sink    *mailsink.Sink
	sender  *letters.Sender
	invites invites.Sender
	a       *account
	ana     roster.Staff
}

func onEachPostOffice(t *testing.T, f func(t *testing.T, o *postOffice)) {
	t.Helper()
	onEach(t, func(t *testing.T, g *gateway) {
		o := &postOffice{gateway: g, t: t, sink: mailsink.New(t), a: g.tenant("acme")}
		_, o.ana = o.a.anAdmin("ana@acme.example")
		post := letters.Post{Key: secret.NewKey()}
		o.invites = invites.Sender{Roster: g.roster, Post: post, Public: "https://gateway.example"}
		server := do[letters.Server](t)(letters.ParseServer(o.sink.URL()))
		o.sender = &letters.Sender{
			Queue: g.roster.Locator, Store: g.roster.Store, Post: post, Now: g.clock.Now, Log: slog.New(slog.DiscardHandler),
			Carrier: &letters.SMTP{Server: server, From: letters.Sent{Address: "no-reply@gateway.example"}, Now: g.clock.Now},
		}
		f(t, o)
	})
}

// drain sends what is due, and returns how many mails have come by now.
func (o *postOffice) drain() int {
	o.t.Helper()
	if err := o.sender.Drain(o.t.Context()); err != nil {
		o.t.Fatalf("Drain: %v", err)
	}
	return len(o.sink.Mails())
}

func (o *postOffice) invite(email string) roster.InviteID {
	o.t.Helper()
	i, _, err := o.invites.Create(o.t.Context(), o.ana, roster.InviteDraft{Email: email}, false)
	if err != nil {
		o.t.Fatalf("invite %s: %v", email, err)
	}
	return i.ID
}

func (o *postOffice) mailIs(id roster.InviteID, want roster.MailState, detail string) roster.Invite {
	o.t.Helper()
	i := do[roster.Invite](o.t)(o.roster.Invite(o.t.Context(), o.ana, id))
	if i.Mail != want || !strings.Contains(i.MailDetail, detail) {
		o.t.Errorf("the mail to %s is %s (%q), want %s (%q)", i.Email, i.Mail, i.MailDetail, want, detail)
	}
	return i
}

func TestMailsAreTriedAgainUntilTheyAreTooOld(t *testing.T) {
	onEachPostOffice(t, func(t *testing.T, o *postOffice) {
		o.sink.Refuse("busy@corp.example", 451, 2)
		o.sink.Refuse("never@corp.example", 451, -1)
		busy, never := o.invite("busy@corp.example"), o.invite("never@corp.example")
		if n := o.drain() + o.drain(); n != 0 { // the second time nothing is due
			t.Errorf("%d mails came of those that were refused", n)
		}
		o.mailIs(busy, roster.MailQueued, "451")
		o.clock.advance(31 * time.Second)
		o.drain()
		o.clock.advance(31 * time.Second)
		if n := o.drain(); n != 0 { // the pause has doubled
			t.Errorf("%d mails came too early", n)
		}
		o.clock.advance(time.Minute)
		if n := o.drain(); n != 1 {
			t.Errorf("%d mails came, want the one whose server takes it now", n)
		}
		o.mailIs(busy, roster.MailSent, "")
		o.clock.advance(47 * time.Hour)
		o.drain()
		o.mailIs(never, roster.MailQueued, "451")
		o.clock.advance(3 * time.Hour)
		o.drain()
		o.mailIs(never, roster.MailFailed, "451")
		if sent, lost := o.a.count("mail.sent"), o.a.count("mail.bounced"); sent != 1 || lost != 1 {
			t.Errorf("%d events of sent mails and %d of lost ones, want one of each", sent, lost)
		}
	})
}

func TestBouncedMailsAreNotTriedAgain(t *testing.T) {
	onEachPostOffice(t, func(t *testing.T, o *postOffice) {
		o.sink.Refuse("gone@corp.example", 550, 1) // a second try would pass
		gone, fine := o.invite("gone@corp.example"), o.invite("fine@corp.example")
		if n := o.drain(); n != 1 {
			t.Errorf("%d mails came, want the other one's", n)
		}
		o.clock.advance(3 * time.Hour)
		if n := o.drain(); n != 1 {
			t.Errorf("%d mails came, want no second try", n)
		}
		o.mailIs(fine, roster.MailSent, "")
		i := o.mailIs(gone, roster.MailBounced, "no mailbox here")
		if got := i.StateAt(o.clock.Now()); got != roster.InviteBounced {
			t.Errorf("the invite is %s", got)
		}
		if n := o.a.count("mail.bounced"); n != 1 {
			t.Errorf("%d events of bounces, want 1", n)
		}
	})
}

func TestMailsOfWhatIsOverNeverLeave(t *testing.T) {
	onEachPostOffice(t, func(t *testing.T, o *postOffice) {
		revoked, again := o.invite("revoked@corp.example"), o.invite("again@corp.example")
		if _, err := o.roster.RevokeInvite(t.Context(), o.ana, revoked); err != nil {
			t.Fatal(err)
		}
		o.clock.advance(time.Hour)
		_, link, err := o.invites.Resend(t.Context(), o.ana, again, false)
		if err != nil {
			t.Fatal(err)
		}
		if n := o.drain(); n != 1 {
			t.Fatalf("%d mails came, want the one with the new link", n)
		}
		m := o.sink.To(t.Context(), t, "again@corp.example", 1)
		if got := m.Links(); len(got) != 1 || got[0] != link {
			t.Errorf("links = %v, want the new one", got)
		}
		o.mailIs(revoked, roster.MailDropped, "")
	})
}
