package team

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// keptInvites is how long invites that are over are listed.
const keptInvites = 90 * 24 * time.Hour

// inviteTabs are the lists of invites.
func inviteTabs() []struct {
	state, label string
	states       []roster.InviteState
} {
	return []struct {
		state, label string
		states       []roster.InviteState
	}{
		{"open", "Open", []roster.InviteState{roster.InvitePending, roster.InviteBounced}},
		{"expired", "Expired", []roster.InviteState{roster.InviteExpired}},
		{"accepted", "Accepted", []roster.InviteState{roster.InviteAccepted}},
		{"ended", "Revoked", []roster.InviteState{roster.InviteRevoked, roster.InviteSuperseded}},
	}
}

func stateOfInvite(s roster.InviteState) string {
	return map[roster.InviteState]string{
		roster.InvitePending: "Invited", roster.InviteAccepted: "Accepted", roster.InviteExpired: "Invite expired", roster.InviteRevoked: "Revoked",
		roster.InviteSuperseded: "Joined another way", roster.InviteBounced: "Bounced",
	}[s]
}

func deliveryWord(s roster.MailState) string {
	switch s {
	case roster.MailQueued:
		return "Queued"
	case roster.MailSent:
		return "Sent"
	case roster.MailBounced:
		return "Bounced"
	case roster.MailFailed:
		return "Failed: the mail server could not be reached"
	case roster.MailDropped:
		return "Not sent"
	}
	return "By hand"
}

// expiry says when an invite expires, or that it did.
func expiry(i roster.Invite, now time.Time) string {
	if i.StateAt(now) == roster.InviteExpired {
		return "expired " + ago(i.ExpiresAt, now)
	}
	return ago(i.ExpiresAt, now)
}

func inviteURL(id roster.InviteID) string { return Prefix + "/invites/" + id.String() }

func inviteRow(i roster.Invite, set tenant.RoleSet, who func(roster.Actor) string, now time.Time) console.InviteRow {
	state := i.StateAt(now)
	row := console.InviteRow{
		ID: i.ID.String(), URL: inviteURL(i.ID), Email: string(i.Email), Role: i.Role, By: who(i.By), Sent: ago(i.SentAt, now), SentAt: exactly(i.SentAt),
		Expires: expiry(i, now), ExpiresAt: exactly(i.ExpiresAt), Delivery: deliveryWord(i.Mail), State: stateOfInvite(state),
		Bounced: i.Mail == roster.MailBounced, Open: i.Open(now),
	}
	if row.Role == "" {
		row.Role = set.Least()
	}
	if !i.AskedAt.IsZero() {
		row.Asked = ago(i.AskedAt, now)
	}
	return row
}

// invites lists invites.
func (d *Door) invites(w http.ResponseWriter, r *http.Request, v *visit) error {
	page, err := d.invitesPage(r, v)
	if err != nil {
		return err
	}
	page.Done = doneWords()[r.URL.Query().Get("done")]
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

func (d *Door) invitesPage(r *http.Request, v *visit) (console.Invites, error) {
	asked := r.URL.Query()
	page := console.Invites{Shell: v.shell(hereInvites), Search: strings.TrimSpace(asked.Get("q")), State: "open"}
	q := roster.InviteQuery{Now: v.now, Text: page.Search, Limit: pageSize, Count: true, EndedSince: v.now.Add(-keptInvites)}
	for _, t := range inviteTabs() {
		if t.state == asked.Get("state") || asked.Get("state") == "" && t.state == "open" {
			page.State, q.States = t.state, t.states
		}
	}
	if q.States == nil {
		q.States = inviteTabs()[0].states
	}
	if q.States[0] == roster.InvitePending {
		q.EndedSince = time.Time{}
	}
	for _, t := range inviteTabs() {
		page.Tabs = append(page.Tabs, console.Tab{Label: t.label, URL: Prefix + "/invites?state=" + t.state, Here: t.state == page.State})
	}
	again := url.Values{"state": {page.State}, "q": {page.Search}}
	if id, err := roster.ParseInviteID(asked.Get("before")); err == nil && asked.Get("before") != "" {
		q.Before = id
		page.First = Prefix + "/invites?" + again.Encode()
	}
	found, err := d.Roster.Invites(r.Context(), v.staff, q)
	if err != nil {
		return page, err
	}
	who := d.Roster.ActorNames(r.Context(), v.staff)
	for _, i := range found.Items {
		page.Rows = append(page.Rows, inviteRow(i, v.tenant().Roles, who, v.now))
	}
	if page.Total = found.Total; found.More {
		again.Set("before", found.Items[len(found.Items)-1].ID.String())
		page.Next = Prefix + "/invites?" + again.Encode()
	}
	return page, nil
}
