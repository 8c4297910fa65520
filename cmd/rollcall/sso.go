package main

import (
	"cmp"
	"errors"
	"io"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type tenantSSOCmd struct {
	Show    ssoShowCmd    `cmd:"" help:"Show how a tenant's people sign in."`
	Enforce ssoEnforceCmd `cmd:"" help:"Make people sign in through a connection, or no longer."`
	Contact ssoContactCmd `cmd:"" help:"Say whom people are told to ask when they are refused."`
}

func (p *program) showSSO(t tenant.Tenant) error {
	v := view.SSO(t)
	names := map[string]string{}
	for _, b := range t.Policy.SSO.BreakGlass {
		id := roster.MemberID{UUID: b.Member}
		m, err := p.db.Reader(t.ID).Member(p.ctx, roster.Scope{}, id, false)
		if err != nil && !errors.Is(err, roster.NotFound) {
			return err
		}
		names[id.String()] = cmp.Or(printable(string(m.Email)), "-")
	}
	return p.show(v, func(w io.Writer) {
		idle, life := t.Policy.Sessions.Periods()
		fields(w, "SSO enforced", yesNo(v.Enforced), "sessions rest", idle.String(), "sessions last", life.String(), "contact", v.Contact)
		say(w, "")
		table(w, "Nobody is named as break-glass; `rollcall tenant break-glass add` names an admin who gets in without SSO.",
			[]string{"BREAK-GLASS", "REASON", "SINCE", "UNTIL", "ID"}, list(v.BreakGlass, func(b view.BreakGlassView) []string {
				return []string{names[b.Member], b.Reason, when(b.Since), cmp.Or(when(b.Until), "-"), b.Member}
			}))
	})
}

type ssoShowCmd struct{ tenantFlag }

// Run implements tenant sso show.
func (c *ssoShowCmd) Run(p *program) error {
	if _, err := p.open(); err != nil {
		return err
	}
	t, err := findTenant(p, c.Tenant)
	if err != nil {
		return err
	}
	return p.showSSO(t)
}

type ssoEnforceCmd struct {
	tenantFlag
	Mode    string `arg:"" enum:"on,off" help:"on or off."`
	Preview bool   `help:"Only say who has never signed in through a connection."`
}

// Help is shown below the flags.
func (*ssoEnforceCmd) Help() string {
	return `It can be switched on when a test sign-in passed on an active connection within 24 hours, and one active admin at
least is named as break-glass. Whoever has never signed in through a connection is shown first: who of them is not known
to the identity provider is locked out.`
}

// unlinkedView are those whom enforcement concerns, as JSON.
type unlinkedView struct {
	Total   int              `json:"total"`
	Members []unlinkedMember `json:"members"`
}

type unlinkedMember struct {
	ID    roster.MemberID `json:"id"`
	Email string          `json:"email"`
	Role  string          `json:"role"`
}

// shownUnlinked is how many of them are named.
const shownUnlinked = 20

// Run implements tenant sso enforce.
func (c *ssoEnforceCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	if c.Mode == "off" {
		t, err := r.EnforceSSO(p.ctx, s, false)
		if err != nil {
			return err
		}
		return p.showSSO(t)
	}
	found, err := r.UnlinkedMembers(p.ctx, s, shownUnlinked)
	if err != nil {
		return err
	}
	v := unlinkedView{found.Total, list(found.Members, func(m roster.Member) unlinkedMember {
		return unlinkedMember{m.ID, string(m.Email), m.Standing.Role}
	})}
	tell := func(w io.Writer) {
		if v.Total > 0 {
			say(w, "Active and never signed in through a connection: %s.", count(v.Total, "person", "people"))
			for _, m := range v.Members {
				say(w, "  %s (%s)", printable(m.Email), m.Role)
			}
		}
	}
	if c.Preview {
		return p.show(v, func(w io.Writer) {
			if tell(w); v.Total == 0 {
				say(w, "Every active member has signed in through a connection, or is break-glass.")
			}
		})
	}
	t, err := r.EnforceSSO(p.ctx, s, true)
	if err != nil {
		return err
	}
	if !p.json {
		tell(p.errs)
	}
	return p.showSSO(t)
}

type ssoContactCmd struct {
	tenantFlag
	Contact string `arg:"" help:"An address, a number or a sentence; \"\" for none."`
}

// Run implements tenant sso contact.
func (c *ssoContactCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	t, err := r.SetContact(p.ctx, s, c.Contact)
	if err != nil {
		return err
	}
	return p.showSSO(t)
}

type breakGlassCmd struct {
	Add    breakGlassAddCmd    `cmd:"" help:"Let an active admin sign in without SSO while it is enforced; at most five."`
	Remove breakGlassRemoveCmd `cmd:"" help:"Take that back."`
	List   ssoShowCmd          `cmd:"" help:"List who may."`
}

type breakGlassAddCmd struct {
	tenantFlag
	Member string `arg:"" help:"By id, e-mail address or login."`
	Reason string `required:"" placeholder:"TEXT" help:"Why this one, for whoever looks later."`
	Until  string `placeholder:"PERIOD|DATE" help:"When it ends: 30d or a date (default: when it is taken back)."`
}

// Run implements tenant break-glass add.
func (c *breakGlassAddCmd) Run(p *program) error {
	until := time.Time{}
	if c.Until != "" {
		var err error
		if until, err = parseExpiry(c.Until, p.now()); err != nil {
			return usage("--until %q must be a period, such as 30d, or a date", c.Until)
		}
	}
	return changeBreakGlass(p, c.tenantFlag, c.Member, func(r *roster.Roster, s roster.Staff, id roster.MemberID) (tenant.Tenant, error) {
		return r.AddBreakGlass(p.ctx, s, id, c.Reason, until)
	})
}

type breakGlassRemoveCmd struct {
	tenantFlag
	Member string `arg:"" help:"By id, e-mail address or login."`
}

// Run implements tenant break-glass remove.
func (c *breakGlassRemoveCmd) Run(p *program) error {
	return changeBreakGlass(p, c.tenantFlag, c.Member, func(r *roster.Roster, s roster.Staff, id roster.MemberID) (tenant.Tenant, error) {
		return r.RemoveBreakGlass(p.ctx, s, id)
	})
}

func changeBreakGlass(p *program, of tenantFlag, member string, do func(*roster.Roster, roster.Staff, roster.MemberID) (tenant.Tenant, error)) error {
	r, s, err := of.staff(p)
	if err != nil {
		return err
	}
	id, err := findMember(p, s, member)
	if err != nil {
		return err
	}
	t, err := do(r, s, id)
	if err != nil {
		return err
	}
	return p.showSSO(t)
}

type tenantSessionsCmd struct {
	tenantFlag
	Idle string `placeholder:"PERIOD" help:"How long a session may rest, 5m to 7d (default: as it is; 0h: 8h)."`
	Life string `placeholder:"PERIOD" help:"How long it lasts in all, 15m to 30d (default: as it is; 0h: 24h)."`
}

// Run implements tenant sessions.
func (c *tenantSessionsCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	t, err := findTenant(p, c.Tenant)
	if err != nil {
		return err
	}
	want := t.Policy.Sessions
	for _, f := range []struct {
		flag, text string
		into       *time.Duration
	}{{"--idle", c.Idle, &want.Idle}, {"--life", c.Life, &want.Life}} {
		if f.text == "" {
			continue
		}
		now := p.now()
		until, err := parseExpiry(f.text, now)
		if err != nil || until.Before(now) {
			return usage("%s %q must be a period, such as 30m, 8h or 7d", f.flag, f.text)
		}
		*f.into = until.Sub(now)
	}
	if t, err = r.SetSessions(p.ctx, s, want); err != nil {
		return err
	}
	return p.showSSO(t)
}
