package saml

import (
	"bytes"
	"maps"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/beevik/etree"
)

// The namespaces of what a response is made of.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	nsEncrypted = "http://www.w3.org/2001/04/xmlenc#"
	nsXML       = "http://www.w3.org/XML/1998/namespace"
)

// Lint tells whether a response has the shape that every honest one has: no more than MaxResponse, 4,000
// elements and a depth of 40; no DOCTYPE, comment or processing instruction; one root, samlp:Response, and
// nothing after it; unique attributes and ids; exactly one Assertion or EncryptedAssertion, directly below the
// root (none if the status is not success); signatures directly below the response or the assertion only. The
// error is a *Failure. Nothing is verified.
func Lint(response []byte) error {
	if _, f := readResponse(response); f != nil {
		return f
	}
	return nil
}

// readResponse parses a response that passes scan and lint into the one tree that is used from then on.
func readResponse(b []byte) (*etree.Element, *Failure) {
	root, f := parse(b, ofResponse())
	if f != nil {
		return nil, f
	}
	if !named(root, nsProtocol, "Response") {
		return nil, fail(CodeMalformed, "root", "The root element is %s, not a samlp:Response.", quote(root.FullTag()))
	}
	return root, lintResponse(root)
}

// parse scans and parses a document, and holds names, namespaces and ids to the rules that they all share.
func parse(b []byte, limit bounds) (*etree.Element, *Failure) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if f := scan(b, limit); f != nil {
		return nil, f
	}
	doc := etree.NewDocument()
	doc.ReadSettings = etree.ReadSettings{PreserveDuplicateAttrs: true, MaxDepth: limit.depth + 1}
	if err := doc.ReadFromBytes(b); err != nil {
		return nil, fail(CodeMalformed, "well_formed", "The document is not well-formed XML: %s", quote(err.Error()))
	}
	root := doc.Root()
	if root == nil {
		return nil, fail(CodeMalformed, "root", "The document has no root element.")
	}
	l := linter{ids: map[string]bool{}, limit: limit}
	return root, l.element(root, map[string]string{"xml": nsXML}, 1)
}

// linter holds what has to be unique in a document. Depth and elements are counted once more, on the tree.
type linter struct {
	ids      map[string]bool
	limit    bounds
	elements int
}

func (l *linter) element(el *etree.Element, outer map[string]string, depth int) *Failure {
	if l.elements++; l.elements > l.limit.elements || depth > l.limit.depth {
		return fail(CodeTooLarge, "elements", "The document has too many elements, or they are nested too deep.")
	}
	scope, f := declared(el, outer)
	if f != nil {
		return f
	}
	if f := resolves(el.Space, el.Tag, scope); f != nil {
		return f
	}
	if f := l.attributes(el, scope); f != nil {
		return f
	}
	for child := range el.ChildElementsSeq() {
		if f := l.element(child, scope, depth+1); f != nil {
			return f
		}
	}
	return nil
}

// declared returns the namespaces in scope inside of el.
func declared(el *etree.Element, outer map[string]string) (map[string]string, *Failure) {
	scope, own := outer, false
	for _, a := range el.Attr {
		prefix := a.Key
		if a.Space == "" && a.Key == "xmlns" {
			prefix = ""
		} else if a.Space != "xmlns" {
			continue
		}
		// Relative ones are read differently by different parsers (Canonical XML 1.0 §1.3 forbids them), and
		// undeclaring a prefix is not XML 1.0.
		if prefix == "xml" || prefix == "xmlns" || a.Value == nsXML || !strings.Contains(a.Value, ":") && (prefix != "" || a.Value != "") {
			return nil, fail(CodeMalformed, "namespace", "A namespace declaration can't be accepted: %s", quote(a.FullKey()))
		}
		if !own {
			scope, own = maps.Clone(outer), true
		}
		scope[prefix] = a.Value
	}
	return scope, nil
}

func resolves(prefix, name string, scope map[string]string) *Failure {
	// The parser splits names at the colon, and looks at the first character of the whole only.
	if first, _ := utf8.DecodeRuneInString(name); first != '_' && !unicode.IsLetter(first) || strings.Contains(name, ":") || strings.Contains(prefix, ":") {
		return fail(CodeMalformed, "namespace", "A name is none: %s", quote(prefix+":"+name))
	}
	if _, found := scope[prefix]; prefix != "" && !found {
		return fail(CodeMalformed, "namespace", "The prefix %s is not declared.", quote(prefix))
	}
	return nil
}

