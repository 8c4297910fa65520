package sso

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
	"rollcall/sso/oidc"
	"rollcall/sso/saml"
)

// local returns the path where somebody goes on, or the home page for what is none of ours (SECURITY S28).
func local(path string) string { return web.Local(path) }

// start sends the browser to the connection's identity provider. It is for whole pages: no frame, picture or script of
// another site begins a sign-in that nobody sees (SECURITY S29, X7).
func (d *Door) start(w http.ResponseWriter, r *http.Request) error {
	dest, site := r.Header.Get("Sec-Fetch-Dest"), r.Header.Get("Sec-Fetch-Site")
	if dest != "" && dest != "document" && site != "same-origin" && site != "none" {
		return &roster.Error{Kind: roster.Forbidden, Code: CodeForeignPage, Detail: "A sign-in begins in a window of its own."}
	}
	at, err := d.connection(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	f := flow{
		Tenant: at.Tenant.ID, Connection: at.Connection.ID, Return: local(q.Get("return")), Email: q.Get("login_hint"), Started: d.Now(),
	}
	if ticket := q.Get("test"); ticket != "" {
		if f.Test, err = d.ticket(ticket, at.Connection); err != nil {
			return at.said(err)
		}
		f.Ticket = ticket
	}
	if err := d.mayStart(at, f.Test != 0); err != nil {
		return at.said(err)
	}
	if wait := d.Limits.Wait(r, "start"); wait > 0 {
		return tooMany(w, wait)
	}
	if _, err := roster.ParseEmail(f.Email); err != nil {
		f.Email = ""
	}
	if site == "cross-site" {
		if shown, err := d.changesTenant(w, r, at, q); shown || err != nil {
			return err
		}
	}
	f.Browser, f.Bore, f.Known = d.bind(w, r), d.Sessions.Bears(r), remembered(r)
	fresh := q.Get("fresh") == "1"
	if at.Connection.Type == tenant.SAML {
		return d.startSAML(r.Context(), w, at, f, fresh)
	}
	return d.startOIDC(r.Context(), w, at, f, fresh)
}

// changesTenant asks somebody whom another site's link would sign in to another tenant than the one that they are
// signed in to: it may be the tenant of whoever made the link, where their work would end up in other hands.
func (d *Door) changesTenant(w http.ResponseWriter, r *http.Request, at found, q url.Values) (shown bool, err error) {
	l, err := d.Sessions.Resume(w, r)
	if errors.Is(err, roster.Unauthorized) {
		return false, nil
	}
	if err != nil || l.Tenant.ID == at.Tenant.ID {
		return false, err
	}
	d.Pages.Show(w, http.StatusOK, console.Choose{
		Now: l.Tenant.Name, Other: pathHome, Ways: []console.Way{{Tenant: at.Tenant.Name, Connection: at.Connection.Name, URL: startURL(at.Connection.ID, q)}},
	})
	return true, nil
}

// mayStart says what keeps a connection from being used.
func (d *Door) mayStart(at found, test bool) error {
	switch {
	case at.Tenant.Status != tenant.Active:
		return &roster.Error{Kind: roster.Refused, Code: roster.CodeTenantSuspended, Detail: "The tenant is suspended."}
	case test && at.Connection.Testable(), at.Connection.Usable():
		return nil
	}
	return &roster.Error{Kind: roster.Refused, Code: roster.CodeConnectionDisabled, Detail: "The connection is not active."}
}

func (d *Door) startSAML(ctx context.Context, w http.ResponseWriter, at found, f flow, fresh bool) error {
	cfg, err := d.Connections.SAML(at.Connection)
	if err != nil {
		return err
	}
	cfg.ForceAuthn = cfg.ForceAuthn || fresh
	name := newName()
	request, err := saml.NewAuthnRequest(cfg, d.Now(), name)
	if err != nil {
		return err
	}
	f.Request = request.ID
	if err := d.begin(ctx, name, f); err != nil {
		return err
	}
	if request.Form == nil {
		goTo(w, request.URL)
		return nil
	}
	d.Pages.Show(w, http.StatusOK, console.Forward{
		Action: request.URL, Fields: console.FieldsOf(request.Form), Button: "Continue",
		Text: "You are being sent to your company's sign-in page.",
	})
	return nil
}

func (d *Door) startOIDC(ctx context.Context, w http.ResponseWriter, at found, f flow, fresh bool) error {
	cfg, err := d.Connections.OIDC(at.Connection)
	if err != nil {
		return err
	}
	ask := oidc.Ask{LoginHint: f.Email}
	if fresh {
		ask.Prompt = "login"
	}
	started, err := d.OIDC.Begin(ctx, cfg, ask)
	if err != nil {
		return err
	}
	f.OIDC = &started.Kept
	if err := d.begin(ctx, started.Kept.State, f); err != nil {
		return err
	}
	goTo(w, started.URL)
	return nil
}

// goTo sends the browser on by GET.
func goTo(w http.ResponseWriter, to string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

func tooMany(w http.ResponseWriter, wait time.Duration) error {
	w.Header().Set("Retry-After", retryAfter(wait))
	return &roster.Error{Kind: roster.RateLimited, Code: CodeTooMany, Detail: "Too many sign-ins were begun from this network. Wait a minute."}
}

// startURL is the path that begins a sign-in at a connection.
func startURL(id tenant.ConnectionID, f url.Values) string {
	path := tenant.SSOPrefix + id.UUID.UUID() + "/login"
	if len(f) > 0 {
		path += "?" + f.Encode()
	}
	return path
}
