package simulate

import (
	"context"
	"net/http"
	"slices"
)

func (r *run) entraTeams() []action {
	return []action{
		r.entraMatchTeams, r.entraCreateTeams, r.entraReconcile, r.entraFill, r.entraCheckMembers,
		r.entraReadTeams, r.entraRemove, r.entraRenameTeams,
	}
}

// withoutMembers is how Entra asks for groups: it never wants the members.
func withoutMembers(filter string) string { return "excludedAttributes=members&" + filter }

func (r *run) entraMatchTeams(ctx context.Context) error {
	st := stage{"match group", `GET /Groups?excludedAttributes=members&filter=displayName eq "…"`, "none, or just that group"}
	return r.forTeams(ctx, st, (*team).missing, func(ctx context.Context, s *step, t *team) error {
		return s.findTeam(ctx, t, withoutMembers)
	})
}

func (r *run) entraCreateTeams(ctx context.Context) error {
	st := stage{"create group", "POST /Groups without members", "201 with an id"}
	return r.forTeams(ctx, st, (*team).missing, func(ctx context.Context, s *step, t *team) error {
		body := group{
			Schemas: []string{groupURN, adscimURN}, ExternalID: t.extID, DisplayName: t.name, Meta: &meta{ResourceType: "Group"},
		}
		return s.createTeam(ctx, t, body, withoutMembers)
	})
}

// entraReconcile takes groups that were found back to their first name, and removes whom this company does not
// know: people of an earlier run.
func (r *run) entraReconcile(ctx context.Context) error {
	st := stage{"update matched group", "GET /Groups/{id}, PATCH name, PATCH members", "200, then 204"}
	chosen := func(t *team) bool { return t.present() && t.found }
	return r.forTeams(ctx, st, chosen, func(ctx context.Context, s *step, t *team) error {
		ans, err := s.ask(ctx, request{method: http.MethodGet, path: t.path()}, status("the group", http.StatusOK))
		if err != nil {
			return err
		}
		got, err := parse(ans.body)
		if err != nil {
			return err
		}
		t.enter(r.there(t.plan))
		known := r.ids(t.members())
		strangers := slices.DeleteFunc(memberIDs(got), func(id string) bool { return slices.Contains(known, id) })
		legacy := r.first(t.index, changeMatched)
		if t.shown != t.name {
			if err := s.changeTeam(ctx, t, http.MethodPatch, entraRename(legacy, t.name)); err != nil {
				return err
			}
			t.shown = t.name
		}
		for ids := range slices.Chunk(strangers, entraChunk) {
			if err := s.changeTeam(ctx, t, http.MethodPatch, entraRemove(legacy, ids)); err != nil {
				return err
			}
		}
		return nil
	})
}

// entraFill adds everybody who belongs to the group, some of whom may be in it: adding is idempotent.
func (r *run) entraFill(ctx context.Context) error {
	st := stage{"fill group", "PATCH /Groups/{id}, Add up to 100 members", "204"}
	return r.forTeams(ctx, st, (*team).present, func(ctx context.Context, s *step, t *team) error {
		who := r.there(t.plan)
		for ids := range slices.Chunk(r.ids(who), entraChunk) {
			if err := s.changeTeam(ctx, t, http.MethodPatch, entraAdd(r.first(t.index, changeUpdate), ids)); err != nil {
				return err
			}
		}
		t.enter(who)
		return nil
	})
}

// entraCheckMembers asks for the last member of each group, and for one who is not in it.
func (r *run) entraCheckMembers(ctx context.Context) error {
	st := stage{"check member", `GET /Groups?filter=id eq "…" and members eq "…"`, "just that group; none for somebody else"}
	chosen := func(t *team) bool { return t.present() && !t.behind && len(t.inside) > 0 }
	return r.forTeams(ctx, st, chosen, func(ctx context.Context, s *step, t *team) error {
		ask := func(id string, e expect) error {
			filter := eq("id", t.id) + " and " + eq("members", id)
			_, err := s.ask(ctx, request{method: http.MethodGet, path: "/Groups", query: withoutMembers(filterQuery(filter))}, e)
			return err
		}
		in := t.members()
		if err := ask(r.people[in[len(in)-1]].id(), oneAt(t.id)); err != nil {
			return err
		}
		return ask(t.id, anEmptyList())
	})
}

func (r *run) entraReadTeams(ctx context.Context) error {
	st := stage{"read group", "GET /Groups/{id}?excludedAttributes=members, then without", "no members, then exactly its members"}
	return r.forTeams(ctx, st, (*team).present, func(ctx context.Context, s *step, t *team) error {
		e := expect{say: "the group without members", statuses: []int{http.StatusOK}, check: func(ans answer) []string {
			lines := checkGroup(ans, group{ID: t.id, DisplayName: t.shown})
			if got, err := parse(ans.body); err == nil && len(memberIDs(got)) > 0 {
				lines = append(lines, "members: excluded, came back")
			}
			return lines
		}}
		req := request{method: http.MethodGet, path: t.path(), query: "excludedAttributes=members"}
		if _, err := s.ask(ctx, req, e.unless(t.behind)); err != nil {
			return err
		}
		return s.readTeam(ctx, t)
	})
}

// entraRemove takes a few people out of each group and sees that nobody else went.
func (r *run) entraRemove(ctx context.Context) error {
	st := stage{"remove members", "PATCH /Groups/{id}, Remove some members, GET", "204; then the others are still there"}
	return r.forTeams(ctx, st, (*team).present, func(ctx context.Context, s *step, t *team) error {
		who := r.there(t.quitters())
		if len(who) == 0 {
			return nil
		}
		if err := s.changeTeam(ctx, t, http.MethodPatch, entraRemove(r.first(t.index, changeMembers), r.ids(who))); err != nil {
			return err
		}
		t.leave(who)
		return s.readTeam(ctx, t)
	})
}

func (r *run) entraRenameTeams(ctx context.Context) error {
	st := stage{"rename group", "PATCH /Groups/{id}, displayName, GET", "204; then the new name with the same members"}
	return r.forTeams(ctx, st, (*team).renames, func(ctx context.Context, s *step, t *team) error {
		if err := s.changeTeam(ctx, t, http.MethodPatch, entraRename(r.first(t.index, changeRename), t.newName)); err != nil {
			return err
		}
		t.shown = t.newName
		return s.readTeam(ctx, t)
	})
}

// entraEmpty removes all members of one group, by name: not by removing the attribute.
func (r *run) entraEmpty(ctx context.Context) error {
	st := stage{"empty group", "PATCH /Groups/{id}, Remove all members, GET", "204; then no members"}
	chosen := func(t *team) bool { return t.emptied(len(r.teams)) }
	return r.forTeams(ctx, st, chosen, func(ctx context.Context, s *step, t *team) error {
		who := r.there(t.members())
		for ids := range slices.Chunk(r.ids(who), entraChunk) {
			if err := s.changeTeam(ctx, t, http.MethodPatch, entraRemove(r.first(t.index, changeActive), ids)); err != nil {
				return err
			}
		}
		t.leave(who)
		return s.readTeam(ctx, t)
	})
}

func (r *run) entraDissolve(ctx context.Context) error {
	st := stage{"delete group", "DELETE /Groups/{id}, GET", "204, then 404"}
	chosen := func(t *team) bool { return !r.cfg.Keep && t.dissolved() }
	return r.forTeams(ctx, st, chosen, func(ctx context.Context, s *step, t *team) error {
		return s.deleteTeam(ctx, t)
	})
}
