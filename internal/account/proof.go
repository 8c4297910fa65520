package account

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"rollcall/console"
	"rollcall/internal/password"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// mostMemberships bounds in how many tenants an address is looked for.
const mostMemberships = 8

// Local shows the page of an address for which no connection is the way, or of who wants another way than that. It is the
// same whether the address is known or not (SECURITY X10).
func (d *Door) Local(w http.ResponseWriter, _ *http.Request, email, back string, ways []console.Way) error {
	d.Pages.Show(w, http.StatusOK, console.SignIn{Email: email, Return: local(back), Ways: ways, NoMail: d.Post.Off})
	return nil
}

// password takes an address with a password.
func (d *Door) password(w http.ResponseWriter, r *http.Request) error {
	page := console.SignIn{Email: r.PostForm.Get("email"), Return: local(r.PostForm.Get("return")), NoMail: d.Post.Off}
	again := func(problem string) error {
		page.Problem = problem
		d.Pages.Show(w, http.StatusUnprocessableEntity, page)
		return nil
	}
	email, err := roster.ParseEmail(page.Email)
	if e, ok := errors.AsType[*roster.Error](err); ok {
		return again(e.Detail)
	}
	switch wait, flooded := d.guess(r, email); {
	case flooded:
		return again("Somebody has tried many passwords for this address. Have a code mailed to you instead; this browser may use the password again after that.")
	case wait > 0:
		return tooMany(wait)
	}
	text := r.PostForm.Get("password")
	found, rehash, err := d.fitting(r.Context(), email, text)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return again("The address or the password is not right.")
	}
	return d.proven(w, r, step{Email: email, Members: found, Method: roster.MethodPassword, Rehash: rehash, Return: page.Return})
}

// fitting finds the memberships whose password it is. It takes as long for who is unknown.
func (d *Door) fitting(ctx context.Context, email roster.Email, text string) (found []roster.Membership, rehash string, err error) {
	all, err := d.Locator.Memberships(ctx, email, mostMemberships)
	if err != nil {
		return nil, "", err
	}
	looked := false
	for _, m := range all {
		p, err := d.Roster.Store.Reader(m.Tenant).Password(ctx, m.Member)
		if errors.Is(err, roster.NotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		looked = true
		ok, old := password.Verify(p.Hash, text)
		if !ok {
			continue
		}
		found = append(found, m)
		if old {
			if rehash, err = password.Hash(text); err != nil {
				return nil, "", err //nolint:wrapcheck // it says what it did
			}
		}
	}
	if !looked {
		password.Pretend(text)
	}
	if len(found) > 1 {
		rehash = ""
	}
	return found, rehash, nil
}

// open are the memberships in which somebody may sign in without an identity provider now.
func (d *Door) open(ctx context.Context, all []roster.Membership) ([]roster.Membership, error) {
	var out []roster.Membership
	for _, m := range all {
		_, err := d.Roster.MayUsePassword(ctx, m.Tenant, m.Member)
		if errors.Is(err, roster.Unavailable) || errors.Is(err, context.Canceled) {
			return nil, err
		}
		if err == nil {
			out = append(out, m)
		}
	}
	return out, nil
}

// proven goes on with somebody who has shown who they are: in, or to the choice of a team, or to the second factor.
func (d *Door) proven(w http.ResponseWriter, r *http.Request, s step) error {
	if len(s.Members) == 1 {
		return d.enter(w, r, s, roster.LocalProof{Method: s.Method, Rehash: s.Rehash})
	}
	page := console.ChooseTeam{Action: pathChoose}
	for _, m := range s.Members {
		cfg, err := d.Roster.Store.Reader(m.Tenant).Config(r.Context())
		if err != nil {
			return err
		}
		page.Teams = append(page.Teams, console.Team{ID: m.Tenant.String(), Name: cfg.Tenant.Name})
	}
	if err := d.keep(w, r, s); err != nil {
		return err
	}
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

// choose takes the team that somebody chose.
func (d *Door) choose(w http.ResponseWriter, r *http.Request) error {
	s, err := d.take(w, r)
	if err != nil {
		return err
	}
	var id tenant.ID
	if err := id.UnmarshalText([]byte(r.PostForm.Get("team"))); err != nil {
		return over()
	}
	i := slices.IndexFunc(s.Members, func(m roster.Membership) bool { return m.Tenant == id })
	if i < 0 || !s.Proven() {
		return over()
	}
	s.Members = s.Members[i : i+1]
	return d.enter(w, r, s, roster.LocalProof{Method: s.Method})
}
