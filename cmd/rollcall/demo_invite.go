package main

import (
	"context"
	"strings"
	"time"

	"golang.org/x/net/html/atom"

	"rollcall/internal/mail"
	"rollcall/internal/roster"
	"rollcall/invites"
)

// The invited, whom neither a directory nor an identity provider knows, and what they choose.
const (
	invited         = "pat.iqbal@partner.example"
	invitedPassword = "three green kettles"
)

// demoInviteView is how an invite went.
type demoInviteView struct {
	Email  string  `json:"email"`
	Role   string  `json:"role"`
	Mailed string  `json:"mail_subject"`
	InMS   float64 `json:"accepted_after_ms"` // from the admin's click on
}

// invite shows the third door: Ana invites a partner, who has no identity provider at Acme.
func (d *demo) invite() error {
	began := d.now()
	sender := invites.Sender{Roster: d.roster, Post: d.post(d.key), Public: d.baseURL(d.Listen)}
	i, _, err := sender.Create(d.ctx, d.admin, roster.InviteDraft{
		Email: invited, Role: "editor", Names: roster.Names{First: "Pat", Last: "Iqbal"}, Message: "Here is the door to our plans for spring.",
	}, false)
	if err != nil {
		return err
	}
	d.tell.line("Ana invites %s as %s (%s). Before Pat accepts, nobody is a member by it.", i.Email, i.Role, i.ID)
	letter, err := d.letterTo(d.ctx, invited)
	if err != nil {
		return err
	}
	d.tell.line("  ✉ %q, at %s/mails", letter.Subject, d.baseURL(d.Listen))
	v, err := newVisitor(invited, "")
	if err != nil {
		return err
	}
	link := mailLinks.FindString(letter.Text)
	for range 2 { // a mail scanner looks first, and uses nothing up
		if _, err := v.get(d.ctx, link); err != nil {
			return err
		}
	}
	at, err := v.get(d.ctx, link)
	if err != nil {
		return err
	}
	d.tell.line("Pat opens the link, after a mail scanner did: %q", at.first(atom.H1))
	if at, err = d.accept(v, at); err != nil {
		return err
	}
	got := demoSignInView{Email: invited, Method: "password", Status: at.status, Code: at.first(atom.Code)}
	if said := at.texts(atom.Strong); at.url.Path == "/" && len(said) > 1 {
		got.Role = said[1]
	}
	if got.Role != "editor" {
		return refused("%s accepted and is %q: %s", invited, got.Role, got.Code)
	}
	d.invited = demoInviteView{Email: invited, Role: got.Role, Mailed: letter.Subject, InMS: milliseconds(d.now().Sub(began))}
	d.tell.line("One form, and Pat is signed in to %s as %s, %.0f ms after Ana's click.", d.tenant.Name, got.Role, d.invited.InMS)
	if at, err = v.get(d.ctx, link); err != nil {
		return err
	}
	d.tell.line("The link is used up: opened once more it says %d %s.", at.status, at.first(atom.Code))
	return nil
}

// accept fills in the form of an invite.
func (d *demo) accept(v *visitor, at *sheet) (*sheet, error) {
	for f := range at.all(atom.Form) {
		if !has(f, "password") {
			continue
		}
		form := hidden(f)
		form.Set("first", "Pat")
		form.Set("last", "Iqbal")
		form.Set("password", invitedPassword)
		return v.post(d.ctx, at.resolve(attribute(f, "action")), form)
	}
	return nil, refused("the page of the invite has no form: %d %s", at.status, at.first(atom.P))
}

// letterTo waits for the newest mail to an address.
func (d *demo) letterTo(ctx context.Context, address string) (mail.Kept, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, l := range d.box.Letters() {
			if strings.EqualFold(string(l.To), address) {
				return l, nil
			}
		}
		select {
		case <-ctx.Done():
			return mail.Kept{}, ctx.Err()
		case <-tick.C:
		}
	}
}
