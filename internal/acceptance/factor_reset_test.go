package acceptance

import (
	"net/http"
	"net/url"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

// TestLostFactorsAreResetByAnAdmin has somebody lose their phone: nobody gets in without it until an admin takes the second
// factors away. Then the password is enough, or another app is set up where the tenant wants one.
func TestLostFactorsAreResetByAnAdmin(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, o := g.tenant("acme"), g.ownPages()

		boss, ada := a.somebody("boss@acme.example", "admin"), a.somebody("ada@acme.example", "viewer")
		a.withPassword(ada)
		reset := "/tenants/acme/members/" + ada + "/reset-factors"
		text, _ := g.tokenOf("acme", boss, "members:write")
		if r := g.call("POST", reset, nil, bearer(text)...); r.status != http.StatusNotFound {
			t.Errorf("there are none yet: %d %s", r.status, r.text)
		}
		b := o.in(a, ada)
		o.setsUpApp(b)
		shows(t, o.types(chrome.New(t, nil), "ada@acme.example"), http.StatusOK, "One more step")
		for who, header := range map[string][]string{"the user": page(a.browser(ada)), "somebody else's user": page(a.browser(a.somebody("cy@acme.example", "viewer")))} {
			if r := g.call("POST", reset, nil, header...); r.status != http.StatusForbidden {
				t.Errorf("by %s: %d %s", who, r.status, r.text)
			}
		}
		if r := g.call("POST", reset, nil, bearer(text)...); r.status != http.StatusOK {
			t.Fatalf("by an admin: %d %s", r.status, r.text)
		}
		shows(t, b.Fetch("GET", o.url+"/", "", nil), http.StatusUnauthorized, "nobody")
		shows(t, o.types(chrome.New(t, nil), "ada@acme.example"), http.StatusOK, "in as ada@acme.example by password")
		if a.count("factor.removed") != 1 {
			t.Error("the history has no word of it")
		}
		o.setsUpApp(o.in(a, boss))
		if r := g.call("POST", "/tenants/acme/members/"+boss+"/reset-factors", nil, bearer(text)...); r.status != http.StatusForbidden {
			t.Errorf("an admin's own: %d %s", r.status, r.text)
		}
		do[tenant.Tenant](t)(g.roster.SetTenantPolicy(t.Context(), a.staff, tenant.Policy{SecondFactor: tenant.SecondFactorRequired}))
		shows(t, o.types(chrome.New(t, nil), "ada@acme.example"), http.StatusOK, "ACME asks for a second factor")
	})
}

// TestAdminHelpsWithSignInOnThePage mails a link to set a password and resets factors on the member's page.
func TestAdminHelpsWithSignInOnThePage(t *testing.T) {
	onEachHouse(t, func(t *testing.T, h *house) {
		c := h.squad("acme", tenant.SimpleRoles())
		key := roster.Passkey{ID: []byte("key of uma"), Member: c.uma.ID, Data: []byte("{}"), Label: "Phone", CreatedAt: h.clock.Now()}
		err := h.roster.Store.Update(t.Context(), c.a.id, func(tx roster.Tx) error { return tx.PutPasskey(t.Context(), key) })
		if err != nil {
			t.Fatal(err)
		}
		path := "/console/members/" + c.uma.ID.String()
		c.wantStatus(http.StatusSeeOther, c.ana, path+"/password-link", url.Values{})
		if link := h.mailed("uma@acme.example", 1); link == "" {
			t.Error("no link came")
		}
		tab := c.tab(c.ana)
		tab.open(h.url + path)
		tab.says("1 passkey")
		c.wantStatus(http.StatusOK, c.ana, path+"/factors", url.Values{})
		if f := do[roster.Factors](t)(h.roster.Store.Reader(c.a.id).Factors(t.Context(), c.uma.ID)); len(f.Passkeys) != 1 {
			t.Fatal("it was done without asking")
		}
		c.wantStatus(http.StatusSeeOther, c.ana, path+"/factors", url.Values{"sure": {"yes"}})
		if f := do[roster.Factors](t)(h.roster.Store.Reader(c.a.id).Factors(t.Context(), c.uma.ID)); f.Second() {
			t.Errorf("the factors are %+v", f)
		}
		c.wantStatus(http.StatusForbidden, c.uma, path+"/factors", url.Values{"sure": {"yes"}})
	})
}
