package team

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/web"
)

func groupOf(r *http.Request) (roster.GroupID, error) {
	id, err := roster.ParseGroupID(mux.Vars(r)["group"])
	if err != nil {
		return id, &roster.Error{Kind: roster.NotFound, Detail: "There is no such group.", Err: err}
	}
	return id, nil
}

// group shows one group with its people.
func (d *Door) group(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := groupOf(r)
	if err != nil {
		return err
	}
	page, err := d.groupPage(r, v, id)
	if err != nil {
		return err
	}
	page.Done = doneWords()[r.URL.Query().Get("done")]
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

func (d *Door) groupPage(r *http.Request, v *visit, id roster.GroupID) (console.GroupPage, error) {
	ctx, rd := r.Context(), d.Store.Reader(v.staff.Tenant)
	page := console.GroupPage{Shell: v.shell(hereGroups)}
	g, err := rd.Group(ctx, roster.Scope{}, id)
	if err != nil {
		return page, err
	}
	cfg, err := rd.Config(ctx)
	if err != nil {
		return page, err
	}
	rows, err := d.groupRows(r, v, cfg, []roster.Group{g})
	if err != nil {
		return page, err
	}
	page.Row = rows[0]
	var after roster.MemberID
	if text := r.URL.Query().Get("after"); text != "" {
		if after, err = roster.ParseMemberID(text); err == nil {
			page.First = groupURL(id)
		}
	}
	people, err := rd.GroupMembers(ctx, id, after, pageSize+1)
	if err != nil {
		return page, err
	}
	for i, m := range people {
		if i == pageSize {
			page.Next = groupURL(id) + "?after=" + people[i-1].ID.String()
			break
		}
		page.People = append(page.People, console.GroupPerson{ID: m.ID.String(), Label: m.Label, URL: memberURL(m.ID)})
	}
	return page, nil
}

// changeGroup does something to the group that the path names. What was refused is shown on the group's page.
func (d *Door) changeGroup(w http.ResponseWriter, r *http.Request, v *visit, done string, do func(roster.GroupID) (roster.ByHand, error)) error {
	id, err := groupOf(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	c, err := do(id)
	if err == nil {
		_, err = d.Roster.ChangeGroup(r.Context(), v.staff, id, c)
	}
	if err == nil {
		return to(w, groupURL(id), done)
	}
	said, ok := problem(err)
	if !ok {
		return err
	}
	page, perr := d.groupPage(r, v, id)
	if perr != nil {
		return perr
	}
	page.Typed, page.Problem = r.PostForm.Get("email"), said
	d.Pages.Show(w, web.Status(err), page)
	return nil
}

func (d *Door) renameGroup(w http.ResponseWriter, r *http.Request, v *visit) error {
	return d.changeGroup(w, r, v, "renamed", func(roster.GroupID) (roster.ByHand, error) {
		name := strings.TrimSpace(r.PostForm.Get("name"))
		if name == "" {
			return roster.ByHand{}, &roster.Error{Kind: roster.Invalid, Field: "name", Detail: "A group needs a name."}
		}
		return roster.ByHand{Name: name}, nil
	})
}

// addToGroup adds the member with an address.
func (d *Door) addToGroup(w http.ResponseWriter, r *http.Request, v *visit) error {
	return d.changeGroup(w, r, v, "added", func(roster.GroupID) (roster.ByHand, error) {
		typed := strings.TrimSpace(r.PostForm.Get("email"))
		email, err := roster.ParseEmail(typed)
		if err != nil {
			return roster.ByHand{}, err
		}
		found, err := d.Roster.Team(r.Context(), v.staff, roster.TeamQuery{Text: string(email), Limit: pageSize})
		if err != nil {
			return roster.ByHand{}, err
		}
		for _, t := range found.Items {
			if t.Member.Email == email {
				return roster.ByHand{Add: []roster.MemberID{t.Member.ID}}, nil
			}
		}
		return roster.ByHand{}, &roster.Error{Kind: roster.Invalid, Field: "email", Detail: "No member has this address. Invite the person first."}
	})
}

func (d *Door) dropFromGroup(w http.ResponseWriter, r *http.Request, v *visit) error {
	return d.changeGroup(w, r, v, "dropped", func(roster.GroupID) (roster.ByHand, error) {
		m, err := roster.ParseMemberID(r.PostForm.Get("member"))
		if err != nil {
			return roster.ByHand{}, &roster.Error{Kind: roster.Invalid, Field: "member", Detail: "There is no such member."}
		}
		return roster.ByHand{Remove: []roster.MemberID{m}}, nil
	})
}

// deleteGroup asks first, and then deletes a group.
func (d *Door) deleteGroup(w http.ResponseWriter, r *http.Request, v *visit) error {
	id, err := groupOf(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	page, err := d.groupPage(r, v, id)
	if err != nil {
		return err
	}
	if r.PostForm.Get("sure") != "yes" {
		d.Pages.Show(w, http.StatusOK, console.Sure{
			Shell: v.shell(hereGroups), Heading: "Delete the group " + page.Row.Name + "?", Text: "Who is in it stays a member of the team: " + people(page.Row.Members) + ".",
			Action: groupURL(id) + "/delete", Button: "Delete", Back: groupURL(id),
		})
		return nil
	}
	if err := d.Roster.DeleteGroup(r.Context(), v.staff, id); err != nil {
		said, ok := problem(err)
		if !ok {
			return err
		}
		page.Problem = said
		d.Pages.Show(w, web.Status(err), page)
		return nil
	}
	return to(w, Prefix+"/groups", "deleted")
}
