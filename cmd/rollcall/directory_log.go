package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type logCmd struct {
	List logListCmd  `cmd:"" default:"withargs" help:"List what a directory asked and was answered, newest first."`
	Show logShowCmd  `cmd:"" help:"Show one entry, with what it changed and, for a refusal, what to do about it."`
	On   logOnCmd    `cmd:"" help:"Show values in bodies for a while; passwords and tokens never."`
	Off  logOffCmd   `cmd:"" help:"Mask the values in bodies again."`
	Keep logBoundCmd `cmd:"" help:"Set how much of the log is kept."`
}

type logListCmd struct {
	Directory string        `required:"" placeholder:"ID" help:"The directory, by its id (dir_…) or the UUID of its base URL."`
	Tenant    string        `placeholder:"SLUG" help:"The tenant of the directory; need not be named."`
	Failed    bool          `help:"Only what was refused or failed."`
	Member    string        `placeholder:"MEMBER" help:"Only about this member, by id, e-mail address or login."`
	Since     time.Duration `placeholder:"PERIOD" help:"Only of this last while, such as 2h."`
	Limit     int           `default:"50" placeholder:"N" help:"The most entries to list (default: 50)."`
	Follow    bool          `help:"Go on with what comes, oldest first, until interrupted."`
}

// Help is shown below the flags.
func (*logListCmd) Help() string {
	return `Each SCIM exchange of the directory is an entry, kept for 30 days and 100,000 entries unless set otherwise. Values are
masked: ‹text 14› stands for a text of 14 characters. Entries appear a quarter of a second after the answer.`
}

// Run implements directory log.
func (c *logListCmd) Run(p *program) error {
	if c.Limit < 1 {
		return usage("--limit must be 1 or more")
	}
	_, s, d, err := findDirectory(p, c.Directory)
	if err != nil {
		return err
	}
	if c.Tenant != "" {
		if t, err := findTenant(p, c.Tenant); err != nil || t.ID != s.Tenant {
			return refused("the directory %s is not one of the tenant %s", d.ID, c.Tenant)
		}
	}
	q := roster.ExchangeQuery{Directory: d.ID, Failed: c.Failed, Limit: c.Limit}
	if c.Since > 0 {
		q.Since = p.now().Add(-c.Since)
	}
	if c.Member != "" {
		m, err := findMember(p, s, c.Member)
		if err != nil {
			return err
		}
		q.Subject = m.UUID
	}
	page, err := p.db.Reader(s.Tenant).Exchanges(p.ctx, q)
	if err != nil {
		return err
	}
	if c.Follow {
		return followLog(p, s.Tenant, d, q, page.Items)
	}
	return p.show(list(page.Items, func(e roster.Exchange) view.EntryView { return view.Entry(e, d.Provider) }), func(w io.Writer) {
		table(w, "No entries.", logHeadings(), list(page.Items, logRow))
		if page.More {
			say(w, "There are older ones: --limit %d shows them.", c.Limit*4)
		}
	})
}

func logHeadings() []string {
	return []string{"AT", "REQUEST", "STATUS", "WHY", "CHANGED", "MS", "ENTRY"}
}

func logRow(e roster.Exchange) []string {
	why := string(e.Code)
	if why == "" {
		why = e.ScimType
	}
	return []string{when(e.At), requestText(e), strconv.Itoa(e.Status), why, changeText(e), strconv.FormatFloat(float64(e.Took.Microseconds())/1000, 'f', 1, 64), e.ID.String()}
}

