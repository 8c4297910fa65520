package saml

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	xrv "github.com/mattermost/xml-roundtrip-validator"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
)

// FuzzVerify_S15 changes really signed responses. Whatever is accepted has the subject that was signed, and so says a
// second reading of the verified bytes by another parser.
func FuzzVerify_S15(f *testing.F) {
	p := samltest.New(f, "https://idp.example/saml", "a")
	c := Config{
		EntityID: "https://sp.example", ACSURL: "https://sp.example/acs",
		IDP: IDP{EntityID: p.EntityID, SSOURL: p.SSOURL, Binding: Redirect, Certificates: []*x509.Certificate{p.Certificate}},
	}
	key, ok := samltest.Key(f, "c").(*rsa.PrivateKey)
	if !ok {
		f.Fatal("not RSA")
	}
	c.Keys = []KeyPair{{Key: key, Certificate: samltest.Certificate(f, key, samltest.Start(), samltest.Start())}}
	answer := samlidp.Answer{
		SP: samlidp.SP{EntityID: c.EntityID, ACSURL: c.ACSURL}, InResponseTo: "id-1",
		Account: samlidp.Account{NameID: "jane", Attributes: []samlidp.Attribute{{Name: "email", Values: []string{"jane@corp.example"}}}},
	}
	want := Expectation{RequestID: "id-1", Now: samltest.Start()}
	seed := func(el *etree.Element) {
		doc := etree.NewDocument()
		doc.SetRoot(el)
		raw, err := doc.WriteToBytes()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	forge := func(el *etree.Element) { el.FindElement("./Subject/NameID").SetText("ceo") }
	for _, sign := range []samlidp.Sign{samlidp.SignAssertion, samlidp.SignResponse, samlidp.SignBoth} {
		tree := samltest.Tree(f, p, answer, samltest.Knobs{Sign: sign})
		seed(tree)
		for n := 1; n <= samltest.Wraps; n++ {
			if (n <= 2) == (sign == samlidp.SignResponse) {
				seed(samltest.Wrap(n, tree, forge))
			}
		}
	}
	answer.SP.Encrypt = c.Keys[0].Certificate
	seed(samltest.Tree(f, p, answer, samltest.Knobs{}))
	seed(samltest.Tree(f, p, answer, samltest.Knobs{Unsigned: true}))
	seed(p.Response(answer, nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if root, refusal := parse(raw, ofResponse()); refusal == nil {
			secondParser(t, raw, root)
		}
		a, err := Verify(c, want, base64.StdEncoding.EncodeToString(raw))
		if err != nil {
			return
		}
		if a.NameID != "jane" {
			t.Fatalf("accepted as %q", a.NameID)
		}
		secondReading(t, c, raw, a)
	})
}

// secondParser reads what the linter passed with encoding/xml and counts: same elements, same text. What the linter
// passes also survives being written and read again (Mattermost's validator for encoding/xml).
func secondParser(t *testing.T, raw []byte, root *etree.Element) {
	t.Helper()
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if err := xrv.Validate(bytes.NewReader(raw)); err != nil {
		t.Fatalf("what was linted doesn't survive a round trip: %v", err)
	}
	var all strings.Builder
	elements := 0
	var walk func(*etree.Element)
	walk = func(el *etree.Element) {
		elements++
		for _, token := range el.Child {
			switch token := token.(type) {
			case *etree.CharData:
				all.WriteString(token.Data)
			case *etree.Element:
				walk(token)
			}
		}
	}
	walk(root)
	decoder := xml.NewDecoder(bytes.NewReader(raw))
	var text strings.Builder
	for depth := 0; ; {
		token, err := decoder.Token()
		if token == nil {
			if depth != 0 || elements != 0 {
				t.Fatalf("another number of elements: %v", err)
			}
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth, elements = depth+1, elements-1
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth > 0 {
				text.Write(token)
			}
		}
	}
	if text.String() != all.String() {
		t.Fatalf("two parsers read %q and %q", all.String(), text.String())
	}
}

// secondReading reads the verified bytes with crewjam/saml's types.
func secondReading(t *testing.T, c Config, raw []byte, a Assertion) {
	t.Helper()
	response, refusal := readResponse(raw)
	if refusal != nil {
		t.Fatal(refusal)
	}
	v := verifier{Config: c, want: Expectation{RequestID: "id-1", Now: samltest.Start()}}
	parts, refusal := v.signedParts(response)
	if refusal != nil {
		t.Fatal(refusal)
	}
	// The namespaces around the element come along, if it was taken out of a response.
	el := parts.assertion.Copy()
	if el.SelectAttr("xmlns:saml") == nil {
		el.CreateAttr("xmlns:saml", nsAssertion)
	}
	doc := etree.NewDocument()
	doc.SetRoot(el)
	again, err := doc.WriteToBytes()
	if err != nil {
		t.Fatal(err)
	}
	var second crewjam.Assertion
	if err := xml.Unmarshal(again, &second); err != nil {
		t.Fatalf("a second parser can't read it: %v", err)
	}
	if got := strings.TrimSpace(second.Subject.NameID.Value); got != a.NameID || second.ID != a.ID || second.Issuer.Value != a.Issuer {
		t.Fatalf("a second parser reads %q, %q, %q; Verify returned %q, %q, %q", got, second.ID, second.Issuer.Value, a.NameID, a.ID, a.Issuer)
	}
}

// FuzzParseMetadata looks for panics, and for metadata that is taken and can't be used.
func FuzzParseMetadata(f *testing.F) {
	p := samltest.New(f, "https://idp.example/saml", "a")
	raw, err := p.Metadata()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><EntityDescriptor entityID="a:b"><IDPSSODescriptor/></EntityDescriptor></EntitiesDescriptor>`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := ParseMetadata(raw, samltest.Start(), Policy{}, p.Certificate)
		if err != nil {
			return
		}
		c := Config{EntityID: "https://sp.example", ACSURL: "https://sp.example/acs", IDP: m.IDP()}
		for _, wrong := range c.Check(samltest.Start()) {
			// A provider may show certificates of another time only.
			if !strings.HasPrefix(wrong, "The certificate ") {
				t.Errorf("taken, and then: %s", wrong)
			}
		}
	})
}
