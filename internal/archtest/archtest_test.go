package archtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/archtest"
)

// TestRepository holds this repository to its rules.
func TestRepository(t *testing.T) {
	t.Parallel()
	packages, root, err := archtest.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	has := func(path string) bool {
		return slices.ContainsFunc(packages, func(p archtest.Package) bool { return p.Path == path && len(p.Files) > 0 })
	}
	if !has("internal/archtest") {
		t.Fatal("Load() did not find this very package, so it may miss others")
	}
	for _, f := range archtest.OurRules(root).Check(packages) {
		t.Error(f)
	}
}

func TestImportRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		path    string
		imports []string // of the code
		tests   []string // of the tests
		want    []string // the imports found
	}{
		{name: "roster takes the standard library and tenant", path: "internal/roster", imports: []string{"context", "./internal/tenant"}},
		{name: "roster takes no library", path: "internal/roster", imports: []string{"golang.org/x/text/cases"}, want: []string{"golang.org/x/text/cases"}},
		{name: "roster knows no door", path: "internal/roster", imports: []string{"./scim"}, want: []string{"./scim"}},
		{name: "roster has no transport", path: "internal/roster", imports: []string{"net/http"}, want: []string{"net/http"}},
		{name: "roster's tests may use libraries", path: "internal/roster", tests: []string{"pgregory.net/rapid", "./storage"}},
		{name: "tenant folds domains", path: "internal/tenant", imports: []string{"golang.org/x/net/idna"}},
		{name: "tenant does not know the roster", path: "internal/tenant", imports: []string{"./internal/roster"}, want: []string{"./internal/roster"}},
		{name: "a door speaks no SQL", path: "scim", imports: []string{"database/sql"}, want: []string{"database/sql"}},
		{name: "a door's parts speak no SQL", path: "scim/patch", imports: []string{"github.com/uptrace/bun"}, want: []string{"github.com/uptrace/bun"}},
		{name: "a door chooses no store", path: "invites", imports: []string{"./storage"}, want: []string{"./storage"}},
		{name: "a door's tests may open a store", path: "invites", tests: []string{"./storage"}},
		{name: "a door knows no other", path: "scim", imports: []string{"./invites"}, want: []string{"./invites"}},
		{name: "a door knows its own parts", path: "scim", imports: []string{"./scim/patch"}},
		{name: "jit takes the identity of sso", path: "jit", imports: []string{"./sso"}},
		{name: "jit knows no other door", path: "jit", imports: []string{"./scim"}, want: []string{"./scim"}},
		{name: "sso does not know jit", path: "sso", imports: []string{"./jit"}, want: []string{"./jit"}},
		{name: "the API uses the handlers of web", path: "internal/api", imports: []string{"./internal/web"}},
		{name: "web knows no door", path: "internal/web", imports: []string{"./scim"}, want: []string{"./scim"}},
		{name: "the API knows no door", path: "internal/api", imports: []string{"./sso"}, want: []string{"./sso"}},
		{name: "storage has the drivers", path: "storage", imports: []string{"database/sql", "github.com/jackc/pgx/v5", "./internal/roster"}},
		{name: "storage has no transport", path: "storage", imports: []string{"net/http"}, want: []string{"net/http"}},
		{name: "storage knows no SCIM", path: "storage/sub", imports: []string{"github.com/scim2/filter-parser/v2"}, want: []string{"github.com/scim2/filter-parser/v2"}},
		{name: "storage knows no door", path: "storage", imports: []string{"./scim"}, want: []string{"./scim"}},
		{name: "others have no drivers", path: "internal/events", imports: []string{"github.com/redis/go-redis/v9"}, want: []string{"github.com/redis/go-redis/v9"}},
		{name: "the program chooses the store", path: "cmd/rollcall", imports: []string{"./storage", "./scim"}},
		{name: "the program has no drivers", path: "cmd/rollcall", imports: []string{"github.com/jackc/pgx/v5"}, want: []string{"github.com/jackc/pgx/v5"}},
		{name: "nobody imports the program", path: "internal/web", imports: []string{"./cmd/rollcall"}, want: []string{"./cmd/rollcall"}},
		{name: "nobody's tests import the program", path: "internal/web", tests: []string{"./cmd/rollcall"}, want: []string{"./cmd/rollcall"}},
		{name: "test tools stay in tests", path: "internal/web", imports: []string{"testing"}, tests: []string{"testing"}, want: []string{"testing"}},
		{name: "the suite is test code", path: "cmd/rollcall", imports: []string{"./storage/storagetest"}, want: []string{"./storage/storagetest"}},
		{name: "the suite uses test tools", path: "storage/storagetest", imports: []string{"testing", "pgregory.net/rapid"}},
		{name: "names alike are not taken for ours", path: "scim", imports: []string{"example.com/storage", "github.com/uptrace/bunny"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := archtest.Package{Path: tt.path, Documented: true, Imports: tt.imports, TestImports: tt.tests}
			var got []string
			for _, f := range archtest.OurRules("/src").Check([]archtest.Package{p}) {
				if f.Why == "" {
					t.Errorf("%v has no reason", f)
				}
				got = append(got, strings.TrimPrefix(f.What, "imports "))
			}
			// Two rules may forbid the same import, each with its reason.
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, slices.Compact(got)); diff != "" {
				t.Errorf("Check(%s) mismatch (-want +got)\n%s", tt.path, diff)
			}
		})
	}
}