// requestText is the request in short.
func requestText(e roster.Exchange) string {
	s := e.Method + " " + e.Route
	if e.Query != "" {
		s += "?" + e.Query
	}
	const most = 90
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

func changeText(e roster.Exchange) string {
	var kinds []string
	for _, c := range e.Changes {
		if !slices.Contains(kinds, string(c.Kind)) {
			kinds = append(kinds, string(c.Kind))
		}
	}
	return strings.Join(kinds, ", ")
}

// followEvery is the pause between two looks, and followBack how late an entry may appear: ids go by
// the beginning of a request.
const (
	followEvery = time.Second
	followBack  = 90 * time.Second
)

// followLog prints entries as they come, oldest first.
func followLog(p *program, id tenant.ID, d tenant.Directory, q roster.ExchangeQuery, first []roster.Exchange) error {
	seen := map[roster.ExchangeID]bool{}
	next := time.NewTicker(followEvery)
	defer next.Stop()
	for {
		slices.Reverse(first)
		for _, e := range first {
			if seen[e.ID] {
				continue
			}
			seen[e.ID] = true
			if err := p.show(view.Entry(e, d.Provider), func(w io.Writer) { say(w, "%s", printable(strings.Join(logRow(e), "  "))) }); err != nil {
				return err
			}
		}
		select {
		case <-p.ctx.Done():
			return nil
		case <-next.C:
		}
		q.Since, q.Limit = p.now().Add(-followBack), 1000
		page, err := p.db.Reader(id).Exchanges(p.ctx, q)
		if p.ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		first = page.Items
	}
}

type logShowCmd struct {
	Entry string `arg:"" help:"The entry, by its id (exc_…)."`
}

// Run implements directory log show.
func (c *logShowCmd) Run(p *program) error {
	id, err := roster.ParseExchangeID(c.Entry)
	if err != nil {
		return usage("the entry: %w; `rollcall directory log` shows them", err)
	}
	if _, err := p.open(); err != nil {
		return err
	}
	e, d, err := findEntry(p.ctx, p, id)
	if err != nil {
		return err
	}
	v := view.Entry(e, d.Provider)
	return p.show(v, func(w io.Writer) {
		fields(w, "entry", v.ID.String(), "at", v.At.Format(time.RFC3339Nano), "directory", d.Name+" ("+d.ID.String()+")",
			"request", e.Method+" "+e.Route, "path", e.Path, "query", e.Query, "status", strconv.Itoa(e.Status), "scimType", e.ScimType,
			"code", string(e.Code), "field", e.Field, "took", e.Took.String(), "received", strconv.FormatInt(e.Received, 10)+" bytes",
			"sent", strconv.FormatInt(e.Sent, 10)+" bytes", "user agent", e.UserAgent, "recognised as", e.Vendor.VendorName(), "about", v.Subject, "request id", e.RequestID)
		for _, c := range e.Changes {
			say(w, "changed: %s %s", c.Kind, printable(string(c.Data)))
		}
		if e.Request != "" {
			say(w, "\nsent: %s", printable(e.Request))
		}
		if e.Answer != "" {
			say(w, "\nanswered: %s", printable(e.Answer))
		}
		if a := v.Advice; a != nil {
			say(w, "\n%s\nWhat to change: %s\nWhere: %s\nMore: docs/%s", a.What, a.Change, a.Where, a.Link)
		}
	})
}

// findEntry looks for an entry in all tenants: its id is all that an admin may have at hand.
func findEntry(ctx context.Context, p *program, id roster.ExchangeID) (roster.Exchange, tenant.Directory, error) {
	tenants, err := p.db.Tenants(ctx)
	if err != nil {
		return roster.Exchange{}, tenant.Directory{}, err
	}
	for _, t := range tenants {
		e, err := p.db.Reader(t.ID).Exchange(ctx, id)
		if errors.Is(err, roster.NotFound) {
			continue
		}
		if err != nil {
			return e, tenant.Directory{}, err
		}
		cfg, err := p.db.Reader(t.ID).Config(ctx)
		if err != nil {
			return e, tenant.Directory{}, err
		}
		i := slices.IndexFunc(cfg.Directories, func(d tenant.Directory) bool { return d.ID == e.Directory })
		if i < 0 {
			return e, tenant.Directory{ID: e.Directory}, nil
		}
		return e, cfg.Directories[i], nil
	}
	return roster.Exchange{}, tenant.Directory{}, refused("there is no entry %s; it may have been too old to keep", id)
}
