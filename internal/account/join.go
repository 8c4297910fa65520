package account

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"rollcall/console"
	"rollcall/internal/password"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// joinable is the tenant that people of an address's domain join by themselves; zero: none.
func (d *Door) joinable(ctx context.Context, email roster.Email) (tenant.ID, error) {
	id, err := d.Locator.TenantOfDomain(ctx, email.Domain())
	if errors.Is(err, roster.NotFound) {
		return tenant.ID{}, nil
	}
	if err != nil {
		return id, err
	}
	cfg, err := d.Roster.Store.Reader(id).Config(ctx)
	if err != nil {
		return id, err
	}
	dom, ok := cfg.Domain(email.Domain())
	joins := dom.Joins() == tenant.AutoJoinOn || dom.Joins() == tenant.AutoJoinApprove
	if !ok || !dom.Owned() || !joins || !cfg.WithoutSSO() {
		return tenant.ID{}, nil
	}
	return id, nil
}

// askName asks somebody who may join for their name.
func (d *Door) askName(w http.ResponseWriter, r *http.Request, s step) error {
	cfg, err := d.Roster.Store.Reader(s.Join.Tenant).Config(r.Context())
	if err != nil {
		return err
	}
	if err := d.keep(w, r, s); err != nil {
		return err
	}
	d.Pages.Show(w, http.StatusOK, console.JoinByMail{Email: string(s.Email), Tenant: cfg.Tenant.Name})
	return nil
}

// join makes a member of who proved an address of a tenant's domain, with the name and the password that they chose.
func (d *Door) join(w http.ResponseWriter, r *http.Request) error {
	s, err := d.take(w, r)
	if err != nil {
		return err
	}
	if s.Join == nil || s.Method != roster.MethodCode {
		return over()
	}
	cfg, err := d.Roster.Store.Reader(s.Join.Tenant).Config(r.Context())
	if err != nil {
		return err
	}
	page := console.JoinByMail{
		Email: string(s.Email), Tenant: cfg.Tenant.Name, FirstName: strings.TrimSpace(r.PostForm.Get("first_name")), LastName: strings.TrimSpace(r.PostForm.Get("last_name")),
	}
	text := r.PostForm.Get("password")
	if text != "" {
		if err := password.Check(text, string(s.Email), page.FirstName+" "+page.LastName, cfg.Tenant.Name); err != nil {
			page.Problem = err.Error()
			if err := d.keep(w, r, s); err != nil {
				return err
			}
			d.Pages.Show(w, http.StatusUnprocessableEntity, page)
			return nil
		}
	}
	in, err := d.JoinByMail(r.Context(), s.Join.Tenant, string(s.Email), roster.Names{First: page.FirstName, Last: page.LastName}, d.client(r))
	if err != nil {
		return err //nolint:wrapcheck // a refusal is shown as it is
	}
	if text != "" {
		self := roster.Staff{Tenant: s.Join.Tenant, Actor: roster.Actor{Source: roster.SourceSignIn, ID: in.Session.Member.String()}, RequestID: d.RequestID(r.Context())}
		hash, err := password.Hash(text)
		if err != nil {
			return err //nolint:wrapcheck // it says what it did
		}
		if err := d.Roster.SetPassword(r.Context(), self, in.Session.Member, hash, in.Session.ID, nil); err != nil {
			return err
		}
	}
	if cfg.Tenant.Policy.SecondFactor == tenant.SecondFactorRequired { // the session is a short one
		s.Return = pathSecurity + "?setup=app"
	}
	return d.entered(w, r, s.Email, s.Return, in.Token, in.Session)
}
