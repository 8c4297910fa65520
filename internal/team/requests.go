package team

import (
	"net/http"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

const hereRequests = "Join requests"

// requests lists those who ask to join.
func (d *Door) requests(w http.ResponseWriter, r *http.Request, v *visit) error {
	page, err := d.requestsPage(r, v)
	if err != nil {
		return err
	}
	page.Done = doneWords()[r.URL.Query().Get("done")]
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

func (d *Door) requestsPage(r *http.Request, v *visit) (console.Requests, error) {
	page := console.Requests{Shell: v.shell(hereRequests)}
	cfg, err := d.Store.Reader(v.staff.Tenant).Config(r.Context())
	if err != nil {
		return page, err
	}
	q := roster.JoinRequestQuery{State: roster.JoinPending, Limit: pageSize}
	if id, err := roster.ParseJoinRequestID(r.URL.Query().Get("after")); err == nil && r.URL.Query().Get("after") != "" {
		q.After = id.UUID
	}
	found, err := d.Roster.JoinRequests(r.Context(), v.staff, q)
	if err != nil {
		return page, err
	}
	for _, j := range found.Items {
		role := j.Role
		if x, ok := cfg.Domain(j.Email.Domain()); ok && role == "" {
			role = x.DefaultRole
		}
		if role == "" {
			role = cfg.Tenant.Roles.Least()
		}
		page.Rows = append(page.Rows, console.JoinRow{
			ID: j.ID.String(), Person: j.Names.Display, Email: string(j.Email), Domain: j.Email.Domain(), Asked: ago(j.AskedAt, v.now), AskedAt: exactly(j.AskedAt),
			Roles: leastFirst(roleChoices(cfg.Tenant.Roles, role)),
		})
	}
	if found.More {
		page.Next = Prefix + "/requests?after=" + found.Items[len(found.Items)-1].ID.String()
	}
	return page, nil
}

// answerRequest lets somebody join, everybody of their domain too, or declines.
func (d *Door) answerRequest(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := roster.ParseJoinRequestID(mux.Vars(r)["request"])
	if err != nil {
		return &roster.Error{Kind: roster.NotFound, Detail: "There is no such request.", Err: err}
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	done := map[string]string{"approve": "approved", "always": "always", "decline": "declined"}[r.PostForm.Get("do")]
	switch done {
	case "":
		err = &roster.Error{Kind: roster.Invalid, Field: "do", Detail: "Approve or decline."}
	case "declined":
		_, err = d.Roster.DeclineJoin(r.Context(), v.staff, id)
	default:
		_, err = d.Roster.ApproveJoin(r.Context(), v.staff, id, r.PostForm.Get("role"), done == "always")
	}
	if err == nil {
		return to(w, Prefix+"/requests", done)
	}
	said, ok := problem(err)
	if !ok {
		return err
	}
	page, perr := d.requestsPage(r, v)
	if perr != nil {
		return perr
	}
	page.Problem = said
	d.Pages.Show(w, web.Status(err), page)
	return nil
}
