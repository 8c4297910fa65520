package saml

import (
	"crypto/x509"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
)

// TestTheWall lists all that is used of crewjam/saml: types and names, nothing that verifies, decrypts, fetches, reads
// the clock or hangs on a variable that somebody could set. What is to be added here has to stand up to A.3.
func TestTheWall(t *testing.T) {
	t.Parallel()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, entry := range files {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			if strings.HasPrefix(i.Path.Value, `"github.com/crewjam/saml/`) {
				t.Errorf("%s imports %s", entry.Name(), i.Path.Value)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "crewjam" {
					used[s.Sel.Name] = true
				}
			}
			return true
		})
	}
	want := []string{
		"AuthnRequest", "EmailAddressNameIDFormat", "HTTPPostBinding", "HTTPRedirectBinding", "Issuer", "NameIDPolicy",
		"PersistentNameIDFormat", "TransientNameIDFormat", "UnspecifiedNameIDFormat",
	}
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(used))); d != "" {
		t.Errorf("used of crewjam/saml (-want +got):\n%s", d)
	}
}

// TestSecondGate_S3_to_S8 takes the linter away: the forged assertion's signature, where it has one, is still none
// of it.
func TestSecondGate_S3_to_S8(t *testing.T) {
	t.Parallel()
	p := samltest.New(t, "https://idp.example/saml", "a")
	answer := samlidp.Answer{Account: samlidp.Account{NameID: "jane"}}
	v := verifier{want: Expectation{Now: samltest.Start()}}
	v.IDP.Certificates = []*x509.Certificate{p.Certificate}
	for n := 3; n <= samltest.Wraps; n++ {
		evil := samltest.Wrap(n, samltest.Tree(t, p, answer, samltest.Knobs{}), func(el *etree.Element) {
			el.FindElement("./Subject/NameID").SetText("ceo")
		})
		for _, el := range evil.FindElements("//Assertion") {
			if child(el, nsSignature, "Signature") == nil {
				continue
			}
			covered, _, f := v.verifySignature(el)
			if f != nil {
				continue
			}
			if name, _ := text(covered.FindElement("./Subject/NameID")); name != "jane" {
				t.Errorf("XSW%d: a signature covers %q", n, name)
			}
		}
	}
}
