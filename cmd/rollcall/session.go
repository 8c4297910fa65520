package main

import (
	"cmp"
	"io"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type sessionCmd struct {
	List   sessionListCmd   `cmd:"" help:"List the browsers in which a tenant's people are signed in."`
	Revoke sessionRevokeCmd `cmd:"" help:"End sessions at once, with what applications got in them."`
}

// sessionsOf says which sessions of a tenant are meant.
type sessionsOf struct {
	tenantFlag
	Member     string `placeholder:"MEMBER" help:"Only this member's, by id, e-mail address or login."`
	Connection string `placeholder:"ID" help:"Only those that began through this connection."`
}

func (o sessionsOf) filter(p *program, s roster.Staff) (roster.SessionFilter, error) {
	var f roster.SessionFilter
	var err error
	if o.Connection != "" {
		if f.Connection, err = tenant.ParseConnectionID(o.Connection); err != nil {
			return f, usage("--connection: %w", err)
		}
	}
	if o.Member != "" {
		f.Member, err = findMember(p, s, o.Member)
	}
	return f, err
}

type sessionListCmd struct {
	sessionsOf
	Ended bool `help:"Show those that have ended, too: they are kept for 30 days."`
}

// Run implements session list.
func (c *sessionListCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	q := roster.SessionQuery{Limit: memberPage, WithEnded: c.Ended}
	if q.Filter, err = c.filter(p, s); err != nil {
		return err
	}
	views := []view.SessionView{}
	for more := true; more; {
		page, err := r.Sessions(p.ctx, s.Tenant, q)
		if err != nil {
			return err
		}
		for _, s := range page.Items {
			views = append(views, view.Session(s, p.now()))
			q.Before = s.ID
		}
		more = page.More
	}
	return p.show(views, func(w io.Writer) {
		table(w, "Nobody is signed in.", []string{"MEMBER", "LIVE", "METHOD", "STARTED", "SEEN", "EXPIRES", "WHY ENDED", "IP", "ID"},
			list(views, func(v view.SessionView) []string {
				return []string{
					v.Member.String(), yesNo(v.Live), string(v.Method), when(v.StartedAt), when(v.SeenAt), when(v.ExpiresAt),
					cmp.Or(string(v.EndReason), "-"), cmp.Or(v.IP, "-"), v.ID.String(),
				}
			}))
	})
}

type sessionRevokeCmd struct {
	sessionsOf
	Session string `arg:"" optional:"" help:"One session, by id (ses_…)."`
	All     bool   `help:"All sessions of the tenant."`
}

// Run implements session revoke.
func (c *sessionRevokeCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	f, err := c.filter(p, s)
	if err != nil {
		return err
	}
	if c.Session != "" {
		if f.Session, err = roster.ParseSessionID(c.Session); err != nil {
			return usage("the session: %w", err)
		}
	}
	f.AllOfTenant = c.All
	if f.IsZero() {
		return usage("name a session, --member, --connection or --all")
	}
	n, err := r.EndSessions(p.ctx, s, f, roster.EndRevoked)
	if err != nil {
		return err
	}
	return p.show(view.EndedView{Ended: n}, func(w io.Writer) { say(w, "Ended %s.", count(n, "session", "sessions")) })
}
