package main

import (
	"context"
	"io"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// change is what a command does to one connection.
func (a connectionArg) change(p *program, do func(*roster.Roster, roster.Staff, tenant.Connection) (tenant.Connection, error), text func(io.Writer, tenant.Connection)) error {
	r, s, found, err := a.find(p)
	if err != nil {
		return err
	}
	if found, err = do(r, s, found); err != nil {
		return err
	}
	return p.show(p.viewConnection(found), func(w io.Writer) { text(w, found) })
}

// simple makes a change of a method of the roster that takes nothing but the connection.
func simple(ctx context.Context, method func(*roster.Roster, context.Context, roster.Staff, tenant.ConnectionID) (tenant.Connection, error)) func(*roster.Roster, roster.Staff, tenant.Connection) (tenant.Connection, error) {
	return func(r *roster.Roster, s roster.Staff, c tenant.Connection) (tenant.Connection, error) {
		return method(r, ctx, s, c.ID)
	}
}

type connectionActivateCmd struct{ connectionArg }

// Run implements connection activate.
func (c *connectionActivateCmd) Run(p *program) error {
	return c.change(p, simple(p.ctx, (*roster.Roster).ActivateConnection), func(w io.Writer, c tenant.Connection) {
		say(w, "Connection %s is active: people sign in through it.", c.Name)
	})
}

type connectionDisableCmd struct{ connectionArg }

// Run implements connection disable.
func (c *connectionDisableCmd) Run(p *program) error {
	return c.change(p, simple(p.ctx, (*roster.Roster).DisableConnection), func(w io.Writer, c tenant.Connection) {
		say(w, "Connection %s is disabled: nobody signs in through it, not even who is on the way back.", c.Name)
	})
}

type connectionRemoveCmd struct{ connectionArg }

// Run implements connection remove.
func (c *connectionRemoveCmd) Run(p *program) error {
	return c.change(p, simple(p.ctx, (*roster.Roster).RemoveConnection), func(w io.Writer, c tenant.Connection) {
		say(w, "Connection %s is removed.", c.Name)
		say(w, "To undo that within 30 days: rollcall connection restore %s", c.ID)
	})
}

type connectionRestoreCmd struct{ connectionArg }

// Run implements connection restore.
func (c *connectionRestoreCmd) Run(p *program) error {
	return c.change(p, simple(p.ctx, (*roster.Roster).RestoreConnection), func(w io.Writer, c tenant.Connection) {
		say(w, "Connection %s is back, and disabled. To let people in: rollcall connection activate %s", c.Name, c.ID)
	})
}

type connectionRefreshCmd struct{ connectionArg }

// Run implements connection refresh.
func (c *connectionRefreshCmd) Run(p *program) error {
	return c.change(p, func(r *roster.Roster, s roster.Staff, found tenant.Connection) (tenant.Connection, error) {
		set, err := p.setup(r)
		if err != nil {
			return found, err
		}
		return set.Refresh(p.ctx, s, found)
	}, func(w io.Writer, c tenant.Connection) {
		switch {
		case c.SAML.Failure != "":
			say(w, "%s What is in force stays.", printable(c.SAML.Failure))
		case c.SAML.Pending != nil:
			say(w, "The metadata has changed; nothing of it is in force yet. Look: rollcall connection show %s", c.ID)
		default:
			say(w, "The metadata is as it was, or its change needed nobody's consent.")
		}
	})
}

type connectionAcceptCmd struct{ connectionArg }

// Run implements connection accept.
func (c *connectionAcceptCmd) Run(p *program) error {
	return c.change(p, simple(p.ctx, (*roster.Roster).AcceptMetadata), func(w io.Writer, c tenant.Connection) {
		say(w, "The changed metadata of connection %s is in force.", c.Name)
	})
}

type connectionRotateKeyCmd struct {
	connectionArg
	Overlap string `default:"7d" placeholder:"PERIOD" help:"After what time the new key signs; the old one still decrypts for as long again: 7d, 12h, or 0h for at once (default: 7d)."`
}

// Run implements connection rotate-key.
func (c *connectionRotateKeyCmd) Run(p *program) error {
	now := p.now()
	from, err := parseExpiry(c.Overlap, now)
	if err != nil || from.Before(now) {
		return usage("--overlap %q must be a period, such as 7d or 12h", c.Overlap)
	}
	return c.change(p, func(r *roster.Roster, s roster.Staff, found tenant.Connection) (tenant.Connection, error) {
		set, err := p.setup(r)
		if err != nil {
			return found, err
		}
		return set.RotateKey(p.ctx, s, found.ID, from.Sub(now))
	}, func(w io.Writer, c tenant.Connection) {
		say(w, "Connection %s has a new key. It signs from %s; until then give the provider our metadata again:", c.Name, when(from.Truncate(time.Second)))
		say(w, "  %s", p.viewConnection(c).MetadataURL)
	})
}
