package simulate_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"rollcall/internal/simulate"
)

// TestRun_finds_the_fault proves that a run fails for each fault, at the first step that can see it, and
// says what is wrong.
func TestRun_finds_the_fault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults faults
		vendor simulate.Vendor
		step   string // of the first difference
		says   string // in the error
	}{
		{"remove takes all", faults{removeTakesAll: true}, simulate.Entra, "remove members", "members: want"},
		{"PATCH ignored/entra", faults{ignoresPatch: true}, simulate.Entra, "update user", `title: want "`},
		{"PATCH ignored/okta", faults{ignoresPatch: true}, simulate.Okta, "update user", `title: want "`},
		{"PATCH ignored/google", faults{ignoresPatch: true}, simulate.Google, "update user", `title: want "`},
		{"filter ignored/entra", faults{ignoresFilter: true}, simulate.Entra, "repeat a lost create", "list: want 1, got totalResults 30"},
		{"filter ignored/okta", faults{ignoresFilter: true}, simulate.Okta, "match inactive user", "list: want 1, got totalResults 30"},
		{"memberships lost", faults{forgetsMemberships: true}, simulate.Entra, "check memberships", "list: want 1, got totalResults 0"},
		{"memberships lost/okta", faults{forgetsMemberships: true}, simulate.Okta, "compare all members", "not there"},
		{"inactive people hidden", faults{hidesInactive: true}, simulate.Entra, "match disabled user", "got totalResults 0"},
		{"inactive people hidden/okta", faults{hidesInactive: true}, simulate.Okta, "match inactive user", "got totalResults 0"},
		{"suspended people woken", faults{revivesSuspended: true}, simulate.Google, "create user", "active: want false, got true"},
		{"password echoed", faults{echoesPassword: true}, simulate.Okta, "create user", "password: want nothing"},
		{"doubles", faults{allowsDoubles: true}, simulate.Entra, "repeat a lost create", "status: want 409, got 201"},
		{"boolean kept as text", faults{storesTextBooleans: true}, simulate.Entra, "disable user", `active: want false, got "False"`},
		{"rename empties the group", faults{renameDropsMembers: true}, simulate.Entra, "rename group", "members: want"},
		{"DELETE without effect", faults{deletesNothing: true}, simulate.Entra, "delete group", "status: want 404, got 200"},
		{"letters lost", faults{foldsNames: true}, simulate.Entra, "create user", "name.givenName: want"},
		{"pages overlap", faults{pagesOverlap: true}, simulate.Google, "compare all users", "comes twice"},
		{"total changes", faults{unstableTotal: true}, simulate.Google, "compare all users", "totalResults: was"},
		{"web page instead of SCIM", faults{answersInHTML: true}, simulate.Okta, "test connection", "Content-Type"},
		{"excluded members shown", faults{showsMembers: true}, simulate.Entra, "read group", "members: excluded"},
		{"any manager matches", faults{managerFilterIsOpen: true}, simulate.Entra, "check manager", "list: want 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(tt.vendor, newService(tt.faults).serve(t, nil))
			if cfg.Users = 30; tt.vendor == simulate.Google {
				cfg.Users = 125 // more than a page
			}
			summary, err := simulate.Run(t.Context(), cfg)
			d, ok := errors.AsType[*simulate.Difference](err)
			if !ok {
				t.Fatalf("Run = %v, want a Difference", err)
			}
			if d.Step != tt.step || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Run finds, in step %q:\n%v\nwant step %q and %q", d.Step, err, tt.step, tt.says)
			}
			if summary.Unexpected == 0 || len(summary.Differences) == 0 {
				t.Errorf("Summary has %d unexpected answers and %d differences", summary.Unexpected, len(summary.Differences))
			}
		})
	}
}

// TestRun_notes_a_refused_rename: a service may hold new mail addresses back; that is a note, not a fault.
func TestRun_notes_a_refused_rename(t *testing.T) {
	t.Parallel()
	for _, vendor := range []simulate.Vendor{simulate.Entra, simulate.Okta, simulate.Google} {
		cfg := config(vendor, newService(faults{refusesNewMail: true}).serve(t, nil))
		summary, err := simulate.Run(t.Context(), cfg)
		if err != nil {
			t.Fatalf("Run(%s): %v", vendor, err)
		}
		if !strings.Contains(strings.Join(summary.Notes, "\n"), "the domain is not proven") {
			t.Errorf("Notes of %s = %q, want the refusal", vendor, summary.Notes)
		}
	}
}

func TestRun_stops_at_a_refused_token(t *testing.T) {
	t.Parallel()
	s := newService(faults{})
	cfg := config(simulate.Entra, s.serve(t, nil))
	cfg.Token = "other"
	_, err := simulate.Run(t.Context(), cfg)
	if err == nil || !strings.Contains(err.Error(), "is the token right") || s.calls["GET"] != 1 {
		t.Errorf("Run = %v after %d requests, want one refusal", err, s.calls["GET"])
	}
}

func TestRun_summary_is_json_without_the_token_and_passwords(t *testing.T) {
	t.Parallel()
	cfg := config(simulate.Okta, newService(faults{echoesPassword: true}).serve(t, nil))
	summary, err := simulate.Run(t.Context(), cfg)
	text, jsonErr := json.Marshal(summary)
	if err == nil || jsonErr != nil {
		t.Fatalf("Run = %v, Marshal = %v", err, jsonErr)
	}
	for _, secret := range []string{token, "!aA1"} {
		if strings.Contains(string(text), secret) || strings.Contains(err.Error(), secret) {
			t.Errorf("%q is told in\n%s\n%v", secret, text, err)
		}
	}
}

func TestRun_sends_the_flags_of_the_base_url_along(t *testing.T) {
	t.Parallel()
	missing := 0
	base := newService(faults{}).serve(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !r.URL.Query().Has("aadOptscim062020") {
				missing++
			}
			next.ServeHTTP(w, r)
		})
	})
	cfg := config(simulate.Entra, base+"/?aadOptscim062020")
	cfg.Concurrency = 1
	if _, err := simulate.Run(t.Context(), cfg); err != nil || missing > 0 {
		t.Errorf("Run = %v, %d requests without the flag", err, missing)
	}
}
