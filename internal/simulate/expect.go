package simulate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// expect is what a vendor can live with as the answer to one request.
type expect struct {
	say      string // in words, for the report
	statuses []int
	// check looks into the body of an answer with one of statuses and lists what is wrong; nil: the
	// status is enough.
	check func(ans answer) []string
	// again is also fine when the request had to be repeated: the first try may have worked.
	again []int
	// refusal is a status that is noted and counted apart, but no fault: the service has a rule of its own.
	refusal int
	// after is the change whose effect is looked at, for the report; nil: none.
	after *request
}

// verdict of an expectation about an answer.
type verdict int

const (
	asExpected verdict = iota
	doneBefore         // a repeated request found its work done
	refused
	unexpected
)

func (e expect) judge(ans answer) (verdict, []string) {
	switch {
	case slices.Contains(e.statuses, ans.status):
		if len(ans.body) > 0 && !strings.Contains(ans.kind, "json") {
			return unexpected, []string{fmt.Sprintf("Content-Type: want application/scim+json, got %q", ans.kind)}
		}
		if e.check == nil {
			return asExpected, nil
		}
		if lines := e.check(ans); len(lines) > 0 {
			return unexpected, lines
		}
		return asExpected, nil
	case ans.tries > 1 && slices.Contains(e.again, ans.status):
		return doneBefore, nil
	case e.refusal != 0 && ans.status == e.refusal:
		return refused, nil
	}
	return unexpected, []string{fmt.Sprintf("status: want %s, got %d%s", orList(e.statuses), ans.status, hint(ans.status))}
}

func orList(statuses []int) string {
	words := make([]string, len(statuses))
	for i, s := range statuses {
		words[i] = fmt.Sprint(s)
	}
	return strings.Join(words, " or ")
}

// hint says what an admin should look at first.
func hint(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return " (is the token right, not expired and not revoked?)"
	case http.StatusForbidden:
		return " (does the token belong to this base URL?)"
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return " (the vendors follow no redirects: is the base URL complete?)"
	}
	return ""
}

// The expectations below are named for what must come back.

// aList is a ListResponse about which check says more; check may be nil.
func aList(say string, check func(list) []string) expect {
	return expect{say: say, statuses: []int{http.StatusOK}, check: func(ans answer) []string {
		var l list
		if err := json.Unmarshal(ans.body, &l); err != nil {
			return []string{"body: want a ListResponse with whole numbers, got " + err.Error()}
		}
		if !slices.Contains(l.Schemas, listURN) {
			return []string{fmt.Sprintf("schemas: want %s, got %q", listURN, l.Schemas)}
		}
		if check == nil {
			return nil
		}
		return check(l)
	}}
}

// anEmptyList is a ListResponse that says it holds nothing.
func anEmptyList() expect {
	return aList("an empty list", func(l list) []string { return wantTotal(l, 0) })
}

func wantTotal(l list, n int) []string {
	if l.TotalResults == n && len(l.Resources) == n {
		return nil
	}
	return []string{fmt.Sprintf("list: want %d, got totalResults %d with %d resources", n, l.TotalResults, len(l.Resources))}
}

// oneAt is a list that holds just the object with this id.
func oneAt(id string) expect {
	return aList("a list with just this object", func(l list) []string {
		if lines := wantTotal(l, 1); lines != nil {
			return lines
		}
		if got := l.Resources[0].text("id"); got != id {
			return []string{fmt.Sprintf("id: want %q, got %q", id, got)}
		}
		return nil
	})
}

// atMostOne is a list with nobody, or just the object whose attribute reads as value, case aside. More
// or others mean that the filter was not applied.
func atMostOne(attribute, value string) expect {
	return aList("a list with nothing, or just the one asked for", func(l list) []string {
		if l.TotalResults == 0 && len(l.Resources) == 0 {
			return nil
		}
		if l.TotalResults != 1 || len(l.Resources) != 1 {
			return []string{fmt.Sprintf("filter: want none or one with %s %q, got totalResults %d with %d resources",
				attribute, value, l.TotalResults, len(l.Resources))}
		}
		var lines []string
		if got := l.Resources[0].text(attribute); !strings.EqualFold(got, value) {
			lines = append(lines, fmt.Sprintf("filter: want %s %q, got one with %q", attribute, value, got))
		}
		if l.Resources[0].text("id") == "" {
			lines = append(lines, "id: want an id, nothing came back")
		}
		return lines
	})
}

// aUser is the person as they should read now. Answers to a PATCH may be empty (204); then nothing is
// compared here and the caller reads the person.
func aUser(want user, statuses ...int) expect {
	return expect{say: "the person, with every value as sent", statuses: statuses, check: func(ans answer) []string {
		if ans.status == http.StatusNoContent {
			return nil
		}
		got, err := parse(ans.body)
		if err != nil {
			return []string{"body: want the person, got " + err.Error()}
		}
		if got.text("id") == "" {
			return []string{"id: want an id, nothing came back"}
		}
		lines, err := compareUser(want, got)
		if err != nil {
			return []string{err.Error()}
		}
		return lines
	}}
}

// orNotFound also lives with a 404, as Okta does in place of an empty list.
func (e expect) orNotFound() expect {
	check := e.check
	e.statuses = append(slices.Clone(e.statuses), http.StatusNotFound)
	e.check = func(ans answer) []string {
		if ans.status == http.StatusNotFound || check == nil {
			return nil
		}
		return check(ans)
	}
	return e
}

// anError is a SCIM error (RFC 7644 §3.12) of this status, and scimType unless empty.
func anError(status int, scimType string) expect {
	say := fmt.Sprintf("a SCIM error %d %s", status, scimType)
	return expect{say: strings.TrimSpace(say), statuses: []int{status}, check: func(ans answer) []string {
		var e scimError
		if err := json.Unmarshal(ans.body, &e); err != nil || !slices.Contains(e.Schemas, errorURN) {
			return []string{"body: want a SCIM error, got something else"}
		}
		if scimType != "" && e.ScimType != scimType {
			return []string{fmt.Sprintf("scimType: want %q, got %q", scimType, e.ScimType)}
		}
		return nil
	}}
}

// status is an answer whose body does not matter.
func status(say string, codes ...int) expect { return expect{say: say, statuses: codes} }
