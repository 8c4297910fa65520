package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// entraNext is Entra's incremental cycle: it reads each object anew, compares it with the source, and sends
// the attributes that differ.
func (r *run) entraNext() []action {
	return r.settled(func(ctx context.Context) error {
		st := stage{"next cycle, users", "GET /Users/{id}, then PATCH of what differs", "the person, with every value as sent"}
		chosen := func(p *person) bool { return p.present() && p.behind }
		return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
			p.behind = false
			had, err := s.stored(ctx, p)
			if err != nil {
				return err
			}
			legacy := r.first(p.index, changeMatched)
			body := entraPatch(legacy, &had, p.want)
			if boss := p.want.Enterprise.Manager; boss != nil && (had.Enterprise.Manager == nil || had.Enterprise.Manager.Value != boss.Value) {
				body.Operations = append(body.Operations, entraManager(legacy, boss.Value).Operations...)
			}
			if len(body.Operations) == 0 {
				return s.readUser(ctx, p)
			}
			return s.changeUser(ctx, p, http.MethodPatch, body, p.want)
		})
	}, r.nextTeams(func(t *team, missing, extra []string) []request {
		legacy := r.first(t.index, changeMatched)
		bodies := []patch{entraRename(legacy, t.shown)}
		for ids := range slices.Chunk(missing, entraChunk) {
			bodies = append(bodies, entraAdd(legacy, ids))
		}
		for ids := range slices.Chunk(extra, entraChunk) {
			bodies = append(bodies, entraRemove(legacy, ids))
		}
		out := make([]request, len(bodies))
		for i, b := range bodies {
			out[i] = request{method: http.MethodPatch, body: b}
		}
		return out
	}))
}

// stored is what the service has of the person.
func (s *step) stored(ctx context.Context, p *person) (user, error) {
	had := user{}
	ans, err := s.ask(ctx, request{method: http.MethodGet, path: p.path()}, status("the person", http.StatusOK))
	if err != nil {
		return had, err
	}
	if err := json.Unmarshal(ans.body, &had); err != nil {
		return had, fmt.Errorf("read the person: %w", err)
	}
	if had.Enterprise == nil {
		had.Enterprise = &enterprise{}
	}
	return had, nil
}

// oktaNext is Okta's next push: the whole person, whatever the service has, and the whole list of members.
func (r *run) oktaNext() []action {
	return r.settled(func(ctx context.Context) error {
		st := stage{"next push, users", "GET and PUT, or PATCH of every attribute", "200 with the person"}
		chosen := func(p *person) bool { return p.present() && p.behind }
		return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
			p.behind = false
			return s.oktaChange(ctx, p, changeMatched, p.want)
		})
	}, r.nextTeams(func(t *team, _, _ []string) []request {
		method, body := r.oktaTeamForm(t, t.shown, r.there(t.members()))
		return []request{{method: method, body: body}}
	}))
}

// googleNext is Google's next run, every few hours: the whole person.
func (r *run) googleNext() []action {
	none := func(*team, []string, []string) []request { return nil }
	return r.settled(func(ctx context.Context) error {
		st := stage{"next run", "PUT /Users/{id}", "200 with the person"}
		chosen := func(p *person) bool { return p.present() && p.behind }
		return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
			p.behind = false
			return s.changeUser(ctx, p, http.MethodPut, googleBody(p.want), p.want)
		})
	}, r.nextTeams(none))
}