func TestOtherRules(t *testing.T) {
	t.Parallel()
	lines := func(n int) string { return strings.Repeat("//\n", n) }
	tests := []struct {
		name string
		pkg  archtest.Package
		want []string
	}{
		{name: "a sound package", pkg: archtest.Package{Path: "scim", Documented: true, Files: []archtest.File{{Name: "scim/scim.go", Text: lines(100)}}}},
		{name: "no package comment", pkg: archtest.Package{Path: "scim"}, want: []string{"scim: no package comment"}},
		{name: "a drawer", pkg: archtest.Package{Path: "scim/utils", Documented: true}, want: []string{`scim/utils: "utils" names no subject`}},
		{
			name: "a long file",
			pkg:  archtest.Package{Path: "scim", Documented: true, Files: []archtest.File{{Name: "scim/a.go", Text: lines(1)}, {Name: "scim/b.go", Text: lines(1)}, {Name: "scim/long.go", Text: lines(301)}}},
			want: []string{"scim/long.go: 301 lines, more than 300"},
		},
		{
			name: "an excused file",
			pkg:  archtest.Package{Path: "scim", Documented: true, Files: []archtest.File{{Name: "scim/a.go"}, {Name: "scim/b.go"}, {Name: "scim/excused.go", Text: lines(301)}}},
		},
		{
			name: "an excuse has an end",
			pkg:  archtest.Package{Path: "scim", Documented: true, Files: []archtest.File{{Name: "scim/a.go"}, {Name: "scim/b.go"}, {Name: "scim/excused.go", Text: lines(451)}}},
			want: []string{"scim/excused.go: 451 lines, more than 450"},
		},
		{
			name: "generated code may be long",
			pkg:  archtest.Package{Path: "scim", Documented: true, Files: []archtest.File{{Name: "scim/generated.go", Text: lines(9000), Generated: true}}},
		},
		{
			name: "files are long on the whole",
			pkg:  archtest.Package{Path: "scim", Documented: true, Files: []archtest.File{{Name: "scim/a.go", Text: lines(10)}, {Name: "scim/b.go", Text: lines(140)}, {Name: "scim/c.go", Text: lines(140)}}},
			want: []string{"all files: median of 140 lines, more than 130"},
		},
		{name: "a skipped test", pkg: text("scim/scim_test.go", "\n\tt."+"Skip()\n"), want: []string{`scim/scim_test.go:2: has "t.` + `Skip("`}},
		{name: "testenv may skip", pkg: text("internal/testenv/testenv_test.go", "\tt."+"Skip()\n")},
		{name: "a loose end", pkg: text("scim/scim.go", "// TODO: later\n"), want: []string{`scim/scim.go:1: has "TODO"`}},
		{name: "a loose end with an issue", pkg: text("scim/scim.go", "// TODO(#3): later\n")},
		{name: "somebody's home", pkg: text("README.md", "cd /"+"home/ann/rollcall\n"), want: []string{`README.md:1: has "/` + `home/ann/"`}},
		{name: "this checkout", pkg: text("docs/a.md", "see /checkouts/rollcall/docs\n"), want: []string{`docs/a.md:1: has "/checkouts/rollcall"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rules := archtest.OurRules("/checkouts/rollcall")
			rules.Sizes.Long = map[string]string{}
			for _, f := range tt.pkg.Files {
				if f.Name == "scim/excused.go" {
					rules.Sizes.Long[f.Name] = "a table that reads better whole"
				}
			}
			var got []string
			for _, f := range rules.Check([]archtest.Package{tt.pkg}) {
				got = append(got, f.Where+": "+f.What)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Check() mismatch (-want +got)\n%s", diff)
			}
		})
	}
}

func TestExcusesEnd(t *testing.T) {
	t.Parallel()
	rules := archtest.Rules{Sizes: archtest.SizeRule{Split: 300, Max: 450, Long: map[string]string{"scim/gone.go": "was a table"}}}
	if got := rules.Check(nil); len(got) != 1 {
		t.Errorf("Check() = %v, want one finding about an excuse nobody needs", got)
	}
}

// text is a package without a path, with one file.
func text(name, content string) archtest.Package {
	return archtest.Package{Files: []archtest.File{{Name: name, Text: content}}}
}
