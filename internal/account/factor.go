package account

import (
	"errors"
	"net/http"

	"rollcall/console"
	"rollcall/internal/mail"
	"rollcall/internal/passkey"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/totp"
)

func (d *Door) factors() factors {
	return factors{key: d.FactorKey, passkeys: d.Passkeys, state: d.State, product: d.Pages.Product(), now: d.Now}
}

// factor asks who has shown one proof for a second one, and lets them in. Who has none, where the tenant wants one, sets up
// an authenticator app here.
func (d *Door) factor(w http.ResponseWriter, r *http.Request) error {
	if d.FactorKey.IsZero() {
		return &roster.Error{Kind: roster.Unavailable, Detail: "Second factors can't be looked at now."}
	}
	s, err := d.take(w, r)
	if err != nil {
		return err
	}
	if !s.Proven() || len(s.Members) != 1 {
		return over()
	}
	m := s.Members[0]
	has, err := d.Roster.Store.Reader(m.Tenant).Factors(r.Context(), m.Member)
	if err != nil {
		return err
	}
	if r.Method != http.MethodPost {
		return d.askFactor(w, r, s, has, "")
	}
	if err := d.mayTryFactor(w, r, s); err != nil {
		return err
	}
	p := s.proof()
	switch {
	case r.PostForm.Has("answer"):
		err = d.shownAgain(r, m, &p)
	case r.PostForm.Has("sealed") && !has.Second():
		return d.firstFactor(w, r, s, has)
	default:
		err = d.factors().checkCode(m.Member, has, r.PostForm.Get("code"), &p)
	}
	if err == nil {
		err = d.enter(w, r, s, p)
	}
	e, ok := errors.AsType[*roster.Error](err)
	if ok && (e.Kind == roster.Invalid || e.Code == roster.CodeFactorUsed) {
		detail := e.Detail
		if p.Recovery != nil {
			detail = "This recovery code is not right, or was used before."
		}
		return d.askFactor(w, r, s, has, detail)
	}
	return err
}

// askFactor shows the page, and keeps the step for its answer.
func (d *Door) askFactor(w http.ResponseWriter, r *http.Request, s step, has roster.Factors, problem string) error {
	page, err := d.factorPage(r, s.Members[0], has)
	if err != nil {
		return err
	}
	if err := d.keep(w, r, s); err != nil {
		return err
	}
	status := http.StatusOK
	if page.Problem = problem; problem != "" {
		status = http.StatusUnprocessableEntity
	}
	d.Pages.Show(w, status, page)
	return nil
}

func (d *Door) factorPage(r *http.Request, m roster.Membership, has roster.Factors) (console.Factor, error) {
	rd := d.Roster.Store.Reader(m.Tenant)
	cfg, err := rd.Config(r.Context())
	if err != nil {
		return console.Factor{}, err
	}
	page := console.Factor{Tenant: cfg.Tenant.Name, App: !has.TOTP.ConfirmedAt.IsZero(), Recovery: has.RecoveryCodes > 0}
	member, err := rd.Member(r.Context(), roster.Scope{}, m.Member, false)
	if err != nil {
		return page, err
	}
	if !has.Second() {
		page.Setup, err = d.factors().setup(m.Member, string(member.Email), r.PostForm.Get("sealed"))
		return page, err
	}
	if d.Passkeys != nil && len(has.Passkeys) > 0 {
		started, err := d.Passkeys.Ask(user(m, member, "", has))
		if page.Passkey, err = d.factors().begin(r, pathFactor, started, err); err != nil {
			return page, err
		}
	}
	return page, nil
}

// mayTryFactor counts a try of a code as a second factor; nobody guesses a passkey. A browser that signed in with the address
// before is counted by itself, as in guess: who knows the password keeps nobody out by guessing at the factor.
func (d *Door) mayTryFactor(w http.ResponseWriter, r *http.Request, s step) error {
	if r.PostForm.Has("answer") {
		return nil
	}
	name := s.Members[0].Member.String()
	if id, known := d.known(r, s.Email); known {
		if wait, err := d.Limits.Wait(r.Context(), UseFactor, name+"\x00known\x00"+id); err != nil || wait == 0 {
			return err //nolint:wrapcheck // it says what it did
		}
	}
	for _, of := range []struct{ use, name string }{{UseFactor, name + "\x00" + d.Sender(r)}, {UseFactorFlood, name}} { // one network's first
		wait, err := d.Limits.Wait(r.Context(), of.use, of.name)
		if err != nil {
			return err //nolint:wrapcheck // it says what it did
		}
		if wait > 0 {
			return reason.TooMany(w, wait)
		}
	}
	return nil
}

