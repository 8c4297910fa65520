package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/view"
	"rollcall/invites"
)

type inviteCmd struct {
	Create inviteCreateCmd `cmd:"" help:"Invite somebody. They are a member once they accept."`
	Bulk   inviteBulkCmd   `cmd:"" help:"Invite up to 1000 people from a CSV file; each line has its own fate."`
	List   inviteListCmd   `cmd:"" help:"List a tenant's invites."`
	Show   inviteShowCmd   `cmd:"" help:"Show an invite."`
	Resend inviteResendCmd `cmd:"" help:"Make a new link for a pending invite, and mail it. The old link is dead at once."`
	Change inviteChangeCmd `cmd:"" help:"Give a pending invite another role."`
	Revoke inviteRevokeCmd `cmd:"" help:"Make the link of a pending invite good for nothing."`
}

// days is a period in days, such as 7d.
type days time.Duration

// UnmarshalText reads a number of days such as 7d, or a period such as 36h.
func (d *days) UnmarshalText(b []byte) error {
	if n, ok := strings.CutSuffix(string(b), "d"); ok {
		count, err := strconv.Atoi(n)
		if err != nil || count < 1 || count > 365 {
			return fmt.Errorf("%q is no number of days such as 7d", b)
		}
		*d = days(time.Duration(count) * 24 * time.Hour)
		return nil
	}
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is no period such as 7d", b)
	}
	*d = days(v)
	return nil
}

// inviteHow says how invites of a command are made.
type inviteHow struct {
	Role     string   `placeholder:"ROLE" help:"The role that the person gets (default: the tenant's default)."`
	Expires  days     `placeholder:"DAYS" help:"How long the link is good: 1d to 30d (default: 7d)."`
	Group    []string `placeholder:"ID" help:"A group kept by hand that the person gets into (grp_…); may be repeated."`
	Message  string   `placeholder:"TEXT" help:"A few words for the mail."`
	Language string   `placeholder:"TAG" help:"The language of the mail, such as de (default: en)."`
	NoMail   bool     `help:"Send no mail: hand the link on yourself."`
}

func (h inviteHow) draft() (roster.InviteDraft, error) {
	d := roster.InviteDraft{Role: h.Role, Period: time.Duration(h.Expires), Message: h.Message, Language: h.Language}
	for _, g := range h.Group {
		id, err := roster.ParseGroupID(g)
		if err != nil {
			return d, usage("%q is no id of a group, which has the form grp_…; `rollcall group list` shows them", g)
		}
		d.Groups = append(d.Groups, id)
	}
	return d, nil
}

// inviter makes invites with their links and mails.
func (p *program) inviter(r *roster.Roster) (invites.Sender, error) {
	key, err := p.key()
	if err != nil {
		return invites.Sender{}, err
	}
	return invites.Sender{Roster: r, Post: p.post(key), Public: p.baseURL(p.Listen)}, nil
}

type inviteCreateCmd struct {
	tenantFlag
	inviteHow
	Email string `required:"" placeholder:"ADDRESS" help:"Whom to invite."`
	First string `placeholder:"NAME" help:"The first name; the person may change it."`
	Last  string `placeholder:"NAME" help:"The last name; the person may change it."`
}

// Run implements invite create.
func (c *inviteCreateCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	sender, err := p.inviter(r)
	if err != nil {
		return err
	}
	d, err := c.draft()
	if err != nil {
		return err
	}
	d.Email, d.Names = c.Email, roster.Names{First: c.First, Last: c.Last}
	i, link, err := sender.Create(p.ctx, s, d, c.NoMail)
	if err != nil {
		return err
	}
	return p.showLink(i, link)
}

// showLink prints an invite whose link was just made.
func (p *program) showLink(i roster.Invite, link string) error {
	v := view.Invite(i, p.now())
	v.AcceptURL = link
	return p.show(v, func(w io.Writer) {
		say(w, "%s is invited (%s), until %s.", i.Email, i.ID, when(i.ExpiresAt))
		if i.Mailed.IsZero() {
			say(w, "No mail is sent. Hand this link on; it is shown this once:")
		} else {
			say(w, "A mail is on its way. The link, shown this once:")
		}
		say(w, "  %s", link)
	})
}

type inviteListCmd struct {
	tenantFlag
	State string `enum:"pending,accepted,expired,revoked,superseded,bounced,all" default:"pending" help:"Which: pending, accepted, expired, revoked, superseded, bounced or all (default: pending)."`
	Q     string `placeholder:"TEXT" help:"Only those with this in address or name."`
	After string `placeholder:"ID" help:"Begin behind this invite."`
	Limit int    `default:"100" help:"The most to list (default: 100)."`
}

