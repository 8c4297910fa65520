package simulate

import (
	"context"
	"fmt"
	"net/http"
)

// findTeam looks for the group under its first and its last name.
func (s *step) findTeam(ctx context.Context, t *team, shape func(string) string) error {
	for _, n := range []string{t.name, t.newName} {
		found, err := s.find(ctx, "/Groups", "displayName", n, shape)
		if err != nil {
			return err
		}
		if found != nil {
			t.id, t.shown, t.found = found.text("id"), found.text("displayName"), true
			return nil
		}
	}
	return nil
}

// createTeam makes the group by POST of body, with what inside holds as members.
func (s *step) createTeam(ctx context.Context, t *team, body group, shape func(string) string) error {
	e := expect{say: "the group with an id", statuses: []int{http.StatusCreated}, check: func(ans answer) []string {
		return checkGroup(ans, body)
	}}
	id, err := s.create(ctx, request{method: http.MethodPost, path: "/Groups", body: body}, e, func() (string, error) {
		found, err := s.find(ctx, "/Groups", "displayName", t.name, shape)
		return found.text("id"), err
	})
	if err != nil {
		return err
	}
	t.id, t.shown = id, body.DisplayName
	return nil
}

func checkGroup(ans answer, want group) []string {
	got, err := parse(ans.body)
	if err != nil {
		return []string{"body: want the group, got " + err.Error()}
	}
	want.Schemas, want.Members, want.Meta = nil, nil, nil
	wanted, err := asResource(want)
	if err != nil {
		return []string{err.Error()}
	}
	lines := compare(wanted, got)
	if got.text("id") == "" {
		lines = append(lines, "id: want an id, nothing came back")
	}
	return lines
}

// changeTeam sends a PATCH or PUT to the group. What it did is seen by readTeam.
func (s *step) changeTeam(ctx context.Context, t *team, method string, body any) error {
	t.last = &request{method: method, path: t.path(), body: body}
	if s.holdTeam(t, *t.last) {
		return nil
	}
	_, err := s.ask(ctx, *t.last,
		status("204, or 200 with the group", http.StatusNoContent, http.StatusOK))
	return err
}

// readTeam gets the group with its members and compares both.
func (s *step) readTeam(ctx context.Context, t *team) error {
	e := expect{say: "the group with exactly its members", statuses: []int{http.StatusOK}, check: func(ans answer) []string {
		lines := checkGroup(ans, group{ID: t.id, DisplayName: t.shown})
		got, err := parse(ans.body)
		if err != nil {
			return lines
		}
		return append(lines, s.run.compareMembers(t, memberIDs(got))...)
	}, after: t.last}
	_, err := s.ask(ctx, request{method: http.MethodGet, path: t.path()}, e.unless(t.behind))
	return err
}

// memberIDs are the values of the members of a group, in the order they came.
func memberIDs(g resource) []string {
	elements, _ := g["members"].([]any)
	ids := make([]string, 0, len(elements))
	for _, element := range elements {
		if m, ok := element.(map[string]any); ok {
			ids = append(ids, resource(m).text("value"))
		}
	}
	return ids
}

// compareMembers says who is missing from a group and who should not be there.
func (r *run) compareMembers(t *team, ids []string) []string {
	extra := map[string]int{}
	for _, id := range ids {
		extra[id]++
	}
	var lines []string
	for _, i := range t.members() {
		p := r.people[i]
		switch {
		case p.aside.Load():
		case extra[p.id()] == 0:
			lines = append(lines, fmt.Sprintf("members: want %s (%s), not there", p.want.UserName, p.id()))
		case extra[p.id()] > 1:
			lines = append(lines, fmt.Sprintf("members: %s (%s) is there %d times", p.want.UserName, p.id(), extra[p.id()]))
		}
		delete(extra, p.id())
	}
	names := r.names()
	for _, id := range ids {
		if _, ok := extra[id]; ok && !r.isAside(id) {
			lines = append(lines, fmt.Sprintf("members: %s (%s) is there, should not be", orDefault(names[id], "somebody"), id))
		}
	}
	if len(lines) > 0 {
		lines = append([]string{fmt.Sprintf("members: want %d, got %d", len(t.inside), len(ids))}, lines...)
	}
	return lines
}

// names gives the userName of everybody in the service by id.
func (r *run) names() map[string]string {
	names := make(map[string]string, len(r.people))
	for _, p := range r.people {
		names[p.id()] = p.want.UserName
	}
	return names
}

func (r *run) isAside(id string) bool {
	for _, p := range r.people {
		if p.id() == id {
			return p.aside.Load()
		}
	}
	return false
}

// deleteTeam deletes the group and looks that it is gone.
func (s *step) deleteTeam(ctx context.Context, t *team) error {
	err := s.gone(ctx, request{method: http.MethodDelete, path: t.path()})
	t.gone = err == nil
	return err
}

// there keeps the indexes of people who are in the service.
func (r *run) there(indexes []int) []int {
	var out []int
	for _, i := range indexes {
		if r.people[i].present() {
			out = append(out, i)
		}
	}
	return out
}

// ids are the service's ids of the people with these indexes.
func (r *run) ids(indexes []int) []string {
	out := make([]string, len(indexes))
	for n, i := range indexes {
		out[n] = r.people[i].id()
	}
	return out
}

// enter and leave keep the company's own book of a group.
func (t *team) enter(indexes []int) {
	for _, i := range indexes {
		t.inside[i] = true
	}
}

func (t *team) leave(indexes []int) {
	for _, i := range indexes {
		delete(t.inside, i)
	}
}

// strike takes the people who were deleted off the book of every group: the service must do the same.
func (r *run) strike(context.Context) error {
	for _, t := range r.teams {
		for _, p := range r.people {
			if p.gone {
				delete(t.inside, p.index)
			}
		}
	}
	return nil
}

// checkMembership asks by filter whether the person is in each of their groups.
func (s *step) checkMembership(ctx context.Context, p *person) error {
	for _, t := range s.run.teams {
		if !t.present() || t.behind || !t.inside[p.index] {
			continue
		}
		filter := eq("id", t.id) + " and " + eq("members", p.id())
		req := request{method: http.MethodGet, path: "/Groups", query: filterQuery(filter) + "&excludedAttributes=members"}
		if _, err := s.ask(ctx, req, oneAt(t.id)); err != nil {
			return err
		}
	}
	return nil
}
