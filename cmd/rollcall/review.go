package main

import (
	"io"
	"strconv"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/view"
)

type reviewCmd struct {
	Start  reviewStartCmd  `cmd:"" help:"Write down everybody who is a member, with role, source and last activity."`
	List   reviewListCmd   `cmd:"" help:"List the tenant's reviews, the latest first."`
	Show   reviewShowCmd   `cmd:"" help:"Show the people of a review, those away the longest first."`
	Decide reviewDecideCmd `cmd:"" help:"Keep somebody, or end the membership or the access at once."`
	Keep   reviewKeepCmd   `cmd:"" help:"Keep all who were active lately and about whom nothing was decided."`
	Finish reviewFinishCmd `cmd:"" help:"Finish a review: nothing of it changes any more."`
	Export reviewExportCmd `cmd:"" help:"Print a review as CSV for auditors."`
	Every  reviewEveryCmd  `cmd:"" help:"Have reviews begin by themselves."`
}

func showReview(p *program, r roster.Review) error {
	v := view.Review(r)
	return p.show(v, func(w io.Writer) {
		fields(w, "review", v.ID.String(), "started", when(v.StartedAt), "by", v.StartedBy, "finished", when(v.FinishedAt), "finished by", v.FinishedBy,
			"people", strconv.Itoa(v.People), "kept", strconv.Itoa(v.Kept), "removed", strconv.Itoa(v.Removed), "deactivated", strconv.Itoa(v.Off),
			"asked for", strconv.Itoa(v.Asked), "gone by other ways", strconv.Itoa(v.Gone), "undecided", strconv.Itoa(v.Left))
	})
}

type reviewStartCmd struct{ tenantFlag }

// Run implements review start.
func (c *reviewStartCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	v, err := r.StartReview(p.ctx, s)
	if err != nil {
		return err
	}
	return showReview(p, v)
}

type reviewListCmd struct{ tenantFlag }

// Run implements review list.
func (c *reviewListCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	all, err := r.Reviews(p.ctx, s, 0)
	if err != nil {
		return err
	}
	views := list(all, view.Review)
	return p.show(views, func(w io.Writer) {
		table(w, "There was no review yet; `rollcall review start` begins one.", []string{"ID", "STARTED", "FINISHED", "PEOPLE", "UNDECIDED"}, list(views, func(v view.ReviewView) []string {
			return []string{v.ID.String(), when(v.StartedAt), when(v.FinishedAt), strconv.Itoa(v.People), strconv.Itoa(v.Left)}
		}))
	})
}

// reviewArg names a review of a tenant.
type reviewArg struct {
	tenantFlag
	Review string `arg:"" optional:"" help:"The review, by its id (default: the latest)."`
}

func (c reviewArg) find(p *program) (*roster.Roster, roster.Staff, roster.Review, error) {
	r, s, err := c.staff(p)
	if err != nil {
		return nil, s, roster.Review{}, err
	}
	if c.Review == "" {
		all, err := r.Reviews(p.ctx, s, 1)
		if err == nil && len(all) == 0 {
			err = refused("there was no review yet; `rollcall review start` begins one")
		}
		if err != nil {
			return nil, s, roster.Review{}, err
		}
		return r, s, all[0], nil
	}
	id, err := roster.ParseReviewID(c.Review)
	if err != nil {
		return nil, s, roster.Review{}, usage("%w", err)
	}
	v, err := r.Review(p.ctx, s, id)
	return r, s, v, noSuch(err, "the tenant has no review %s", c.Review)
}

type reviewShowCmd struct {
	reviewArg
	Undecided bool   `help:"Only those about whom nothing was decided."`
	Text      string `placeholder:"TEXT" help:"Only those whose name or address has this in it."`
	After     int64  `placeholder:"N" help:"Begin behind this position."`
	Limit     int    `default:"100" help:"The most to list (default: 100)."`
}

// reviewPage is a review with a page of its people as JSON.
type reviewPage struct {
	view.ReviewView
	Items []view.ReviewItemView `json:"items"`
	More  bool                  `json:"more"`
}

