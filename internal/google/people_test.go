package google_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/google/fake"
	"rollcall/internal/roster"
)

func TestJoinerComesWithEverythingThatAPushWouldSend(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		boss := w.account.AddUser("boss@acme.example", "Bo", "Ss")
		jane := w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.account.ChangeUser(jane, fake.Object{
			"orgUnitPath": "/Staff/Sales", "aliases": []string{"jd@acme.example"},
			"organizations":     []fake.Object{{"name": "Old"}, {"name": "Acme", "title": "Seller", "department": "Sales", "costCenter": "7", "primary": true}},
			"phones":            []fake.Object{{"value": "+1 555", "type": "work_mobile"}, {"value": "+1 556", "type": "work_fax", "primary": true}},
			"relations":         []fake.Object{{"value": "boss@acme.example", "type": "manager"}},
			"externalIds":       []fake.Object{{"value": "0042", "type": "organization"}},
			"addresses":         []fake.Object{{"type": "work", "locality": "Berlin", "country": "Germany"}},
			"languages":         []fake.Object{{"languageCode": "en"}, {"languageCode": "de", "preference": "preferred"}},
			"thumbnailPhotoUrl": "https://photos.example/1", "recoveryEmail": "private@home.example",
		})
		w.pull()
		w.want("people", []string{"admin@acme.example active", "boss@acme.example active", "jane@acme.example active"}, w.people())
		m := w.member("jane@acme.example")
		w.want("member", []any{jane, roster.Email("jane@acme.example"), true, []string{"jane@acme.example", "jd@acme.example"}},
			[]any{m.ExternalID, m.Email, m.Proven, m.Addresses})
		w.want("document", map[string]any{
			"name": map[string]any{"formatted": "Jane Doe", "givenName": "Jane", "familyName": "Doe"}, "displayName": "Jane Doe",
			"title": "Seller", "preferredLanguage": "de",
			"emails": []any{
				map[string]any{"value": "jane@acme.example", "type": "work", "primary": true}, map[string]any{"value": "jd@acme.example", "type": "other"},
			},
			"phoneNumbers": []any{map[string]any{"value": "+1 555", "type": "mobile"}, map[string]any{"value": "+1 556", "type": "fax", "primary": true}},
			"addresses":    []any{map[string]any{"type": "work", "locality": "Berlin", "country": "Germany"}},
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": map[string]any{
				"employeeNumber": "0042", "costCenter": "7", "organization": "Acme", "department": "Sales",
				"manager": map[string]any{"value": w.member("boss@acme.example").ID.UUID.UUID()},
			},
			"urn:rollcall:params:scim:schemas:extension:google:2.0:User": map[string]any{"orgUnitPath": "/Staff/Sales"},
		}, w.object("jane@acme.example"))
		if got := w.member("boss@acme.example").ExternalID; got != boss {
			t.Errorf("external id = %s, want %s", got, boss)
		}
	})
}

func TestLeavers(t *testing.T) {
	tests := []struct {
		name  string
		leave func(w *world, id string)
		want  []string // people of the directory afterwards
		state roster.State
		told  string // in the log's entry, in Google's words
	}{
		{"by suspension", func(w *world, id string) {
			w.account.ChangeUser(id, fake.Object{"suspended": true, "suspensionReason": "ADMIN"})
		}, []string{"admin@acme.example active", "jane@acme.example inactive"}, roster.StateInactive, `"suspended":true`},
		{"by archive", func(w *world, id string) { w.account.ChangeUser(id, fake.Object{"archived": true}) }, []string{"admin@acme.example active", "jane@acme.example inactive"}, roster.StateInactive, `"archived":true`},
		{"by deletion", func(w *world, id string) { w.account.DeleteUser(id) }, []string{"admin@acme.example active"}, "", `"listed":false`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			onEach(t, func(w *world) {
				id := w.account.AddUser("jane@acme.example", "Jane", "Doe")
				w.pull()
				tt.leave(w, id)
				w.pull()
				w.want("people", tt.want, w.people())
				m := w.member("jane@acme.example")
				w.want("removed", tt.state == "", m.Removed())
				entries := w.exchanges()
				last := entries[len(entries)-2] // before the entry of the run
				if !strings.Contains(last.Request, tt.told) || len(last.Changes) != 1 || last.Subject != m.ID.UUID {
					t.Errorf("the log says %s and %v, want %s", last.Request, last.Changes, tt.told)
				}
				if strings.Contains(last.Request, "jane") {
					t.Errorf("the log names the person: %s", last.Request)
				}
			})
		})
	}
}

func TestSomebodyWhoComesBackIsTheSameMember(t *testing.T) {
	onEach(t, func(w *world) {
		id := w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.pull()
		before := w.member("jane@acme.example").ID
		w.account.ChangeUser(id, fake.Object{"suspended": true})
		w.pull()
		w.account.ChangeUser(id, fake.Object{"suspended": false})
		w.pull()
		w.want("people", []string{"admin@acme.example active", "jane@acme.example active"}, w.people())
		w.want("member", before, w.member("jane@acme.example").ID)
	})
}

func TestRenameKeepsTheMember(t *testing.T) {
	onEach(t, func(w *world) {
		id := w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.pull()
		before := w.member("jane@acme.example")
		w.account.ChangeUser(id, fake.Object{"primaryEmail": "jane.roe@acme.example", "aliases": []string{"jane@acme.example"}, "name": fake.Object{"givenName": "Jane", "familyName": "Roe"}})
		w.pull()
		m := w.member("jane.roe@acme.example")
		w.want("member", []any{before.ID, id, roster.Email("jane.roe@acme.example"), true}, []any{m.ID, m.ExternalID, m.Email, m.Proven})
		w.want("alias", roster.Email("jane@acme.example"), m.Aliases[0].Email)
	})
}

