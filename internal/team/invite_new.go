package team

import (
	"net/http"
	"slices"
	"strconv"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

const hereInvites = "Pending invites"

// maxChecked is how many lines a page shows; what is more is counted.
const maxChecked = roster.MaxInviteLines

// inviteForm shows the form, with an address when one is to be mended.
func (d *Door) inviteForm(w http.ResponseWriter, r *http.Request, v *visit) error {
	return d.showForm(w, r, v, http.StatusOK, asked{emails: r.URL.Query().Get("email")}, nil)
}

// showForm shows the form as it was typed, with what is wrong with it.
func (d *Door) showForm(w http.ResponseWriter, r *http.Request, v *visit, status int, a asked, wrong *roster.Error) error {
	rd := d.Store.Reader(v.staff.Tenant)
	cfg, err := rd.Config(r.Context())
	if err != nil {
		return err
	}
	groups, err := rd.Groups(r.Context(), roster.Query{Order: roster.Field{Column: roster.ColumnName}, Limit: 200})
	if err != nil {
		return err
	}
	role := a.role
	if role == "" {
		role = cfg.Tenant.Roles.Least()
	}
	page := console.InviteForm{
		Shell: v.shell(hereInvites), Emails: a.emails, First: a.first, Last: a.last, Message: a.message, Rows: a.rows, Most: roster.MaxInviteLines,
		Roles: leastFirst(roleChoices(cfg.Tenant.Roles, role)), Groups: groupChoices(groups.Items, a.groups), SSO: enforced(cfg),
		Languages: d.languageChoices(a.language), Periods: periodChoices(a.days),
	}
	if wrong != nil {
		page.Problem, page.Field = wrong.Detail, wrong.Field
		if page.Field == "email" {
			page.Field = "emails"
		}
	}
	d.Pages.Show(w, status, page)
	return nil
}

// leastFirst puts the least role first: nobody should have more than they need.
func leastFirst(all []console.Choice) []console.Choice {
	out := make([]console.Choice, 0, len(all))
	for _, c := range slices.Backward(all) {
		out = append(out, c)
	}
	return out
}

func groupChoices(groups []roster.Group, chosen []string) []console.Choice {
	var out []console.Choice
	for _, g := range groups {
		if !g.Directory.IsZero() {
			continue // who is in it is decided there
		}
		c := console.Choice{Value: g.ID.String(), Label: g.Name}
		for _, id := range chosen {
			c.Chosen = c.Chosen || id == c.Value
		}
		out = append(out, c)
	}
	return out
}

// enforced names the connection through which people must sign in; empty: they need not.
func enforced(cfg tenant.Config) string {
	if !cfg.Tenant.Policy.SSO.Enforced {
		return ""
	}
	for _, c := range cfg.Connections {
		if c.Usable() {
			return c.Name
		}
	}
	return "your identity provider"
}

func (d *Door) languageChoices(chosen string) []console.Choice {
	names := map[string]string{"en": "English", "de": "Deutsch"}
	var out []console.Choice
	for _, tag := range d.Invites.Languages() {
		name := names[tag]
		if name == "" {
			name = tag
		}
		out = append(out, console.Choice{Value: tag, Label: name, Chosen: tag == chosen})
	}
	return out
}

func periodChoices(chosen string) []console.Choice {
	if chosen == "" {
		chosen = "7"
	}
	var out []console.Choice
	for _, n := range periods() {
		value := strconv.Itoa(n)
		out = append(out, console.Choice{Value: value, Label: map[bool]string{true: "1 day", false: value + " days"}[n == 1], Chosen: value == chosen})
	}
	return out
}

// invite sends one invite, or shows first what would become of several.
func (d *Door) invite(w http.ResponseWriter, r *http.Request, v *visit) error {
	a, err := readAsked(w, r)
	if err != nil {
		return err
	}
	if a.do == "edit" {
		return d.showForm(w, r, v, http.StatusOK, a, nil)
	}
	lines, err := a.lines()
	if err != nil {
		return d.wrongForm(w, r, v, a, err)
	}
	drafts, err := a.drafts(lines)
	if err != nil {
		return d.wrongForm(w, r, v, a, err)
	}
	if a.do == "check" || a.do != "confirm" && (len(lines) > 1 || a.rows != "") {
		verdicts, err := d.Roster.CheckInvites(r.Context(), v.staff, drafts)
		if err != nil {
			return d.wrongForm(w, r, v, a, err)
		}
		d.Pages.Show(w, http.StatusOK, checked(v, a, lines, verdicts))
		return nil
	}
	made, err := d.Invites.CreateMany(r.Context(), v.staff, drafts)
	if err != nil && len(made) == 0 {
		return d.wrongForm(w, r, v, a, err)
	}
	if len(lines) == 1 && len(made) == 1 && !made[0].Verdict.Good() {
		wrong := &roster.Error{Kind: verdictKind(made[0].Verdict), Code: made[0].Code, Field: "email", Detail: made[0].Detail}
		return d.showForm(w, r, v, web.Status(wrong), a, wrong)
	}
	d.Pages.Show(w, http.StatusOK, sent(v, lines, made))
	return nil
}

func verdictKind(o roster.InviteOutcome) roster.Kind {
	switch o {
	case roster.VerdictInvalid:
		return roster.Invalid
	case roster.VerdictLimit:
		return roster.RateLimited
	}
	return roster.Conflict
}

// wrongForm shows the form again, with what was refused.
func (d *Door) wrongForm(w http.ResponseWriter, r *http.Request, v *visit, a asked, err error) error {
	detail, ok := problem(err)
	if !ok {
		return err
	}
	wrong := &roster.Error{Detail: detail}
	if e, is := asRoster(err); is {
		wrong.Field = e.Field
	}
	return d.showForm(w, r, v, web.Status(err), a, wrong)
}

// rejects hands the lines that were not invited back as a file.
func (d *Door) rejects(w http.ResponseWriter, r *http.Request, _ *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return echoCSV(w, "not-invited.csv", r.PostForm.Get("rows"))
}
