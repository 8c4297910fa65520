package account

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"

	"rollcall/console"
	"rollcall/internal/password"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const (
	// mostMemberships bounds in how many tenants an address is looked for: the oldest memberships first, so that nobody
	// crowds them out by making new ones.
	mostMemberships = 64
	// mostPasswords bounds how many hashes one try is held against.
	mostPasswords = 8
)

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
	switch may, err := d.guess(r, email); {
	case err != nil:
		return err
	case may.wait > 0:
		return reason.TooMany(w, may.wait)
	case may.flooded:
		return again("Many passwords were tried for this address from elsewhere. Have a code mailed to you instead; after that, this browser may use the password again.")
	}
	s := step{Email: email, Method: roster.MethodPassword, Return: page.Return}
	if err := d.fit(r.Context(), &s, r.PostForm.Get("password")); err != nil {
		return err
	}
	if len(s.Members) == 0 {
		return again("The address or the password is not right.")
	}
	return d.proven(w, r, s)
}

// holders are the members who have the address, the oldest first. A person's former addresses lead to nobody.
func (d *Door) holders(ctx context.Context, email roster.Email) ([]roster.Membership, error) {
	all, err := d.Locator.Memberships(ctx, email, mostMemberships)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b roster.Membership) int { return bytes.Compare(a.Member.UUID[:], b.Member.UUID[:]) })
	out := all[:0]
	for _, m := range all {
		who, err := d.Roster.Store.Reader(m.Tenant).Member(ctx, roster.Scope{}, m.Member, false)
		if errors.Is(err, roster.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if who.Email == email && who.Proven && !who.Removed() {
			out = append(out, m)
		}
	}
	return out, nil
}

// fit notes the memberships whose password it is. It takes as long for who is unknown.
func (d *Door) fit(ctx context.Context, s *step, text string) error {
	all, err := d.holders(ctx, s.Email)
	if err != nil {
		return err
	}
	looked, old := 0, false
	for _, m := range all {
		p, err := d.Roster.Store.Reader(m.Tenant).Password(ctx, m.Member)
		if errors.Is(err, roster.NotFound) || looked == mostPasswords {
			continue
		}
		if err != nil {
			return err
		}
		looked++
		ok, rehash := password.Verify(p.Hash, text)
		if ok {
			s.Members, s.Hashes, old = append(s.Members, m), append(s.Hashes, p.Hash), rehash
		}
	}
	if looked == 0 {
		password.Pretend(text)
	}
	if len(s.Members) == 1 && old {
		s.Rehash, err = password.Hash(text)
	}
	return err
}

// open are the members among some who may sign in without an identity provider now.
func (d *Door) open(ctx context.Context, all []roster.Membership) ([]roster.Membership, error) {
	var out []roster.Membership
	for _, m := range all {
		_, err := d.Roster.MayUsePassword(ctx, m.Tenant, m.Member)
		switch e, refused := errors.AsType[*roster.Error](err); {
		case err == nil:
			out = append(out, m)
		case !refused || e.Kind != roster.Refused && e.Kind != roster.NotFound:
			return nil, err
		}
	}
	return out, nil
}

// proven goes on with somebody who has shown who they are: in, or to the choice of a team, or to the second factor.
func (d *Door) proven(w http.ResponseWriter, r *http.Request, s step) error {
	switch {
	case len(s.Members) == 1 && s.Join == nil:
		return d.enter(w, r, s, s.proof())
	case len(s.Members) == 0 && s.Join != nil:
		return d.askName(w, r, s)
	}
	page := console.ChooseTeam{Action: pathChoose}
	add := func(m roster.Membership, prefix string) error {
		cfg, err := d.Roster.Store.Reader(m.Tenant).Config(r.Context())
		page.Teams = append(page.Teams, console.Team{ID: m.Tenant.String(), Name: prefix + cfg.Tenant.Name})
		return err
	}
	for _, m := range s.Members {
		if err := add(m, ""); err != nil {
			return err
		}
	}
	if s.Join != nil {
		if err := add(*s.Join, "Join "); err != nil {
			return err
		}
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
	if err := id.UnmarshalText([]byte(r.PostForm.Get("team"))); err != nil || !s.Proven() {
		return over()
	}
	if s.Join != nil && s.Join.Tenant == id {
		s.Members = nil
		return d.proven(w, r, s)
	}
	i := slices.IndexFunc(s.Members, func(m roster.Membership) bool { return m.Tenant == id })
	if i < 0 {
		return over()
	}
	s = s.only(i)
	s.Join = nil
	return d.proven(w, r, s)
}
