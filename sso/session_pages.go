package sso

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"

	"rollcall/console"
	"rollcall/internal/roster"
)

// home is where somebody lands who signed in without coming from an app.
func (d *Door) home(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Sessions.Resume(w, r)
	if errors.Is(err, roster.Unauthorized) {
		goTo(w, pathLogin)
		return nil
	}
	if err != nil {
		return err
	}
	d.Pages.Show(w, http.StatusOK, console.Home{
		Shell: console.Shell{
			Person: cmp.Or(l.Member.Attributes.Text("displayName"), string(l.Member.Email), l.Member.Login), Tenant: l.Tenant.Name,
			Role: l.Member.Standing.Role, Admin: roster.IsAdmin(l.Tenant, l.Member),
		},
		Method: string(l.Session.Method), SignOut: pathLogout,
	})
	return nil
}

// logout signs out of this gateway, after a click.
func (d *Door) logout(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodPost {
		d.Pages.Show(w, http.StatusOK, console.SignOut{Action: pathLogout})
		return nil
	}
	if err := d.Sessions.SignOut(w, r); err != nil {
		return err
	}
	d.LoggedOut(w, r)
	return nil
}

// ConfirmLogout asks whether to sign out, and posts the fields to action.
func (d *Door) ConfirmLogout(w http.ResponseWriter, _ *http.Request, action string, fields url.Values) {
	d.Pages.Show(w, http.StatusOK, console.SignOut{Action: action, Fields: console.FieldsOf(fields)})
}

// LoggedOut says that it is done.
func (d *Door) LoggedOut(w http.ResponseWriter, _ *http.Request) {
	d.Pages.Show(w, http.StatusOK, console.SignedOut{})
}
