package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/password"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

const (
	codeDigits = 6
	codeTries  = 5 // of one code
	codeLife   = 10 * time.Minute
)

// code mails a code to an address, takes it, and lets a newcomer join by it.
func (d *Door) code(w http.ResponseWriter, r *http.Request) error {
	switch r.PostForm.Get("step") {
	case "check":
		return d.checkCode(w, r)
	case "join":
		return d.join(w, r)
	}
	return d.sendCode(w, r)
}

// sendCode answers the same whether anybody has the address or not; a mail goes to who may use it.
func (d *Door) sendCode(w http.ResponseWriter, r *http.Request) error {
	if err := d.noMails(); err != nil {
		return err
	}
	typed, back := r.PostForm.Get("email"), local(r.PostForm.Get("return"))
	email, err := roster.ParseEmail(typed)
	if e, ok := errors.AsType[*roster.Error](err); ok {
		d.Pages.Show(w, http.StatusUnprocessableEntity, console.SignIn{Email: typed, Return: back, Problem: e.Detail})
		return nil
	}
	wait, quiet := d.mayMail(r, email)
	if wait > 0 {
		return tooMany(wait)
	}
	s := step{Email: email, Return: back, Left: codeTries, Until: d.Now().Add(codeLife)}
	code := newCode()
	s.Code = d.codeHash(email, code)
	to, err := d.reachable(r.Context(), email, &s)
	if err != nil {
		return err
	}
	if to != nil && !quiet {
		if err := d.mailCode(r.Context(), *to, email, code); err != nil {
			return err
		}
	} else {
		s.Code = d.codeHash(email, newCode()) // nobody knows it
	}
	if err := d.keep(w, r, s); err != nil {
		return err
	}
	d.Pages.Show(w, http.StatusOK, console.EnterCode{Email: string(email), Minutes: int(codeLife / time.Minute)})
	return nil
}

// reachable says in which tenant's name a code is mailed, and notes what it is good for; nil: for nothing.
func (d *Door) reachable(ctx context.Context, email roster.Email, s *step) (*tenant.Tenant, error) {
	all, err := d.Locator.Memberships(ctx, email, mostMemberships)
	if err != nil {
		return nil, err
	}
	if s.Members, err = d.open(ctx, all); err != nil {
		return nil, err
	}
	var id tenant.ID
	switch {
	case len(s.Members) > 0:
		id = s.Members[0].Tenant
	case len(all) > 0:
		return nil, nil //nolint:nilnil // they must come in another way, or may not
	default:
		if id, err = d.joinable(ctx, email); err != nil || id.IsZero() {
			return nil, err
		}
		s.Join = &roster.Membership{Tenant: id}
	}
	cfg, err := d.Roster.Store.Reader(id).Config(ctx)
	return &cfg.Tenant, err
}

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

func (d *Door) mailCode(ctx context.Context, t tenant.Tenant, email roster.Email, code string) error {
	draft, err := d.Post.Draft(roster.MailSignInCode, email, "", mail.Code{Tenant: t.Name, Code: code, Minutes: int(codeLife / time.Minute)})
	if err != nil {
		return err //nolint:wrapcheck // it says what to do
	}
	return d.Roster.SendMail(ctx, t.ID, draft)
}

// newCode makes a code of six digits, each as likely as the others.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil { // never since Go 1.24
		return strings.Repeat("0", codeDigits)
	}
	return fmt.Sprintf("%0*d", codeDigits, n)
}

// codeHash ties a code to its address, with a key: six digits are soon tried by who reads what is kept.
func (d *Door) codeHash(email roster.Email, code string) []byte {
	h := hmac.New(sha256.New, d.DeviceKey)
	h.Write([]byte("code\x00" + string(email) + "\x00" + code))
	return h.Sum(nil)
}

// checkCode takes a code that somebody typed.
func (d *Door) checkCode(w http.ResponseWriter, r *http.Request) error {
	s, err := d.take(w, r)
	if err != nil {
		return err
	}
	if len(s.Code) == 0 || s.Proven() {
		return over()
	}
	typed := strings.Join(strings.Fields(r.PostForm.Get("code")), "")
	if !hmac.Equal(s.Code, d.codeHash(s.Email, typed)) {
		if s.Left--; s.Left <= 0 {
			return &roster.Error{Kind: roster.Forbidden, Code: reason.CodeNoFlow, Detail: "The code was wrong five times."}
		}
		if err := d.keep(w, r, s); err != nil {
			return err
		}
		d.Pages.Show(w, http.StatusUnprocessableEntity, console.EnterCode{
			Email: string(s.Email), Minutes: int(codeLife / time.Minute), Problem: "This is not the code of the latest mail. Look again; it has six digits.",
		})
		return nil
	}
	s.Code, s.Method = nil, roster.MethodCode
	if s.Join == nil {
		return d.proven(w, r, s)
	}
	cfg, err := d.Roster.Store.Reader(s.Join.Tenant).Config(r.Context())
	if err != nil {
		return err
	}
	s.Until = d.Now().Add(stepLife)
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
	page := console.JoinByMail{Email: string(s.Email), Tenant: cfg.Tenant.Name, FirstName: r.PostForm.Get("first_name"), LastName: r.PostForm.Get("last_name")}
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
	return d.entered(w, r, s.Email, s.Return, in.Token, in.Session)
}
