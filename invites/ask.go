package invites

import (
	"net/http"

	"rollcall/internal/reason"
	"rollcall/internal/roster"
)

// ask tells the inviter that who holds an expired link wants another one: by a mail, and in the list of invites. Asking
// again changes nothing.
func (d *Door) ask(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	h, err := d.held(w, r, f.token)
	if err != nil {
		return err
	}
	if wait := d.Limits.Wait(r, "ask"); wait > 0 {
		return reason.TooMany(w, wait)
	}
	if h.Code != roster.CodeInviteExpired {
		return d.offer(w, r, h, form{back: f.back})
	}
	if err := d.Roster.AskForInvite(r.Context(), h.Config.Tenant.ID, h.hash, d.RequestID(r.Context())); err != nil {
		return d.late(r, h, err)
	}
	if h, err = d.held(w, r, h.token); err != nil {
		return err
	}
	page := (&stop{held: h, code: h.Code}).page(d.Billing)
	page.Heading, page.Good = "A new link was asked for", true
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}
