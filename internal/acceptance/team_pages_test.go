package acceptance

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// where is what the list says of its page, such as "51–100 of 132".
func where(page string) string {
	_, rest, _ := strings.Cut(page, `<p class="pages">`)
	text, _, _ := strings.Cut(rest, "<")
	return strings.TrimRight(text, " ·")
}

// TestTeamPages turns the pages of a list of 132 forwards to its end and back to its beginning, while one of the first page
// is removed.
func TestTeamPages(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.ContentRoles())
		people := h.hire(c.a, "acme.example", 130)
		cookie, client := "rollcall="+c.cookie(c.ana), h.client()
		at, wheres, pages := "/console/members", []string(nil), []string(nil)
		for at != "" {
			page := fetch(t, client, h.url+at, cookie)
			wheres, pages, at = append(wheres, where(page)), append(pages, page), linkOf(page, "next")
		}
		if want := []string{"1–50 of 132", "51–100 of 132", "101–132 of 132"}; !slices.Equal(wheres, want) {
			t.Fatalf("the pages say %q, want %q", wheres, want)
		}
		first := slices.IndexFunc(people, func(id roster.MemberID) bool { return strings.Contains(pages[0], id.String()) })
		if err := h.roster.RemoveMember(t.Context(), c.boss, people[first]); err != nil {
			t.Fatal(err)
		}
		back := fetch(t, client, h.url+linkOf(pages[2], "prev"), cookie)
		if got := where(back); got != "51–100 of 131" {
			t.Errorf("the page before the last says %q", got)
		}
		for _, id := range people {
			if strings.Contains(back, id.String()) != strings.Contains(pages[1], id.String()) {
				t.Errorf("turned back, the page has %s or lacks it, as it did not before", id)
			}
		}
		if top := fetch(t, client, h.url+linkOf(back, "prev"), cookie); where(top) != "1–50 of 131" || linkOf(top, "prev") != "" {
			t.Errorf("the first page, turned back to, says %q and leads back to %q", where(top), linkOf(top, "prev"))
		}
	})
}

// TestTeamGroupIsTyped narrows the list by a group of more than a hundred, by its name, and by its id as groups' pages do.
func TestTeamGroupIsTyped(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.ContentRoles())
		var last roster.Group
		for i := range 101 {
			last = do[roster.Group](t)(h.roster.MakeGroup(t.Context(), c.boss, fmt.Sprintf("Group %03d", i)))
		}
		do[roster.Group](t)(h.roster.ChangeGroup(t.Context(), c.boss, last.ID, roster.ByHand{Add: []roster.MemberID{c.uma.ID}}))
		cookie, client := "rollcall="+c.cookie(c.ana), h.client()
		for _, group := range []string{"group 100", last.ID.String()} {
			page := fetch(t, client, h.url+"/console/members?"+url.Values{"group": {group}}.Encode(), cookie)
			if where(page) != "1–1 of 1" || !strings.Contains(page, "Uma Bell") || !strings.Contains(strings.ToLower(page), `value="group 100"`) {
				t.Errorf("narrowed by %q the list says %q", group, where(page))
			}
		}
		if page := fetch(t, client, h.url+"/console/members?group=nowhere", cookie); !strings.Contains(page, "No group is called nowhere.") || where(page) != "1–2 of 2" {
			t.Errorf("of a group that there is not the list says %q", where(page))
		}
	})
}

// TestTeamPagesOfAnything asks for lists at places and with texts that no page of ours leads to.
func TestTeamPagesOfAnything(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.ContentRoles())
		id := c.ana.ID.String()
		for query, want := range map[string]int{
			"q=%00": http.StatusOK, "q=%ff": http.StatusOK, "q=%25": http.StatusOK, "group=%00": http.StatusOK, "domain=%00": http.StatusOK, "role=%00": http.StatusOK,
			"state=%ff": http.StatusOK, "source=%27": http.StatusOK, "after=x": http.StatusOK, "n=-5&after=" + id: http.StatusOK, "n=x&before=" + id: http.StatusOK,
			"sort=active&after=" + id: http.StatusBadRequest, "after=" + id + "&place=%00": http.StatusBadRequest, "sort=nothing": http.StatusOK, "away=99999999999": http.StatusOK,
			"after=" + id + "&before=" + id: http.StatusOK,
		} {
			if res := c.asks(c.ana, "/console/members?"+query, nil); res.StatusCode != want {
				t.Errorf("/console/members?%s = %d, want %d", query, res.StatusCode, want)
			}
		}
		for _, path := range []string{"/console/groups?q=%00", "/console/groups?behind=%00&after=grp_" + id[4:], "/console/invites?q=%00", "/console/invites?q=%ff"} {
			if res := c.asks(c.ana, path, nil); res.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s = %d", path, res.StatusCode)
			}
		}
	})
}
