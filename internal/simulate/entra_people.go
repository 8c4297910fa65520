package simulate

import (
	"context"
	"net/http"
	"strings"
)

// Ordinals of the changes, by which Both chooses the dialect of each.
const (
	changeMatched = iota
	changeUpdate
	changeManager
	changeRename
	changeMembers
	changeActive
)

func (r *run) entraPeople() []action {
	return []action{
		r.entraMatch, r.entraCreate, r.entraBringUpToDate, r.entraRepeatCreate, r.entraRead,
	}
}

// entraMatch looks for everybody by userName, then by externalId: the matching attributes in their order.
func (r *run) entraMatch(ctx context.Context) error {
	st := stage{"match user", `GET /Users?filter=userName eq "…", then externalId eq "…"`, "nobody, or just that person"}
	return r.forPeople(ctx, st, (*person).missing, func(ctx context.Context, s *step, p *person) error {
		found, err := s.lookup(ctx, bare, p.hired.UserName)
		if err != nil {
			return err
		}
		byID, err := s.find(ctx, "/Users", "externalId", p.hired.ExternalID, bare)
		if err != nil {
			return err
		}
		if found == nil {
			found = byID
		}
		p.met(found)
		return nil
	})
}

func entraBody(u user) user {
	u.Schemas = []string{userURN, enterpriseURN}
	u.Roles = []typed{}
	u.Meta = &meta{ResourceType: "User"}
	u.ID = ""
	return u
}

func (r *run) entraCreate(ctx context.Context) error {
	st := stage{"create user", "POST /Users", "201 with an id and what was sent"}
	return r.forPeople(ctx, st, (*person).missing, func(ctx context.Context, s *step, p *person) error {
		return s.createUser(ctx, p, entraBody(p.hired), bare)
	})
}

// entraBringUpToDate takes those who were found back to their first day.
func (r *run) entraBringUpToDate(ctx context.Context) error {
	st := stage{"update matched user", "PATCH /Users/{id}, every attribute", "200 with the person, or 204"}
	return r.forPeople(ctx, st, (*person).matched, func(ctx context.Context, s *step, p *person) error {
		return s.changeUser(ctx, p, http.MethodPatch, entraPatch(r.first(p.index, changeMatched), nil, p.want), p.want)
	})
}

// entraRepeatCreate plays a lost 201: Entra sends the POST again, is told 409, and must then find the person.
func (r *run) entraRepeatCreate(ctx context.Context) error {
	st := stage{"repeat a lost create", "POST /Users a second time, then match in capitals", "409 uniqueness, then that person"}
	chosen := func(p *person) bool { return p.every(10) && !p.behind }
	return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
		req := request{method: http.MethodPost, path: "/Users", body: entraBody(p.hired)}
		if _, err := s.ask(ctx, req, anError(http.StatusConflict, "uniqueness")); err != nil {
			return err
		}
		// Admins write names in any case; userName is not case-exact (RFC 7643 §4.1.1).
		filter := eq("userName", strings.ToUpper(p.hired.UserName))
		req = request{method: http.MethodGet, path: "/Users", query: filterQuery(filter)}
		_, err := s.ask(ctx, req, oneAt(p.id()))
		return err
	})
}

func (r *run) entraRead(ctx context.Context) error {
	st := stage{"read user", "GET /Users/{id}", "what was sent, unchanged"}
	return r.forPeople(ctx, st, (*person).present, func(ctx context.Context, s *step, p *person) error {
		return s.readUser(ctx, p)
	})
}

func (r *run) entraUpdate(ctx context.Context) error {
	st := stage{"update user", "PATCH /Users/{id}, title, department, mobile phone, office", "200 with the person, or 204"}
	return r.forPeople(ctx, st, (*person).present, func(ctx context.Context, s *step, p *person) error {
		after := p.promoted()
		return s.changeUser(ctx, p, http.MethodPatch, entraPatch(r.first(p.index, changeUpdate), &p.want, after), after)
	})
}

