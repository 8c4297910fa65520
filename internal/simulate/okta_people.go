package simulate

import (
	"context"
	"maps"
	"net/http"
)

func hundred(filter string) string { return filter + "&startIndex=1&count=100" }

func (r *run) oktaPeople() []action {
	return []action{r.oktaMatch, r.oktaCreate, r.oktaLink}
}

func (r *run) oktaMatch(ctx context.Context) error {
	st := stage{"match user", `GET /Users?filter=userName%20eq%20%22…%22&startIndex=1&count=100`, "nobody, or just that person"}
	return r.forPeople(ctx, st, (*person).missing, func(ctx context.Context, s *step, p *person) error {
		found, err := s.lookup(ctx, hundred, p.hired.UserName, p.newName)
		p.met(found)
		return err
	})
}

// oktaSecret is random and as strong as Okta makes it when password sync is off.
func (r *run) oktaSecret(p *person) string {
	return letters(r.cfg.chance(1<<41+uint64(p.index)), 20) + "!aA1"
}

func (r *run) oktaCreate(ctx context.Context) error {
	st := stage{"create user", "POST /Users with locale, groups [] and a password", "201 with an id and what was sent, no password"}
	return r.forPeople(ctx, st, (*person).missing, func(ctx context.Context, s *step, p *person) error {
		body := p.hired
		body.Schemas = []string{userURN, enterpriseURN}
		body.Groups = []typed{}
		body.Password = r.oktaSecret(p)
		if err := s.createUser(ctx, p, body, hundred); err != nil {
			return err
		}
		return s.readUser(ctx, p)
	})
}

// oktaForm is the change as one of Okta's two app types sends it: the whole object as the service gave it,
// with the app's own id, groups and meta, by PUT; or the changed attributes by PATCH without a path.
func (s *step) oktaForm(ctx context.Context, p *person, k int, after user) (method string, body any, err error) {
	changed, err := asResource(after)
	if err != nil {
		return "", nil, err
	}
	if !s.run.first(p.index, k) {
		delete(changed, "id")
		return http.MethodPatch, patchOf(op{Op: "replace", Value: changed}), nil
	}
	ans, err := s.ask(ctx, request{method: http.MethodGet, path: p.path()}, status("the person", http.StatusOK))
	if err != nil {
		return "", nil, err
	}
	whole, err := parse(ans.body)
	if err != nil {
		return "", nil, err
	}
	maps.Copy(whole, changed)
	// Attributes that nobody filled in come as empty strings.
	if whole.text("nickName") == "" {
		whole["nickName"] = ""
	}
	return http.MethodPut, whole, nil
}

func (s *step) oktaChange(ctx context.Context, p *person, k int, after user) error {
	method, body, err := s.oktaForm(ctx, p, k, after)
	if err != nil {
		return err
	}
	return s.changeUser(ctx, p, method, body, after)
}

// oktaLink takes over the people who were found, and takes them back to their first day.
func (r *run) oktaLink(ctx context.Context) error {
	st := stage{"link matched user", "GET and PUT, or PATCH /Users/{id}", "200 with the person"}
	return r.forPeople(ctx, st, (*person).matched, func(ctx context.Context, s *step, p *person) error {
		return s.oktaChange(ctx, p, changeMatched, p.want)
	})
}

func (r *run) oktaUpdate(ctx context.Context) error {
	st := stage{"update user", "GET and PUT the whole object, or PATCH without a path", "200 with the person"}
	return r.forPeople(ctx, st, (*person).present, func(ctx context.Context, s *step, p *person) error {
		after := p.promoted()
		if boss := r.bossOf(p); boss != "" {
			e := *after.Enterprise
			e.Manager = &manager{Value: boss}
			after.Enterprise = &e
		}
		return s.oktaChange(ctx, p, changeUpdate, after)
	})
}

func (r *run) oktaRename(ctx context.Context) error {
	st := stage{"rename user", "GET and PUT, or PATCH: userName and mail", "200; or 400 when the domain is not proven"}
	chosen := func(p *person) bool { return p.present() && p.newName != "" }
	return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
		after := p.renamed()
		method, body, err := s.oktaForm(ctx, p, changeRename, after)
		if err != nil {
			return err
		}
		return s.renameUser(ctx, p, method, body, after)
	})
}

// oktaPassword syncs a password; it must neither change anything else nor ever come back.
func (r *run) oktaPassword(ctx context.Context) error {
	st := stage{"sync password", "PATCH /Users/{id}, value.password without a path", "200 or 204, and no password in any answer"}
	chosen := func(p *person) bool { return p.every(10) && r.cfg.Dialect != Wizard }
	return r.forPeople(ctx, st, chosen, func(ctx context.Context, s *step, p *person) error {
		secret := r.oktaSecret(p)
		body := patchOf(op{Op: "replace", Value: map[string]any{"password": secret}})
		if err := s.changeUser(ctx, p, http.MethodPatch, body, p.want); err != nil {
			return err
		}
		return s.readUser(ctx, p)
	})
}
