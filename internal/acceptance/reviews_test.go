package acceptance

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
	"rollcall/internal/view"
)

// TestPromiseB19 holds that an access review lists people with their last activity, and removes those who are not needed.
func TestPromiseB19ReviewsListRemoveAndExport(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Okta")
		pushed := d.create("ann@acme.example", "a1")
		ben := a.brought("ben@acme.example", "=cmd|' /C calc'!A0")
		cara, dora := a.brought("cara@acme.example", "Cara"), a.brought("dora@acme.example", "Dora")
		seen := a.signIn(dora.ID.String()).session
		review := g.must(http.StatusCreated, "POST", "/tenants/acme/reviews", nil)
		id := review.get("id")
		g.must(http.StatusConflict, "POST", "/tenants/acme/reviews", nil)
		path := "/tenants/acme/reviews/" + id
		people := g.must(http.StatusOK, "GET", path+"/people", nil).items()
		if len(people) != 4 || people[3]["email"] != "dora@acme.example" || people[3]["last_active"] != seen.SeenAt.Format(time.RFC3339Nano) || people[0]["last_active"] != nil {
			t.Fatalf("people of the review: %v", people)
		}
		decide := func(status int, m, decision string) reply {
			t.Helper()
			return g.must(status, "PUT", path+"/people/"+m, object{"decision": decision})
		}
		if code := decide(http.StatusConflict, pushed, "remove").get("code"); code != "managed_by_directory" {
			t.Errorf("removal of a person whom a directory manages: %s, want managed_by_directory", code)
		}
		decide(http.StatusOK, pushed, "ask_directory")
		decide(http.StatusUnprocessableEntity, ben.ID.String(), "ask_directory")
		decide(http.StatusOK, ben.ID.String(), "keep")
		decide(http.StatusOK, ben.ID.String(), "remove") // minds are changed
		decide(http.StatusConflict, ben.ID.String(), "keep")
		decide(http.StatusOK, cara.ID.String(), "deactivate")
		g.must(http.StatusUnprocessableEntity, "POST", path+"/finish", object{})
		for m, want := range map[string]roster.State{ben.ID.String(): roster.StateRemoved, cara.ID.String(): roster.StateInactive, pushed: roster.StateActive} {
			if got := a.explain(m).Member.Standing.State; got != want {
				t.Errorf("%s is %s after the decision, want %s", m, got, want)
			}
		}
		if n, err := g.roster.KeepInReview(t.Context(), a.staff, mustReview(t, id), roster.ReviewPick{ActiveSince: seen.SeenAt}); n != 1 || err != nil {
			t.Errorf("KeepInReview = %d, %v, want dora", n, err)
		}
		if left := g.must(http.StatusOK, "POST", path+"/finish", object{}).body["undecided"]; left != 0.0 {
			t.Errorf("undecided = %v, want none", left)
		}
		decide(http.StatusConflict, dora.ID.String(), "remove")
		a.wantExport(t, mustReview(t, id), ben)
		a.wantKinds(map[string]int{"review.started": 1, "review.decided": 5, "review.finished": 1, "member.removed": 1, "member.deactivated": 1})
	})
}

func mustReview(t *testing.T, id string) roster.ReviewID {
	t.Helper()
	v, err := roster.ParseReviewID(id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (a *account) brought(email, name string) roster.Member {
	a.g.t.Helper()
	m, err := a.g.roster.AddMember(a.g.t.Context(), a.staff, email, "", name)
	if err != nil {
		a.g.t.Fatal(err)
	}
	return m
}

// wantExport reads the finished review as auditors do.
func (a *account) wantExport(t *testing.T, id roster.ReviewID, ben roster.Member) {
	t.Helper()
	r, ctx := a.g.roster, t.Context()
	v, err := r.Review(ctx, a.staff, id)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := view.ReviewCSV(&b, v, r.ActorNames(ctx, a.staff), r.EachReviewItem(ctx, a.staff, id)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 5 {
		t.Fatalf("export: %v, %v", rows, err)
	}
	at := func(row []string, column string) string {
		for i, name := range rows[0] {
			if name == column {
				return row[i]
			}
		}
		t.Fatalf("the export has no column %s", column)
		return ""
	}
	for _, row := range rows[1:] {
		if at(row, "decision") == "" || at(row, "decided_by") == "" || !strings.HasSuffix(at(row, "decided_at_utc"), "Z") {
			t.Errorf("no decision in the row %v", row)
		}
		if at(row, "member") == ben.ID.String() && !strings.HasPrefix(at(row, "name"), "'=") {
			t.Errorf("the name %q is a formula to a spreadsheet", at(row, "name"))
		}
	}
}

// wantKinds counts events by kind.
func (a *account) wantKinds(want map[string]int) {
	a.g.t.Helper()
	for kind, n := range want {
		if got := a.count(kind); got != n {
			a.g.t.Errorf("%d events %s, want %d", got, kind, n)
		}
	}
}

// TestReviewsOfAnotherTenantAreNotThere reads and decides across tenants.
func TestReviewsOfAnotherTenantAreNotThere(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("beta")
		ann := a.brought("ann@acme.example", "Ann")
		b.brought("bob@beta.example", "Bob")
		v, err := g.roster.StartReview(t.Context(), a.staff)
		if err != nil {
			t.Fatal(err)
		}
		path := "/tenants/beta/reviews/" + v.ID.String()
		g.must(http.StatusNotFound, "GET", path, nil)
		g.must(http.StatusNotFound, "GET", path+"/people", nil)
		g.must(http.StatusNotFound, "PUT", path+"/people/"+ann.ID.String(), object{"decision": "remove"})
		g.must(http.StatusNotFound, "POST", path+"/finish", object{"incomplete": true})
	})
}

// TestReviewsBeginByThemselves has a quarter pass: a review begins, once, and admins are mailed.
func TestReviewsBeginByThemselves(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a, b := g.tenant("acme"), g.tenant("beta")
		a.brought("ann@acme.example", "Ann")
		b.brought("bob@beta.example", "Bob")
		boss := do[roster.Member](t)(g.roster.AddMember(t.Context(), a.staff, "ana@acme.example", "admin", "Ana"))
		do[tenant.Tenant](t)(g.roster.SetReviews(t.Context(), a.staff, 3))
		var mailed []roster.ReviewNotice
		pass := func() {
			t.Helper()
			err := g.roster.StartDueReviews(t.Context(), func(n roster.ReviewNotice) (roster.MailDraft, error) {
				mailed = append(mailed, n)
				return roster.MailDraft{Kind: roster.MailReviewDue, To: n.To, Body: []byte("sealed")}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		pass()
		if n := a.count("review.started"); n != 0 {
			t.Fatalf("%d reviews began at once", n)
		}
		g.clock.advance(100 * 24 * time.Hour)
		pass()
		pass()
		if n := a.count("review.started"); n != 1 || b.count("review.started") != 0 {
			t.Errorf("%d reviews began, want one, and none of a tenant that asked for none", n)
		}
		if len(mailed) != 1 || mailed[0].To != boss.Email || mailed[0].People != 2 {
			t.Errorf("mailed: %+v, want one mail to the admin", mailed)
		}
	})
}
