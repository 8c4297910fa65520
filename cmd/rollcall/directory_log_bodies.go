package main

import (
	"fmt"
	"io"
	"time"

	"rollcall/internal/roster"
)

// bodiesWord is the one thing that can be switched on and off.
type bodiesWord struct {
	What      string `arg:"" enum:"bodies" help:"bodies"`
	Directory string `required:"" placeholder:"ID" help:"The directory, by its id (dir_…) or the UUID of its base URL."`
}

type logOnCmd struct {
	bodiesWord
	For time.Duration `default:"24h" placeholder:"PERIOD" help:"How long, at most 168h (default: 24h)."`
}

// Run implements directory log on.
func (c *logOnCmd) Run(p *program) error {
	return c.set(p, p.now().Add(c.For))
}

type logOffCmd struct{ bodiesWord }

// Run implements directory log off.
func (c *logOffCmd) Run(p *program) error { return c.set(p, time.Time{}) }

func (c *bodiesWord) set(p *program, until time.Time) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	if d, err = r.SetLogBodies(p.ctx, s, d.ID, until); err != nil {
		return err
	}
	return p.show(p.viewDirectory(d), func(w io.Writer) {
		if until.IsZero() {
			say(w, "The log of directory %s masks the values in bodies again. What was kept meanwhile goes with its entries.", d.Name)
			return
		}
		say(w, "The log of directory %s shows the values in bodies until %s.", d.Name, when(d.Settings.LogBodies))
	})
}

type logBoundCmd struct {
	Directory string `required:"" placeholder:"ID" help:"The directory, by its id (dir_…) or the UUID of its base URL."`
	Days      int    `placeholder:"N" help:"How many days, 1 to 400 (default: 30)."`
	Entries   int    `placeholder:"N" help:"How many entries, 1,000 to 10,000,000 (default: 100000)."`
}

// Run implements directory log keep.
func (c *logBoundCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	if d, err = r.SetLogBounds(p.ctx, s, d.ID, c.Days, c.Entries); err != nil {
		return err
	}
	return p.show(p.viewDirectory(d), func(w io.Writer) {
		days, entries := d.Settings.LogDays, d.Settings.LogEntries
		say(w, "%s", fmt.Sprintf("The log of directory %s is kept for %d days and %d entries.", d.Name, orDefault(days, roster.LogDays), orDefault(entries, roster.LogEntries)))
	})
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
