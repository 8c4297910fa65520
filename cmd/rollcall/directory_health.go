package main

import (
	"fmt"
	"io"
	"strings"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type directoryHealthCmd struct {
	Tenant    string `placeholder:"SLUG" help:"Only directories of this tenant."`
	Directory string `placeholder:"ID" help:"Only this one, in full."`
}

// Help is shown below the flags.
func (*directoryHealthCmd) Help() string {
	return `States: never_connected; healthy; failing, when more than a fifth of 20 or more requests of a day are refused; silent,
when it says nothing for three times as long as is its habit; locked_out, when it calls but its token is not accepted;
paused; removed. How long is too long is learned from the last 14 days.`
}

// Run implements directory health.
func (c *directoryHealthCmd) Run(p *program) error {
	views, err := c.views(p)
	if err != nil {
		return err
	}
	if c.Directory != "" && len(views) == 1 {
		return p.show(views[0], func(w io.Writer) { showHealth(w, views[0]) })
	}
	return p.show(views, func(w io.Writer) {
		table(w, "There is no directory yet.", []string{"DIRECTORY", "NAME", "PROVIDER", "STATE", "LAST REQUEST", "LAST CHANGE", "REFUSED IN 24 H", "NOT LET IN"},
			list(views, func(v view.HealthView) []string {
				return []string{v.Directory.String(), v.Name, string(v.Provider), string(v.State), when(v.LastAt), when(v.LastChangeAt), share(v), deniedText(v.Denied)}
			}))
	})
}

func (c *directoryHealthCmd) views(p *program) ([]view.HealthView, error) {
	r, tenants, only, err := c.scope(p)
	if err != nil {
		return nil, err
	}
	views := []view.HealthView{}
	for _, id := range tenants {
		cfg, err := p.db.Reader(id).Config(p.ctx)
		if err != nil {
			return nil, err
		}
		healths, err := r.Healths(p.ctx, id)
		if err != nil {
			return nil, err
		}
		byID := map[tenant.DirectoryID]roster.Health{}
		for _, h := range healths {
			byID[h.Directory] = h
		}
		for _, d := range cfg.Directories {
			if h, ok := byID[d.ID]; ok && (only.IsZero() || only == d.ID) {
				views = append(views, view.Health(d, h))
			}
		}
	}
	return views, nil
}

// scope says whose directories are asked for; a zero id stands for all of theirs.
func (c *directoryHealthCmd) scope(p *program) (*roster.Roster, []tenant.ID, tenant.DirectoryID, error) {
	if c.Directory != "" {
		r, s, d, err := findDirectory(p, c.Directory)
		return r, []tenant.ID{s.Tenant}, d.ID, err
	}
	none := tenant.DirectoryID{}
	r, err := p.open()
	if err != nil {
		return nil, nil, none, err
	}
	if c.Tenant != "" {
		t, err := findTenant(p, c.Tenant)
		return r, []tenant.ID{t.ID}, none, err
	}
	all, err := p.db.Tenants(p.ctx)
	return r, list(all, func(t tenant.Tenant) tenant.ID { return t.ID }), none, err
}

func showHealth(w io.Writer, v view.HealthView) {
	rhythm := ""
	if v.Rhythm > 0 {
		rhythm = fmt.Sprintf("every %.0f h; silent after %.0f h", v.Rhythm, v.SilentAfter)
	}
	fields(w, "directory", v.Name+" ("+v.Directory.String()+")", "state", string(v.State), "set up for", v.Provider.VendorName(),
		"recognised as", v.Recognised.VendorName(), "user agent", v.UserAgent, "first request", when(v.FirstAt), "last request", when(v.LastAt),
		"last change", when(v.LastChangeAt), "calls", rhythm, "silent since", when(v.SilentSince), "failing since", when(v.FailingSince),
		"refused in 24 h", share(v), "not let in in 24 h", deniedText(v.Denied), "last not let in", when(v.LastDeniedAt), "because of", string(v.LastDenied))
	if v.Hint != "" {
		say(w, "%s", printable(v.Hint))
	}
}

func share(v view.HealthView) string { return fmt.Sprintf("%d of %d", v.Failures, v.Requests) }

func deniedText(denied map[roster.AuthFailure]int) string {
	var out []string
	for _, kind := range roster.AuthFailures() {
		if n := denied[kind]; n > 0 {
			out = append(out, fmt.Sprintf("%d %s", n, kind))
		}
	}
	return strings.Join(out, ", ")
}
