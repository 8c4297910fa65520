package simulate

import (
	"context"
	"net/http"
	"slices"
)

func (r *run) oktaTeams() []action {
	return []action{r.oktaMatchTeams, r.oktaPush, r.oktaPushNow, r.oktaChangeTeams, r.oktaSwap}
}

func (r *run) oktaMatchTeams(ctx context.Context) error {
	st := stage{"match group", `GET /Groups?filter=displayName eq "…"&startIndex=1&count=100`, "none, or just that group"}
	return r.forTeams(ctx, st, (*team).missing, func(ctx context.Context, s *step, t *team) error {
		return s.findTeam(ctx, t, hundred)
	})
}

// oktaMembers are the members with the userName as their display.
func (r *run) oktaMembers(indexes []int) []member {
	out := make([]member, len(indexes))
	for n, i := range indexes {
		out[n] = member{Value: r.people[i].id(), Display: r.people[i].want.UserName}
	}
	return out
}

// oktaPush makes the groups that are not there: with their members, or with none at first.
func (r *run) oktaPush(ctx context.Context) error {
	st := stage{"push group", "POST /Groups with members, or members []", "201 with an id"}
	return r.forTeams(ctx, st, (*team).missing, func(ctx context.Context, s *step, t *team) error {
		var who []int
		if r.first(t.index, changeMatched) {
			who = r.there(t.plan)
		}
		body := group{Schemas: []string{groupURN}, DisplayName: t.name, Members: r.oktaMembers(who)}
		if err := s.createTeam(ctx, t, body, hundred); err != nil {
			return err
		}
		t.enter(who)
		return s.readTeam(ctx, t)
	})
}

// oktaPushNow sends the whole list of members, and the name: by PUT, or by PATCH that replaces the list.
// It also takes groups that were found back to their first state.
func (r *run) oktaPushNow(ctx context.Context) error {
	st := stage{"push now", "PUT /Groups/{id} with all members, or PATCH replace members", "200 or 204; then exactly these members"}
	return r.forTeams(ctx, st, (*team).present, func(ctx context.Context, s *step, t *team) error {
		who := r.there(t.plan)
		method, body := r.oktaTeamForm(t, t.name, who)
		if err := s.changeTeam(ctx, t, method, body); err != nil {
			return err
		}
		t.shown = t.name
		t.leave(t.members())
		t.enter(who)
		return s.readTeam(ctx, t)
	})
}

func (r *run) oktaTeamForm(t *team, displayName string, who []int) (method string, body any) {
	if r.first(t.index, changeUpdate) {
		return http.MethodPut, group{Schemas: []string{groupURN}, ID: t.id, DisplayName: displayName, Members: r.oktaMembers(who)}
	}
	return http.MethodPatch, patchOf(
		oktaRenameOp(t, displayName), op{Op: "replace", Path: "members", Value: r.oktaMembers(who)})
}

// oktaRenameOp goes along with every change of members, whether the name is new or not.
func oktaRenameOp(t *team, displayName string) op {
	return op{Op: "replace", Value: map[string]any{"id": t.id, "displayName": displayName}}
}

// oktaChangeTeams renames some groups and takes a few people out of all, in one request.
func (r *run) oktaChangeTeams(ctx context.Context) error {
	st := stage{"rename group, fewer members", "PUT, or PATCH id and displayName with members[value eq …] removed", "200 or 204; then that name and those members"}
	return r.forTeams(ctx, st, (*team).present, func(ctx context.Context, s *step, t *team) error {
		leaving := r.there(t.quitters())
		displayName := t.name
		if t.renames() {
			displayName = t.newName
		}
		t.leave(leaving)
		method, body := r.oktaFewer(t, displayName, leaving)
		if err := s.changeTeam(ctx, t, method, body); err != nil {
			return err
		}
		t.shown = displayName
		return s.readTeam(ctx, t)
	})
}

func (r *run) oktaFewer(t *team, displayName string, leaving []int) (method string, body any) {
	if r.first(t.index, changeMembers) {
		return http.MethodPut, group{
			Schemas: []string{groupURN}, ID: t.id, DisplayName: displayName, Members: r.oktaMembers(t.members()),
		}
	}
	ops := append([]op{oktaRenameOp(t, displayName)}, removeOps(r.ids(leaving))...)
	return http.MethodPatch, patchOf(ops...)
}

func removeOps(ids []string) []op { return entraRemove(false, ids).Operations }

// oktaSwap takes one person out and puts one who had left back in, in one PATCH. Wizard apps have no PATCH.
func (r *run) oktaSwap(ctx context.Context) error {
	st := stage{"swap members", "PATCH /Groups/{id}, one removed and one added", "200 or 204; then the others are still there"}
	chosen := func(t *team) bool {
		return t.present() && r.cfg.Dialect != Wizard && len(t.inside) > 0 && len(r.there(t.quitters())) > 0
	}
	return r.forTeams(ctx, st, chosen, func(ctx context.Context, s *step, t *team) error {
		out, in := t.members()[:1], r.there(t.quitters())[:1]
		ops := slices.Concat(
			[]op{oktaRenameOp(t, t.shown)}, removeOps(r.ids(out)), []op{{Op: "add", Path: "members", Value: r.oktaMembers(in)}})
		if err := s.changeTeam(ctx, t, http.MethodPatch, patchOf(ops...)); err != nil {
			return err
		}
		t.leave(out)
		t.enter(in)
		return s.readTeam(ctx, t)
	})
}

// oktaUnlink removes a share of the groups from the app, as the admin may choose to.
func (r *run) oktaUnlink(ctx context.Context) error {
	st := stage{"unlink group", "DELETE /Groups/{id}, GET", "204, then 404"}
	chosen := func(t *team) bool { return !r.cfg.Keep && t.dissolved() }
	return r.forTeams(ctx, st, chosen, func(ctx context.Context, s *step, t *team) error {
		return s.deleteTeam(ctx, t)
	})
}
