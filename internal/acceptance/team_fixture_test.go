package acceptance

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// squad is a tenant with people in a house, of whom Ana is an admin and Uma is not.
type squad struct {
	h        *house
	a        *account
	ana, uma roster.Member
	boss     roster.Staff // Ana
	cookies  map[roster.MemberID]string
}

// squad makes the people of a tenant. The roles are those of the set.
func (h *house) squad(slug string, roles tenant.RoleSet) *squad {
	h.t.Helper()
	t := do[tenant.Tenant](h.t)(h.roster.CreateTenant(h.t.Context(), slug, strings.ToUpper(slug), roles))
	a := &account{
		g: h.gateway, id: t.ID, staff: roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceOperator}},
		admin: roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceAdmin, ID: "mem_test"}},
	}
	c := &squad{h: h, a: a, cookies: map[roster.MemberID]string{}}
	c.ana = c.brings("ana@"+slug+".example", roles.Admin(), "Ana Ruiz")
	c.uma = c.brings("uma@"+slug+".example", roles.Least(), "Uma Bell")
	c.boss = roster.Staff{Tenant: t.ID, Actor: roster.Actor{Source: roster.SourceAdmin, ID: c.ana.ID.String()}}
	return c
}

// brings adds somebody as an admin would, so that admins may change them.
func (c *squad) brings(email, role, name string) roster.Member {
	c.h.t.Helper()
	return do[roster.Member](c.h.t)(c.h.roster.AddMember(c.h.t.Context(), c.a.admin, email, role, name))
}

// cookie is that of a member's browser.
func (c *squad) cookie(m roster.Member) string {
	c.h.t.Helper()
	if c.cookies[m.ID] == "" {
		_, text, err := c.a.begin(m.ID.String(), roster.SessionStart{})
		if err != nil {
			c.h.t.Fatalf("start a session: %v", err)
		}
		c.cookies[m.ID] = text
	}
	return c.cookies[m.ID]
}

// tab is a browser in which a member is signed in.
func (c *squad) tab(m roster.Member) *tab {
	c.h.t.Helper()
	b := c.h.browser()
	b.open(c.h.url + "/login")
	b.value(`document.cookie = "rollcall=` + c.cookie(m) + `; path=/"`)
	return b
}

// asks sends a request of a member's browser without a script. A form is posted.
func (c *squad) asks(m roster.Member, path string, form url.Values) *http.Response {
	c.h.t.Helper()
	method, body := http.MethodGet, (*string)(nil)
	if form != nil {
		text := form.Encode()
		method, body = http.MethodPost, &text
	}
	return c.h.ask(method, path, body, "Cookie", "rollcall="+c.cookie(m), "Sec-Fetch-Site", "same-origin")
}

// wantStatus asks and looks at the answer's status.
func (c *squad) wantStatus(status int, m roster.Member, path string, form url.Values) *http.Response {
	c.h.t.Helper()
	res := c.asks(m, path, form)
	if res.StatusCode != status {
		c.h.t.Errorf("%s %v = %d, want %d", path, form, res.StatusCode, status)
	}
	return res
}

func (c *squad) page(m roster.Member) string { return c.h.url + "/console/members/" + m.ID.String() }

// member is somebody as they are now.
func (c *squad) member(t *testing.T, m roster.Member) roster.Member {
	t.Helper()
	return do[roster.Member](t)(c.h.roster.Store.Reader(c.a.id).Member(t.Context(), roster.Scope{}, m.ID, true))
}
