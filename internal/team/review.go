package team

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

// reviewOf finds the review that a path names.
func (d *Door) reviewOf(r *http.Request, v *visit) (roster.Review, error) {
	id, err := roster.ParseReviewID(mux.Vars(r)["review"])
	if err != nil {
		return roster.Review{}, &roster.Error{Kind: roster.NotFound, Detail: "There is no such review.", Err: err}
	}
	return d.Roster.Review(r.Context(), v.staff, id)
}

// review shows one review with its people.
func (d *Door) review(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := d.reviewOf(r, v)
	if err != nil {
		return err
	}
	page, err := d.reviewPage(r, v, x)
	if err != nil {
		return err
	}
	page.Said = doneWords()[r.URL.Query().Get("done")]
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

// reviewTabs are the lists of a review: what they are called, and what they ask for.
func reviewTabs(t roster.ReviewTally) []struct {
	show, label string
	count       int
	query       roster.ReviewQuery
} {
	return []struct {
		show, label string
		count       int
		query       roster.ReviewQuery
	}{
		{"open", "To decide", t.Left(), roster.ReviewQuery{Undecided: true}},
		{"all", "All", t.Total, roster.ReviewQuery{}},
		{"kept", "Kept", t.Kept, roster.ReviewQuery{Decision: roster.ReviewKeep}},
		{"removed", "Removed", t.Removed, roster.ReviewQuery{Decision: roster.ReviewRemove}},
		{"off", "Deactivated", t.Deactivated, roster.ReviewQuery{Decision: roster.ReviewDeactivate}},
		{"asked", "Asked for", t.Asked, roster.ReviewQuery{Decision: roster.ReviewAsk}},
	}
}

func (d *Door) reviewPage(r *http.Request, v *visit, x roster.Review) (console.ReviewPage, error) {
	ctx := r.Context()
	who := d.Roster.ActorNames(ctx, v.staff)
	page := console.ReviewPage{
		Shell: v.shell(hereReview), Row: reviewRow(x, who, v), Total: x.Tally.Total, Done: x.Tally.Total - x.Tally.Left(), Left: x.Tally.Left(), Open: x.Open(),
		Search: strings.TrimSpace(r.FormValue("q")), Show: r.FormValue("show"),
	}
	cfg, err := d.Store.Reader(v.staff.Tenant).Config(ctx)
	if err != nil {
		return page, err
	}
	tabs := reviewTabs(x.Tally)
	if page.Show == "" {
		page.Show = tabs[0].show
		if x.Tally.Left() == 0 {
			page.Show = tabs[1].show
		}
	}
	var q roster.ReviewQuery
	for _, t := range tabs {
		if t.show == page.Show {
			q = t.query
		}
		page.Tabs = append(page.Tabs, console.Tab{Label: t.label, Count: t.count, URL: reviewURL(x.ID) + "?show=" + t.show, Here: t.show == page.Show})
	}
	q.Review, q.Text, q.Limit = x.ID, page.Search, pageSize
	again := url.Values{"show": {page.Show}, "q": {page.Search}}
	if q.After, err = strconv.ParseInt(r.FormValue("after"), 10, 64); err == nil && q.After > 0 {
		page.First = reviewURL(x.ID) + "?" + again.Encode()
	}
	found, err := d.Roster.ReviewItems(ctx, v.staff, q)
	if err != nil {
		return page, err
	}
	for _, i := range found.Items {
		page.People = append(page.People, reviewPerson(i, cfg, who, v))
	}
	if found.More {
		again.Set("after", strconv.FormatInt(found.Items[len(found.Items)-1].Position, 10))
		page.Next = reviewURL(x.ID) + "?" + again.Encode()
	}
	return page, nil
}

// reviewPerson shows somebody as they were when the review began; who manages them is told as it is now.
func reviewPerson(i roster.ReviewItem, cfg tenant.Config, who func(roster.Actor) string, v *visit) console.ReviewPerson {
	p := console.ReviewPerson{
		ID: i.Member.String(), Label: i.Label, Email: string(i.Email), Role: i.Role, Source: sourceWord(i.Origin(), directoryOf(cfg, i.Directory)),
		Active: ago(i.LastActive, v.now), ActiveAt: exactly(i.LastActive), Managed: directoryOf(cfg, i.Now.Directory),
		Kept: i.Decision == roster.ReviewKeep, Gone: i.Now.State == roster.StateRemoved && i.Decision == "",
		Fixed: i.Decision == roster.ReviewRemove || i.Decision == roster.ReviewDeactivate,
	}
	if p.Label == p.Email {
		p.Email = ""
	}
	if i.Decision != "" {
		p.By = who(i.DecidedBy) + ", " + ago(i.DecidedAt, v.now)
	}
	switch i.Decision {
	case roster.ReviewKeep:
		p.Decision = "Kept"
	case roster.ReviewRemove:
		p.Decision = "Removed"
	case roster.ReviewDeactivate:
		p.Decision = "Deactivated"
	case roster.ReviewAsk:
		p.Decision = "Asked for in " + p.Managed
	}
	return p
}

// reviewCSV exports a review for auditors.
func (d *Door) reviewCSV(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := d.reviewOf(r, v)
	if err != nil {
		return err
	}
	asCSV(w, "access-review-"+x.StartedAt.UTC().Format("2006-01-02")+".csv")
	return view.ReviewCSV(w, x, d.Roster.ActorNames(r.Context(), v.staff), d.Roster.EachReviewItem(r.Context(), v.staff, x.ID))
}
