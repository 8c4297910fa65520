package main

import (
	"io"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

type directoryPauseCmd struct{ directoryArg }

// Run implements directory pause.
func (c *directoryPauseCmd) Run(p *program) error {
	return c.set(p, func(r *roster.Roster, s roster.Staff, id tenant.DirectoryID) (tenant.Directory, error) {
		return r.PauseDirectory(p.ctx, s, id)
	}, "Directory %s is paused: it may read, and is asked to write later. Its people stay as they are.")
}

type directoryResumeCmd struct{ directoryArg }

// Run implements directory resume.
func (c *directoryResumeCmd) Run(p *program) error {
	return c.set(p, func(r *roster.Roster, s roster.Staff, id tenant.DirectoryID) (tenant.Directory, error) {
		return r.ResumeDirectory(p.ctx, s, id)
	}, "Directory %s may write again; what it wanted meanwhile comes with the provider's next cycle.")
}

type directorySetCmd struct {
	directoryArg
	Hold string `required:"" enum:"on,off" placeholder:"on|off" help:"on: when the directory turns off too many people at once, the rest wait 4 hours for an admin. off: they are turned off at once, and told of."`
}

// Run implements directory set.
func (c *directorySetCmd) Run(p *program) error {
	sentence := "Directory %s is obeyed when it turns off too many people at once, and you are told of it; `rollcall directory undo` brings them back."
	if c.Hold == "on" {
		sentence = "When directory %s turns off too many people at once, the rest wait 4 hours for an admin: `rollcall directory held` shows and settles them."
	}
	return c.set(p, func(r *roster.Roster, s roster.Staff, id tenant.DirectoryID) (tenant.Directory, error) {
		return r.SetHold(p.ctx, s, id, c.Hold == "on")
	}, sentence)
}

// set changes a directory and prints what it is then.
func (a directoryArg) set(p *program, do func(*roster.Roster, roster.Staff, tenant.DirectoryID) (tenant.Directory, error), sentence string) error {
	r, s, d, err := findDirectory(p, a.Directory)
	if err != nil {
		return err
	}
	if d, err = do(r, s, d.ID); err != nil {
		return err
	}
	return p.show(p.viewDirectory(d), func(w io.Writer) { say(w, sentence, printable(d.Name)) })
}
