package issuer

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// hint is what an ID token says of whom to sign out.
type hint struct {
	Issuer  string       `json:"iss"`
	App     tenant.AppID `json:"aud"`
	Session string       `json:"sid"`
}

// logout signs the browser's person out (OpenID Connect RP-Initiated Logout 1.0). Only
// the cookie says whose session ends; the hint names the app, and spares the question when it is
// of the same session. A GET without such a hint asks first, so that no page can sign people out
// with a picture.
func (d *Door) logout(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		d.Pages.Refuse(w, r, note{r}.said(&roster.Error{Kind: roster.Invalid, Code: roster.CodeAppRequest, Detail: "The app's request can't be read."}))
		return
	}
	// An app may send the browser by a POST, which bears no cookie of ours (SameSite=Lax): a GET does. What one may
	// confirm only we may post.
	ours := new(http.CrossOriginProtection).Check(r) == nil
	if r.Method == http.MethodPost && !ours {
		r.Form.Del("confirm")
		redirect(w, pathLogout+"?"+r.Form.Encode())
		return
	}
	said, err := d.hint(r)
	to := ""
	if err == nil {
		to, err = d.afterLogout(r, said)
	}
	if err != nil {
		d.Pages.Refuse(w, r, note{r}.said(err))
		return
	}
	live, err := d.Sessions.Resume(w, r)
	switch {
	case errors.Is(err, roster.Unauthorized):
		d.loggedOut(w, r, to)
		return
	case err != nil:
		d.Pages.Refuse(w, r, note{r}.said(err))
		return
	}
	confirmed := r.Method == http.MethodPost && r.PostForm.Get("confirm") == "yes"
	if !confirmed && said.Session != live.Session.ID.UUID.UUID() {
		fields := url.Values{"confirm": {"yes"}}
		for _, name := range []string{"id_token_hint", "client_id", "post_logout_redirect_uri", "state"} {
			if v := r.Form.Get(name); v != "" {
				fields.Set(name, v)
			}
		}
		d.Pages.ConfirmLogout(w, r, pathLogout, fields)
		return
	}
	if err := d.Sessions.SignOut(w, r); err != nil {
		d.Pages.Refuse(w, r, note{r}.said(err))
		return
	}
	d.loggedOut(w, r, to)
}

func (d *Door) loggedOut(w http.ResponseWriter, r *http.Request, to string) {
	if to != "" {
		redirect(w, to)
		return
	}
	d.Pages.LoggedOut(w, r)
}

// hint reads the id_token_hint. An expired one is as good: it names, and proves nothing.
func (d *Door) hint(r *http.Request) (hint, error) {
	var h hint
	text := r.Form.Get("id_token_hint")
	if text == "" {
		return h, nil
	}
	err := d.Keys.verify(r.Context(), typeIDToken, text, &h)
	if errors.Is(err, errNotOurs) || err == nil && h.Issuer != d.Issuer {
		return hint{}, &roster.Error{Kind: roster.Invalid, Code: roster.CodeAppRequest, Field: "id_token_hint", Detail: "The app's request to sign you out names a token that is not ours."}
	}
	return h, err
}

// afterLogout says where the app wants the browser to go; empty: it does not say.
func (d *Door) afterLogout(r *http.Request, said hint) (string, error) {
	to := r.Form.Get("post_logout_redirect_uri")
	if to == "" {
		return "", nil
	}
	invalid := func(field, detail string) error {
		return &roster.Error{Kind: roster.Invalid, Code: roster.CodeAppRequest, Field: field, Detail: detail}
	}
	id := r.Form.Get("client_id")
	switch {
	case said.App.IsZero() && id == "":
		return "", invalid("client_id", "The app's request to sign you out names no app.")
	case !said.App.IsZero() && id != "" && id != said.App.String():
		return "", invalid("client_id", "The app's request to sign you out names two apps.")
	case id == "":
		id = said.App.String()
	}
	a, err := d.app(r.Context(), id)
	if err != nil {
		return "", err
	}
	if !slices.Contains(a.PostLogoutURIs, to) {
		return "", invalid("post_logout_redirect_uri", "The app asks to send you to an address that is not registered for it. Its developers must add it, letter by letter.")
	}
	if state := r.Form.Get("state"); state != "" && len(state) <= maxState {
		to = withQuery(to, url.Values{"state": {state}})
	}
	return to, nil
}
