package google_test

import (
	"testing"

	"rollcall/internal/google/fake"
	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

func TestEmptyAnswerRemovesNobody(t *testing.T) {
	onEach(t, func(w *world) {
		w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.pull()
		w.set(roster.PullSettings{Subject: admin, OrgUnit: "/Empty"})
		out := w.run()
		w.want("outcome", []any{roster.PullFailed, roster.CodePullEmpty}, []any{out.Outcome, out.Code})
		w.want("people", []string{"admin@acme.example active", "jane@acme.example active"}, w.people())
	})
}

func TestOrgUnitLimitsWhoIsPulled(t *testing.T) {
	onEach(t, func(w *world) {
		w.account.ChangeUser(w.account.AddUser("jane@acme.example", "Jane", "Doe"), fake.Object{"orgUnitPath": "/Staff/Sales"})
		w.set(roster.PullSettings{Subject: admin, OrgUnit: "/Staff"})
		w.pull()
		w.want("people", []string{"jane@acme.example active"}, w.people())
	})
}

func TestPausedDirectoryIsNotPulled(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		if _, err := w.roster.PauseDirectory(t.Context(), w.staff, w.dir); err != nil {
			t.Fatal(err)
		}
		n, err := w.roster.DispatchPulls(t.Context())
		w.want("dispatched", []any{0, error(nil)}, []any{n, err})
		_, err = w.puller.Pull(t.Context(), w.tenant, w.dir, false)
		wantKind(t, roster.Unavailable, err)
		if _, err := w.roster.ResumeDirectory(t.Context(), w.staff, w.dir); err != nil {
			t.Fatal(err)
		}
		n, err = w.roster.DispatchPulls(t.Context())
		w.want("dispatched", []any{1, error(nil)}, []any{n, err})
		n, err = w.roster.DispatchPulls(t.Context())
		w.want("dispatched again", []any{0, error(nil)}, []any{n, err})
	})
}

func TestOnlyGoogleIsPulled(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		d, err := w.roster.CreateDirectory(t.Context(), w.staff, "Okta", tenant.Okta, tenant.DirectorySettings{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.roster.SetPull(t.Context(), w.staff, d.ID, roster.PullSettings{Subject: admin}, []byte{1})
		wantKind(t, roster.Invalid, err)
	})
}
