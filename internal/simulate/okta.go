package simulate

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// okta is Okta's sequence: the app is tested, its people are imported, then people and groups are pushed.
// Okta never deletes people.
func (r *run) okta() []action {
	return slices.Concat(
		[]action{r.oktaTest, r.oktaImport},
		r.oktaPeople(),
		r.anyOrder("people and groups",
			[]action{r.oktaUpdate}, []action{r.oktaRename}, []action{r.oktaPassword}, r.oktaTeams()),
		r.oktaOffboarding(), r.oktaNext(), r.comparison())
}

func (r *run) oktaTest(ctx context.Context) error {
	st := stage{"test connection", "GET /Users?startIndex=1&count=2", "a list with whole numbers"}
	return r.once(ctx, st, func(ctx context.Context, s *step) error {
		e := aList("a list of at most two, with whole numbers", func(l list) []string {
			if l.StartIndex != 1 || l.ItemsPerPage != len(l.Resources) || len(l.Resources) > 2 {
				return []string{fmt.Sprintf("paging: want startIndex 1 and at most 2, got startIndex %d, itemsPerPage %d, %d resources",
					l.StartIndex, l.ItemsPerPage, len(l.Resources))}
			}
			return nil
		})
		_, err := s.ask(ctx, request{method: http.MethodGet, path: "/Users", query: "startIndex=1&count=2"}, e)
		return err
	})
}

// oktaImport reads what the app has, a hundred at a time.
func (r *run) oktaImport(ctx context.Context) error {
	st := stage{"import", "GET /Users and /Groups?startIndex=N&count=100", "everything, nothing twice"}
	return r.once(ctx, st, func(ctx context.Context, s *step) error {
		for _, endpoint := range []string{"/Users", "/Groups"} {
			if _, err := s.pages(ctx, endpoint, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

// oktaOffboarding deactivates a share and brings it back; at the end the leavers stay deactivated.
func (r *run) oktaOffboarding() []action {
	some := func(p *person) bool { return p.every(5) }
	setActive := func(active bool) func(context.Context, *step, *person) error {
		return func(ctx context.Context, s *step, p *person) error {
			after := p.want
			after.Active = active
			if s.run.first(p.index, changeActive) {
				return s.oktaChange(ctx, p, changeActive, after)
			}
			body := patchOf(op{Op: "replace", Value: map[string]any{"active": active}})
			return s.changeUser(ctx, p, http.MethodPatch, body, after)
		}
	}
	return []action{
		func(ctx context.Context) error {
			st := stage{"deactivate user", "GET and PUT, or PATCH value.active without a path", "200 with the person"}
			return r.forPeople(ctx, st, some, setActive(false))
		},
		func(ctx context.Context) error {
			st := stage{"match inactive user", `GET /Users?filter=userName eq "…"&startIndex=1&count=100`, "that person, active false"}
			return r.forPeople(ctx, st, some, func(ctx context.Context, s *step, p *person) error {
				return s.matchInactive(ctx, p, hundred)
			})
		},
		func(ctx context.Context) error {
			st := stage{"reactivate user", "GET and PUT, or PATCH value.active without a path", "200 with the person"}
			return r.forPeople(ctx, st, some, setActive(true))
		},
		r.oktaUnlink,
		func(ctx context.Context) error {
			st := stage{"deactivate leavers", "GET and PUT, or PATCH value.active without a path", "200 with the person; never a DELETE"}
			return r.forPeople(ctx, st, r.leavers, setActive(false))
		},
	}
}
