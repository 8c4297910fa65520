package simulate

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// google is Google Workspace's sequence. It pushes people only: a group there is a scope, not an object.
// Little of its wire is documented, so updates come in both forms, PUT and PATCH.
func (r *run) google() []action {
	return slices.Concat([]action{
		r.googleProbe, r.googleMatch, r.googleCreate, r.googleBringUpToDate,
	}, r.anyOrder("people", []action{r.googleUpdate}, []action{r.googleRename}),
		r.googleOffboarding(), r.googleNext(), r.comparison())
}

func (r *run) googleProbe(ctx context.Context) error {
	st := stage{"test connection", "GET /Users?count=1", "a list"}
	return r.once(ctx, st, func(ctx context.Context, s *step) error {
		_, err := s.ask(ctx, request{method: http.MethodGet, path: "/Users", query: "count=1"}, aList("a list of at most one", nil))
		return err
	})
}

func fromFirst(filter string) string { return filter + "&startIndex=1" }

func (r *run) googleMatch(ctx context.Context) error {
	st := stage{"match user", `GET /Users?filter=userName eq "…"&startIndex=1`, "nobody, or just that person"}
	return r.forPeople(ctx, st, (*person).missing, func(ctx context.Context, s *step, p *person) error {
		found, err := s.lookup(ctx, fromFirst, p.hired.UserName, p.newName)
		p.met(found)
		return err
	})
}

func googleBody(u user) user {
	u.Schemas = []string{userURN, enterpriseURN}
	return u
}

// suspendedAtFirst says who is suspended in Google before they are ever pushed.
func (p *person) suspendedAtFirst() bool { return p.index%9 == 4 }

// googleCreate makes suspended people as well, and they must stay inactive.
func (r *run) googleCreate(ctx context.Context) error {
	st := stage{"create user", "POST /Users, some with active false", "201 with an id and what was sent"}
	return r.forPeople(ctx, st, (*person).missing, func(ctx context.Context, s *step, p *person) error {
		p.want.Active = !p.suspendedAtFirst()
		if err := s.createUser(ctx, p, googleBody(p.want), fromFirst); err != nil {
			return err
		}
		return s.readUser(ctx, p)
	})
}

func (r *run) googleBringUpToDate(ctx context.Context) error {
	st := stage{"update matched user", "PUT /Users/{id}", "200 with the person"}
	return r.forPeople(ctx, st, (*person).matched, func(ctx context.Context, s *step, p *person) error {
		p.want.Active = !p.suspendedAtFirst()
		return s.changeUser(ctx, p, http.MethodPut, googleBody(p.want), p.want)
	})
}

// googleChange is PUT and PATCH in turn.
func (s *step) googleChange(ctx context.Context, p *person, k int, after user) error {
	method, body := googleForm(s.run.first(p.index, k), p.want, after)
	return s.changeUser(ctx, p, method, body, after)
}

func googleForm(put bool, before, after user) (method string, body any) {
	if put {
		return http.MethodPut, googleBody(after)
	}
	var ops []op
	for _, o := range entraPatch(true, &before, after).Operations {
		o.Op = strings.ToLower(o.Op)
		if o.Path == "active" {
			o.Value = after.Active
		}
		ops = append(ops, o)
	}
	return http.MethodPatch, patchOf(ops...)
}

func (r *run) googleUpdate(ctx context.Context) error {
	st := stage{"update user", "PUT or PATCH /Users/{id}, title, department, phone, office", "200 with the person"}
	return r.forPeople(ctx, st, (*person).present, func(ctx context.Context, s *step, p *person) error {
		return s.googleChange(ctx, p, changeUpdate, p.promoted())
	})
}

func (r *run) googleRename(ctx context.Context) error {
	st := stage{"rename user", "PUT or PATCH /Users/{id}, userName and mail", "200; or 400 when the domain is not proven"}
	chosen := func(p *person) bool { return p.present() && p.newName != "" }
	return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
		after := p.renamed()
		method, body := googleForm(r.first(p.index, changeRename), p.want, after)
		return s.renameUser(ctx, p, method, body, after)
	})
}

// googleOffboarding suspends a share, restores it together with those who came suspended, and deletes.
func (r *run) googleOffboarding() []action {
	suspended := func(p *person) bool { return p.every(5) }
	setActive := func(active bool) func(context.Context, *step, *person) error {
		return func(ctx context.Context, s *step, p *person) error {
			after := p.want
			after.Active = active
			if after.Active == p.want.Active {
				return nil
			}
			return s.googleChange(ctx, p, changeActive, after)
		}
	}
	return []action{
		func(ctx context.Context) error {
			st := stage{"suspend user", "PUT or PATCH /Users/{id}, active false", "200 with the person"}
			return r.forPeople(ctx, st, suspended, setActive(false))
		},
		func(ctx context.Context) error {
			st := stage{"match suspended user", `GET /Users?filter=userName eq "…"&startIndex=1`, "that person, active false"}
			return r.forPeople(ctx, st, suspended, func(ctx context.Context, s *step, p *person) error {
				return s.matchInactive(ctx, p, fromFirst)
			})
		},
		func(ctx context.Context) error {
			st := stage{"restore user", "PUT or PATCH /Users/{id}, active true", "200 with the person"}
			return r.forPeople(ctx, st, (*person).present, setActive(true))
		},
		func(ctx context.Context) error {
			st := stage{"delete user", "DELETE /Users/{id}, GET, DELETE again", "204, then 404, 404"}
			return r.forPeople(ctx, st, r.leavers, func(ctx context.Context, s *step, p *person) error {
				return s.deleteUser(ctx, p)
			})
		},
	}
}
