package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// find asks for the one object of an endpoint ("/Users", "/Groups") whose attribute has this value; extra is
// put before or after the filter as the vendor does. The result is nil when there is none.
func (s *step) find(ctx context.Context, endpoint, attribute, value string, shape func(filter string) string) (resource, error) {
	req := request{method: http.MethodGet, path: endpoint, query: shape(filterQuery(eq(attribute, value)))}
	e := atMostOne(attribute, value)
	if s.run.cfg.Vendor == Okta {
		e = e.orNotFound()
	}
	ans, err := s.ask(ctx, req, e)
	if err != nil || ans.status == http.StatusNotFound {
		return nil, err
	}
	var l list
	if err := json.Unmarshal(ans.body, &l); err != nil || len(l.Resources) == 0 {
		return nil, err
	}
	return l.Resources[0], nil
}

// bare is the filter and nothing else.
func bare(filter string) string { return filter }

// lookup finds the person by any of the given userNames, in order; nil when by none.
func (s *step) lookup(ctx context.Context, shape func(string) string, names ...string) (resource, error) {
	for _, n := range names {
		if n == "" {
			continue
		}
		if found, err := s.find(ctx, "/Users", "userName", n, shape); err != nil || found != nil {
			return found, err
		}
	}
	return nil, nil
}

// met notes that the service knows the person already.
func (p *person) met(found resource) {
	if found != nil {
		p.known(found.text("id"))
		p.found = true
	}
}

// createUser makes the person by POST of body; shape is how this vendor looks for a userName.
func (s *step) createUser(ctx context.Context, p *person, body user, shape func(string) string) error {
	req := request{method: http.MethodPost, path: "/Users", body: body}
	id, err := s.create(ctx, req, aUser(p.want, http.StatusCreated), func() (string, error) {
		found, err := s.lookup(ctx, shape, p.want.UserName)
		return found.text("id"), err
	})
	if err != nil {
		return err
	}
	p.known(id)
	return nil
}

// readUser gets the person and compares everything.
func (s *step) readUser(ctx context.Context, p *person) error {
	e := aUser(p.want, http.StatusOK).unless(p.behind)
	e.after = p.last
	_, err := s.ask(ctx, request{method: http.MethodGet, path: p.path()}, e)
	return err
}

// changeUser sends a PATCH or PUT after which the person reads as after. A 204 shows nothing, so the person
// is read then.
func (s *step) changeUser(ctx context.Context, p *person, method string, body any, after user) error {
	statuses := []int{http.StatusOK}
	if method == http.MethodPatch {
		statuses = append(statuses, http.StatusNoContent)
	}
	p.last = &request{method: method, path: p.path(), body: body}
	if s.holdUser(p, *p.last) {
		p.want = after
		return nil
	}
	ans, err := s.ask(ctx, *p.last, aUser(after, statuses...).unless(p.behind))
	if err != nil {
		return err
	}
	p.want = after
	if ans.status == http.StatusNoContent {
		return s.readUser(ctx, p)
	}
	return nil
}

// renameUser is changeUser for another userName and mail. A service may know the domain as unproven and say
// 400; then the person keeps the name, and the comparison at the end sees that nothing was applied.
func (s *step) renameUser(ctx context.Context, p *person, method string, body any, after user) error {
	e := aUser(after, http.StatusOK, http.StatusNoContent).unless(p.behind)
	e.refusal = http.StatusBadRequest
	p.last = &request{method: method, path: p.path(), body: body}
	_, err := s.ask(ctx, *p.last, e)
	if errors.Is(err, errRefused) {
		s.run.refusedRename(err)
		return nil
	}
	if err != nil {
		return err
	}
	p.want = after
	return s.readUser(ctx, p)
}

func (r *run) refusedRename(err error) {
	r.renames.Do(func() { r.note("new userNames and mail addresses are not taken, the old ones stay: %v", err) })
}

// matchInactive finds a disabled person: they must stay visible, or the vendor creates them a second time.
func (s *step) matchInactive(ctx context.Context, p *person, shape func(string) string) error {
	req := request{method: http.MethodGet, path: "/Users", query: shape(filterQuery(eq("userName", p.want.UserName)))}
	_, err := s.ask(ctx, req, aList("the person, active false", func(l list) []string {
		if lines := wantTotal(l, 1); lines != nil {
			return lines
		}
		lines, err := compareUser(p.want, l.Resources[0])
		if err != nil {
			return []string{err.Error()}
		}
		return lines
	}).unless(p.behind))
	if err != nil {
		return err
	}
	return s.readUser(ctx, p)
}

// deleteUser deletes the person and looks that they are gone.
func (s *step) deleteUser(ctx context.Context, p *person) error {
	del := request{method: http.MethodDelete, path: p.path()}
	if err := s.gone(ctx, del); err != nil {
		return err
	}
	p.gone = true
	_, err := s.ask(ctx, del, anError(http.StatusNotFound, ""))
	return err
}

// gone deletes something; afterwards it cannot be read.
func (s *step) gone(ctx context.Context, del request) error {
	e := status("204", http.StatusNoContent)
	e.again = []int{http.StatusNotFound}
	if _, err := s.ask(ctx, del, e); err != nil && !errors.Is(err, errDone) {
		return err
	}
	_, err := s.ask(ctx, request{method: http.MethodGet, path: del.path}, anError(http.StatusNotFound, ""))
	return err
}

// leavers says who is deleted or turned off for good at the end.
func (r *run) leavers(p *person) bool { return !r.cfg.Keep && p.present() && p.leaver(len(r.people)) }

// bossOf is the id of the person's manager; "" when there is none, or none in the service.
func (r *run) bossOf(p *person) string {
	if i, ok := p.boss(); ok && r.people[i].present() {
		return r.people[i].id()
	}
	return ""
}
