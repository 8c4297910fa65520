package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"rollcall/internal/google"
	"rollcall/internal/metrics"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type pullCmd struct {
	Set    pullSetCmd    `cmd:"" help:"Have a directory of the provider google read from Google Workspace, or change how."`
	Show   pullShowCmd   `cmd:"" help:"How it is read, when next, how the last run went, and what was refused."`
	Now    pullNowCmd    `cmd:"" help:"Read it now, look at everything, and say what came of it."`
	Remove pullRemoveCmd `cmd:"" help:"Read it no more and forget the key. Its people stay as they are."`
}

type pullSetCmd struct {
	directoryFlag
	ServiceAccount string `placeholder:"FILE" help:"The JSON file of the service account's key. It is sealed and never shown. Needed the first time."`
	Subject        string `placeholder:"ADDRESS" help:"An administrator of the Google account who may read users and groups. Needed the first time."`
	Customer       string `placeholder:"ID" help:"The Google account, such as C01abc2de (default: my_customer, the administrator's own)."`
	OrgUnit        string `placeholder:"PATH" help:"Only people of this organisational unit and those below it; / is all (default: all)."`
	Groups         string `placeholder:"all|none|ADDRESS,…" help:"Which groups come with their members (default: all)."`
	Every          period `placeholder:"PERIOD" help:"How long after a run the next one begins, 1m to 24h (default: 5m)."`
}

// Help is shown below the flags.
func (*pullSetCmd) Help() string {
	return `What is not named stays as it is. The first run begins within a minute where a gateway runs; ` + "`rollcall directory pull now`" + `
reads at once. docs/connect-google.md has the steps in Google's consoles.`
}

// Run implements directory pull set.
func (c *pullSetCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	known, err := r.FindPull(p.ctx, s.Tenant, d.ID)
	if err != nil && !errors.Is(err, roster.NotFound) {
		return err
	}
	set := c.over(known.Settings)
	var sealed []byte
	if c.ServiceAccount != "" {
		if sealed, err = c.take(p, d.ID, &set); err != nil {
			return err
		}
	}
	pull, err := r.SetPull(p.ctx, s, d.ID, set, sealed)
	if err != nil {
		return err
	}
	v := view.Pull(pull, p.now())
	return p.show(v, func(w io.Writer) {
		say(w, "Directory %s is read from Google every %s, as %s.", printable(d.Name), pull.Settings.Every, v.Subject)
		say(w, "Delegate the three read-only scopes to the client id %s, then try: rollcall directory pull now --directory %s", v.ClientID, d.ID)
	})
}

// over is settings with what the flags name.
func (c *pullSetCmd) over(set roster.PullSettings) roster.PullSettings {
	set.Subject, set.Customer = cmp.Or(c.Subject, set.Subject), cmp.Or(c.Customer, set.Customer)
	if set.OrgUnit = cmp.Or(c.OrgUnit, set.OrgUnit); set.OrgUnit == "/" {
		set.OrgUnit = ""
	}
	if c.Every != 0 {
		set.Every = time.Duration(c.Every)
	}
	if c.Groups != "" {
		set.NoGroups, set.Groups = c.Groups == "none", nil
		if c.Groups != "none" && c.Groups != "all" {
			set.Groups = strings.Split(c.Groups, ",")
		}
	}
	return set
}

// take reads and seals the file of the key.
func (c *pullSetCmd) take(p *program, id tenant.DirectoryID, set *roster.PullSettings) ([]byte, error) {
	key, err := p.key()
	if err != nil {
		return nil, err
	}
	f, err := os.Open(c.ServiceAccount)
	if err != nil {
		return nil, usage("read the key of the service account: %w", err)
	}
	defer func() { _ = f.Close() }()
	file, err := io.ReadAll(io.LimitReader(f, google.MaxKeyFile+1))
	if err != nil {
		return nil, usage("read the key of the service account: %w", err)
	}
	return google.Take(key, id, file, set)
}

