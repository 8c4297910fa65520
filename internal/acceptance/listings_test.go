package acceptance

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The rows of the Okta and Entra galleries' requirements (OK-…, EN-…) that want an answer of a certain form are
// asserted here through the real door on both databases. docs/listings.md says for each row what shows it.

// listing is one row under test, with a tenant and a directory of its own.
type listing struct {
	*directory
	domain string
}

type listingRow struct {
	name  string // begins with the row's id
	check func(t *testing.T, l *listing)
}

func runListings(t *testing.T, rows []listingRow) {
	t.Helper()
	onEach(t, func(t *testing.T, g *gateway) {
		t.Helper()
		for _, r := range rows {
			t.Run(r.name, func(t *testing.T) {
				own := *g
				own.t = t
				slug := strings.ToLower(strings.ReplaceAll(strings.Fields(r.name)[0], "_", "-"))
				a := own.tenant(slug)
				a.trust(slug + ".example")
				r.check(t, &listing{directory: a.directory("People"), domain: slug + ".example"})
			})
		}
	})
}

// answer is what came back, with its headers.
type answer struct {
	status int
	header http.Header
	body   object
	text   string
}

// send sends a request with exactly these headers ("Name: value").
func (l *listing) send(method, path, body string, headers ...string) answer {
	l.a.g.t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(l.a.g.t.Context()), method, l.a.g.server.URL+"/scim/v2/"+l.id.UUID.UUID()+path, strings.NewReader(body))
	if err != nil {
		l.a.g.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := l.a.g.server.Client().Do(req)
	if err != nil {
		l.a.g.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		l.a.g.t.Fatal(err)
	}
	out := answer{status: res.StatusCode, header: res.Header, text: string(text)}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &out.body); err != nil {
			l.a.g.t.Fatalf("%s %s: %s is no JSON object", method, path, text)
		}
	}
	return out
}

func (l *listing) bearer() string { return "Authorization: Bearer " + l.token }

// person is a user of the row's domain.
func (l *listing) person(name string) string {
	l.a.g.t.Helper()
	return l.create(name+"@"+l.domain, "key-"+name)
}

// refusal fails the test unless an answer is a SCIM error of the status (RFC 7644 §3.12).
func (a answer) refusal(t *testing.T, status int) {
	t.Helper()
	detail, _ := a.body["detail"].(string)
	if a.status != status || a.body["status"] != strconv.Itoa(status) || detail == "" || !strings.Contains(a.text, "urn:ietf:params:scim:api:messages:2.0:Error") {
		t.Errorf("answer is %d %s, want a SCIM error %d", a.status, a.text, status)
	}
}

// list fails the test unless an answer is a list response, and returns its total and resources.
func (a answer) list(t *testing.T) (total int, resources []object) {
	t.Helper()
	if a.status != http.StatusOK || !strings.Contains(a.text, "urn:ietf:params:scim:api:messages:2.0:ListResponse") {
		t.Fatalf("answer is %d %s, want a list", a.status, a.text)
	}
	for _, key := range []string{"totalResults", "startIndex", "itemsPerPage"} {
		if _, ok := a.body[key].(float64); !ok {
			t.Errorf("%s is %v, want a number", key, a.body[key])
		}
	}
	items, ok := a.body["Resources"].([]any)
	if !ok {
		t.Fatalf("Resources is %v, want an array", a.body["Resources"])
	}
	for _, i := range items {
		o, _ := i.(object)
		resources = append(resources, o)
	}
	n, _ := a.body["totalResults"].(float64)
	return int(n), resources
}

// TestListingsAreShown: each row of the two galleries is in docs/listings.md, and each test, exchange or guide that
// is named there is there.
func TestListingsAreShown(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/listings.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{"OK", "EN"} {
		for n := 1; n <= 21; n++ {
			id := prefix + "-" + string(rune('0'+n/10)) + string(rune('0'+n%10))
			if !strings.Contains(string(doc), "| "+id+" |") {
				t.Errorf("docs/listings.md has no row %s", id)
			}
		}
	}
	sources := ""
	for _, dir := range []string{"../../scim", ".", "../../cmd/rollcall", "../../internal/fair", "../../internal/tenant", "../../internal/assertion"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), "_test.go") {
				b, err := os.ReadFile(dir + "/" + f.Name())
				if err != nil {
					t.Fatal(err)
				}
				sources += string(b)
			}
		}
	}
	for _, m := range regexp.MustCompile("`(Test[A-Za-z0-9_]+)(?:/([A-Z]{2}-[0-9]{2}))?`").FindAllStringSubmatch(string(doc), -1) {
		if !strings.Contains(sources, "func "+m[1]+"(") || !strings.Contains(sources, `"`+m[2]) {
			t.Errorf("docs/listings.md names %s, which is not there", m[0])
		}
	}
	for _, m := range regexp.MustCompile("`((?:okta|entra|generic)/[A-Za-z0-9_-]+)`").FindAllStringSubmatch(string(doc), -1) {
		if _, err := os.Stat("../../scim/testdata/exchanges/" + m[1] + ".txtar"); err != nil {
			t.Errorf("docs/listings.md names the exchange %s: %v", m[1], err)
		}
	}
}
