package main

import (
	"io"
	"time"

	"rollcall/internal/password"
	"rollcall/internal/roster"
)

type memberResetCmd struct {
	memberArg
	Mail bool `help:"Mail the link to the member instead of printing it."`
}

// resetView is a link to set a password as JSON.
type resetView struct {
	Member  roster.MemberID `json:"member"`
	Email   roster.Email    `json:"email"`
	Link    string          `json:"link,omitempty"` // opens the account
	Expires time.Time       `json:"expires_at"`
}

// Help is shown below the flags.
func (*memberResetCmd) Help() string {
	return `The link is good for 30 minutes, and once. Whoever has it can sign in as the member, so hand it to nobody else; with
--mail only the member gets to know it. A second factor is asked for all the same. Refused with sso_required where the
tenant enforces SSO and the member does not stand outside.`
}

// Run implements member reset-password.
func (c *memberResetCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	id, err := findMember(p, s, c.Member)
	if err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	resets := password.Resets{Roster: r, Post: p.post(key), Public: p.baseURL(p.Listen)}
	v := resetView{Member: id, Expires: r.Now().Add(password.LinkLife)}
	var m roster.Member
	if err := r.NotePasswordLink(p.ctx, s, id); err != nil {
		return err
	}
	if c.Mail {
		m, err = resets.Mail(p.ctx, s.Tenant, id)
	} else {
		v.Link, m, err = resets.Link(p.ctx, s.Tenant, id)
	}
	if err != nil {
		return err
	}
	v.Email = m.Email
	return p.show(v, func(w io.Writer) {
		if c.Mail {
			say(w, "A mail with a link to set a password is on its way to %s.", string(m.Email))
			return
		}
		say(w, "By this link %s sets a password, within 30 minutes and once. It opens the account:", string(m.Email))
		say(w, "  %s", v.Link)
	})
}

type memberFactorsCmd struct{ memberArg }

// Help is shown below the flags.
func (*memberFactorsCmd) Help() string {
	return `For who lost their phone: the authenticator app, the passkeys and the recovery codes are gone, and all sessions end. The
password stays. Be sure that it is the person who asks: whoever reads their mails can sign in then. Where the tenant
requires a second factor, one is set up at the next sign-in.`
}

// Run implements member reset-factors.
func (c *memberFactorsCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	id, err := findMember(p, s, c.Member)
	if err != nil {
		return err
	}
	var notice roster.NoticeFunc
	if p.SMTPURL != "" {
		key, err := p.key()
		if err != nil {
			return err
		}
		notice = p.factorsReset(key)()
	}
	if err := r.ResetFactors(p.ctx, s, id, notice); err != nil {
		return err
	}
	return p.show(struct {
		Member roster.MemberID `json:"member"`
	}{id}, func(w io.Writer) {
		say(w, "%s has no second factor any more, and is signed out everywhere.", c.Member)
	})
}
