package scim

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rollcall/internal/tenant"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata/exchanges")

const exchanges = "testdata/exchanges"

// TestExchanges replays testdata/exchanges on both databases. Each file is what
// one provider says in one situation, what the door answers, and which
// members and events are left:
//
//	a comment
//	-- directory --     optional: "provider okta", "strict true", "roles_attribute true"
//	-- schema --        the tenant defines it, here and now; see exchange_schema_test.go for others like it
//	-- request NAME --  a request below the base URL, or below another tenant's with other:/path
//	-- response NAME --
//	…
//	-- members --       of the tenant, removed ones too
//	-- events --        by the request that caused them
//
// The id that a request makes is {{NAME}} from then on, its cursor {{NAME.next}},
// and those of a bulk request {{NAME.BULKID}}.
// Requests bear the directory's token and SCIM's media type unless they
// say otherwise. -update writes all but the requests, from SQLite.
func TestExchanges(t *testing.T) {
	t.Parallel()
	files := exchangeFiles(t)
	for _, db := range databases {
		t.Run(db.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db.url(t))
			for i, file := range files {
				t.Run(strings.TrimSuffix(file, ".txtar"), func(t *testing.T) {
					t.Parallel()
					x := newExchange(t, w, i, file)
					got := x.replay(t)
					if *update {
						if !strings.Contains(t.Name(), "/sqlite/") {
							return
						}
						if err := os.WriteFile(filepath.Join(exchanges, file), txtar.Format(got), 0o600); err != nil {
							t.Error(err)
						}
						return
					}
					if diff := gocmp.Diff(string(txtar.Format(x.archive)), string(txtar.Format(got))); diff != "" {
						t.Errorf("%s mismatch (-want +got):\n%s", file, diff)
					}
				})
			}
		})
	}
}

func exchangeFiles(tb testing.TB) []string {
	tb.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(exchanges), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		tb.Fatalf("no exchanges: %v", err)
	}
	return files
}

// exchange is one file on its way.
type exchange struct {
	w          *world
	archive    *txtar.Archive
	own, other customer
	domain     string            // what makes the domain of the file this exchange's own
	values     map[string]string // of {{NAME}}
	names      []string          // in the order they were learnt
}

// theDomain is the tenant's in all files. A domain has one owner, and the
// exchanges share a database, so each says it with a prefix of its own.
var theDomain = regexp.MustCompile(`(?i)kelp\.example`)

func newExchange(tb testing.TB, w *world, n int, file string) *exchange {
	tb.Helper()
	archive, err := txtar.ParseFile(filepath.Join(exchanges, file))
	if err != nil {
		tb.Fatal(err)
	}
	provider, settings := tenant.Provider(filepath.Dir(file)), tenant.DirectorySettings{}
	for _, f := range archive.Files {
		if f.Name == "directory" {
			for line := range strings.Lines(string(f.Data)) {
				key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
				switch key {
				case "provider":
					provider = tenant.Provider(value)
				case "strict":
					settings.Strict = value == "true"
				case "roles_attribute":
					settings.RolesAttribute = value == "true"
				default:
					tb.Fatalf("unknown setting %q", key)
				}
			}
		}
	}
	if !provider.Known() {
		provider = tenant.Generic
	}
	x := &exchange{w: w, archive: archive, domain: fmt.Sprintf("x%d.", n), values: map[string]string{}}
	slug := fmt.Sprintf("x%d", n)
	x.own = w.customer(tb, slug, x.domain+"kelp.example", provider, settings)
	x.other = w.customer(tb, slug+"-other", "", provider, settings)
	x.learn("other", publicURL+x.other.path)
	x.learn("base", publicURL+x.own.path)
	x.learn("directory", x.own.directory.ID.UUID.UUID())
	x.learn("otherToken", x.other.token)
	x.learn("token", x.own.token)
	return x
}

func (x *exchange) learn(name, value string) {
	if _, known := x.values[name]; !known {
		x.names = append(x.names, name)
	}
	x.values[name] = value
}

// expand turns the words of the file into those of the wire, conceal the other way.
func (x *exchange) expand(s string) string {
	for _, name := range x.names {
		s = strings.ReplaceAll(s, "{{"+name+"}}", x.values[name])
	}
	return theDomain.ReplaceAllString(s, x.domain+"$0")
}

var moment = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"`)

// groupsTag is an entity tag with the digest of a user's groups, whose ids are new each time.
var groupsTag = regexp.MustCompile(`(W/\\?"\d+)\.[0-9a-z]+`)

func (x *exchange) conceal(s string) string {
	for _, name := range x.names {
		s = strings.ReplaceAll(s, x.values[name], "{{"+name+"}}")
	}
	s = moment.ReplaceAllString(s, `"{{time}}"`)
	s = groupsTag.ReplaceAllString(s, `$1.{{groups}}`)
	return strings.ReplaceAll(s, x.domain, "")
}

// replay sends the requests and returns the file as it should be.
func (x *exchange) replay(tb testing.TB) *txtar.Archive {
	tb.Helper()
	got := &txtar.Archive{Comment: x.archive.Comment}
	for _, f := range x.archive.Files {
		name, isRequest := strings.CutPrefix(f.Name, "request ")
		if !isRequest {
			if f.Name == "directory" || x.define(tb, f) {
				got.Files = append(got.Files, f)
			}
			continue
		}
		r := x.request(tb, string(f.Data))
		r = r.WithContext(context.WithValue(r.Context(), nameKey{}, name))
		answer := x.answer(name, x.w.send(r))
		got.Files = append(got.Files, f, txtar.File{Name: "response " + name, Data: []byte(answer)})
	}
	got.Files = append(got.Files,
		txtar.File{Name: "members", Data: []byte(x.members(tb))},
		txtar.File{Name: "events", Data: []byte(x.events(tb))})
	return got
}

// request reads "METHOD PATH", headers, an empty line and the body.
func (x *exchange) request(tb testing.TB, text string) *http.Request {
	tb.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	scan := bufio.NewScanner(strings.NewReader(x.expand(head)))
	scan.Scan()
	method, target, ok := strings.Cut(scan.Text(), " ")
	if !ok {
		tb.Fatalf("no request line in %q", text)
	}
	c := x.own
	if rest, is := strings.CutPrefix(target, "other:"); is {
		c, target = x.other, rest
	}
	r := httptest.NewRequest(method, c.path+target, strings.NewReader(x.expand(strings.TrimSuffix(body, "\n"))))
	r.Header.Set("Authorization", "Bearer "+c.token)
	if strings.Contains(text, "\n\n") {
		r.Header.Set("Content-Type", contentType)
	}
	for scan.Scan() {
		name, value, _ := strings.Cut(scan.Text(), ":")
		if r.Header.Set(name, strings.TrimSpace(value)); strings.TrimSpace(value) == "" {
			r.Header.Del(name)
		}
	}
	return r
}
