package acceptance

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestAdoptionPreview(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		add := func(email, role string) {
			t.Helper()
			do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, email, role, ""))
		}
		add("boss@acme.example", "admin")
		add("ada@acme.example", "")
		add("bo@elsewhere.example", "")
		d, other := a.directory("Entra"), a.directory("Okta")
		other.create("cy@acme.example", "o1")

		sum := do[roster.Preview](t)(g.roster.PreviewAdoption(t.Context(), a.admin, d.id, nil, nil))
		want := roster.Preview{
			Members: 4, Proven: 3, Outlooks: map[roster.Outlook]int{roster.OutlookMatched: 1, roster.OutlookDoubtful: 3},
			Reasons: map[roster.Code]int{roster.CodeNeedsConfirmation: 1, roster.CodeDomainNotProven: 1, roster.CodeManagedByDirectory: 1},
		}
		if diff := cmp.Diff(want, sum); diff != "" {
			t.Errorf("PreviewAdoption without a list mismatch (-want +got):\n%s", diff)
		}

		list := []roster.Newcomer{
			{Line: 2, Login: "ada@acme.example", ExternalID: "e1"},
			{Line: 3, Login: "boss@acme.example", ExternalID: "e2"},
			{Line: 4, Login: "cy@acme.example", ExternalID: "e3"},
			{Line: 5, Login: "new@acme.example", ExternalID: "e4"},
			{Line: 6, Login: "other@elsewhere.example", ExternalID: "e5"},
			{Line: 7, Login: "NEW@acme.example", ExternalID: "e6"},
			{Line: 8, Login: "x", ExternalID: "e7", Email: "no address"},
		}
		got := map[int]string{}
		sum = do[roster.Preview](t)(g.roster.PreviewAdoption(t.Context(), a.admin, d.id, list, func(f roster.Forecast) error {
			if f.Line > 0 {
				got[f.Line] = string(f.Outlook) + " " + string(f.Reason)
			}
			return nil
		}))
		wantLines := map[int]string{
			2: "matched ", 3: "doubtful needs_confirmation", 4: "refused managed_by_directory", 5: "new ",
			6: "new awaiting_proof", 7: "doubtful taken", 8: "refused email_invalid",
		}
		if diff := cmp.Diff(wantLines, got); diff != "" {
			t.Errorf("PreviewAdoption with a list mismatch (-want +got):\n%s", diff)
		}
		if n := sum.Outlooks[roster.OutlookUnlisted]; n != 1 {
			t.Errorf("%d members are not listed, want bo alone", n)
		}
		// What was foretold is what happens.
		d.create("ada@acme.example", "e1")
		if d.want(http.StatusOK, "GET", "/Users", nil)["totalResults"] != 1.0 {
			t.Error("the preview changed something, or ada was not adopted")
		}
	})
}

func TestR4MappingsPreview(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		one, two := d.create("ada@acme.example", "e1"), d.create("bo@acme.example", "e2")
		admins, writers := d.group("Admins", one), d.group("Writers", one, two)
		preview := func(m ...tenant.RoleMapping) roster.MappingPreview {
			t.Helper()
			return do[roster.MappingPreview](t)(g.roster.PreviewMappings(t.Context(), a.admin, d.id, m, 1))
		}
		p := preview(mappings("admin", admins), mappings("editor", writers))
		want := map[roster.RoleShift]int{{From: "viewer", To: "admin"}: 1, {From: "viewer", To: "editor"}: 1}
		if diff := cmp.Diff(want, p.Moves); diff != "" || len(p.First) != 1 || p.Refusal != nil {
			t.Errorf("PreviewMappings names %d, refusal %v, mismatch (-want +got):\n%s", len(p.First), p.Refusal, diff)
		}
		a.role(one, "viewer", roster.RuleTenantDefault) // nothing was changed
		do[tenant.Directory](t)(g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("admin", admins)}))
		refusal(t, preview(mappings("editor", writers)).Refusal, roster.CodeLastAdmin)
		_, err := g.roster.SetMappings(t.Context(), a.admin, d.id, []tenant.RoleMapping{mappings("editor", writers)})
		refusal(t, err, roster.CodeLastAdmin)
	})
}

func TestR6FormerAddressFindsItsUser(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "")
		d.want(http.StatusOK, "PUT", "/Users/"+id, user("ada.berg@acme.example", ""))
		d.refused(http.StatusConflict, "until lately", "POST", "/Users", user("ada@acme.example", ""))
		d.want(http.StatusNoContent, "DELETE", "/Users/"+id, nil)
		if back := d.create("ada@acme.example", ""); back != id {
			t.Errorf("came back as %s, want %s by its former address", back, id)
		}
		d.want(http.StatusOK, "PUT", "/Users/"+id, user("ada.b@acme.example", ""))
		g.clock.advance(roster.AliasPeriod + time.Hour)
		if next := d.create("ada@acme.example", ""); next == id {
			t.Error("a newcomer was taken for the one who had the address long ago")
		}
	})
}

func TestConflictOneTenantPerEmailAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		g.roster.OneTenantPerEmail = true
		tenants := []*account{g.tenant("acme"), g.tenant("bolt"), g.tenant("corp"), g.tenant("dash")}
		var wg sync.WaitGroup
		errs := make([]error, len(tenants))
		for i, a := range tenants {
			wg.Go(func() { _, errs[i] = g.roster.AddMember(t.Context(), a.staff, "ada@acme.example", "", "") })
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
				continue
			}
			refusal(t, err, roster.CodeEmailExists)
		}
		if made != 1 {
			t.Errorf("%d tenants have the address, want one", made)
		}
	})
}
