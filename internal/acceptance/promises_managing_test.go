package acceptance

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// TestPromiseB01B02UsersAreManagedFromTheHomePage goes from the page after signing in to the team, and invites somebody with a role.
func TestPromiseB01B02UsersAreManagedFromTheHomePage(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.ContentRoles())
		b := c.tab(c.ana)
		b.open(h.url + "/")
		b.submit(`main a[href="/console/members"]`)
		if b.heading() != "Team members" || !strings.Contains(b.text(), "Uma Bell") {
			t.Fatalf("the page is %s", b.text())
		}
		b.submit(`a[href="/console/invites/new"]`)
		b.fill("#emails", "bo@acme.example")
		b.click(`input[name=role][value=editor]`)
		b.submit(`button[value=send]`)
		if i := onlyInvite(t, c); i.Role != "editor" || h.mailed("bo@acme.example", 1) == "" {
			t.Errorf("the invite is %+v", i)
		}
		user := c.tab(c.uma)
		user.open(h.url + "/")
		if user.has(`a[href^="/console"]`) {
			t.Error("a regular user is led to the pages of admins")
		}
	})
}

// TestPromiseB09TheRosterStaysCurrent has people join by signing in and leave by the directory: who left is off at once, and what
// nobody tells, a sign-in alone can't see.
func TestPromiseB09TheRosterStaysCurrent(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		i := a.idp()
		a.joins("acme.example", tenant.AutoJoinOn, "")
		d := a.directory("Entra")
		in := i.in(i.vouches("s1", "ada@acme.example"))
		i.in(i.vouches("s2", "bo@acme.example"))
		id := d.create("ada@acme.example", "e1") // the directory finds who had joined by themselves
		if id != in.Member.ID.UUID.UUID() {
			t.Errorf("the directory made %s beside %s", id, in.Member.ID)
		}
		who := func(state string) string {
			var all []string
			for _, m := range g.must(http.StatusOK, "GET", "/tenants/acme/members?state="+state, nil).items() {
				all = append(all, m["email"].(string))
			}
			return strings.Join(all, " ")
		}
		if got := who("active"); got != "ada@acme.example bo@acme.example" {
			t.Errorf("active: %s", got)
		}
		d.setActive(id, false)
		if got := who("active") + " / " + who("inactive"); got != "bo@acme.example / ada@acme.example" {
			t.Errorf("after she left: %s", got)
		}
		if i.live(in) {
			t.Error("who left is still signed in")
		}
		if _, err := i.join(i.vouches("s1", "ada@acme.example")); err == nil {
			t.Error("who left comes back by signing in")
		}
		d.setActive(id, true)
		if got := who("active"); got != "ada@acme.example bo@acme.example" {
			t.Errorf("after she came back: %s", got)
		}
	})
}

// TestPromiseB10AutoJoinIsTurnedOnByTheOperator, or by the customer's admin: with the domain and a default role, which the answer
// confirms, and which newcomers get.
func TestPromiseB10AutoJoinIsTurnedOnByTheOperator(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		i := a.idp()
		a.trust("acme.example")
		if _, err := i.join(i.vouches("s0", "zoe@acme.example")); err == nil {
			t.Fatal("somebody joined before it was turned on")
		}
		on := g.must(http.StatusOK, "PATCH", "/tenants/acme/domains/acme.example", object{"auto_join": "on", "default_role": "editor"})
		if on.get("auto_join") != "on" || on.get("default_role") != "editor" || on.get("domain") != "acme.example" {
			t.Errorf("the confirmation is %s", on.text)
		}
		if m := i.in(i.vouches("s1", "ada@acme.example")).Member; m.Standing.Role != "editor" {
			t.Errorf("the newcomer is %s", m.Standing.Role)
		}
		if a.count("domain.changed") == 0 {
			t.Errorf("the history has no word of it: %v", a.events())
		}
		text, _ := g.tokenOf("acme", a.somebody("boss@acme.example", "admin"), "tenants:write")
		if r := g.call("PATCH", "/tenants/acme/domains/acme.example", object{"default_role": "contributor"}, bearer(text)...); r.status != http.StatusOK {
			t.Fatalf("by the customer's admin: %d %s", r.status, r.text)
		}
		if m := i.in(i.vouches("s2", "cy@acme.example")).Member; m.Standing.Role != "contributor" {
			t.Errorf("the next newcomer is %s", m.Standing.Role)
		}
		if r := g.call("PATCH", "/tenants/acme/domains/acme.example", object{"default_role": "emperor"}); r.status != http.StatusUnprocessableEntity {
			t.Errorf("a role that there is not: %d %s", r.status, r.text)
		}
	})
}

// TestPromiseB16RemovalKeepsWhatPeopleMade has an application keep the id of who made something: it names the same person after
// they were removed, and after they came back.
func TestPromiseB16RemovalKeepsWhatPeopleMade(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		owner := a.somebody("ada@acme.example", "viewer")
		g.must(http.StatusNoContent, "DELETE", "/tenants/acme/members/"+owner, nil)
		gone := g.must(http.StatusOK, "GET", "/tenants/acme/members/"+owner, nil)
		if gone.get("email") != "ada@acme.example" || gone.get("state") != string(roster.StateRemoved) {
			t.Errorf("the record is %s", gone.text)
		}
		if again := a.somebody("ada@acme.example", "viewer"); again != owner {
			t.Errorf("who came back is %s, want %s, the owner of what she made", again, owner)
		}
		if a.count("member.removed") != 1 || a.count("member.restored") != 1 {
			t.Errorf("the history is %v", a.events())
		}
	})
}

// TestPromiseB21DocumentationSaysWhomToAsk reads the pages of the documentation and of the product.
func TestPromiseB21DocumentationSaysWhomToAsk(t *testing.T) {
	for file, words := range map[string][]string{
		"../../docs/invites.md":                   {"Whom to ask", "auto-join", "admins of your team"},
		"../../console/templates/invitehelp.html": {"Who can help"},
		"../../console/templates/refused.html":    {"Whom to ask"},
		"../../docs/domains.md":                   {"auto-join"},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(strings.ToLower(string(text)), strings.ToLower(w)) {
				t.Errorf("%s does not say %q", file, w)
			}
		}
	}
}