// idText is what an id may be: the reference in a signature has to be "#" and this.
var idText = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,255}$`)

func (l *linter) attributes(el *etree.Element, scope map[string]string) *Failure {
	seen := make(map[string]bool, len(el.Attr))
	ids := 0
	for _, a := range el.Attr {
		name := a.Space + " " + a.Key
		if a.Space != "xmlns" && a.FullKey() != "xmlns" {
			if f := resolves(a.Space, a.Key, scope); f != nil {
				return f
			}
			if a.Space != "" {
				name = scope[a.Space] + " " + a.Key // two prefixes may stand for one namespace
			}
		}
		if seen[name] {
			return fail(CodeMalformed, "duplicate_attribute", "The element %s has the attribute %s twice.", quote(el.FullTag()), quote(a.Key))
		}
		seen[name] = true
		if !strings.EqualFold(a.Key, "id") || a.Space == "xmlns" {
			continue
		}
		if ids++; ids > 1 || l.ids[a.Value] || !idText.MatchString(a.Value) {
			return fail(CodeMalformed, "id", "An id of the element %s is not unique, or is none.", quote(el.FullTag()))
		}
		l.ids[a.Value] = true
	}
	return nil
}

// lintResponse holds a response to where assertions and signatures may be. That is all that signature wrapping
// lives on (B.1 of "On Breaking SAML", USENIX 2012): a second assertion anywhere, or a signature elsewhere.
func lintResponse(root *etree.Element) *Failure {
	assertions := 0
	for el := range root.ChildElementsSeq() {
		switch {
		case named(el, nsAssertion, "Assertion"):
			assertions++
			if f := lintAssertion(el); f != nil {
				return f
			}
		case named(el, nsAssertion, "EncryptedAssertion"):
			assertions++
			if f := lintInside(el); f != nil {
				return f
			}
		case named(el, nsSignature, "Signature"), named(el, nsAssertion, "Issuer"),
			named(el, nsProtocol, "Status"), named(el, nsProtocol, "Extensions"):
			if len(children(root, el.NamespaceURI(), el.Tag)) > 1 {
				return fail(CodeMalformed, "response", "The response has more than one %s.", el.Tag)
			}
			if f := lintInside(el); f != nil {
				return f
			}
		default:
			return fail(CodeMalformed, "response", "The response has an element %s, which doesn't belong there.", quote(el.FullTag()))
		}
	}
	if assertions == 1 || assertions == 0 && !succeeded(root) {
		return nil
	}
	return fail(CodeMalformed, "assertions", "The response has %d assertions; it must have exactly one.", assertions)
}

// lintAssertion holds an assertion to at most one signature, directly below it.
func lintAssertion(assertion *etree.Element) *Failure {
	if len(children(assertion, nsSignature, "Signature")) > 1 {
		return fail(CodeMalformed, "signature_place", "The assertion has more than one signature.")
	}
	for el := range assertion.ChildElementsSeq() {
		if !named(el, nsSignature, "Signature") {
			if f := misplaced(el); f != nil {
				return f
			}
		}
		if f := lintInside(el); f != nil {
			return f
		}
	}
	return nil
}

// lintInside refuses assertions, responses and signatures below el.
func lintInside(el *etree.Element) *Failure {
	for child := range el.ChildElementsSeq() {
		if f := misplaced(child); f != nil {
			return f
		}
		if f := lintInside(child); f != nil {
			return f
		}
	}
	return nil
}

// misplaced goes by the local name, whatever the namespace: readers have been known to.
func misplaced(el *etree.Element) *Failure {
	switch el.Tag {
	case "Signature":
		return fail(CodeMalformed, "signature_place", "There is a signature elsewhere than directly below the response or the assertion.")
	case "Assertion", "EncryptedAssertion", "Response":
		return fail(CodeMalformed, "assertions", "There is another %s inside of the response.", el.Tag)
	}
	return nil
}
