package acceptance

import (
	"strings"
	"testing"

	letters "rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestPeopleHearWhatBecameOfThem has somebody ask to join: the admins hear of it in their languages, and the person hears the
// answer. Who invited hears that the invite was accepted.
func TestPeopleHearWhatBecameOfThem(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, m := g.tenant("acme"), g.mailroom()
		g.roster.News = letters.Post{Key: g.connect.Key}.News("https://gateway.example")
		a.trust("acme.example")
		i := a.idp()
		a.joins("acme.example", tenant.AutoJoinApprove, "")
		ana, ben := a.somebody("ana@acme.example", "admin"), a.somebody("ben@acme.example", "admin")
		a.somebody("cy@acme.example", "viewer")
		german := "de"
		if _, err := g.roster.ChangeContact(t.Context(), a.staff, a.member(ben), roster.ContactChange{Language: &german}); err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"s1", "s1", "s2"} { // who asks again is asked about once
			if _, err := i.join(i.vouches(s, s+"@acme.example")); err == nil {
				t.Fatal("somebody who must ask was let in")
			}
		}
		if n := m.count("ana@acme.example"); n != 2 {
			t.Errorf("an admin got %d mails about two people, want 2", n)
		}
		if l := m.to("ben@acme.example"); !strings.HasSuffix(l.Subject, "möchte zu ACME") || !strings.Contains(l.Text, "https://gateway.example/console/requests") {
			t.Errorf("the German admin reads %q: %s", l.Subject, l.Text)
		}
		if m.count("cy@acme.example") != 0 {
			t.Error("a regular user hears of it")
		}
		page := do[roster.Page[roster.JoinRequest]](t)(g.roster.JoinRequests(t.Context(), a.staff, roster.JoinRequestQuery{State: roster.JoinPending}))
		for _, q := range page.Items {
			var err error
			if q.Email == "s1@acme.example" {
				_, err = g.roster.ApproveJoin(t.Context(), a.staff, q.ID, "", false)
			} else {
				_, err = g.roster.DeclineJoin(t.Context(), a.staff, q.ID)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if l := m.to("s1@acme.example"); l.Subject != "You can sign in to ACME now" {
			t.Errorf("who was approved reads %q", l.Subject)
		}
		if l := m.to("s2@acme.example"); l.Subject != "Your request to join ACME was declined" {
			t.Errorf("who was declined reads %q", l.Subject)
		}

		bens := roster.Staff{Tenant: a.id, Actor: roster.Actor{Source: roster.SourceAdmin, ID: ben}}
		anas := roster.Staff{Tenant: a.id, Actor: roster.Actor{Source: roster.SourceAdmin, ID: ana}}
		accept := func(by roster.Staff, email string) {
			t.Helper()
			d, hash := draftFor(email, "viewer")
			made := do[roster.Invite](t)(g.roster.CreateInvite(t.Context(), by, d))
			(&invitation{a, made.ID.String(), hash}).in()
		}
		accept(a.staff, "guest2@partner.example")
		accept(anas, "guest1@partner.example")
		accept(bens, "guest3@partner.example")
		if l := m.to("ana@acme.example"); l.Subject != "guest1@partner.example has joined ACME" {
			t.Errorf("the inviter reads %q", l.Subject)
		}
		if l := m.to("ben@acme.example"); l.Subject != "guest3@partner.example ist jetzt bei ACME" {
			t.Errorf("the German inviter reads %q", l.Subject)
		}
	})
}
