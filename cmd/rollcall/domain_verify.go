package main

import (
	"io"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type domainVerifyCmd struct {
	domainArg
	Renew bool `help:"Make a new value for the record instead of looking for it. The old one proves nothing any more."`
}

// Run implements domain verify. That the record is not there is an answer, not a failure.
func (c *domainVerifyCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff) (tenant.Domain, error) {
		if c.Renew {
			return r.RenewDomain(p.ctx, s, c.Domain)
		}
		return r.VerifyDomain(p.ctx, s, c.Domain)
	}, func(w io.Writer, v view.DomainView) {
		switch v.Status {
		case tenant.DomainProven:
			say(w, "Domain %s is proven: addresses of it are the tenant's own. Keep the record; it is looked for every day.", v.Domain)
		case tenant.DomainPending:
			say(w, "Domain %s is not proven yet.", v.Domain)
			say(w, "The record that will prove it: %s TXT %q, until %s", v.RecordName, v.RecordValue, when(v.ExpiresAt))
		default:
			say(w, "Domain %s is %s.", v.Domain, v.Status)
		}
		if v.Check != nil {
			say(w, "%s", v.Check.Text)
			for _, l := range v.Check.Looks {
				say(w, "  %s: %s", l.Resolver, lookWords(l))
			}
		}
	})
}

// lookWords is what one resolver said, in words.
func lookWords(l view.LookView) string {
	switch {
	case l.Alias != "":
		return "a CNAME to " + l.Alias
	case l.Outcome == tenant.LookNoName:
		return "no such name"
	case l.Outcome != tenant.LookAnswered:
		return "no answer (" + string(l.Outcome) + ")"
	case len(l.Values) == 0:
		return "no TXT record"
	}
	return strings.Join(l.Values, ", ")
}
