package team

import (
	"net/http"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

// maxForm is the largest form, in bytes: a thousand lines of an invite fit.
const maxForm = 1 << 20

// doneWords are what a page says of what was done a moment ago. Nothing else that an address bears is shown.
func doneWords() map[string]string {
	return map[string]string{
		"on": "The member is active again.", "off": "The member is deactivated, and signed out everywhere.", "role": "The role is changed.",
		"removed": "The member is removed. The record stays for the history.", "sessions": "All sessions have ended.",
		"link": "A mail with a link to set a password is on its way.", "factors": "The second factors are gone, and all sessions with them.",
		"revoked": "The invite is revoked: its link does not work any more.", "invite-role": "The role of the invite is changed.",
		"approved": "The person is a member, and gets in with the next sign-in.", "declined": "The request is declined.",
		"always":  "The person is a member, and everybody of the domain joins by themselves from now on.",
		"created": "The group is made.", "renamed": "The group is renamed.", "deleted": "The group is deleted. Its people stay members.",
		"added": "The person is in the group.", "dropped": "The person is not in the group any more.",
		"started": "The review has begun.", "finished": "The review is finished. Export it for your auditors.", "kept": "They are kept.",
		"decided": "The decision is noted, and done.", "every": "Saved.",
	}
}

// readForm reads what was posted, once and completely.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return &roster.Error{Kind: roster.Invalid, Detail: "The form can't be read, or is too large.", Err: err}
	}
	return nil
}

// change does something to the member that the path names. What was refused is shown on the member's page.
func (d *Door) change(w http.ResponseWriter, r *http.Request, v *visit, done string, do func(roster.MemberID) error) error {
	id, err := named(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if err := do(id); err != nil {
		said, ok := problem(err)
		if !ok {
			return err
		}
		page, perr := d.memberPage(r, v, id)
		if perr != nil {
			return perr
		}
		page.Problem = said
		d.Pages.Show(w, web.Status(err), page)
		return nil
	}
	return to(w, memberURL(id), done)
}

// setActive turns a member on or off, which counts at once.
func (d *Door) setActive(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	on := r.PostForm.Get("active") == "on"
	done := "off"
	if on {
		done = "on"
	}
	return d.change(w, r, v, done, func(id roster.MemberID) error {
		_, err := d.Roster.SetActive(r.Context(), v.staff, id, on)
		return err
	})
}

// setRole gives a member a role, which counts from the next request on.
func (d *Door) setRole(w http.ResponseWriter, r *http.Request, v *visit) error {
	return d.change(w, r, v, "role", func(id roster.MemberID) error {
		role := r.PostForm.Get("role")
		if role == "" {
			return &roster.Error{Kind: roster.Invalid, Field: "role", Detail: "Choose a role."}
		}
		_, err := d.Roster.SetRole(r.Context(), v.staff, id, role)
		return err
	})
}

// endSessions signs a member out everywhere.
func (d *Door) endSessions(w http.ResponseWriter, r *http.Request, v *visit) error {
	return d.change(w, r, v, "sessions", func(id roster.MemberID) error {
		_, err := d.Roster.EndSessions(r.Context(), v.staff, roster.SessionFilter{Member: id}, roster.EndRevoked)
		return err
	})
}

// mailReset mails the member a link to set a password. Nobody else gets to know it.
func (d *Door) mailReset(w http.ResponseWriter, r *http.Request, v *visit) error {
	return d.change(w, r, v, "link", func(id roster.MemberID) error {
		if d.MailReset == nil {
			return &roster.Error{Kind: roster.Refused, Code: roster.CodeMailNotSetUp, Detail: "This gateway sends no mails."}
		}
		if err := d.Roster.NotePasswordLink(r.Context(), v.staff, id); err != nil {
			return err
		}
		_, err := d.MailReset(r.Context(), v.staff.Tenant, id)
		return err
	})
}

// resetFactors asks first, and then takes the second factors of somebody who lost them away.
func (d *Door) resetFactors(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := named(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("sure") == "yes" {
		return d.change(w, r, v, "factors", func(id roster.MemberID) error {
			return d.Roster.ResetFactors(r.Context(), v.staff, id, d.FactorsReset())
		})
	}
	m, err := d.Store.Reader(v.staff.Tenant).Member(r.Context(), roster.Scope{}, id, false)
	if err != nil {
		return err
	}
	d.Pages.Show(w, http.StatusOK, console.Sure{
		Shell: v.shell(hereMembers), Heading: "Reset the second factors of " + nameOf(m) + "?", Items: []string{nameOf(m) + ", " + string(m.Email)},
		Text:   "The authenticator app, passkeys and recovery codes are gone at once, and every session ends. Be sure that it is the person who asks: whoever reads their mails can sign in then.",
		Action: memberURL(id) + "/factors", Button: "Reset second factors", Back: memberURL(id),
	})
	return nil
}

// remove asks first, and then ends the membership.
func (d *Door) remove(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := named(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("sure") == "yes" {
		return d.change(w, r, v, "removed", func(id roster.MemberID) error { return d.Roster.RemoveMember(r.Context(), v.staff, id) })
	}
	m, err := d.Store.Reader(v.staff.Tenant).Member(r.Context(), roster.Scope{}, id, false)
	if err != nil {
		return err
	}
	d.Pages.Show(w, http.StatusOK, console.Sure{
		Shell: v.shell(hereMembers), Heading: "Remove " + nameOf(m) + "?", Items: []string{nameOf(m) + ", " + string(m.Email)},
		Text:   "Access ends at once, and every session with it. What the person made stays, and the record stays for the history.",
		Action: memberURL(id) + "/remove", Button: "Remove", Back: memberURL(id),
	})
	return nil
}
