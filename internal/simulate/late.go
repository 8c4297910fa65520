package simulate

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
)

// late is the queue of changes that a Reordered run holds back.
type late struct {
	over   atomic.Bool // nothing is held back any more
	mu     sync.Mutex
	people map[*person][]request
	teams  map[*team][]request
}

// holdUser may hold a change of the person back, and says whether it did. From then on the service is behind
// in what it knows of them, until the next cycle.
func (s *step) holdUser(p *person, req request) bool {
	if s.run.late.over.Load() || !s.luck.strikes(Reordered) {
		return false
	}
	l := &s.run.late
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.people == nil {
		l.people = map[*person][]request{}
	}
	l.people[p] = append(l.people[p], req)
	p.behind = true
	return true
}

// holdTeam is holdUser for a group.
func (s *step) holdTeam(t *team, req request) bool {
	if s.run.late.over.Load() || !s.luck.strikes(Reordered) {
		return false
	}
	l := &s.run.late
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.teams == nil {
		l.teams = map[*team][]request{}
	}
	l.teams[t] = append(l.teams[t], req)
	t.behind = true
	return true
}

// unless drops the look into the answer when the service is known to be behind.
func (e expect) unless(behind bool) expect {
	if behind {
		e.check = nil
	}
	return e
}

// settled ends a sequence: what was held back arrives, and the directory's next cycle mends it.
func (r *run) settled(nextPeople, nextTeams action) []action {
	if !slices.Contains(r.cfg.Trouble, Reordered) {
		return nil
	}
	return []action{
		func(context.Context) error {
			r.late.over.Store(true)
			return nil
		},
		r.arrivePeople, r.arriveTeams, nextPeople, nextTeams,
	}
}

// arrivePeople delivers the changes of people that were held back, those of one person in any order. Who is
// deleted by then must stay so.
func (r *run) arrivePeople(ctx context.Context) error {
	st := stage{"late changes of users", "the changes that later ones passed", "as if in time; 404 for the deleted"}
	chosen := func(p *person) bool { return !p.aside.Load() && len(r.late.people[p]) > 0 }
	return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
		return s.arrive(ctx, r.late.people[p], p.gone, status("200 or 204", http.StatusOK, http.StatusNoContent))
	})
}

// arriveTeams does the same for groups. A change may name somebody who was deleted meanwhile; the service may
// pass over that or refuse it, and the next cycle does not name them.
func (r *run) arriveTeams(ctx context.Context) error {
	st := stage{"late changes of groups", "the changes that later ones passed", "as if in time; 404 for the deleted"}
	chosen := func(t *team) bool { return !t.aside.Load() && len(r.late.teams[t]) > 0 }
	return r.forTeams(ctx, st, chosen, func(ctx context.Context, s *step, t *team) error {
		e := status("200 or 204, or 400 and 404 about members who are gone",
			http.StatusOK, http.StatusNoContent, http.StatusBadRequest, http.StatusNotFound)
		return s.arrive(ctx, r.late.teams[t], t.gone, e)
	})
}

func (s *step) arrive(ctx context.Context, held []request, gone bool, e expect) error {
	if gone {
		e = anError(http.StatusNotFound, "")
	}
	for _, i := range s.luck.shuffled(len(held)) {
		if _, err := s.ask(ctx, held[i], e); err != nil {
			return err
		}
	}
	return nil
}

// nextTeams reads every group that the service is behind with, and sends the difference: the name, members
// who are missing, members too many. form makes the requests as the vendor does.
func (r *run) nextTeams(form func(t *team, missing, extra []string) []request) action {
	st := stage{"next cycle, groups", "GET /Groups/{id}, then what differs", "exactly the members that the directory has"}
	chosen := func(t *team) bool { return t.present() && t.behind }
	return func(ctx context.Context) error {
		return r.forTeams(ctx, st, chosen, func(ctx context.Context, s *step, t *team) error {
			ans, err := s.ask(ctx, request{method: http.MethodGet, path: t.path()}, status("the group", http.StatusOK))
			if err != nil {
				return err
			}
			got, err := parse(ans.body)
			if err != nil {
				return err
			}
			want := r.ids(r.there(t.members()))
			missing, extra := without(want, memberIDs(got)), without(memberIDs(got), want)
			t.behind = false
			for _, req := range form(t, missing, extra) {
				if err := s.changeTeam(ctx, t, req.method, req.body); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// without are the elements of all that are not among some.
func without(all, some []string) []string {
	among := make(map[string]bool, len(some))
	for _, id := range some {
		among[id] = true
	}
	var out []string
	for _, id := range all {
		if !among[id] {
			out = append(out, id)
		}
	}
	return out
}
