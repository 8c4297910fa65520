package acceptance

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"rollcall/internal/demoidp/op"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	chrome "rollcall/internal/testenv/browser"
)

// The tests of this and the next files drive the rules of sign-in through the real doors: people come with browsers to a
// provider over HTTP, directories push to the SCIM door of the same gateway, admins use the API.

func TestRuleJoinedBySignInThenTheDirectoryCreates_R4(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		a.joins("acme.example", tenant.AutoJoinOn, "contributor")
		b := i.in("ada@acme.example")
		ada := a.byEmail("ada@acme.example")
		d := a.directory("Entra")
		if id := d.create("ada@acme.example", "k1"); id != uuidOf(ada) {
			t.Fatalf("the directory got %s, want the existing id", id)
		}
		p.stays(b, "adopted")
		a.access(uuidOf(ada), "on")
		a.role(uuidOf(ada), "contributor", roster.RuleDomainDefault)
		writers := d.group("Writers", uuidOf(ada))
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", writers)}))
		a.role(uuidOf(ada), "editor", roster.RuleGroupMapping)
		p.stays(b, "with another role") // under another token, X1
		if page := b.Get(p.url + "/"); !page.Has("editor") {
			t.Errorf("the person is shown as %s", page.Text())
		}
		i.in("ada@acme.example")
		a.members(1)
	})
}

func TestRuleAdoptionOfAnAdminOrAnotherSubjectNeedsConfirmation(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"), verified("k2", "bo@acme.example"), verified("k3", "cy@acme.example"))
		ada, bo := i.in("ada@acme.example"), i.in("bo@acme.example")
		boss := a.byEmail("ada@acme.example")
		g.must(http.StatusOK, "PUT", "/tenants/acme/members/"+boss.ID.String()+"/role", object{"role": "admin"})
		d := a.directory("Entra")
		d.create("other@acme.example", "k2") // the key by which bo signs in
		for email, external := range map[string]string{"ada@acme.example": "k1", "bo@acme.example": "k9"} {
			m := a.byEmail(email)
			if id := d.create(email, external); id != uuidOf(m) {
				t.Errorf("%s was created as %s", email, id)
			}
			if got := a.explain(uuidOf(m)).Member.Conflict; got != roster.CodeNeedsConfirmation {
				t.Errorf("%s has the conflict %q, want needs_confirmation", email, got)
			}
			a.access(uuidOf(m), "on") // nothing changes until an admin decides
		}
		p.stays(ada, "while the adoption waits")
		p.stays(bo, "while the adoption waits")
		i.in("ada@acme.example")
		i.in("bo@acme.example")
		d.setActive(uuidOf(boss), false)
		a.access(uuidOf(boss), "on") // nor by what the directory says of them
		p.stays(ada, "while the adoption waits and the directory turned the record off")
	})
}

func TestRuleTurnedOffByTheDirectoryThenSignIn_J13(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		other := g.tenant("bolt") // where the same person is a guest
		guest := do[roster.Member](t)(g.roster.AddMember(t.Context(), other.staff, "ada@acme.example", "editor", ""))
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "k1")
		b := i.in("ada@acme.example")
		d.setActive(id, false)
		p.ended(b, "turned off")
		page := i.refused("ada@acme.example", roster.CodeDeactivatedByDirectory)
		if !page.Has("directory has turned your access off") || !page.Has("IT department") {
			t.Errorf("the person reads: %s", page.Text())
		}
		if e := other.explain(uuidOf(guest)); !e.Member.DirectoryActive || e.Role != "editor" {
			t.Errorf("in the other tenant the person is %+v", e.Member)
		}
		d.setActive(id, true)
		p.ended(b, "re-hired, the old session")
		i.in("ada@acme.example")
	})
}

func TestRuleTurnedOffByAnAdminThenSignIn_J13(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "k1")
		b := i.in("ada@acme.example")
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(id), false))
		p.ended(b, "turned off")
		i.refused("ada@acme.example", roster.CodeDeactivatedByAdmin)
		d.setActive(id, true) // the directory's word lifts no admin's
		i.refused("ada@acme.example", roster.CodeDeactivatedByAdmin)
		do[roster.Member](t)(g.roster.SetActive(t.Context(), a.admin, a.member(id), true))
		p.ended(b, "turned on again, the old session")
		i.in("ada@acme.example")
	})
}

