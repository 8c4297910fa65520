package scim

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata/exchanges")

const exchanges = "testdata/exchanges"

// TestExchanges replays testdata/exchanges on both databases. Each file is what
// one provider says in one situation, what the door answers, and which
// members and events are left:
//
//	a comment
//	-- directory --     optional: "provider okta", "strict true"
//	-- request NAME --  a request below the base URL, or below another tenant's with other:/path
//	-- response NAME --
//	…
//	-- members --       of the tenant, removed ones too
//	-- events --        by the request that caused them
//
// The id that a request makes is {{NAME}} from then on, its cursor {{NAME.next}}.
// Requests bear the directory's token and SCIM's media type unless they
// say otherwise. -update writes all but the requests, from SQLite.
func TestExchanges(t *testing.T) {
	t.Parallel()
	files := exchangeFiles(t)
	onBoth(t, func(t *testing.T, w *world) {
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
	w           *world
	archive     *txtar.Archive
	own, other  customer
	domain      string            // what makes the domain of the file this exchange's own
	values      map[string]string // of {{NAME}}
	names       []string          // in the order they were learnt
	lastRequest string
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

func (x *exchange) conceal(s string) string {
	for _, name := range x.names {
		s = strings.ReplaceAll(s, x.values[name], "{{"+name+"}}")
	}
	s = moment.ReplaceAllString(s, `"{{time}}"`)
	return strings.ReplaceAll(s, x.domain, "")
}

// replay sends the requests and returns the file as it should be.
func (x *exchange) replay(tb testing.TB) *txtar.Archive {
	tb.Helper()
	got := &txtar.Archive{Comment: x.archive.Comment}
	for _, f := range x.archive.Files {
		name, isRequest := strings.CutPrefix(f.Name, "request ")
		if !isRequest {
			if f.Name == "directory" {
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

// answer writes an answer down and learns its id and cursor.
func (x *exchange) answer(name string, rec *httptest.ResponseRecorder) string {
	var learnt struct{ ID, NextCursor string }
	if json.Unmarshal(rec.Body.Bytes(), &learnt) == nil {
		known := slices.ContainsFunc(x.names, func(n string) bool { return x.values[n] == learnt.ID })
		if _, err := tenant.ParseUUID(learnt.ID); err == nil && !known {
			x.learn(name, learnt.ID)
		}
		if learnt.NextCursor != "" {
			x.learn(name+".next", learnt.NextCursor)
		}
	}
	var b strings.Builder
	fmt.Fprintln(&b, rec.Code)
	for _, h := range []string{"Accept", "Accept-Encoding", "Allow", "Content-Type", "ETag", "Location", "Retry-After", "WWW-Authenticate"} {
		if v := rec.Header().Get(h); v != "" && (h != "Content-Type" || v != contentType) {
			fmt.Fprintf(&b, "%s: %s\n", h, v)
		}
	}
	if rec.Body.Len() > 0 {
		fmt.Fprintf(&b, "\n%s\n", pretty(rec.Body.Bytes()))
	}
	return x.conceal(b.String())
}

// leaf is an array or object without others in it.
var leaf = regexp.MustCompile(`[{\[]\n[^{}\[\]]*[}\]]`)

var space = regexp.MustCompile(`\s*\n\s*`)

// pretty indents JSON and keeps short leaves on one line.
func pretty(body []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, body, "", "  "); err != nil {
		return string(body)
	}
	return leaf.ReplaceAllStringFunc(b.String(), func(s string) string {
		if one := space.ReplaceAllString(s, " "); len(one) < 110 {
			return one
		}
		return s
	})
}

// members writes down who is in the tenant at the end, and how.
func (x *exchange) members(tb testing.TB) string {
	tb.Helper()
	q := roster.Query{Limit: 1000, WithRemoved: true, WithGroups: true}
	page, err := x.w.db.Reader(x.own.tenant).Members(tb.Context(), q)
	if err != nil {
		tb.Fatal(err)
	}
	var b strings.Builder
	for _, m := range page.Items {
		fmt.Fprintf(&b, "%s is %s, %s", m.Login, m.Standing.State, m.Standing.Role)
		if m.Standing.Reason != "" {
			fmt.Fprintf(&b, ", for %s", m.Standing.Reason)
		}
		fmt.Fprintf(&b, "; key %s, address %s, version %d", cmp.Or(m.ExternalID, "none"), cmp.Or(string(m.Email), "none"), m.Version)
		for _, g := range m.Groups {
			fmt.Fprintf(&b, ", in %q", g.Name)
		}
		b.WriteByte('\n')
	}
	return x.conceal(b.String())
}

// events writes down what the requests caused.
func (x *exchange) events(tb testing.TB) string {
	tb.Helper()
	all := x.feed(tb)
	var b strings.Builder
	for _, e := range all {
		if e.RequestID == "" {
			continue // the set-up
		}
		about := e.Member.UUID
		if about.IsZero() {
			about = e.Group.UUID
		}
		subject := ""
		if !about.IsZero() {
			subject = about.UUID()
		}
		fmt.Fprintln(&b, strings.TrimRight(fmt.Sprint(e.RequestID, ": ", e.Kind, " ", subject, " ", compact(e.Data)), " "))
	}
	return x.conceal(b.String())
}

// feed reads all events. Those of PostgreSQL appear when no older transaction runs, of any tenant, so a last
// event is written and waited for.
func (x *exchange) feed(tb testing.TB) []roster.Event {
	tb.Helper()
	operator := roster.Staff{Tenant: x.own.tenant, Actor: roster.Actor{Source: roster.SourceOperator}}
	if _, err := x.w.roster.AddDomain(tb.Context(), operator, x.domain+"last.example"); err != nil {
		tb.Fatal(err)
	}
	for {
		all, err := x.w.db.Reader(x.own.tenant).Events(tb.Context(), roster.Cursor{}, 1000)
		if err != nil {
			tb.Fatal(err)
		}
		domains := 0
		for _, e := range all {
			if e.Kind == roster.DomainChanged {
				domains++
			}
		}
		if domains == 2 { // that of newExchange and the last
			return all
		}
	}
}

// compact makes the JSON of both databases the same.
func compact(data json.RawMessage) string {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return string(data)
	}
	b, err := json.Marshal(v)
	if err != nil || string(b) == "{}" || string(b) == "null" {
		return ""
	}
	return string(b)
}
