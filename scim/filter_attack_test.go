package scim

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// filterAttacks are filters made to keep a server busy, each of a size that can be chosen.
func filterAttacks() map[string]func(n int) string {
	return map[string]func(n int) string{
		"parentheses":          func(n int) string { return strings.Repeat("(", n) + "title pr" + strings.Repeat(")", n) },
		"open parentheses":     func(n int) string { return strings.Repeat("(", n) },
		"not":                  func(n int) string { return strings.Repeat("not (", n) + "title pr" + strings.Repeat(")", n) },
		"brackets":             func(n int) string { return strings.Repeat("emails[", n) + "type pr" + strings.Repeat("]", n) },
		"or":                   func(n int) string { return strings.Repeat("title pr or ", n) + "title pr" },
		"and":                  func(n int) string { return strings.Repeat(`userName co "a" and `, n) + "title pr" },
		"or in brackets":       func(n int) string { return "emails[" + strings.Repeat("type pr or ", n) + "type pr]" },
		"long text":            func(n int) string { return `title eq "` + strings.Repeat("a", n) + `"` },
		"text of escapes":      func(n int) string { return `title eq "` + strings.Repeat(`\u0041`, n) + `"` },
		"text without an end":  func(n int) string { return `title eq "` + strings.Repeat(`\"`, n) },
		"text of wildcards":    func(n int) string { return `title co "` + strings.Repeat("%_*a", n) + `"` },
		"long name":            func(n int) string { return strings.Repeat("a", n) + " pr" },
		"name of many parts":   func(n int) string { return strings.Repeat("a.", n) + "b pr" },
		"name of many colons":  func(n int) string { return strings.Repeat("urn:", n) + "b pr" },
		"blanks":               func(n int) string { return "title" + strings.Repeat(" ", n) + "pr" },
		"long number":          func(n int) string { return "title eq 1" + strings.Repeat("0", n) + "e" + strings.Repeat("9", n) },
		"a regular expression": func(n int) string { return `title co "` + strings.Repeat("(a+)+", n) + `$"` },
	}
}

// TestFilterAttack_P3: each is refused with invalidFilter, and what that costs does not grow with the attack.
// Allocations stand for the work, because a clock would measure the machine.
//
//nolint:paralleltest // allocations are counted for the whole process
func TestFilterAttack_P3(t *testing.T) {
	// The runtime's own allocations, such as the race detector's, are counted too: a few are none of ours.
	const big, bigger, most, few = 10_000, 200_000, 100, 5
	for name, attack := range filterAttacks() {
		var cost [2]float64
		for i, n := range []int{big, bigger} {
			filter := attack(n)
			if _, err := parseFilter(filter, userKind.schema(), Limits{}); !errors.Is(err, roster.BadFilter) {
				t.Errorf("%s, %d times = %v, want %v", name, n, err, roster.BadFilter)
			}
			cost[i] = testing.AllocsPerRun(5, func() { _, _ = parseFilter(filter, userKind.schema(), Limits{}) })
		}
		if cost[1] > cost[0]+few || cost[1] > most {
			t.Errorf("%s costs %v allocations, and %v when it is 20 times as large: want hardly more than the former, and at most %d", name, cost[0], cost[1], most)
		}
		// The same inside of the limits on length, where nothing but depth and number holds it.
		fits := attack(3000 / len(attack(1)))
		if got := testing.AllocsPerRun(5, func() { _, _ = parseFilter(fits, userKind.schema(), Limits{}) }); got > 10*most {
			t.Errorf("%s of %d bytes costs %v allocations, want at most %d", name, len(fits), got, 10*most)
		}
	}
}

// TestFilterAttackAtTheDoor_P3: wherever a filter can stand, the attack is answered 400 invalidFilter; or, when
// the request is too large to be looked into at all, 414 and 413.
func TestFilterAttackAtTheDoor_P3(t *testing.T) {
	t.Parallel()
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			c := w.customer(t, "ours", "", tenant.Generic, tenant.DirectorySettings{})
			user := made(t, w, c, "/Users", userBody("mara@ours.example"))
			send := func(name, verb, path, body string, status int, code string) {
				rec := w.as(t, c, verb, path, body)
				if rec.Code != status || !strings.Contains(rec.Body.String(), code) {
					t.Errorf("%s %.20s with %s = %d %.200s, want %d %s", verb, path, name, rec.Code, rec.Body, status, code)
				}
			}
			for name, attack := range filterAttacks() {
				unit := len(attack(2)) - len(attack(1))
				fits, huge := attack(4500/unit), attack(200_000/unit)
				for _, path := range []string{"/Users", "/Groups", ""} {
					send(name, "GET", path+"?filter="+url.QueryEscape(fits), "", http.StatusBadRequest, `"invalidFilter"`)
					send(name, "GET", path+"?filter="+url.QueryEscape(huge), "", http.StatusRequestURITooLong, "")
					send(name, "POST", path+"/.search", searchFor(t, fits), http.StatusBadRequest, `"invalidFilter"`)
					send(name, "POST", path+"/.search", searchFor(t, huge), http.StatusRequestEntityTooLarge, "")
				}
				send(name, "PATCH", "/Users/"+user, replaceAt(t, "emails["+huge+"].value"), http.StatusBadRequest, "")
			}
		})
	}
}

func searchFor(t *testing.T, filter string) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"schemas": []string{searchURN}, "filter": filter})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func replaceAt(t *testing.T, path string) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"Operations": []any{map[string]any{"op": "replace", "path": path, "value": "x"}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
