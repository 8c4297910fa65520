package main

import (
	"fmt"
	"io"
	"strings"
)

type migrateCmd struct {
	Check bool `help:"Change nothing; exit with 1 when something is pending."`
}

// Help is shown below the flags.
func (*migrateCmd) Help() string {
	return `Serve and the other commands do this by themselves when their role may. Run it before a new version is
rolled out, with ROLLCALL_MIGRATE_DATABASE_URL as the role that owns the tables, where the gateway's own role
may not change tables. Several at once are safe: one works, the others wait and find nothing to do. The version
before works on the new tables too, so a roll-out needs no pause.`
}

type migrateView struct {
	Applied []string `json:"applied"`
	Pending []string `json:"pending"`
}

// Run implements migrate.
func (c *migrateCmd) Run(p *program) error {
	if err := p.connect(!c.Check); err != nil {
		return err
	}
	v := migrateView{Applied: []string{}, Pending: []string{}}
	if c.Check {
		pending, err := p.db.Pending(p.ctx)
		if err != nil {
			return err
		}
		v.Pending = append(v.Pending, pending...)
	} else {
		applied, err := p.db.Migrate(p.ctx)
		if err != nil {
			return p.migrateHelp(err)
		}
		v.Applied = append(v.Applied, applied...)
	}
	err := p.show(v, func(w io.Writer) {
		switch {
		case len(v.Applied) > 0:
			say(w, "Applied %s.", strings.Join(v.Applied, ", "))
		case len(v.Pending) == 0:
			say(w, "The tables are up to date.")
		}
	})
	if len(v.Pending) > 0 && err == nil {
		return refused("pending: %s; run `rollcall migrate`", strings.Join(v.Pending, ", "))
	}
	return err
}

// migrateHelp adds to an error of PostgreSQL how another role is named, unless one was.
func (p *program) migrateHelp(err error) error {
	if _, embedded := p.sqliteFile(); embedded || p.MigrateURL != "" {
		return err
	}
	return fmt.Errorf("%w; the role that owns the tables goes into ROLLCALL_MIGRATE_DATABASE_URL", err)
}
