package simulate

import (
	"context"
	"net/http"
	"slices"
)

// entra is Microsoft Entra ID's sequence: one initial cycle and what follows in the incremental ones.
func (r *run) entra() []action {
	return slices.Concat(
		[]action{r.entraTest, r.entraSchemas},
		r.entraPeople(),
		r.anyOrder("people and groups",
			[]action{r.entraUpdate}, []action{r.entraManagers, r.entraReferences}, []action{r.entraRenames}, r.entraTeams()),
		r.entraOffboarding(),
		r.entraNext(),
		r.comparison(),
	)
}

// entraTest is the button "Test Connection": a name that nobody has.
func (r *run) entraTest(ctx context.Context) error {
	rng := r.cfg.chance(7 << 50)
	st := stage{"test connection", `GET /Users?filter=userName eq "random"`, "an empty list, not 404"}
	return r.once(ctx, st, func(ctx context.Context, s *step) error {
		for _, endpoint := range []struct{ path, attribute string }{{"/Users", "userName"}, {"/Groups", "displayName"}} {
			req := request{method: http.MethodGet, path: endpoint.path, query: filterQuery(eq(endpoint.attribute, guid(rng)))}
			if _, err := s.ask(ctx, req, anEmptyList()); err != nil {
				return err
			}
		}
		return nil
	})
}

// entraSchemas is the discovery of gallery apps; a service without it is told so and goes on.
func (r *run) entraSchemas(ctx context.Context) error {
	st := stage{"discover schemas", "GET /Schemas", "a list that has User and Group"}
	return r.once(ctx, st, func(ctx context.Context, s *step) error {
		e := aList("a list that has User and Group", func(l list) []string {
			var lines []string
			for _, urn := range []string{userURN, groupURN} {
				if !slices.ContainsFunc(l.Resources, func(r resource) bool { return r.text("id") == urn }) {
					lines = append(lines, "id: want the schema "+urn)
				}
			}
			return lines
		})
		ans, err := s.ask(ctx, request{method: http.MethodGet, path: "/Schemas"}, e.orNotFound())
		if err == nil && ans.status == http.StatusNotFound {
			r.note("no /Schemas: Entra's gallery asks for it, own apps do without")
		}
		return err
	})
}
