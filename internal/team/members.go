package team

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// hereMembers is the entry of the navigation.
const hereMembers = "Team members"

const pageSize = 50

// listing is what the list of the team was asked for.
type listing struct {
	query  roster.TeamQuery
	values url.Values // that ask for it again, without the page
	page   int
	done   string
}

// away are the choices of how long somebody has not been seen, in days.
func away() []string { return []string{"30", "60", "90"} }

// readListing reads the filters; what can't be understood narrows nothing.
func readListing(r *http.Request, now time.Time) listing {
	q := r.URL.Query()
	l := listing{values: url.Values{}, done: q.Get("done")}
	take := func(name string) string {
		v := strings.TrimSpace(q.Get(name))
		if v != "" && len(v) <= 200 {
			l.values.Set(name, v)
			return v
		}
		return ""
	}
	l.query = roster.TeamQuery{
		Text: take("q"), State: roster.State(take("state")), Role: take("role"), Origin: roster.Source(take("source")),
		Domain: strings.ToLower(take("domain")), Sort: roster.TeamSort(take("sort")),
	}
	if id, err := roster.ParseGroupID(take("group")); err == nil {
		l.query.Group = id
	}
	if days, err := strconv.Atoi(take("away")); err == nil && days > 0 {
		l.query.AwaySince = now.AddDate(0, 0, -days)
	}
	l.page, _ = strconv.Atoi(q.Get("page"))
	l.page = min(max(l.page, 1), 100_000)
	l.query.Limit, l.query.Offset = pageSize, (l.page-1)*pageSize
	return l
}

func (l listing) url(path string, page int) string {
	v := url.Values{}
	for name, values := range l.values {
		v[name] = values
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// members shows the list of the team.
func (d *Door) members(w http.ResponseWriter, r *http.Request, v *visit) error {
	l := readListing(r, v.now)
	page, err := d.membersPage(r, v, l)
	if err != nil {
		return err
	}
	page.Done = doneWords()[l.done]
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

func (d *Door) membersPage(r *http.Request, v *visit, l listing) (console.Members, error) {
	ctx := r.Context()
	rd := d.Store.Reader(v.staff.Tenant)
	cfg, err := rd.Config(ctx)
	if err != nil {
		return console.Members{}, err
	}
	team, err := d.Roster.Team(ctx, v.staff, l.query)
	if err != nil {
		return console.Members{}, err
	}
	counts, err := d.Roster.TeamCounts(ctx, v.staff)
	if err != nil {
		return console.Members{}, err
	}
	groups, err := rd.Groups(ctx, roster.Query{Order: roster.Field{Column: roster.ColumnName}, Limit: 100})
	if err != nil {
		return console.Members{}, err
	}
	shell := v.shell(hereMembers)
	shell.Requests = counts.Requests
	page := console.Members{
		Shell: shell, Counts: countWords(counts), Search: l.query.Text, Narrowed: l.query.Narrowed(), Total: team.Total,
		Filters: filters(cfg, groups.Items, l), Roles: roleChoices(cfg.Tenant.Roles, cfg.Tenant.Roles.Least()),
		Alone: counts.Total() == 1 && counts.Invited == 0, Export: l.url(Prefix+"/members.csv", 1),
	}
	for _, m := range team.Items {
		page.Rows = append(page.Rows, memberRow(m, cfg, v.now))
	}
	if l.page > 1 {
		page.Prev = l.url(Prefix+"/members", l.page-1)
	}
	if team.More {
		page.Next = l.url(Prefix+"/members", l.page+1)
	}
	page.Where = fmt.Sprintf("%d–%d of %d", min(l.query.Offset+1, team.Total), l.query.Offset+len(team.Items), team.Total)
	return page, nil
}

// countWords are the numbers above the list.
func countWords(c roster.TeamCounts) string {
	parts := []string{fmt.Sprintf("%d active", c.States[roster.StateActive]), fmt.Sprintf("%d invited", c.Invited)}
	for _, p := range []struct {
		n    int
		word string
	}{
		{c.States[roster.StateInactive], "deactivated"}, {c.States[roster.StateNeedsConfirmation], "need confirmation"},
		{c.States[roster.StateAwaitingProof], "wait for a domain's proof"}, {c.Requests, "ask to join"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	return strings.Join(parts, " · ")
}

func memberRow(t roster.TeamMember, cfg tenant.Config, now time.Time) console.MemberRow {
	m := t.Member
	row := console.MemberRow{
		ID: m.ID.String(), URL: Prefix + "/members/" + m.ID.String(), Name: nameOf(m), Email: string(m.Email),
		State: stateWord(m.Standing), Active: m.Standing.State == roster.StateActive, Role: m.Standing.Role,
		Source: sourceWord(m.Origin(), directoryOf(cfg, m.Directory)), Seen: ago(t.LastActive, now), SeenAt: exactly(t.LastActive),
		Joined: ago(m.CreatedAt, now), JoinedAt: exactly(m.CreatedAt), RoleSource: roleSource(m, cfg),
	}
	if row.Name == row.Email {
		row.Email = ""
	}
	for _, g := range m.Groups {
		row.Groups = append(row.Groups, g.Name)
	}
	return row
}

// roleSource names who decided on the role.
func roleSource(m roster.Member, cfg tenant.Config) string {
	w := roster.Judge(m, cfg).Rank.Winner
	if w == nil {
		return "Default"
	}
	return sourceWord(w.Source, directoryOf(cfg, m.Directory))
}

// filters are the choices that narrow the list.
func filters(cfg tenant.Config, groups []roster.Group, l listing) []console.Filter {
	choose := func(name, label, all string, pairs ...string) console.Filter {
		f := console.Filter{Name: name, Label: label, Choices: []console.Choice{{Label: all}}}
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Choices = append(f.Choices, console.Choice{Value: pairs[i], Label: pairs[i+1], Chosen: l.values.Get(name) == pairs[i]})
		}
		return f
	}
	var roles, domains, inGroups, days []string
	for _, role := range cfg.Tenant.Roles.Roles {
		roles = append(roles, role, role)
	}
	for _, x := range cfg.Domains {
		if x.Owned() {
			domains = append(domains, x.Name, x.Name)
		}
	}
	for _, g := range groups {
		inGroups = append(inGroups, g.ID.String(), g.Name)
	}
	for _, n := range away() {
		days = append(days, n, "not for "+n+" days")
	}
	out := []console.Filter{
		choose("state", "State", "All states", string(roster.StateActive), "Active", string(roster.StateInactive), "Deactivated",
			string(roster.StateNeedsConfirmation), "Needs confirmation", string(roster.StateAwaitingProof), "Waits for the domain's proof"),
		choose("role", "Role", "All roles", roles...),
		choose("source", "Source", "All sources", string(roster.SourceDirectory), "Directory", string(roster.SourceInvite), "Invite",
			string(roster.SourceSignIn), "Sign-in (JIT)", string(roster.SourceOperator), "Manual or API"),
	}
	if len(inGroups) > 0 {
		out = append(out, choose("group", "Group", "All groups", inGroups...))
	}
	if len(domains) > 0 {
		out = append(out, choose("domain", "Domain", "All domains", domains...))
	}
	return append(out, choose("away", "Last active", "Any time", days...),
		choose("sort", "Sort by", "Name", string(roster.TeamByActivity), "Last active, longest ago first", string(roster.TeamByJoined), "Joined, latest first"))
}
