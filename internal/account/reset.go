package account

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/password"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const resetCookie = "rollcall-reset"

// forgot mails links to set a new password. The answer is the same whether anybody has the address or not.
func (d *Door) forgot(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		d.Pages.Show(w, http.StatusOK, console.Forgot{Email: r.Form.Get("email")})
		return nil
	}
	if err := d.noMails(); err != nil {
		return err
	}
	typed := r.PostForm.Get("email")
	email, err := roster.ParseEmail(typed)
	if e, ok := errors.AsType[*roster.Error](err); ok {
		d.Pages.Show(w, http.StatusUnprocessableEntity, console.Forgot{Email: typed, Problem: e.Detail})
		return nil
	}
	may, err := d.mayMail(r, email)
	switch {
	case err != nil:
		return err
	case may.wait > 0:
		return reason.TooMany(w, may.wait)
	case !may.flooded:
		d.later(r, func(ctx context.Context) error { return d.mailResets(ctx, email) })
	}
	d.Pages.Show(w, http.StatusOK, console.Forgot{Email: string(email), Sent: true, Minutes: int(password.LinkLife / time.Minute)})
	return nil
}

// mailResets mails a link for each team in which the address may use a password. Where SSO is enforced nothing is mailed.
func (d *Door) mailResets(ctx context.Context, email roster.Email) error {
	all, err := d.holders(ctx, email)
	if err != nil {
		return err
	}
	open, err := d.open(ctx, all)
	if err != nil {
		return err
	}
	resets := password.Resets{Roster: d.Roster, Post: d.Post, Public: d.Public}
	for _, m := range open[:min(len(open), mostPasswords)] {
		if _, err := resets.Mail(ctx, m.Tenant, m.Member); err != nil {
			return err //nolint:wrapcheck // it says what it did
		}
	}
	return nil
}

// linked is a link to set a password that a browser came by.
type linked struct {
	password.Link
	tenant tenant.ID
	member roster.MemberID
}

// reset sets a new password. Opening the link changes nothing, and takes the token out of the address at once; only a
// form that is sent uses it up.
func (d *Door) reset(w http.ResponseWriter, r *http.Request) error {
	if token := r.URL.Query().Get("token"); token != "" && r.Method != http.MethodPost {
		if _, err := d.openLink(token); err != nil {
			return err
		}
		d.cookie(w, resetCookie, token, int(password.LinkLife/time.Second))
		goTo(w, pathReset)
		return nil
	}
	l, err := d.linkOf(r)
	if err != nil {
		return err
	}
	cfg, err := d.Roster.Store.Reader(l.tenant).Config(r.Context())
	if err != nil {
		return err
	}
	page := console.ResetPassword{Email: l.Email, Tenant: cfg.Tenant.Name}
	if r.Method != http.MethodPost {
		d.Pages.Show(w, http.StatusOK, page)
		return nil
	}
	text := r.PostForm.Get("password")
	if page.Problem = unfit(text, l.Email, cfg.Tenant.Name); page.Problem != "" {
		d.Pages.Show(w, http.StatusUnprocessableEntity, page)
		return nil
	}
	if may, err := d.guess(r, roster.Email(l.Email)); err != nil || may.wait > 0 { // hashing is dear
		return cmp.Or(err, reason.TooMany(w, may.wait))
	}
	return d.setNew(w, r, l, text)
}

// unfit says why a password can't be used; empty: it can.
func unfit(text string, about ...string) string {
	if err := password.Check(text, about...); err != nil {
		return err.Error()
	}
	return ""
}

// setNew sets the password and signs in with it.
func (d *Door) setNew(w http.ResponseWriter, r *http.Request, l linked, text string) error {
	hash, err := password.Hash(text)
	if err != nil {
		return err //nolint:wrapcheck // it says what it did
	}
	self := roster.Staff{Tenant: l.tenant, Actor: roster.Actor{Source: roster.SourceSignIn, ID: l.member.String()}, RequestID: d.RequestID(r.Context())}
	good := roster.PasswordLink{Email: roster.Email(l.Email), Mark: l.Mark}
	err = d.Roster.ResetPassword(r.Context(), self, l.member, good, hash, d.notice(mail.PasswordChanged))
	if err != nil {
		return d.toldBy(r.Context(), l.tenant, err)
	}
	d.cookie(w, resetCookie, "", -1)
	s := step{
		Email: good.Email, Members: []roster.Membership{{Tenant: l.tenant, Member: l.member}}, Method: roster.MethodPassword, Hashes: []string{hash}, Return: "/",
	}
	return d.enter(w, r, s, s.proof())
}

// linkOf is the link that the browser's cookie holds; of several none is believed (SECURITY X6).
func (d *Door) linkOf(r *http.Request) (linked, error) {
	all := r.CookiesNamed(d.cookieName(resetCookie))
	if len(all) != 1 {
		return linked{}, linkOver()
	}
	return d.openLink(all[0].Value)
}

func (d *Door) openLink(token string) (linked, error) {
	l, err := password.OpenLink(d.Post.Key, token, d.Now())
	if err != nil {
		return linked{}, linkOver()
	}
	out := linked{Link: l}
	member, err := roster.ParseMemberID(l.Member)
	if err != nil || out.tenant.UnmarshalText([]byte(l.Tenant)) != nil {
		return linked{}, linkOver()
	}
	out.member = member
	return out, nil
}

func linkOver() error {
	return &roster.Error{Kind: roster.Forbidden, Code: roster.CodeLinkOver, Detail: "The link was used before, or is older than half an hour."}
}