// shownAgain takes a passkey of the member's as the second factor.
func (d *Door) shownAgain(r *http.Request, m roster.Membership, p *roster.LocalProof) error {
	shown, err := d.shown(r)
	if err != nil {
		return err
	}
	if shown.Of != m {
		return noPasskey()
	}
	p.Passkey, p.Second = &shown.Key, true
	return nil
}

// shown takes the passkey that a form shows, of whomever it is.
func (d *Door) shown(r *http.Request) (passkey.Shown, error) {
	if d.Passkeys == nil {
		return passkey.Shown{}, noPasskey()
	}
	challenge, answer, err := d.factors().answered(r)
	if err != nil {
		return passkey.Shown{}, err
	}
	out, err := d.Passkeys.Shown(challenge, answer, func(m roster.Membership) (passkey.User, error) {
		rd := d.Roster.Store.Reader(m.Tenant)
		member, err := rd.Member(r.Context(), roster.Scope{}, m.Member, false)
		if err != nil {
			return passkey.User{}, err
		}
		has, err := rd.Factors(r.Context(), m.Member)
		return user(m, member, "", has), err
	})
	if errors.Is(err, passkey.ErrRefused) || errors.Is(err, roster.NotFound) {
		return out, noPasskey()
	}
	return out, err
}

// firstFactor sets up the authenticator app that the tenant wants, and lets the person in with their recovery codes.
func (d *Door) firstFactor(w http.ResponseWriter, r *http.Request, s step, has roster.Factors) error {
	m := s.Members[0]
	sealed, at, err := d.factors().confirm(m.Member, r.PostForm.Get("sealed"), r.PostForm.Get("code"))
	if e, ok := errors.AsType[*roster.Error](err); ok {
		return d.askFactor(w, r, s, has, e.Detail)
	}
	if err != nil {
		return err
	}
	codes, hashes := totp.NewRecoveryCodes(m.Member.String())
	out := &held{ResponseWriter: w}
	p := s.proof()
	p.First = &roster.NewApp{Sealed: sealed, Step: at, Recovery: hashes, Notice: d.notice(mail.AppAdded)}
	if err := d.enter(out, r, s, p); err != nil {
		return err
	}
	w.Header().Del("Location")
	d.Pages.Show(w, http.StatusOK, console.RecoveryShown{Codes: codes, Next: local(s.Return)})
	return nil
}

// held keeps a redirect back, so that a page can be shown with the cookies that came along.
type held struct{ http.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (*held) WriteHeader(int) {}

// Write implements http.ResponseWriter.
func (*held) Write(b []byte) (int, error) { return len(b), nil }

// The uses that tries of second factors are counted by.
const (
	UseFactor      = "factor_account" // of one member from one network, or one known browser
	UseFactorFlood = "factor_flood"   // of one member from everywhere, but for browsers that are known
)

// passkey signs somebody in by a passkey alone, which names them.
func (d *Door) passkey(w http.ResponseWriter, r *http.Request) error {
	page := console.PasskeySignIn{Return: local(r.Form.Get("return"))}
	if r.Method == http.MethodPost {
		shown, err := d.shown(r)
		if err == nil {
			return d.enterByPasskey(w, r, shown, page.Return)
		}
		e, ok := errors.AsType[*roster.Error](err)
		if !ok || e.Kind != roster.Invalid {
			return err
		}
		page.Problem = e.Detail
	}
	if d.Passkeys != nil {
		started, err := d.Passkeys.AskAny()
		if page.Passkey, err = d.factors().begin(r, pathPasskey, started, err); err != nil {
			return err
		}
	}
	status := http.StatusOK
	if page.Problem != "" {
		status = http.StatusUnprocessableEntity
	}
	d.Pages.Show(w, status, page)
	return nil
}

func (d *Door) enterByPasskey(w http.ResponseWriter, r *http.Request, shown passkey.Shown, back string) error {
	m, err := d.Roster.Store.Reader(shown.Of.Tenant).Member(r.Context(), roster.Scope{}, shown.Of.Member, false)
	if err != nil {
		return err
	}
	s := step{Email: m.Email, Members: []roster.Membership{shown.Of}, Method: roster.MethodPasskey, Return: back}
	return d.enter(w, r, s, roster.LocalProof{Method: roster.MethodPasskey, Second: shown.Verified, Passkey: &shown.Key})
}

// pathPasskey is where people sign in by a passkey alone.
const pathPasskey = "/login/passkey"
