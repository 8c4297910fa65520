package main

import (
	"cmp"
	"io"
	"strconv"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

type conflictCmd struct {
	List   conflictListCmd   `cmd:"" help:"List what waits for an admin: takeovers to confirm, names under another key, duplicate addresses, groups of one name."`
	Show   conflictShowCmd   `cmd:"" help:"Show one conflict, both sides, and what each decision would do."`
	Decide conflictDecideCmd `cmd:"" help:"Decide on a conflict: confirm, separate or decline; reopen takes separate back."`
}

// conflictView is a conflict as JSON.
type conflictView struct {
	ID        roster.ConflictID  `json:"id"`
	Code      roster.Code        `json:"code"`
	Since     time.Time          `json:"since"`
	Directory tenant.DirectoryID `json:"directory,omitzero"`
	Member    *view.MemberView   `json:"member,omitempty"` // the directory's record
	Other     *view.MemberView   `json:"other,omitempty"`  // what it stands against
	Group     *view.GroupRefView `json:"group,omitempty"`
	ByHand    *view.GroupRefView `json:"by_hand,omitempty"`
	Choices   []roster.Choice    `json:"choices"`
	Decision  roster.Decision    `json:"decision,omitempty"`
	DecidedAt time.Time          `json:"decided_at,omitzero"`
}

func viewConflict(cfg tenant.Config, w roster.Waiting) conflictView {
	v := conflictView{ID: w.ID, Code: w.Code, Since: w.Since, Directory: w.Directory, Choices: append([]roster.Choice{}, w.Choices...)}
	member := func(m *roster.Member) *view.MemberView {
		if m == nil {
			return nil
		}
		mv := view.Member(cfg, *m)
		return &mv
	}
	group := func(g *roster.Group) *view.GroupRefView {
		if g == nil {
			return nil
		}
		return &view.GroupRefView{ID: g.ID, Name: g.Name}
	}
	v.Member, v.Other, v.Group, v.ByHand = member(w.Member), member(w.Other), group(w.Group), group(w.ByHand)
	if w.Decided != nil {
		v.Decision, v.DecidedAt = w.Decided.Decision, w.Decided.At
	}
	return v
}

// subject names what waits.
func (v conflictView) subject() string {
	switch {
	case v.Member != nil:
		return cmp.Or(v.Member.Login, string(v.Member.Email), v.Member.ID.String())
	case v.Group != nil:
		return "group " + v.Group.Name
	}
	return v.ID.String()
}

type conflictListCmd struct {
	tenantFlag
	Directory string `placeholder:"ID" help:"Only those of one directory."`
	Code      string `placeholder:"CODE" help:"Only one kind: needs_confirmation, external_id_conflict, duplicate_address or same_name."`
	After     string `placeholder:"ID" help:"Begin behind this conflict."`
	Limit     int    `default:"100" help:"The most to list (default: 100)."`
}

// conflictPage is a page of conflicts as JSON.
type conflictPage struct {
	Conflicts []conflictView `json:"conflicts"`
	More      bool           `json:"more"`
}

// Run implements conflict list.
func (c *conflictListCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	q := roster.ConflictQuery{Code: roster.Code(c.Code), Limit: c.Limit}
	if c.Directory != "" {
		if q.Directory, err = tenant.ParseDirectoryID(c.Directory); err != nil {
			return usage("%w", err)
		}
	}
	if c.After != "" {
		after, err := roster.ParseConflictID(c.After)
		if err != nil {
			return usage("%w", err)
		}
		q.After = after.UUID
	}
	page, err := r.Conflicts(p.ctx, s, q)
	if err != nil {
		return err
	}
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	views := list(page.Items, func(w roster.Waiting) conflictView { return viewConflict(cfg, w) })
	return p.show(conflictPage{views, page.More}, func(w io.Writer) {
		table(w, "Nothing waits for an admin.", []string{"ID", "WHO", "WHY", "DIRECTORY", "SINCE"}, list(views, func(v conflictView) []string {
			return []string{v.ID.String(), v.subject(), string(v.Code), directoryName(cfg, v.Directory.String()), when(v.Since)}
		}))
		if page.More {
			say(w, "There are more: add --after %s", views[len(views)-1].ID)
		}
	})
}

// conflictArg names a conflict of a tenant.
type conflictArg struct {
	tenantFlag
	Conflict string `arg:"" help:"The conflict, by its id (cfl_…) or that of the member or group that waits."`
}

func (a conflictArg) find(p *program) (*roster.Roster, roster.Staff, roster.ConflictID, error) {
	r, s, err := a.staff(p)
	if err != nil {
		return nil, s, roster.ConflictID{}, err
	}
	id, err := roster.ParseConflictID(a.Conflict)
	if err != nil {
		return nil, s, id, usage("%w", err)
	}
	return r, s, id, nil
}

func (p *program) showConflict(s roster.Staff, w roster.Waiting) error {
	cfg, err := p.db.Reader(s.Tenant).Config(p.ctx)
	if err != nil {
		return err
	}
	v := viewConflict(cfg, w)
	return p.show(v, func(out io.Writer) {
		fields(out, "id", v.ID.String(), "who", v.subject(), "why", string(v.Code), "since", when(v.Since),
			"directory", directoryName(cfg, v.Directory.String()), "decided", string(v.Decision), "decided at", when(v.DecidedAt))
		if w.Member != nil {
			sides := [][]string{side("the directory's record", *w.Member)}
			if w.Other != nil {
				sides = append(sides, side("stands against", *w.Other))
			}
			say(out, "")
			table(out, "", []string{"", "ID", "EMAIL", "LOGIN", "EXTERNAL ID", "ROLE", "STATE"}, sides)
		}
		if w.ByHand != nil {
			say(out, "Stands against the group %s, which is kept by hand.", w.ByHand.ID)
		}
		if v.Decision == "" {
			for _, c := range v.Choices {
				say(out, "\n%s: %s", c.Decision, c.Effect)
			}
			say(out, "\nTo decide: rollcall conflict decide --tenant … %s DECISION", v.ID)
		}
	})
}

func side(name string, m roster.Member) []string {
	return []string{name, m.ID.String(), string(m.Email), m.Login, m.ExternalID, m.Standing.Role, string(m.Standing.State)}
}

type conflictShowCmd struct{ conflictArg }

// Run implements conflict show.
func (c *conflictShowCmd) Run(p *program) error {
	r, s, id, err := c.find(p)
	if err != nil {
		return err
	}
	w, err := r.FindConflict(p.ctx, s, id)
	if err != nil {
		return err
	}
	return p.showConflict(s, w)
}

type conflictDecideCmd struct {
	conflictArg
	Decision string `arg:"" enum:"confirm,separate,decline,reopen" help:"confirm: one person or group. separate: two. decline: the directory lets go. reopen: takes separate back. conflict show says what each would do."`
}

// Run implements conflict decide.
func (c *conflictDecideCmd) Run(p *program) error {
	r, s, id, err := c.find(p)
	if err != nil {
		return err
	}
	w, err := r.Decide(p.ctx, s, id, roster.Decision(c.Decision))
	if err != nil {
		return err
	}
	return p.showConflict(s, w)
}

// count prints a number with what it counts.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