// invitePage is a page of invites as JSON.
type invitePage struct {
	Invites []view.InviteView `json:"invites"`
	Total   int               `json:"total"`
	More    bool              `json:"more"`
}

// Run implements invite list.
func (c *inviteListCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	q := roster.InviteQuery{Limit: c.Limit, Text: c.Q, Count: true}
	if c.State != "all" {
		q.States = []roster.InviteState{roster.InviteState(c.State)}
	}
	if c.After != "" {
		if q.Before, err = roster.ParseInviteID(c.After); err != nil {
			return usage("%w", err)
		}
	}
	page, err := r.Invites(p.ctx, s, q)
	if err != nil {
		return err
	}
	views := list(page.Items, func(i roster.Invite) view.InviteView { return view.Invite(i, p.now()) })
	return p.show(invitePage{views, page.Total, page.More}, func(w io.Writer) {
		table(w, "No invites.", []string{"EMAIL", "ROLE", "STATE", "MAIL", "EXPIRES", "ID"}, list(views, func(v view.InviteView) []string {
			return []string{string(v.Email), v.Role, string(v.State), string(v.Mail), when(v.ExpiresAt), v.ID.String()}
		}))
		if page.More {
			say(w, "There are more: add --after %s", views[len(views)-1].ID)
		}
	})
}

// inviteArg names an invite of a tenant.
type inviteArg struct {
	tenantFlag
	Invite string `arg:"" help:"The invite, by its id (ivt_…)."`
}

func (a inviteArg) find(p *program) (*roster.Roster, roster.Staff, roster.InviteID, error) {
	r, s, err := a.staff(p)
	if err != nil {
		return nil, s, roster.InviteID{}, err
	}
	id, err := roster.ParseInviteID(a.Invite)
	if err != nil {
		return nil, s, id, usage("%w; `rollcall invite list` shows them", err)
	}
	return r, s, id, nil
}

// do does something with the invite, and shows what it is then.
func (a inviteArg) do(p *program, f func(*roster.Roster, roster.Staff, roster.InviteID) (roster.Invite, error)) error {
	r, s, id, err := a.find(p)
	if err != nil {
		return err
	}
	i, err := f(r, s, id)
	if err = noSuch(err, "the tenant has no invite %s", a.Invite); err != nil {
		return err
	}
	v := view.Invite(i, p.now())
	return p.show(v, func(w io.Writer) {
		say(w, "%s (%s): %s, role %s, until %s.", v.Email, v.ID, v.State, orNone(v.Role), when(v.ExpiresAt))
		if v.Mail != "" {
			say(w, "Mail: %s %s", v.Mail, printable(v.Detail))
		}
	})
}

func orNone(s string) string {
	if s == "" {
		return "by default"
	}
	return s
}

type inviteShowCmd struct{ inviteArg }

// Run implements invite show.
func (c *inviteShowCmd) Run(p *program) error {
	return c.do(p, func(r *roster.Roster, s roster.Staff, id roster.InviteID) (roster.Invite, error) {
		return r.Invite(p.ctx, s, id)
	})
}

type inviteResendCmd struct {
	inviteArg
	NoMail bool `help:"Send no mail: hand the link on yourself."`
}

// Run implements invite resend.
func (c *inviteResendCmd) Run(p *program) error {
	r, s, id, err := c.find(p)
	if err != nil {
		return err
	}
	sender, err := p.inviter(r)
	if err != nil {
		return err
	}
	i, link, err := sender.Resend(p.ctx, s, id, c.NoMail)
	if err = noSuch(err, "the tenant has no invite %s", c.Invite); err != nil {
		return err
	}
	return p.showLink(i, link)
}

type inviteChangeCmd struct {
	inviteArg
	Role string `required:"" placeholder:"ROLE" help:"The role."`
}

// Run implements invite change.
func (c *inviteChangeCmd) Run(p *program) error {
	return c.do(p, func(r *roster.Roster, s roster.Staff, id roster.InviteID) (roster.Invite, error) {
		return r.ChangeInvite(p.ctx, s, id, c.Role)
	})
}

type inviteRevokeCmd struct{ inviteArg }

// Run implements invite revoke.
func (c *inviteRevokeCmd) Run(p *program) error {
	return c.do(p, func(r *roster.Roster, s roster.Staff, id roster.InviteID) (roster.Invite, error) {
		return r.RevokeInvite(p.ctx, s, id)
	})
}