func (r *run) entraManagers(ctx context.Context) error {
	st := stage{"set manager", "PATCH /Users/{id}, manager as a bare id", "200 with the person, or 204"}
	chosen := func(p *person) bool { return p.present() && r.bossOf(p) != "" }
	return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
		id := r.bossOf(p)
		return s.changeUser(ctx, p, http.MethodPatch, entraManager(r.first(p.index, changeManager), id), p.managed(id))
	})
}

// entraReferences asks whether the reference is there, and whether one that is not there is denied.
func (r *run) entraReferences(ctx context.Context) error {
	st := stage{"check manager", `GET /Users?filter=id eq "…" and manager eq "…"&attributes=id`, "just that person; nobody for another manager"}
	chosen := func(p *person) bool { return p.present() && !p.behind && p.want.Enterprise.Manager != nil }
	return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
		ask := func(manager string, e expect) error {
			filter := eq("id", p.id()) + " and " + eq("manager", manager)
			_, err := s.ask(ctx, request{method: http.MethodGet, path: "/Users", query: filterQuery(filter) + "&attributes=id"}, e)
			return err
		}
		if err := ask(p.want.Enterprise.Manager.Value, oneAt(p.id())); err != nil {
			return err
		}
		return ask(p.id(), anEmptyList())
	})
}

// entraRenames gives some people another userName and mail.
func (r *run) entraRenames(ctx context.Context) error {
	st := stage{"rename user", "PATCH /Users/{id}, userName and work mail", "200 or 204; or 400 when the domain is not proven"}
	chosen := func(p *person) bool { return p.present() && p.newName != "" }
	return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
		after := p.renamed()
		return s.renameUser(ctx, p, http.MethodPatch, entraPatch(r.first(p.index, changeRename), &p.want, after), after)
	})
}

// entraOffboarding disables a share and restores it; memberships are not sent again, so they must have stayed.
func (r *run) entraOffboarding() []action {
	disabled := func(p *person) bool { return p.every(5) }
	setActive := func(active bool) func(context.Context, *step, *person) error {
		return func(ctx context.Context, s *step, p *person) error {
			after := p.want
			after.Active = active
			return s.changeUser(ctx, p, http.MethodPatch, entraActive(r.first(p.index, changeActive), active), after)
		}
	}
	return []action{
		func(ctx context.Context) error {
			st := stage{"disable user", "PATCH /Users/{id}, active false", "200 with the person, or 204"}
			return r.forPeople(ctx, st, disabled, setActive(false))
		},
		func(ctx context.Context) error {
			st := stage{"match disabled user", `GET /Users?filter=userName eq "…", GET /Users/{id}`, "that person, active false"}
			return r.forPeople(ctx, st, disabled, func(ctx context.Context, s *step, p *person) error {
				return s.matchInactive(ctx, p, bare)
			})
		},
		func(ctx context.Context) error {
			st := stage{"restore user", "PATCH /Users/{id}, active true", "200 with the person, or 204"}
			return r.forPeople(ctx, st, disabled, setActive(true))
		},
		func(ctx context.Context) error {
			st := stage{"check memberships", `GET /Groups?filter=id eq "…" and members eq "…"`, "the groups they were in before"}
			return r.forPeople(ctx, st, disabled, func(ctx context.Context, s *step, p *person) error {
				return s.checkMembership(ctx, p)
			})
		},
		r.entraEmpty, r.entraDissolve,
		func(ctx context.Context) error {
			st := stage{"delete user", "PATCH active false, DELETE /Users/{id}, GET, DELETE again", "204, then 404, 404"}
			return r.forPeople(ctx, st, r.leavers, func(ctx context.Context, s *step, p *person) error {
				if err := setActive(false)(ctx, s, p); err != nil {
					return err
				}
				return s.deleteUser(ctx, p)
			})
		},
	}
}
