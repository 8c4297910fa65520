package team

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

const hereReview = "Access review"

func reviewURL(id roster.ReviewID) string { return Prefix + "/review/" + id.String() }

func tallyWords(t roster.ReviewTally) string {
	parts := []string{fmt.Sprintf("%d kept, %d removed, %d deactivated", t.Kept, t.Removed, t.Deactivated)}
	for _, p := range []struct {
		n    int
		word string
	}{{t.Asked, "asked for in a directory"}, {t.Gone, "removed by other ways"}, {t.Left(), "not decided"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	return strings.Join(parts, ", ")
}

func reviewRow(x roster.Review, who func(roster.Actor) string, v *visit) console.ReviewRow {
	row := console.ReviewRow{
		URL: reviewURL(x.ID), Started: ago(x.StartedAt, v.now), StartedAt: exactly(x.StartedAt), By: who(x.StartedBy), Tally: tallyWords(x.Tally),
		Export: reviewURL(x.ID) + "/export.csv",
	}
	if !x.Open() {
		row.Finished, row.FinishedAt = ago(x.FinishedAt, v.now), exactly(x.FinishedAt)
	}
	return row
}

// reviews lists access reviews.
func (d *Door) reviews(w http.ResponseWriter, r *http.Request, v *visit) error {
	return d.showReviews(w, r, v, nil)
}

func (d *Door) showReviews(w http.ResponseWriter, r *http.Request, v *visit, refused error) error {
	page := console.Reviews{Shell: v.shell(hereReview), Done: doneWords()[r.URL.Query().Get("done")]}
	status := http.StatusOK
	if refused != nil {
		said, ok := problem(refused)
		if !ok {
			return refused
		}
		page.Problem, status = said, web.Status(refused)
	}
	found, err := d.Roster.Reviews(r.Context(), v.staff, 20)
	if err != nil {
		return err
	}
	who := d.Roster.ActorNames(r.Context(), v.staff)
	for _, x := range found {
		row := reviewRow(x, who, v)
		if x.Open() {
			page.Open = &row
			continue
		}
		page.Rows = append(page.Rows, row)
	}
	for _, c := range []struct {
		months int
		label  string
	}{{0, "Never: an admin starts each"}, {1, "Each month"}, {3, "Each quarter"}, {6, "Twice a year"}, {12, "Each year"}} {
		page.Every = append(page.Every, console.Choice{Value: strconv.Itoa(c.months), Label: c.label, Chosen: c.months == v.tenant().Policy.ReviewMonths})
	}
	d.Pages.Show(w, status, page)
	return nil
}

// startReview begins a review.
func (d *Door) startReview(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := d.Roster.StartReview(r.Context(), v.staff)
	if err != nil {
		return d.showReviews(w, r, v, err)
	}
	return to(w, reviewURL(x.ID), "started")
}

// everyReview says how often reviews begin by themselves.
func (d *Door) everyReview(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	months, err := strconv.Atoi(r.PostForm.Get("months"))
	if err != nil {
		months = -1
	}
	if _, err := d.Roster.SetReviews(r.Context(), v.staff, months); err != nil {
		return d.showReviews(w, r, v, err)
	}
	return to(w, Prefix+"/review", "every")
}
