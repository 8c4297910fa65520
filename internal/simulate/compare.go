package simulate

import (
	"context"
	"net/http"
)

// comparison ends every sequence: what the service says it has, against the company.
func (r *run) comparison() []action {
	return []action{r.strike, r.compareUsers, r.compareTeams, r.compareMemberships}
}

// compareUsers reads the whole roster by pages and compares every person.
func (r *run) compareUsers(ctx context.Context) error {
	st := stage{"compare all users", "GET /Users?startIndex=N&count=100", "everybody, once, as the directory has them"}
	return r.once(ctx, st, func(ctx context.Context, s *step) error {
		all, err := s.pages(ctx, "/Users", "")
		if err != nil {
			return err
		}
		return r.compareRoster(s, all)
	})
}

func (r *run) compareRoster(s *step, all []resource) error {
	byID := make(map[string]resource, len(all))
	for _, u := range all {
		byID[u.text("id")] = u
	}
	ours := map[string]bool{}
	var lines []string
	for _, p := range r.people {
		got, there := byID[p.id()]
		ours[p.id()] = true
		switch {
		case p.aside.Load() || p.id() == "":
		case p.gone && there:
			lines = append(lines, p.want.UserName+": was deleted, is listed")
		case p.gone:
		case !there:
			lines = append(lines, p.want.UserName+": is not listed")
		default:
			r.summary.Users++
			differs, err := compareUser(p.want, got)
			if err != nil {
				return err
			}
			for _, line := range differs {
				lines = append(lines, p.want.UserName+": "+line)
			}
		}
	}
	if n := countOthers(byID, ours); n > 0 {
		r.note("%d users of the service are not of this company", n)
	}
	if len(lines) > 0 {
		return s.fault(request{method: http.MethodGet, path: "/Users"}, "everybody as the directory has them", lines...)
	}
	return nil
}

func countOthers(byID map[string]resource, ours map[string]bool) (n int) {
	for id := range byID {
		if !ours[id] {
			n++
		}
	}
	return n
}

// compareTeams reads the list of groups by pages.
func (r *run) compareTeams(ctx context.Context) error {
	if len(r.teams) == 0 {
		return nil
	}
	st := stage{"compare all groups", "GET /Groups?startIndex=N&count=100", "every group of the directory, once"}
	return r.once(ctx, st, func(ctx context.Context, s *step) error {
		all, err := s.pages(ctx, "/Groups", "&excludedAttributes=members")
		if err != nil {
			return err
		}
		listed := map[string]bool{}
		for _, g := range all {
			listed[g.text("id")] = true
		}
		var lines []string
		for _, t := range r.teams {
			switch {
			case t.gone && listed[t.id]:
				lines = append(lines, t.shown+": was deleted, is listed")
			case t.present() && !listed[t.id]:
				lines = append(lines, t.shown+": is not listed")
			case t.present():
				r.summary.Groups++
			}
		}
		if len(lines) > 0 {
			return s.fault(request{method: http.MethodGet, path: "/Groups"}, "every group of the directory", lines...)
		}
		return nil
	})
}

// compareMemberships reads each group with its members.
func (r *run) compareMemberships(ctx context.Context) error {
	st := stage{"compare all members", "GET /Groups/{id}", "exactly the members that the directory has"}
	return r.forTeams(ctx, st, (*team).present, func(ctx context.Context, s *step, t *team) error {
		return s.readTeam(ctx, t)
	})
}
