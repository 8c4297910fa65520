package invites

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"

	"rollcall/console"
	"rollcall/internal/reason"
	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

// show shows what a link is for. It never uses anything up: programs that look at mails follow links (SECURITY I3). A
// token in the URL moves to a cookie at once, so that no history, log or other site gets to know it (SECURITY I2).
func (d *Door) show(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	back := local(q.Get("return"))
	if token := q.Get("token"); token != "" {
		if len(token) <= maxToken {
			d.keep(w, tokenOf(token))
		}
		goTo(w, asking(PathAccept, url.Values{"return": {back}}))
		return nil
	}
	h, err := d.held(w, r, "")
	if err != nil {
		return err
	}
	return d.offer(w, r, h, form{back: back})
}

// open shows the page for a link that somebody pasted, whose browser keeps no cookies.
func (d *Door) open(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	h, err := d.held(w, r, f.token)
	if err != nil {
		return err
	}
	d.keep(w, h.token)
	return d.offer(w, r, h, form{back: f.back})
}

// offer shows the page on which somebody accepts, or why they can't.
func (d *Door) offer(w http.ResponseWriter, r *http.Request, h held, f form) error {
	if err := d.barred(w, r, h); err != nil {
		return err
	}
	f.names = h.Invite.Names
	return d.fill(w, r, http.StatusOK, h, f, nil)
}

// fill shows the page, with an offer to make a passkey.
func (d *Door) fill(w http.ResponseWriter, r *http.Request, status int, h held, f form, problems map[string]string) error {
	p := d.page(h, f, problems)
	var err error
	if p.Passkey, err = d.newKey(r.Context(), h); err != nil {
		web.From(r.Context()).Fail(err) // a password does as well
	}
	d.Pages.Show(w, status, p)
	return nil
}

// barred says why whoever holds a token can't accept now: it is the invite, the tenant, or who the browser is.
func (d *Door) barred(w http.ResponseWriter, r *http.Request, h held) error {
	l, err := d.Sessions.Resume(w, r)
	signedIn := err == nil
	if err != nil && !errors.Is(err, roster.Unauthorized) {
		return err
	}
	mine := signedIn && l.Tenant.ID == h.Config.Tenant.ID
	switch {
	case h.Code == roster.CodeInviteUsed && mine && l.Member.ID == h.Invite.Member:
		return &stop{held: h, code: roster.CodeMemberAlready, here: true}
	case h.Code != "":
		return &stop{held: h, code: h.Code}
	case signedIn && l.Member.Email != h.Invite.Email: // SECURITY I5
		return &stop{held: h, code: roster.CodeInviteMismatch, who: person(l.Member), signedIn: true}
	case mine:
		return &stop{held: h, code: roster.CodeMemberAlready, here: true}
	case h.SSO != nil && h.SSO.ID.IsZero():
		return &stop{held: h, code: roster.CodeConnectionDisabled}
	}
	return nil
}

func person(m roster.Member) string {
	return cmp.Or(string(m.Email), m.Attributes.Text("displayName"), m.Login)
}

// page is the page on which somebody accepts, with what they typed before; the password is never among it.
func (d *Door) page(h held, f form, problems map[string]string) console.AcceptInvite {
	p := console.AcceptInvite{
		Tenant: h.Config.Tenant.Name, Inviter: h.Inviter, Message: h.Invite.Message, Email: string(h.Invite.Email), Role: h.Invite.Role,
		Token: h.token, Return: f.back, First: f.names.First, Last: f.names.Last, Phone: f.phone, SMS: f.sms,
		Consent: console.SMSConsentWording, Problems: problems,
	}
	if h.SSO != nil {
		p.SSO = cmp.Or(h.SSO.Name, "your company's sign-in")
	}
	return p
}

// accept takes the form. Where the tenant enforces SSO nothing of it is kept, and the person is sent to the identity provider:
// the sign-in there accepts the invite (SECURITY I11).
func (d *Door) accept(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	h, err := d.held(w, r, f.token)
	if err != nil {
		return err
	}
	if wait := d.Limits.Wait(r, "accept"); wait > 0 {
		return reason.TooMany(w, wait)
	}
	if err := d.barred(w, r, h); err != nil {
		return err
	}
	if h.SSO != nil {
		d.keep(w, h.token)
		goTo(w, signInURL(*h.SSO, url.Values{
			"login_hint": {string(h.Invite.Email)}, "return": {asking(PathBack, url.Values{"return": {f.back}})},
		}))
		return nil
	}
	a, codes, problems, err := d.acceptance(r, h, f)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return d.fill(w, r, http.StatusUnprocessableEntity, h, f, problems)
	}
	return d.enter(w, r, h, f, a, codes)
}

// enter accepts the invite and signs the person in.
func (d *Door) enter(w http.ResponseWriter, r *http.Request, h held, f form, a roster.Acceptance, codes []string) error {
	token, session := secret.NewBound(h.Config.Tenant.ID.UUID, secret.Session)
	a.Session.Hash = session
	in, err := d.Roster.AcceptInvite(r.Context(), h.Config.Tenant.ID, a)
	if e, ok := errors.AsType[*roster.Error](err); ok && e.Field == "passkey" && e.Kind == roster.Invalid {
		return d.fill(w, r, http.StatusUnprocessableEntity, h, f, map[string]string{"passkey": e.Detail})
	}
	if err != nil {
		return d.late(r, h, err)
	}
	if err := d.Sessions.SignedIn(w, r, token, in.Session, roster.BrowserToken{}); err != nil {
		web.From(r.Context()).Fail(err) // the person is in; that an older session lives on until its time is not theirs to mend
	}
	d.keep(w, "")
	if len(codes) > 0 {
		d.Pages.Show(w, http.StatusOK, console.RecoveryShown{Codes: codes, Next: cmp.Or(f.back, pathHome)})
		return nil
	}
	goTo(w, d.next(h, f))
	return nil
}

// next is where somebody goes on who is in. Where a second factor is required they set one up first: the session is a short one.
func (d *Door) next(h held, f form) string {
	if h.Config.Tenant.Policy.SecondFactor == tenant.SecondFactorRequired {
		return pathFactor
	}
	return cmp.Or(f.back, pathHome)
}

// late shows what has become of the invite while the form was filled in.
func (d *Door) late(r *http.Request, h held, err error) error {
	e, ok := errors.AsType[*roster.Error](err)
	if !ok || e.Code == "" {
		return err
	}
	if now, err := d.find(r.Context(), h.token); err == nil {
		h = now
	}
	if h.Code != "" {
		return &stop{held: h, code: h.Code}
	}
	return &stop{held: h, code: e.Code}
}

// signInURL is the path that begins a sign-in at a connection.
func signInURL(c tenant.Connection, q url.Values) string {
	return asking(tenant.SSOPrefix+c.ID.UUID.UUID()+"/login", q)
}
