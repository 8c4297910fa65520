package acceptance

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// logged writes what waits and returns the directory's log, oldest first.
func (d *directory) logged(q roster.ExchangeQuery) []roster.Exchange {
	d.a.g.t.Helper()
	if err := d.a.g.log.Flush(d.a.g.t.Context()); err != nil {
		d.a.g.t.Fatalf("flush the log: %v", err)
	}
	q.Directory = d.id
	if q.Limit == 0 {
		q.Limit = 100
	}
	page, err := d.a.g.roster.Store.Reader(d.a.id).Exchanges(d.a.g.t.Context(), q)
	if err != nil {
		d.a.g.t.Fatalf("read the log: %v", err)
	}
	var out []roster.Exchange
	for _, e := range page.Items {
		out = append([]roster.Exchange{e}, out...)
	}
	return out
}

// hints are the counts of requests that were not let in.
func (d *directory) hints() map[roster.AuthFailure]int {
	d.a.g.t.Helper()
	d.logged(roster.ExchangeQuery{})
	hours, err := d.a.g.roster.Store.Reader(d.a.id).DirectoryHours(d.a.g.t.Context(), time.Time{})
	if err != nil {
		d.a.g.t.Fatal(err)
	}
	out := map[roster.AuthFailure]int{}
	for _, h := range hours {
		for kind, n := range h.Denied {
			if h.Directory == d.id {
				out[kind] += n
			}
		}
	}
	return out
}

// randomID is an id with its prefix.
var randomID = regexp.MustCompile(`\b([a-z]{3})_[0-9a-z]{26}\b`)

func TestP13_the_log_holds_no_secret_and_no_personal_value(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		person := object{
			"displayName": "Ada Lovelace", "password": "hunter2hunter2", "nickName": "Countess", "title": "Analyst",
			"phoneNumbers": []object{{"type": "mobile", "value": "+44 20 7946 0958"}},
			"addresses":    []object{{"type": "home", "streetAddress": "12 St James Square", "locality": "Marylebone"}},
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": object{"employeeNumber": "701984"},
		}
		id := d.create("ada.lovelace@acme.example", "ada.l", person)
		d.want(http.StatusOK, "GET", `/Users?filter=userName+eq+%22ada.lovelace%40acme.example%22`, nil)
		d.want(http.StatusOK, "GET", `/Users?filter=displayName+sw+%22Ada%22`, nil)
		d.want(http.StatusOK, "PATCH", "/Users/"+id, replace("name.familyName", "Byron"))
		d.want(http.StatusOK, "PATCH", "/Users/"+id, replace("", object{"password": "correct horse", "nickName": "Countess"}))
		// Refused, with values in odd places.
		d.ask("GET", "/Users?filter=userName+eq+Lovelace", nil)
		d.ask("GET", "/Users?filter=Lovelace", nil)
		d.ask("GET", "/Users/ada.lovelace@acme.example", nil)
		d.ask("GET", "/Lovelace/Byron", nil)
		d.ask("POST", "/Users", object{"userName": "ada.lovelace@acme.example", "displayName": "Ada Lovelace"})
		d.ask("PATCH", "/Users/"+id, replace(`emails[value eq "ada.lovelace@acme.example" and]`, "Byron"))
		d.ask("PATCH", "/Users/"+id, replace("active", "Lovelace"))
		d.ask("PATCH", "/Users/"+id, replace("emails", "Lovelace"))
		d.ask("PATCH", "/Users/"+id, replace("title", 4711))
		d.ask("POST", "/Users", object{"userName": object{"first": "Lovelace"}})
		d.ask("POST", "/Users", user("byron", "byron", object{"emails": []object{{"value": "not an address Lovelace", "primary": true}}}))
		d.group("Countess of Lovelace", id)

		entries := d.logged(roster.ExchangeQuery{})
		if len(entries) != 17 {
			t.Errorf("%d entries, want 17", len(entries))
		}
		text, err := json.Marshal(entries)
		if err != nil {
			t.Fatal(err)
		}
		low := randomID.ReplaceAllString(strings.ToLower(string(text)), "$1_…") // an id may hold any three letters
		for _, bad := range []string{
			"ada", "lovelace", "byron", "acme.example", "hunter2", "correct horse", "countess", "analyst", "7946", "james", "marylebone",
			"701984", "4711", strings.ToLower(d.token), "bearer", "token-of",
		} {
			if i := strings.Index(low, bad); i >= 0 {
				t.Errorf("the log holds %q: …%s…", bad, low[max(0, i-120):min(len(low), i+60)])
			}
		}
		for _, good := range []string{"userName", "‹email 25›", `\"op\":\"replace\"`, "name.familyName", `userName eq \"‹email 25›\"`, "invalidFilter"} {
			if !strings.Contains(string(text), good) {
				t.Errorf("the log does not hold %s\n%s", good, text)
			}
		}
	})
}

