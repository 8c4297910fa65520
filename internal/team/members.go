package team

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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
	values url.Values // that ask for it again, from the beginning
	before int        // how many members the list had in front of the page when its link was made
	group  string
	done   string
}

// longestAway is how many days a list can be narrowed by.
const longestAway = 36_500

// away are the choices of how long somebody has not been seen, in days.
func away() []string { return []string{"30", "60", "90"} }

// readListing reads the filters; what can't be understood narrows nothing.
func readListing(r *http.Request, now time.Time) listing {
	q := r.URL.Query()
	l := listing{values: url.Values{}, done: q.Get("done")}
	take := func(name string) string {
		v := strings.TrimSpace(q.Get(name))
		if v != "" && len(v) <= 200 && utf8.ValidString(v) && !strings.Contains(v, "\x00") {
			l.values.Set(name, v)
			return v
		}
		return ""
	}
	l.query = roster.TeamQuery{
		Text: take("q"), State: roster.State(take("state")), Role: take("role"), Origin: roster.Source(take("source")),
		Domain: strings.ToLower(take("domain")), Sort: roster.TeamSort(take("sort")),
	}
	if l.group = take("group"); l.group != "" {
		if id, err := roster.ParseGroupID(l.group); err == nil {
			l.query.Group = id
		}
	}
	if days, err := strconv.Atoi(take("away")); err == nil && days > 0 && days <= longestAway {
		l.query.AwaySince = now.AddDate(0, 0, -days)
	}
	if id, err := roster.ParseMemberID(q.Get("after")); err == nil {
		l.query.After = roster.TeamPlace{ID: id, Key: q.Get("place")}
	} else if id, err := roster.ParseMemberID(q.Get("before")); err == nil {
		l.query.Before = roster.TeamPlace{ID: id, Key: q.Get("place")}
	}
	l.before, _ = strconv.Atoi(q.Get("n"))
	l.before = min(max(l.before, 0), 1_000_000_000)
	l.query.Limit = pageSize
	return l
}

// url is that of the list's beginning, or of the page at a place, with so many members in front of it.
func (l listing) url(path, side string, at roster.TeamPlace, before int) string {
	v := maps.Clone(l.values)
	if side != "" {
		v.Set(side, at.ID.String())
		v.Set("n", strconv.Itoa(before))
		if at.Key != "" {
			v.Set("place", at.Key)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// backwards says that the page ends before a place.
func (l listing) backwards() bool { return !l.query.Before.ID.IsZero() }

// read reads the page, with the total. What the counts tell need not be counted again. A page before a place that is not
// full is the first one, and is read as such.
func (d *Door) read(ctx context.Context, v *visit, l *listing, counts roster.TeamCounts) (roster.Page[roster.TeamMember], error) {
	n, known := counts.Of(l.query)
	l.query.Count = !known
	page, err := d.Roster.Team(ctx, v.staff, l.query)
	if err == nil && l.backwards() && len(page.Items) < pageSize {
		l.query.Before, l.before = roster.TeamPlace{}, 0
		page, err = d.Roster.Team(ctx, v.staff, l.query)
	}
	if known {
		page.Total = n
	}
	return page, err
}

// links are the pages beside, and where this one is in the list: as far as its link told, others may have come since.
func (l listing) links(page *console.Members, team roster.Page[roster.TeamMember]) {
	if len(team.Items) == 0 {
		return
	}
	first, last := team.Items[0].Place, team.Items[len(team.Items)-1].Place
	end := l.before + len(team.Items)
	if l.backwards() && team.More || !l.query.After.ID.IsZero() {
		page.Prev = l.url(Prefix+"/members", "before", first, max(0, l.before-pageSize))
	} else { // it is the first one, whatever its link said
		l.before, end = 0, len(team.Items)
	}
	if team.More || l.backwards() {
		page.Next = l.url(Prefix+"/members", "after", last, end)
	}
	page.Where = fmt.Sprintf("%d–%d of %d", l.before+1, end, max(end, team.Total))
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
	counts, err := d.Roster.TeamCounts(ctx, v.staff)
	if err != nil {
		return console.Members{}, err
	}
	groups, problem, err := d.byGroup(ctx, v, &l)
	if err != nil {
		return console.Members{}, err
	}
	team, err := d.read(ctx, v, &l, counts)
	if err != nil {
		return console.Members{}, err
	}
	shell := v.shell(hereMembers)
	shell.Requests = counts.Requests
	page := console.Members{
		Shell: shell, Counts: countWords(counts), Search: l.query.Text, Narrowed: l.query.Narrowed(), Total: team.Total,
		Problem: problem, Filters: filters(cfg, groups, l), Roles: roleChoices(cfg.Tenant.Roles, cfg.Tenant.Roles.Least()),
		Alone: counts.Total() == 1 && counts.Invited == 0, Export: l.url(Prefix+"/members.csv", "", roster.TeamPlace{}, 0),
	}
	for _, m := range team.Items {
		page.Rows = append(page.Rows, memberRow(m, cfg, v.now))
	}
	l.links(&page, team)
	return page, nil
}

// countWords are the numbers above the list.
func countWords(c roster.TeamCounts) string {
	parts := []string{fmt.Sprintf("%d active", c.States[roster.StateActive]), fmt.Sprintf("%d invited", c.Invited)}
	for _, p := range []struct {
		n    int
		word string
	}{
		{c.States[roster.StateInactive], "deactivated"},
		{c.States[roster.StateNeedsConfirmation], "need confirmation"},
		{c.States[roster.StateAwaitingProof], "wait for a domain's proof"},
		{c.Requests, "ask to join"},
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
