package team

import (
	"fmt"
	"net/http"

	"rollcall/console"
	"rollcall/internal/roster"
)

// maxSelected is how many members are changed at once.
const maxSelected = 200

// bulk is something that is done to several members.
type bulk struct {
	do      string
	role    string
	members []roster.MemberID
}

func readBulk(r *http.Request) (bulk, error) {
	b := bulk{do: r.PostForm.Get("do"), role: r.PostForm.Get("role")}
	for _, text := range r.PostForm["member"] {
		id, err := roster.ParseMemberID(text)
		if err != nil {
			return b, &roster.Error{Kind: roster.Invalid, Field: "member", Detail: "One of those selected is no member."}
		}
		b.members = append(b.members, id)
	}
	switch {
	case len(b.members) == 0:
		return b, &roster.Error{Kind: roster.Invalid, Field: "member", Detail: "Nobody is selected. Tick the boxes before the names."}
	case len(b.members) > maxSelected:
		return b, &roster.Error{Kind: roster.TooLarge, Field: "member", Detail: fmt.Sprintf("Change up to %d members at once.", maxSelected)}
	}
	return b, nil
}

// asks says whether the browser is asked before it is done.
func (b bulk) asks() (heading, text, button string, asks bool) {
	switch b.do {
	case "off":
		return fmt.Sprintf("Deactivate %s?", people(len(b.members))), "They lose access at once, and are signed out everywhere. Nothing is deleted.", "Deactivate", true
	case "remove":
		return fmt.Sprintf("Remove %s?", people(len(b.members))), "Their access ends at once. What they made stays, and the records stay for the history.", "Remove", true
	}
	return "", "", "", false
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// one does it to one member, and says what was done.
func (d *Door) one(r *http.Request, v *visit, b bulk, id roster.MemberID) (string, error) {
	ctx := r.Context()
	switch b.do {
	case "on", "off":
		_, err := d.Roster.SetActive(ctx, v.staff, id, b.do == "on")
		return map[string]string{"on": "Active", "off": "Deactivated"}[b.do], err
	case "role":
		_, err := d.Roster.SetRole(ctx, v.staff, id, b.role)
		return "Role " + b.role, err
	case "remove":
		return "Removed", d.Roster.RemoveMember(ctx, v.staff, id)
	}
	return "", &roster.Error{Kind: roster.Invalid, Field: "do", Detail: "Choose what to do with those selected."}
}

// selected does something to several members, each with a fate of its own.
func (d *Door) selected(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	b, err := readBulk(r)
	if err != nil {
		return err
	}
	names, err := d.names(r, v, b.members)
	if err != nil {
		return err
	}
	if heading, text, button, asks := b.asks(); asks && r.PostForm.Get("sure") != "yes" {
		page := console.Sure{
			Shell: v.shell(hereMembers), Heading: heading, Text: text, Button: button, Action: Prefix + "/members/selected", Back: Prefix + "/members",
			Fields: []console.Field{{Name: "do", Value: b.do}},
		}
		for _, id := range b.members {
			page.Items = append(page.Items, names[id])
			page.Fields = append(page.Fields, console.Field{Name: "member", Value: id.String()})
		}
		d.Pages.Show(w, http.StatusOK, page)
		return nil
	}
	page := console.Outcome{Shell: v.shell(hereMembers), Heading: "What was done", Back: Prefix + "/members", BackText: "Team members"}
	for _, id := range b.members {
		line := console.InviteLine{Email: names[id], Good: true}
		word, err := d.one(r, v, b, id)
		if line.Word = word; err != nil {
			said, ok := problem(err)
			if !ok && !isNotFound(err) {
				return err
			}
			line.Word, line.About, line.Good = "Not done", said, false
		}
		page.Lines = append(page.Lines, line)
	}
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

// names are those of members by id; who is not there is named by the id.
func (d *Door) names(r *http.Request, v *visit, ids []roster.MemberID) (map[roster.MemberID]string, error) {
	out := make(map[roster.MemberID]string, len(ids))
	for _, id := range ids {
		m, err := d.Store.Reader(v.staff.Tenant).Member(r.Context(), roster.Scope{}, id, false)
		switch {
		case isNotFound(err):
			out[id] = id.String()
		case err != nil:
			return nil, err
		default:
			out[id] = nameOf(m)
		}
	}
	return out, nil
}
