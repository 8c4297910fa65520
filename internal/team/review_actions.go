package team

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

// verdicts are what was decided about people of a review.
type verdicts struct {
	word    roster.ReviewDecision
	members []roster.MemberID
}

// readVerdicts reads one person's button, or those that were ticked.
func readVerdicts(r *http.Request) (verdicts, error) {
	word, id, one := strings.Cut(r.PostForm.Get("one"), ":")
	ids := r.PostForm["member"]
	if one {
		ids = []string{id}
	} else {
		word = r.PostForm.Get("all")
	}
	out := verdicts{word: roster.ReviewDecision(word)}
	if !slices.Contains([]roster.ReviewDecision{roster.ReviewKeep, roster.ReviewRemove, roster.ReviewDeactivate, roster.ReviewAsk}, out.word) {
		return out, &roster.Error{Kind: roster.Invalid, Field: "decision", Detail: "Choose what to do with those selected."}
	}
	for _, text := range ids {
		m, err := roster.ParseMemberID(text)
		if err != nil {
			return out, &roster.Error{Kind: roster.Invalid, Field: "member", Detail: "One of those selected is no member."}
		}
		out.members = append(out.members, m)
	}
	switch {
	case len(out.members) == 0:
		return out, &roster.Error{Kind: roster.Invalid, Field: "member", Detail: "Nobody is selected. Tick the boxes before the names."}
	case len(out.members) > maxSelected:
		return out, &roster.Error{Kind: roster.TooLarge, Field: "member", Detail: "Decide about up to 200 people at once."}
	}
	return out, nil
}

// decide decides about one or several people. What takes access away is asked about first.
func (d *Door) decide(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := d.reviewOf(r, v)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	all, err := readVerdicts(r)
	if err != nil {
		return d.refusedReview(w, r, v, x, err)
	}
	names, err := d.names(r, v, all.members)
	if err != nil {
		return err
	}
	if hard := all.word == roster.ReviewRemove || all.word == roster.ReviewDeactivate; hard && r.PostForm.Get("sure") != "yes" {
		d.Pages.Show(w, http.StatusOK, sureOf(v, x, all, names))
		return nil
	}
	var failed []string
	var last error
	for _, m := range all.members {
		if _, err := d.Roster.DecideReview(r.Context(), v.staff, x.ID, m, all.word); err != nil {
			said, ok := problem(err)
			if !ok && !isNotFound(err) {
				return err
			}
			failed, last = append(failed, names[m]+": "+said), err
		}
	}
	if last == nil {
		return to(w, reviewURL(x.ID), "decided")
	}
	detail := strings.Join(failed, " ")
	if done := len(all.members) - len(failed); done > 0 {
		detail = "Decided about " + people(done) + ". Not about these: " + detail
	}
	if x, err = d.reviewOf(r, v); err != nil {
		return err
	}
	return d.refusedReview(w, r, v, x, &roster.Error{Kind: roster.Conflict, Detail: detail, Err: last})
}

func sureOf(v *visit, x roster.Review, all verdicts, names map[roster.MemberID]string) console.Sure {
	word := map[roster.ReviewDecision]string{roster.ReviewRemove: "Remove", roster.ReviewDeactivate: "Deactivate"}[all.word]
	page := console.Sure{
		Shell: v.shell(hereReview), Heading: word + " " + people(len(all.members)) + "?", Action: reviewURL(x.ID) + "/decide", Button: word, Back: reviewURL(x.ID),
		Text:   "Access ends at once, and every session with it. What they made stays. It stands in the review with your name.",
		Fields: []console.Field{{Name: "all", Value: string(all.word)}},
	}
	for _, m := range all.members {
		page.Items = append(page.Items, names[m])
		page.Fields = append(page.Fields, console.Field{Name: "member", Value: m.String()})
	}
	return page
}

// refusedReview shows what was refused on the review's page.
func (d *Door) refusedReview(w http.ResponseWriter, r *http.Request, v *visit, x roster.Review, err error) error {
	said, ok := problem(err)
	if !ok {
		return err
	}
	page, perr := d.reviewPage(r, v, x)
	if perr != nil {
		return perr
	}
	page.Problem = said
	d.Pages.Show(w, web.Status(err), page)
	return nil
}

// keepActive keeps everybody who was there lately.
func (d *Door) keepActive(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := d.reviewOf(r, v)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	days, err := strconv.Atoi(r.PostForm.Get("days"))
	if err != nil || !slices.Contains(away(), strconv.Itoa(days)) {
		return d.refusedReview(w, r, v, x, &roster.Error{Kind: roster.Invalid, Field: "days", Detail: "Choose within how many days they were active."})
	}
	if _, err := d.Roster.KeepInReview(r.Context(), v.staff, x.ID, roster.ReviewPick{ActiveSince: v.now.AddDate(0, 0, -days)}); err != nil {
		return d.refusedReview(w, r, v, x, err)
	}
	return to(w, reviewURL(x.ID), "kept")
}

// finish ends a review.
func (d *Door) finish(w http.ResponseWriter, r *http.Request, v *visit) error {
	x, err := d.reviewOf(r, v)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if _, err := d.Roster.FinishReview(r.Context(), v.staff, x.ID, r.PostForm.Get("incomplete") == "yes"); err != nil {
		return d.refusedReview(w, r, v, x, err)
	}
	see(w, Prefix+"/review?"+url.Values{"done": {"finished"}}.Encode())
	return nil
}
