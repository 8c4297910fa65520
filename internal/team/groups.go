package team

import (
	"net/http"
	"net/url"
	"strings"

	"rollcall/console"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/web"
)

const hereGroups = "Groups"

// groups lists the tenant's groups.
func (d *Door) groups(w http.ResponseWriter, r *http.Request, v *visit) error {
	page, err := d.groupsPage(r, v)
	if err != nil {
		return err
	}
	page.Done = doneWords()[r.URL.Query().Get("done")]
	d.Pages.Show(w, http.StatusOK, page)
	return nil
}

func byName() roster.Field { return roster.Field{Column: roster.ColumnName} }

func (d *Door) groupsPage(r *http.Request, v *visit) (console.Groups, error) {
	asked := r.URL.Query()
	page := console.Groups{Shell: v.shell(hereGroups), Search: strings.TrimSpace(asked.Get("q"))}
	rd := d.Store.Reader(v.staff.Tenant)
	cfg, err := rd.Config(r.Context())
	if err != nil {
		return page, err
	}
	q := roster.Query{Order: byName(), Limit: pageSize}
	if page.Search != "" {
		q.Where = roster.Compare{Field: byName(), Op: roster.Contains, Value: roster.TextValue(page.Search)}
	}
	if key := asked.Get("behind"); key != "" {
		if id, err := roster.ParseGroupID(asked.Get("after")); err == nil {
			q.After, q.AfterKey = id.UUID, &key
			page.First = Prefix + "/groups?" + url.Values{"q": {page.Search}}.Encode()
		}
	}
	found, err := rd.Groups(r.Context(), q)
	if err != nil {
		return page, err
	}
	if page.Rows, err = d.groupRows(r, v, cfg, found.Items); err != nil {
		return page, err
	}
	if found.More && found.LastKey != nil {
		page.Next = Prefix + "/groups?" + url.Values{"q": {page.Search}, "behind": {*found.LastKey}, "after": {found.Items[len(found.Items)-1].ID.String()}}.Encode()
	}
	return page, nil
}

func (d *Door) groupRows(r *http.Request, v *visit, cfg tenant.Config, groups []roster.Group) ([]console.GroupRow, error) {
	ids := make([]roster.GroupID, len(groups))
	for i, g := range groups {
		ids[i] = g.ID
	}
	sizes, err := d.Store.Reader(v.staff.Tenant).GroupSizes(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	var out []console.GroupRow
	for _, g := range groups {
		row := console.GroupRow{Name: g.Name, URL: groupURL(g.ID), Source: "Manual", Directory: directoryOf(cfg, g.Directory), Members: sizes[g.ID], Role: mappedRole(cfg, g)}
		if row.Directory != "" {
			row.Source = sourceWord(roster.SourceDirectory, row.Directory)
		}
		out = append(out, row)
	}
	return out, nil
}

func groupURL(id roster.GroupID) string { return Prefix + "/groups/" + id.String() }

// mappedRole is the role that a directory's mapping gives to the people of a group; empty: none.
func mappedRole(cfg tenant.Config, g roster.Group) string {
	d, ok := cfg.Directory(g.Directory)
	if !ok {
		return ""
	}
	for _, m := range d.Mappings {
		if m.Group == g.ID.UUID {
			return m.Role
		}
	}
	return ""
}

// makeGroup makes a group that is kept by hand.
func (d *Door) makeGroup(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	name := strings.TrimSpace(r.PostForm.Get("name"))
	g, err := d.Roster.MakeGroup(r.Context(), v.staff, name)
	if err == nil {
		return to(w, groupURL(g.ID), "created")
	}
	said, ok := problem(err)
	if !ok {
		return err
	}
	page, perr := d.groupsPage(r, v)
	if perr != nil {
		return perr
	}
	page.Typed, page.Problem = name, said
	d.Pages.Show(w, web.Status(err), page)
	return nil
}
