package advice

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// codes are all reason codes of package roster, wherever they are declared.
func codes(t *testing.T) []roster.Code {
	t.Helper()
	files, err := filepath.Glob("../roster/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []roster.Code
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			kind, named := spec.Type.(*ast.Ident)
			value, literal := spec.Values[0].(*ast.BasicLit)
			if named && literal && kind.Name == "Code" {
				s, err := strconv.Unquote(value.Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, roster.Code(s))
			}
			return true
		})
	}
	if len(out) < 15 {
		t.Fatalf("only %d codes found", len(out))
	}
	return out
}

func TestEveryReasonCodeIsExplained(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../../docs/reasons.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range codes(t) {
		if a := For(Refusal{Code: c}, tenant.Entra); a.Key != string(c) {
			t.Errorf("the code %s has no entry", c)
		}
		if !strings.Contains(string(docs), "`"+string(c)+"`") {
			t.Errorf("docs/reasons.md does not tell of %s", c)
		}
	}
}

func TestEveryProductHasItsPlaces(t *testing.T) {
	t.Parallel()
	generic := map[topic]string{}
	for _, tp := range []topic{mapping, credentials, assignment, groups, retry, here} {
		generic[tp] = place(tp, "")
		if generic[tp] == "" {
			t.Errorf("topic %d has no general place", tp)
		}
	}
	for _, v := range tenant.Vendors() {
		for tp, general := range generic {
			if got := place(tp, v); got == "" || got == general && tp != here {
				t.Errorf("%s has no place for topic %d", v, tp)
			}
		}
	}
}

func TestAdviceIsFoundByTheMostParticular(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		r      Refusal
		vendor tenant.Provider
		key    string
		where  string
	}{
		{Refusal{Status: 409, ScimType: "uniqueness", Code: roster.CodeTaken}, tenant.Okta, "taken", "Attribute Mappings"},
		{Refusal{Status: 400, ScimType: "invalidFilter"}, tenant.Entra, "invalidFilter", "Mappings"},
		{Refusal{Status: 401}, tenant.Okta, "401", "API Token"},
		{Refusal{Status: 429}, tenant.Google, "429", "every few hours"},
		{Refusal{Status: 418}, "", fallbackKey, "attribute mappings"},
		{Refusal{Status: 507, Code: "made_up"}, "", "500", "again"},
		{Refusal{Status: 400, ScimType: "invalidValue", Code: roster.CodeAwaitingProof}, tenant.JumpCloud, "awaiting_proof", "In Rollcall"},
		{Refusal{Status: 200}, tenant.Okta, "", ""},
	} {
		a := For(tt.r, tt.vendor)
		if a.Key != tt.key || !strings.Contains(a.Where, tt.where) {
			t.Errorf("For(%+v, %q) = %+v, want the key %q and a place with %q", tt.r, tt.vendor, a, tt.key, tt.where)
		}
	}
}