func TestNameOfOneWhoLeftGoesToSomebodyElse(t *testing.T) {
	onEach(t, func(w *world) {
		old := w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.pull()
		w.account.DeleteUser(old)
		w.account.AddUser("jane@acme.example", "Jane", "Other")
		w.pull()
		// Another human, or the same one made anew: an admin must tell, as of a push (decision 3).
		var found []roster.Code
		for _, m := range w.members(roster.Scope{Directory: w.dir}) {
			found = append(found, m.Conflict)
		}
		slices.Sort(found)
		w.want("conflicts", []roster.Code{"", roster.CodeExternalIDConflict}, found)
	})
}

func TestUnchangedRunWritesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.account.AddGroup("staff@acme.example", "Staff", "jane@acme.example")
		w.pull()
		_, at := w.kinds(roster.Cursor{})
		for range 3 {
			out := w.pull()
			w.want("counts", []roster.PullCounts{{Seen: 2}, {Seen: 1, Skipped: 1}}, []roster.PullCounts{out.People, out.Groups})
		}
		kinds, _ := w.kinds(at)
		w.want("events", []roster.EventKind(nil), kinds)
		w.want("calls", 4, len(w.account.Calls())) // token, users, groups and one group's members
	})
}

func TestForeignDomainIsRefusedAndLogged(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		id := w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.account.AddUser("joe@acme.example", "Joe", "Doe")
		w.pull()
		w.account.ChangeUser(id, fake.Object{"primaryEmail": "jane@elsewhere.example"})
		w.account.AddUser("zoe@acme.example", "Zoe", "Doe")
		out := w.pull()
		w.want("people", []string{"admin@acme.example active", "jane@acme.example active", "joe@acme.example active", "zoe@acme.example active"}, w.people())
		w.want("counts", roster.PullCounts{Seen: 4, Created: 1, Refused: 1}, out.People)
		var refused []roster.Exchange
		for _, e := range w.exchanges() {
			if e.Failed() {
				refused = append(refused, e)
			}
		}
		if len(refused) != 1 || refused[0].Code != roster.CodeDomainNotProven || refused[0].Status != 400 || !strings.Contains(refused[0].Answer, "domain") {
			t.Fatalf("refused = %+v", refused)
		}
		marks, err := w.db.Reader(w.tenant).PullMarks(t.Context(), w.dir)
		if err != nil || len(marks) != 1 || marks[0].Key != id || marks[0].Code != roster.CodeDomainNotProven {
			t.Errorf("marks = %+v, %v", marks, err)
		}
		// It is tried again when an hour has passed, or the tenant's domains are others.
		w.want("passed over", roster.PullCounts{Seen: 4, Refused: 1}, w.pull().People)
		w.want("entries", 1, failures(w.exchanges()))
		if _, err := w.roster.TrustDomain(t.Context(), w.staff, "elsewhere.example"); err != nil {
			t.Fatal(err)
		}
		w.want("once trusted", roster.PullCounts{Seen: 4, Changed: 1}, w.pull().People)
		w.want("address", roster.Email("jane@elsewhere.example"), w.member("jane@elsewhere.example").Email)
	})
}

func failures(list []roster.Exchange) int {
	n := 0
	for _, e := range list {
		if e.Failed() {
			n++
		}
	}
	return n
}

func TestLeaverWithAForeignAddressLosesAccessAllTheSame(t *testing.T) {
	onEach(t, func(w *world) {
		id := w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.pull()
		w.account.ChangeUser(id, fake.Object{"primaryEmail": "jane@elsewhere.example", "suspended": true})
		w.pull()
		w.want("people", []string{"admin@acme.example active", "jane@acme.example inactive"}, w.people())
	})
}

func TestUnprovenDomainWaitsForProof(t *testing.T) {
	onEach(t, func(w *world) {
		w.account.AddUser("jane@elsewhere.example", "Jane", "Doe")
		w.pull()
		w.want("people", []string{"admin@acme.example active", "jane@elsewhere.example awaiting_proof"}, w.people())
	})
}

func TestMemberByHandIsAdopted(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		m, err := w.roster.AddMember(t.Context(), w.staff, "jane@acme.example", "user", "Jane")
		if err != nil {
			t.Fatal(err)
		}
		w.account.AddUser("jane@acme.example", "Jane", "Doe")
		w.pull()
		got := w.member("jane@acme.example")
		w.want("member", []any{m.ID, w.dir}, []any{got.ID, got.Directory})
	})
}

func TestSuddenDropIsToldAndCanBeHeld(t *testing.T) {
	onEach(t, func(w *world) {
		t := w.t
		var ids []string
		for i := range 20 {
			ids = append(ids, w.account.AddUser("p"+string(rune('a'+i))+"@acme.example", "P", "Q"))
		}
		w.pull()
		w.clock.advance(time.Hour)
		if _, err := w.roster.SetHold(t.Context(), w.staff, w.dir, true); err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			w.account.DeleteUser(id)
		}
		_, at := w.kinds(roster.Cursor{})
		w.pull()
		kinds, _ := w.kinds(at)
		count := map[roster.EventKind]int{}
		for _, k := range kinds {
			count[k]++
		}
		w.want("events", map[roster.EventKind]int{roster.MemberRemoved: 10, roster.MemberHeld: 10, roster.TenantMassChange: 1}, count)
		w.pull() // says the same again
		kinds, _ = w.kinds(at)
		w.want("number of events", 21, len(kinds))
	})
}
