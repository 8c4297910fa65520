package account

import (
	"context"
	"errors"
	"net/http"

	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// pathFactor is where the second factor is asked for.
const pathFactor = "/login/factor"

// enter signs the one member of a step in, or asks for the second factor first.
func (d *Door) enter(w http.ResponseWriter, r *http.Request, s step, p roster.LocalProof) error {
	m := s.Members[0]
	token, hash := secret.NewBound(m.Tenant.UUID, secret.Session)
	in, err := d.Roster.SignInLocal(r.Context(), m.Tenant, m.Member, p, roster.SessionStart{Hash: hash, Client: d.client(r)})
	e, refused := errors.AsType[*roster.Error](err)
	switch {
	case refused && e.Code == roster.CodeFactorWanted:
		if err := d.keep(w, r, s); err != nil {
			return err
		}
		goTo(w, pathFactor)
		return nil
	case errors.Is(err, roster.NotFound) || errors.Is(err, roster.Unauthorized):
		return over() // what was shown is not the member's any more
	case err != nil:
		return d.toldBy(r.Context(), m.Tenant, err)
	}
	return d.entered(w, r, s.Email, s.Return, token, in.Session)
}

// toldBy adds to a refusal whom to ask about it.
func (d *Door) toldBy(ctx context.Context, id tenant.ID, err error) error {
	cfg, cerr := d.Roster.Store.Reader(id).Config(ctx)
	if cerr != nil {
		return err // whom to ask is a convenience
	}
	return reason.With(err, reason.About{Contact: cfg.Tenant.Policy.Contact})
}

// entered gives the browser its session, remembers the browser, and goes on.
func (d *Door) entered(w http.ResponseWriter, r *http.Request, email roster.Email, back, token string, session roster.Session) error {
	if err := d.Sessions.SignedIn(w, r, token, session, roster.BrowserToken{}); err != nil {
		return err
	}
	d.remember(w, r, email)
	goTo(w, local(back))
	return nil
}