func TestRuleRemovedThenHiredAgain_R10_J13(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "k1")
		admin := a.byEmail("ada@acme.example")
		do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "boss@acme.example", "admin", ""))
		g.must(http.StatusOK, "PUT", "/tenants/acme/members/"+admin.ID.String()+"/role", object{"role": "admin"})
		b := i.in("ada@acme.example")
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		p.ended(b, "deleted")
		i.refused("ada@acme.example", roster.CodeRemoved)
		i.SetAccounts([]op.Account{verified("k2", "ada@acme.example")})
		i.refused("ada@acme.example", roster.CodeRemoved)
		if back := d.create("ada@acme.example", "k1"); back != id {
			t.Fatalf("came back as %s, want %s", back, id)
		}
		p.ended(b, "hired again, the old session")
		a.role(id, "viewer", roster.RuleTenantDefault) // admin never returns by itself
		i.SetAccounts([]op.Account{verified("k1", "ada@acme.example")})
		i.in("ada@acme.example")
		p.ended(b, "signed in again, the old session")
		if got := a.endings(admin.ID); !slices.Contains(got, roster.EndAccessLost) {
			t.Errorf("the sessions ended by %v", got)
		}
	})
}

func TestRuleTheDirectoryChangesTheAddress(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "k1")
		b := i.in("ada@acme.example")
		d.refused(http.StatusBadRequest, "domain", "PATCH", "/Users/"+id, replace(`emails[type eq "work"].value`, "ceo@victim.example"))
		p.stays(b, "after a change that was refused")
		d.want(http.StatusOK, "PATCH", "/Users/"+id, replace(`emails[type eq "work"].value`, "berg@acme.example"))
		p.ended(b, "with another address")
		if got := a.endings(a.member(id)); len(got) != 1 || got[0] != roster.EndEmailChanged {
			t.Errorf("the session ended by %v", got)
		}
		i.in("ada@acme.example") // the key leads to the member, whatever the provider calls the address
		i.SetAccounts([]op.Account{verified("k2", "ada@acme.example")})
		i.refused("ada@acme.example", roster.CodeAddressMoved)
		i.SetAccounts([]op.Account{verified("k1", "berg@acme.example")})
		i.in("berg@acme.example")
		if m := a.byEmail("berg@acme.example"); uuidOf(m) != id {
			t.Errorf("signed in as %s, want %s", uuidOf(m), id)
		}
	})
}

func TestRuleSignInFillsEmptyAttributesAlone_R5(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, _, i := g.open(op.Account{Subject: "k1", Email: "ada@acme.example", Verified: true, Name: "Countess", Given: "Mallory", Family: "Mallory"})
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "k1")
		i.in("ada@acme.example")
		got := d.want(http.StatusOK, "GET", "/Users/"+id, nil)
		name, _ := got["name"].(object)
		if name["givenName"] != "Ada" || name["familyName"] != "Berg" || got["displayName"] != "Countess" {
			t.Errorf("after the sign-in the directory reads %v", got)
		}
	})
}

// TestRuleParallelFirstSignIns lets fifty browsers of one person come at once, who is nobody yet.
func TestRuleParallelFirstSignIns_J12(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, p, i := g.open(verified("k1", "ada@acme.example"))
		const n = 50
		browsers, urls := make([]*chrome.Browser, n), make([]string, n)
		for k := range n {
			browsers[k] = chrome.New(t, nil)
			urls[k] = i.back(browsers[k], "ada@acme.example")
		}
		pages := make([]*chrome.Page, n)
		var wg sync.WaitGroup
		for k := range n {
			wg.Go(func() { pages[k] = browsers[k].Get(urls[k]) })
		}
		wg.Wait()
		for k, page := range pages {
			if !page.Has("signed in to") {
				t.Errorf("browser %d ended with %d: %s", k, page.Status, page.Text())
			}
		}
		a.members(1)
		ada := a.byEmail("ada@acme.example")
		if links := a.linksOf(ada.ID); len(links) != 1 {
			t.Errorf("%d links, want one", len(links))
		}
		if got := a.count("member.created"); got != 1 {
			t.Errorf("%d events of a new member, want one", got)
		}
		for k := range 3 {
			p.stays(browsers[k*20], "with fifty at once")
		}
	})
}