type pullShowCmd struct{ directoryFlag }

// pullShowView is a pull with what was refused.
type pullShowView struct {
	view.PullView
	Refused []view.RefusedView `json:"refused"`
}

// Run implements directory pull show.
func (c *pullShowCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	pull, err := r.FindPull(p.ctx, s.Tenant, d.ID)
	if err != nil {
		return err
	}
	marks, err := p.db.Reader(s.Tenant).PullMarks(p.ctx, d.ID)
	if err != nil {
		return err
	}
	v := pullShowView{view.Pull(pull, p.now()), view.Refused(marks)}
	return p.show(v, func(w io.Writer) {
		groups := cmp.Or(strings.Join(v.Groups, ", "), "all")
		if v.NoGroups {
			groups = "none"
		}
		fields(w, "directory", d.Name+" ("+d.ID.String()+")", "administrator", v.Subject, "customer", v.Customer, "organisational unit", cmp.Or(v.OrgUnit, "all"),
			"groups", groups, "every", pull.Settings.Every.String(), "service account", v.ClientEmail, "client id", v.ClientID, "key id", v.KeyID,
			"running", yesNo(v.Running), "next run", when(v.NextAt), "everything read at", when(v.CompleteAt))
		if v.Last != nil {
			say(w, "")
			showRun(w, *v.Last)
		}
		say(w, "")
		table(w, "Nothing was refused.", []string{"KIND", "GOOGLE'S ID", "CODE", "WHAT TO CHANGE", "AT"}, list(v.Refused, func(m view.RefusedView) []string {
			return []string{string(m.Kind), m.ID, string(m.Code), m.Detail, when(m.At)}
		}))
	})
}

// showRun tells of one run.
func showRun(w io.Writer, v view.RunView) {
	fields(w, "last run", string(v.Outcome)+", "+when(v.StartedAt)+" to "+when(v.EndedAt), "people", countsWords(v.People), "groups", countsWords(v.Groups), "calls to Google", fmt.Sprint(v.Calls))
	if v.Detail != "" {
		say(w, "%s", printable(strings.TrimSpace(v.Detail+" "+codeWords(v.Code))))
	}
}

func codeWords(c roster.Code) string {
	if c == "" {
		return ""
	}
	return "(" + string(c) + ")"
}

func countsWords(c roster.PullCounts) string {
	return fmt.Sprintf("%d seen, %d created, %d changed, %d removed, %d refused", c.Seen, c.Created, c.Changed, c.Removed, c.Refused)
}

type pullNowCmd struct{ directoryFlag }

// Run implements directory pull now. It reads here, not in the gateway, and keeps the log itself.
func (c *pullNowCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	stop := p.keepLog(p.logger(), metrics.New(release()))
	defer stop()
	puller, err := p.puller(r)()
	if err != nil {
		return err
	}
	run, err := puller.Pull(p.ctx, s.Tenant, d.ID, true)
	if e, ok := errors.AsType[*roster.Error](err); ok && e.Code == roster.CodeDirectoryPaused {
		return refused("directory %s is paused; `rollcall directory resume %s` ends that", d.ID, d.ID)
	}
	if err != nil {
		return err
	}
	v := view.Run(run)
	if err := p.show(v, func(w io.Writer) { showRun(w, v) }); err != nil {
		return err
	}
	if run.Outcome == roster.PullFailed {
		return refused("google could not be read: %s %s", run.Detail, codeWords(run.Code))
	}
	return nil
}

type pullRemoveCmd struct{ directoryFlag }

// Run implements directory pull remove.
func (c *pullRemoveCmd) Run(p *program) error {
	r, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	if err := r.RemovePull(p.ctx, s, d.ID); err != nil {
		return err
	}
	return p.show(map[string]tenant.DirectoryID{"directory": d.ID}, func(w io.Writer) {
		say(w, "Directory %s is not read any more and its key is forgotten. Its people stay as they are.", printable(d.Name))
	})
}
