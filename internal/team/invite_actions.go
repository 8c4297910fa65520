package team

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

// inviteOf reads the invite that a path names.
func inviteOf(r *http.Request) (roster.InviteID, error) {
	id, err := roster.ParseInviteID(mux.Vars(r)["invite"])
	if err != nil {
		return id, &roster.Error{Kind: roster.NotFound, Detail: "There is no such invite.", Err: err}
	}
	return id, nil
}

// inviteDetail shows one invite.
func (d *Door) inviteDetail(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := inviteOf(r)
	if err != nil {
		return err
	}
	page, err := d.detailPage(r, v, id)
	if err != nil {
		return err
	}
	page.Done = doneWords()[r.URL.Query().Get("done")]
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

func (d *Door) detailPage(r *http.Request, v *visit, id roster.InviteID) (console.InviteDetail, error) {
	ctx, rd := r.Context(), d.Store.Reader(v.staff.Tenant)
	i, err := d.Roster.Invite(ctx, v.staff, id)
	if err != nil {
		return console.InviteDetail{}, err
	}
	page := console.InviteDetail{
		Shell: v.shell(hereInvites), Row: inviteRow(i, v.tenant().Roles, d.Roster.ActorNames(ctx, v.staff), v.now),
		Names: strings.TrimSpace(i.Names.First + " " + i.Names.Last), Message: i.Message, CanResend: i.State == roster.InvitePending,
	}
	page.Roles = roleChoices(v.tenant().Roles, page.Row.Role)
	var groups []string
	for _, g := range i.Groups {
		group, err := rd.Group(ctx, roster.Scope{}, g)
		switch {
		case isNotFound(err): // it was deleted meanwhile
		case err != nil:
			return page, err
		default:
			groups = append(groups, group.Name)
		}
	}
	page.Groups = strings.Join(groups, ", ")
	if i.Mail == roster.MailBounced {
		page.Fix = Prefix + "/invites/new?" + url.Values{"email": {string(i.Email)}}.Encode()
	}
	return page, nil
}

// refusedInvite shows what was refused on the page of the invite.
func (d *Door) refusedInvite(w http.ResponseWriter, r *http.Request, v *visit, id roster.InviteID, err error) error {
	said, ok := problem(err)
	if !ok {
		return err
	}
	page, perr := d.detailPage(r, v, id)
	if perr != nil {
		return perr
	}
	page.Problem = said
	d.Pages.Show(w, web.Status(err), page)
	return nil
}

// resend makes a new link, mails it, and shows it this once.
func (d *Door) resend(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := inviteOf(r)
	if err != nil {
		return err
	}
	i, link, err := d.Invites.Resend(r.Context(), v.staff, id)
	if err != nil {
		return d.refusedInvite(w, r, v, id, err)
	}
	d.Pages.Show(w, http.StatusOK, console.InviteSent{Shell: v.shell(hereInvites), One: true, Sent: 1, Lines: []console.InviteLine{resent(i, link)}})
	return nil
}

func resent(i roster.Invite, link string) console.InviteLine {
	return console.InviteLine{Email: string(i.Email), Word: "Sent again", Good: true, Link: link, About: "The link before does not work any more."}
}

// changeInvite gives an open invite another role.
func (d *Door) changeInvite(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := inviteOf(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if _, err := d.Roster.ChangeInvite(r.Context(), v.staff, id, r.PostForm.Get("role")); err != nil {
		return d.refusedInvite(w, r, v, id, err)
	}
	return to(w, inviteURL(id), "invite-role")
}

// revoke asks first, and then ends an invite.
func (d *Door) revoke(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := inviteOf(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("sure") == "yes" {
		if _, err := d.Roster.RevokeInvite(r.Context(), v.staff, id); err != nil {
			return d.refusedInvite(w, r, v, id, err)
		}
		return to(w, Prefix+"/invites", "revoked")
	}
	i, err := d.Roster.Invite(r.Context(), v.staff, id)
	if err != nil {
		return err
	}
	d.Pages.Show(w, http.StatusOK, console.Sure{
		Shell: v.shell(hereInvites), Heading: "Revoke the invite for " + string(i.Email) + "?", Text: "The link stops working at once. You can invite the person again later.",
		Action: inviteURL(id) + "/revoke", Button: "Revoke", Back: inviteURL(id),
	})
	return nil
}

// selectedInvites sends several again, or revokes them, each with a fate of its own.
func (d *Door) selectedInvites(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	do := r.PostForm.Get("do")
	found, err := d.selectedOf(r, v)
	if err != nil {
		return err
	}
	if do == "revoke" && r.PostForm.Get("sure") != "yes" {
		page := console.Sure{
			Shell: v.shell(hereInvites), Heading: "Revoke " + count(len(found), "invite") + "?", Text: "Their links stop working at once. You can invite the people again later.",
			Action: Prefix + "/invites/selected", Button: "Revoke", Back: Prefix + "/invites", Fields: []console.Field{{Name: "do", Value: do}},
		}
		for _, i := range found {
			page.Items = append(page.Items, string(i.Email))
			page.Fields = append(page.Fields, console.Field{Name: "invite", Value: i.ID.String()})
		}
		d.Pages.Show(w, http.StatusOK, page)
		return nil
	}
	page := console.InviteSent{Shell: v.shell(hereInvites)}
	over := console.Outcome{Shell: v.shell(hereInvites), Heading: "What was done", Back: Prefix + "/invites", BackText: "Pending invites"}
	for _, i := range found {
		row := console.InviteLine{Email: string(i.Email), Word: "Revoked", Good: true}
		var err error
		if do == "resend" {
			var link string
			_, link, err = d.Invites.Resend(r.Context(), v.staff, i.ID)
			row = resent(i, link)
		} else {
			_, err = d.Roster.RevokeInvite(r.Context(), v.staff, i.ID)
		}
		if err != nil {
			said, ok := problem(err)
			if !ok {
				return err
			}
			row.Word, row.About, row.Good, row.Link = "Not done", said, false, ""
		} else {
			page.Sent++
		}
		page.Lines, over.Lines = append(page.Lines, row), append(over.Lines, row)
	}
	if do == "resend" {
		d.Pages.Show(w, http.StatusOK, page)
		return nil
	}
	d.Pages.Show(w, http.StatusOK, over)
	return nil
}

// selectedOf finds the invites that were ticked.
func (d *Door) selectedOf(r *http.Request, v *visit) ([]roster.Invite, error) {
	ids := r.PostForm["invite"]
	do := r.PostForm.Get("do")
	switch {
	case do != "resend" && do != "revoke":
		return nil, &roster.Error{Kind: roster.Invalid, Field: "do", Detail: "Choose what to do with those selected."}
	case len(ids) == 0:
		return nil, &roster.Error{Kind: roster.Invalid, Field: "invite", Detail: "No invite is selected. Tick the boxes before the addresses."}
	case len(ids) > maxSelected:
		return nil, &roster.Error{Kind: roster.TooLarge, Field: "invite", Detail: "Select up to 200 invites at once."}
	}
	var out []roster.Invite
	for _, text := range ids {
		id, err := roster.ParseInviteID(text)
		if err != nil {
			return nil, &roster.Error{Kind: roster.Invalid, Field: "invite", Detail: "One of those selected is no invite."}
		}
		i, err := d.Roster.Invite(r.Context(), v.staff, id)
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
