package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/password"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
)

const (
	resetLife   = 30 * time.Minute
	resetCookie = "rollcall-reset"
	resetPath   = "/password"
)

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
	wait, quiet := d.mayMail(r, email)
	if wait > 0 {
		return tooMany(wait)
	}
	if !quiet {
		if err := d.mailResets(r.Context(), email); err != nil {
			return err
		}
	}
	d.Pages.Show(w, http.StatusOK, console.Forgot{Email: string(email), Sent: true, Minutes: int(resetLife / time.Minute)})
	return nil
}

// mailResets mails a link for each team in which the address may use a password. Where SSO is enforced nothing is mailed.
func (d *Door) mailResets(ctx context.Context, email roster.Email) error {
	all, err := d.Locator.Memberships(ctx, email, mostMemberships)
	if err != nil {
		return err
	}
	open, err := d.open(ctx, all)
	if err != nil {
		return err
	}
	for _, m := range open {
		cfg, err := d.Roster.Store.Reader(m.Tenant).Config(ctx)
		if err != nil {
			return err
		}
		link, err := d.ResetLink(ctx, m)
		if err != nil {
			return err
		}
		draft, err := d.Post.Draft(roster.MailPasswordReset, email, "", mail.Reset{Tenant: cfg.Tenant.Name, Link: link, Minutes: int(resetLife / time.Minute)})
		if err != nil {
			return err //nolint:wrapcheck // it says what to do
		}
		draft.Member = m.Member
		if err := d.Roster.SendMail(ctx, m.Tenant, draft); err != nil {
			return err
		}
	}
	return nil
}

// ResetLink makes a link by which a member sets a password once, within half an hour.
func (d *Door) ResetLink(ctx context.Context, m roster.Membership) (string, error) {
	token := secret.NewToken(secret.Reset).Reveal()
	raw, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("keep a reset: %w", err)
	}
	if err := d.State.Put(ctx, resetKey(token), raw, resetLife); err != nil {
		return "", err //nolint:wrapcheck // it says what it did
	}
	return d.Public + pathReset + "?" + url.Values{"token": {token}}.Encode(), nil
}

// resetKey keeps no token, but its hash.
func resetKey(token string) string {
	hash := secret.Hash(token)
	return "reset\x00" + string(hash[:])
}

// reset sets a new password. Opening the link changes nothing, and takes the token out of the address at once; only a
// form that is sent uses it up.
func (d *Door) reset(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		if token := r.URL.Query().Get("token"); token != "" {
			if _, err := secret.ParseToken(token); err != nil {
				return linkOver()
			}
			d.cookie(w, resetCookie, token, resetPath, int(resetLife/time.Second))
			goTo(w, pathReset)
			return nil
		}
		if _, err := d.resetToken(r); err != nil {
			return err
		}
		d.Pages.Show(w, http.StatusOK, console.ResetPassword{})
		return nil
	}
	token, err := d.resetToken(r)
	if err != nil {
		return err
	}
	text := r.PostForm.Get("password")
	if err := password.Check(text); err != nil {
		d.Pages.Show(w, http.StatusUnprocessableEntity, console.ResetPassword{Problem: err.Error()})
		return nil
	}
	hash, err := password.Hash(text)
	if err != nil {
		return err //nolint:wrapcheck // it says what it did
	}
	raw, err := d.State.Take(r.Context(), resetKey(token))
	if errors.Is(err, roster.NotFound) {
		return linkOver()
	}
	if err != nil {
		return err //nolint:wrapcheck // it says what it did
	}
	var m roster.Membership
	if err := json.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("read a reset: %w", err)
	}
	d.cookie(w, resetCookie, "", resetPath, -1)
	self := roster.Staff{Tenant: m.Tenant, Actor: roster.Actor{Source: roster.SourceSignIn, ID: m.Member.String()}, RequestID: d.RequestID(r.Context())}
	if err := d.Roster.SetPassword(r.Context(), self, m.Member, hash, roster.SessionID{}, d.notice("Your password was changed.")); err != nil {
		return err
	}
	who, err := d.Roster.MayUsePassword(r.Context(), m.Tenant, m.Member)
	if err != nil {
		return err
	}
	return d.enter(w, r, step{Email: who.Email, Members: []roster.Membership{m}, Method: roster.MethodPassword, Return: "/"}, roster.LocalProof{Method: roster.MethodPassword})
}

func (d *Door) resetToken(r *http.Request) (string, error) {
	all := r.CookiesNamed(resetCookie)
	if len(all) != 1 {
		return "", linkOver()
	}
	if _, err := secret.ParseToken(all[0].Value); err != nil {
		return "", linkOver()
	}
	return all[0].Value, nil
}

func linkOver() error {
	return &roster.Error{Kind: roster.Forbidden, Code: reason.CodeLinkOver, Detail: "The link was used before, or is older than half an hour."}
}