// Run implements review show.
func (c *reviewShowCmd) Run(p *program) error {
	r, s, v, err := c.find(p)
	if err != nil {
		return err
	}
	page, err := r.ReviewItems(p.ctx, s, roster.ReviewQuery{Review: v.ID, Undecided: c.Undecided, Text: c.Text, After: c.After, Limit: c.Limit})
	if err != nil {
		return err
	}
	views := list(page.Items, view.ReviewItem)
	return p.show(reviewPage{view.Review(v), views, page.More}, func(w io.Writer) {
		table(w, "Nobody.", []string{"MEMBER", "NAME", "EMAIL", "ROLE", "SOURCE", "LAST ACTIVE", "DECISION"}, list(views, func(i view.ReviewItemView) []string {
			return []string{i.Member.String(), i.Name, string(i.Email), i.Role, string(i.Source), when(i.LastActive), string(i.Decision)}
		}))
		if page.More {
			say(w, "There are more: add --after %d", page.Items[len(page.Items)-1].Position)
		}
	})
}

type reviewDecideCmd struct {
	tenantFlag
	Review   string `placeholder:"ID" help:"The review, by its id (default: the latest)."`
	Member   string `arg:"" help:"The member, by id, e-mail address or login."`
	Decision string `arg:"" enum:"keep,remove,deactivate,ask_directory" help:"keep, remove, deactivate or ask_directory."`
}

// Run implements review decide.
func (c *reviewDecideCmd) Run(p *program) error {
	r, s, v, err := reviewArg{c.tenantFlag, c.Review}.find(p)
	if err != nil {
		return err
	}
	m, err := findMember(p, s, c.Member)
	if err != nil {
		return err
	}
	i, err := r.DecideReview(p.ctx, s, v.ID, m, roster.ReviewDecision(c.Decision))
	if err = noSuch(err, "the member came after the review began"); err != nil {
		return err
	}
	return p.show(view.ReviewItem(i), func(w io.Writer) { say(w, "%s: %s.", printable(i.Label), i.Decision) })
}

type reviewKeepCmd struct {
	reviewArg
	Within int `default:"30" placeholder:"DAYS" help:"Who was active within so many days (default: 30)."`
}

// Run implements review keep.
func (c *reviewKeepCmd) Run(p *program) error {
	r, s, v, err := c.find(p)
	if err != nil {
		return err
	}
	n, err := r.KeepInReview(p.ctx, s, v.ID, roster.ReviewPick{ActiveSince: p.now().Add(-time.Duration(c.Within) * 24 * time.Hour)})
	if err != nil {
		return err
	}
	return p.show(map[string]int{"kept": n}, func(w io.Writer) { say(w, "%d people are kept.", n) })
}

type reviewFinishCmd struct {
	reviewArg
	Incomplete bool `help:"Finish although people are left about whom nothing was decided."`
}

// Run implements review finish.
func (c *reviewFinishCmd) Run(p *program) error {
	r, s, v, err := c.find(p)
	if err != nil {
		return err
	}
	if v, err = r.FinishReview(p.ctx, s, v.ID, c.Incomplete); err != nil {
		return err
	}
	return showReview(p, v)
}

type reviewExportCmd struct{ reviewArg }

// Run implements review export.
func (c *reviewExportCmd) Run(p *program) error {
	r, s, v, err := c.find(p)
	if err != nil {
		return err
	}
	return view.ReviewCSV(p.out, v, r.ActorNames(p.ctx, s), r.EachReviewItem(p.ctx, s, v.ID))
}

type reviewEveryCmd struct {
	tenantFlag
	Months int `arg:"" help:"How many months lie between two reviews; 0: none begins by itself."`
}

// Run implements review every.
func (c *reviewEveryCmd) Run(p *program) error {
	r, s, err := c.staff(p)
	if err != nil {
		return err
	}
	if _, err := r.SetReviews(p.ctx, s, c.Months); err != nil {
		return err
	}
	return p.show(map[string]int{"review_months": c.Months}, func(w io.Writer) {
		if c.Months == 0 {
			say(w, "No review begins by itself.")
			return
		}
		say(w, "A review begins every %d months.", c.Months)
	})
}