func TestTheLogTellsWhatChanged(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		id := d.create("ada@acme.example", "1")
		d.setActive(id, false)
		d.setActive(id, false) // changes nothing
		d.ask("GET", "/Users/"+id, nil)
		d.ask("POST", "/Users", user("ada@acme.example", "2"))
		type told struct {
			Route   string
			Status  int
			Code    roster.Code
			Kinds   []roster.EventKind
			Subject bool
			Bodies  [2]bool
		}
		var got []told
		for _, e := range d.logged(roster.ExchangeQuery{}) {
			v := told{Route: e.Method + " " + e.Route, Status: e.Status, Code: e.Code, Subject: e.Subject.UUID() == id, Bodies: [2]bool{e.Request != "", e.Answer != ""}}
			for _, c := range e.Changes {
				v.Kinds = append(v.Kinds, c.Kind)
				if c.Kind == roster.MemberDeactivated && !strings.Contains(string(c.Data), `"state":{"from":"active","to":"inactive"}`) {
					t.Errorf("the deactivation does not tell the state before and after: %s", c.Data)
				}
			}
			got = append(got, v)
		}
		want := []told{
			{"POST /Users", 201, "", []roster.EventKind{roster.MemberCreated}, true, [2]bool{true, false}},
			{"PATCH /Users/{id}", 200, "", []roster.EventKind{roster.MemberDeactivated}, true, [2]bool{true, false}},
			{"PATCH /Users/{id}", 200, "", nil, true, [2]bool{false, false}},
			{"GET /Users/{id}", 200, "", nil, true, [2]bool{false, false}},
			{"POST /Users", 409, roster.CodeTaken, []roster.EventKind{roster.MemberRefused}, false, [2]bool{true, true}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("log mismatch (-want +got)\n%s", diff)
		}
	})
}

func TestEN21_failed_authentications_are_told_apart_for_us_alone(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d, other := a.directory("Entra"), a.directory("Other")
		add := func(token string, ends time.Time) tenant.Credential {
			c, err := g.roster.AddCredential(t.Context(), a.staff, d.id, "x", sha256.Sum256([]byte(token)), ends)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		add("expired", g.clock.Now().Add(time.Minute))
		revoked := add("revoked", time.Time{})
		if _, err := g.roster.RevokeCredential(t.Context(), a.staff, d.id, revoked.ID); err != nil {
			t.Fatal(err)
		}
		g.clock.advance(time.Hour)
		answers := map[string]string{}
		try := func(token string, status int) {
			bad := *d
			bad.token = token
			got, body := bad.ask("GET", "/Users", nil)
			if got != status {
				t.Errorf("%q: status %d, want %d", token, got, status)
			}
			text, _ := json.Marshal(body)
			answers[token] = string(text)
		}
		try("expired", 401)
		try("revoked", 401)
		try("made up", 401)
		try("", 401)
		try("", 401)
		try(other.token, 404)
		for _, token := range []string{"revoked", "made up", ""} {
			if diff := cmp.Diff(answers["expired"], answers[token]); diff != "" {
				t.Errorf("the client is told whether the token is %q:\n%s", token, diff)
			}
		}
		want := map[roster.AuthFailure]int{
			roster.AuthExpired: 1, roster.AuthRevoked: 1, roster.AuthUnknown: 1, roster.AuthNoToken: 2, roster.AuthElse: 1,
		}
		if diff := cmp.Diff(want, d.hints()); diff != "" {
			t.Errorf("hints mismatch (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(map[roster.AuthFailure]int{}, other.hints()); diff != "" {
			t.Errorf("hints of the other directory (-want +got)\n%s", diff)
		}
		nowhere := *d
		nowhere.id = tenant.DirectoryID{UUID: tenant.NewUUID(g.clock.Now())}
		nowhere.ask("GET", "/Users", nil)
		d.logged(roster.ExchangeQuery{})
		if n := g.log.Stats().Astray; n != 1 {
			t.Errorf("%d requests astray, want 1", n)
		}
	})
}

func TestTheLogShowsBodiesOnceAskedFor(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		a.trust("acme.example")
		d := a.directory("Entra")
		if _, err := g.roster.SetLogBodies(t.Context(), a.staff, d.id, g.clock.Now().AddDate(0, 0, 8)); err == nil {
			t.Error("bodies may be shown for eight days")
		}
		if _, err := g.roster.SetLogBodies(t.Context(), a.staff, d.id, g.clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		id := d.create("ada@acme.example", "1", object{"password": "hunter2hunter2"})
		d.want(http.StatusOK, "PATCH", "/Users/"+id, object{"Operations": []object{{"op": "replace", "value": "hunter2hunter2", "path": "password"}, {"op": "replace", "path": "title", "value": "Boss"}}})
		g.clock.advance(2 * time.Hour)
		d.create("bob@acme.example", "2")
		text, _ := json.Marshal(d.logged(roster.ExchangeQuery{}))
		for word, want := range map[string]bool{"ada@acme.example": true, "hunter2": false, "bob@acme": false} {
			if strings.Contains(string(text), word) != want {
				t.Errorf("the log holds %s: %v, want %v\n%s", word, !want, want, text)
			}
		}
	})
}

// TestTheLogSurvivesADatabaseThatIsAway loses nothing that there is room for.
func TestTheLogWaitsForADatabaseThatIsAway(t *testing.T) {
	onEach(t, func(t *testing.T, g *gateway) {
		a := g.tenant("acme")
		d := a.directory("Entra")
		d.ask("GET", "/Users", nil)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := g.log.Flush(gone); err == nil {
			t.Error("Flush without a database went well")
		}
		d.ask("GET", "/Users?count=1", nil)
		if n := len(d.logged(roster.ExchangeQuery{})); n != 2 {
			t.Errorf("%d entries, want 2", n)
		}
	})
}
