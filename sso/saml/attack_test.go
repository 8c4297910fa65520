package saml_test

import (
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

func forge(assertion *etree.Element) {
	find(assertion, "Subject", "NameID").SetText("ceo-0001")
}

// TestSignatureWrapping_S1_to_S8 posts the eight permutations of signature wrapping that SAML Raider knows, made of
// really signed responses.
func TestSignatureWrapping_S1_to_S8(t *testing.T) {
	t.Parallel()
	for n := 1; n <= samltest.Wraps; n++ {
		for _, sign := range []samlidp.Sign{samlidp.SignAssertion, samlidp.SignResponse, samlidp.SignBoth} {
			if n <= 2 && sign == samlidp.SignAssertion || n > 2 && sign == samlidp.SignResponse {
				continue // there is no signature to wrap
			}
			t.Run(fmt.Sprintf("S%d_XSW%d_%d", n, n, sign), func(t *testing.T) {
				t.Parallel()
				c, p, a := connection(t)
				body, err := samlidp.Encode(samltest.Wrap(n, samltest.Tree(t, p, a, samltest.Knobs{Sign: sign}), forge))
				if err != nil {
					t.Fatal(err)
				}
				got, err := saml.Verify(c, expectation(), body)
				refused(t, got, err, saml.CodeMalformed, "")
			})
		}
	}
}

// TestUnsigned_S9 strips all signatures.
func TestUnsigned_S9(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	for _, sign := range []samlidp.Sign{samlidp.SignAssertion, samlidp.SignResponse, samlidp.SignBoth} {
		got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{Sign: sign, Unsigned: true}))
		if f := refused(t, got, err, saml.CodeUnsigned, "signature"); f.Signed {
			t.Error("the failure says that it was signed")
		}
	}
}

// TestTampered_S11 changes responses after they were signed.
func TestTampered_S11(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		knobs samltest.Knobs
		code  saml.Code
	}{
		{"InResponseTo outside", samltest.Knobs{After: set("InResponseTo", "id-other")}, saml.CodeInResponseTo},
		{"no InResponseTo outside", samltest.Knobs{After: unset("InResponseTo")}, saml.CodeInResponseTo},
		{"Destination", samltest.Knobs{After: set("Destination", "https://evil.example/acs")}, saml.CodeRecipientMismatch},
		{"Status", samltest.Knobs{After: set("Value", "urn:oasis:names:tc:SAML:2.0:status:Requester", "Status", "StatusCode")}, saml.CodeStatus},
		{"issuer outside", samltest.Knobs{After: func(el *etree.Element) { find(el, "Issuer").SetText("https://other.example") }}, saml.CodeIssuerMismatch},
		{"subject", samltest.Knobs{After: func(el *etree.Element) { forge(find(el, "Assertion")) }}, saml.CodeSignatureInvalid},
		{"subject below a signed response", samltest.Knobs{Sign: samlidp.SignResponse, After: func(el *etree.Element) { forge(find(el, "Assertion")) }}, saml.CodeSignatureInvalid},
		{"InResponseTo of a signed response", samltest.Knobs{Sign: samlidp.SignBoth, After: set("InResponseTo", "id-other")}, saml.CodeSignatureInvalid},
		{"the response's signature of both", samltest.Knobs{Sign: samlidp.SignBoth, After: func(el *etree.Element) { find(el, "Signature", "SignatureValue").SetText("AAAA") }}, saml.CodeSignatureInvalid},
		{"the assertion's signature of both", samltest.Knobs{Sign: samlidp.SignBoth, Response: func(el *etree.Element) { find(el, "Assertion", "Signature", "SignatureValue").SetText("AAAA") }}, saml.CodeSignatureInvalid},
		{"a second reference", samltest.Knobs{After: func(el *etree.Element) {
			info := find(el, "Assertion", "Signature", "SignedInfo")
			info.AddChild(find(info, "Reference").Copy())
		}}, saml.CodeMalformed},
		{"a reference to the whole document", samltest.Knobs{After: set("URI", "", "Assertion", "Signature", "SignedInfo", "Reference")}, saml.CodeMalformed},
		{"a transform by XSLT", samltest.Knobs{After: set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116", "Assertion", "Signature", "SignedInfo", "Reference", "Transforms", "Transform")}, saml.CodeMalformed},
		{"an algorithm of another namespace", samltest.Knobs{After: all(set("xmlns:x", "urn:x"), set("x:Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "Assertion", "Signature", "SignedInfo", "SignatureMethod"))}, saml.CodeMalformed},
		{"a second SignedInfo", samltest.Knobs{After: func(el *etree.Element) {
			sig := find(el, "Assertion", "Signature")
			sig.AddChild(find(sig, "SignedInfo").Copy())
		}}, saml.CodeMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, tt.knobs))
			refused(t, got, err, tt.code, "")
		})
	}
}

// TestText_S13_S14_S15_S16 changes the text of a signed response in ways that parsers disagree about.
func TestText_S13_S14_S15_S16(t *testing.T) {
	t.Parallel()
	replace := func(old, by string) func(string) string {
		return func(s string) string { return strings.Replace(s, old, by, 1) }
	}
	before := func(text string) func(string) string { return func(s string) string { return text + s } }
	after := func(text string) func(string) string { return func(s string) string { return s + text } }
	for _, tt := range []struct {
		name   string
		change func(string) string
		check  string
	}{
		{"S13 comment in the NameID", replace(subject, subject+"<!-- -->.evil.example"), "comment"},
		{"S13 comment elsewhere", after("<!-- -->"), "comment"},
		{"S14 processing instruction", replace(subject, "<?x y?>"+subject), "processing_instruction"},
		{"S14 entity", replace(subject, "&evil;"), "well_formed"},
		{"S16 DOCTYPE with an external entity", before(`<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1/">]>`), "doctype"},
		{"S16 billion laughs", before(`<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`), "doctype"},
		{"S16 DOCTYPE behind", after("<!DOCTYPE r>"), "doctype"},
		{"S15 another encoding", before(`<?xml version="1.0" encoding="UTF-7"?>`), "encoding"},
		{"S15 text behind the root", after("x"), "root"},
		{"S15 CDATA behind the root", after("<![CDATA[x]]>"), "root"},
		{"S15 a second root", after("<x/>"), "root"},
		{"S15 a NUL", replace(subject, "\x00"), "well_formed"},
		{"S15 no UTF-8", replace(subject, "\xff\xfe"), "well_formed"},
		{"S15 duplicate attribute", replace(` Version="2.0"`, ` Version="2.0" Version="2.0"`), "duplicate_attribute"},
		{"S15 duplicate by prefix", replace(` Version="2.0"`, ` Version="2.0" xmlns:a="urn:x" xmlns:b="urn:x" a:y="1" b:y="2"`), "duplicate_attribute"},
		{"S15 duplicate declaration", replace(` Version="2.0"`, ` Version="2.0" xmlns:a="urn:x" xmlns:a="urn:y"`), "duplicate_attribute"},
		{"S15 two ids", replace(` Version="2.0"`, ` Version="2.0" Id="_x"`), "id"},
		{"S15 xml:id", replace(` Version="2.0"`, ` Version="2.0" xml:id="_x"`), "id"},
		{"S15 an id with a prefix", replace(` Version="2.0"`, ` Version="2.0" xmlns:a="urn:x" a:ID="_x"`), "id"},
		{"S15 undeclared prefix", replace(` Version="2.0"`, ` Version="2.0" a:y="1"`), "namespace"},
		{"S15 relative namespace", replace(` Version="2.0"`, ` Version="2.0" xmlns:a="x"`), "namespace"},
		{"S15 a prefix undeclared", replace(` Version="2.0"`, ` Version="2.0" xmlns:a=""`), "namespace"},
		{"S15 another xml prefix", replace(` Version="2.0"`, ` Version="2.0" xmlns:xml="urn:x"`), "namespace"},
		{"S15 a colon too many", replace(` Version="2.0"`, ` Version="2.0" :a="1"`), "namespace"},
		{"S15 a digit behind a prefix", replace(` Version="2.0"`, ` Version="2.0" saml:1x="1"`), "namespace"},
		{"S15 the root in another namespace", replace("urn:oasis:names:tc:SAML:2.0:protocol", "urn:x"), "root"},
		{"an assertion in another namespace", replace("<saml:Issuer>", `<saml:Issuer><x xmlns="urn:x"><Assertion/></x>`), "assertions"},
		{"no assertion", func(s string) string {
			i, j := strings.Index(s, "<saml:Assertion"), strings.Index(s, "</saml:Assertion>")
			return s[:i] + s[j+len("</saml:Assertion>"):]
		}, "assertions"},
		{"two assertions", replace("<saml:Assertion", `<saml:Assertion ID="_other"/><saml:Assertion`), "assertions"},
		{"cut off", func(s string) string { return s[:len(s)-20] }, "well_formed"},
		{"empty", func(string) string { return "" }, "well_formed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			raw, err := base64.StdEncoding.DecodeString(samltest.Respond(t, p, a, samltest.Knobs{}))
			if err != nil {
				t.Fatal(err)
			}
			text := tt.change(string(raw))
			got, err := saml.Verify(c, expectation(), encode(text))
			refused(t, got, err, saml.CodeMalformed, tt.check)
			refused(t, saml.Assertion{}, saml.Lint([]byte(text)), saml.CodeMalformed, tt.check)
		})
	}
	t.Run("not base64", func(t *testing.T) {
		t.Parallel()
		c, _, _ := connection(t)
		got, err := saml.Verify(c, expectation(), "<samlp:Response/>")
		refused(t, got, err, saml.CodeMalformed, "base64")
	})
}

// TestNothingIsFetched_S16 has a listener at an external entity's address that must hear nothing.
func TestNothingIsFetched_S16(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	doctype := fmt.Sprintf(`<!DOCTYPE r [<!ENTITY x SYSTEM "http://%s/">]><r>&x;</r>`, listener.Addr())
	c, _, _ := connection(t)
	got, err := saml.Verify(c, expectation(), encode(doctype))
	refused(t, got, err, saml.CodeMalformed, "doctype")
	_, err = saml.ParseMetadata([]byte(doctype), samltest.Start(), saml.Policy{})
	refused(t, saml.Assertion{}, err, saml.CodeMetadataRefused, "doctype")
	// The deadline is in the past: whoever had called would be waiting already.
	if err := listener.(*net.TCPListener).SetDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if conn, err := listener.Accept(); err == nil {
		t.Errorf("%s called", conn.RemoteAddr())
	}
	_ = listener.Close()
}

// TestSameEntityID_S26 lets two tenants name the same provider: each is bound to its own certificates and ACS.
func TestSameEntityID_S26(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	other := c
	q := samltest.New(t, idpID, "b")
	other.EntityID, other.ACSURL = "https://rollcall.example/saml/con_2/metadata", "https://rollcall.example/saml/con_2/acs"
	other.IDP.Certificates = other.IDP.Certificates[:0:0]
	other.IDP.Certificates = append(other.IDP.Certificates, q.Certificate)
	toOther := a
	toOther.SP = samlidp.SP{EntityID: other.EntityID, ACSURL: other.ACSURL}
	for _, tt := range []struct {
		name   string
		config saml.Config
		from   samlidp.Provider
		answer samlidp.Answer
		code   saml.Code
	}{
		{"own to own", c, p, a, ""},
		{"other's to other's", other, q, toOther, ""},
		{"other's certificate at ours", c, q, a, saml.CodeCertificateUnknown},
		{"our certificate at other's", other, p, toOther, saml.CodeCertificateUnknown},
		{"ours posted to other's", other, p, a, saml.CodeCertificateUnknown},
		{"other's posted to ours", c, q, toOther, saml.CodeCertificateUnknown},
	} {
		got, err := saml.Verify(tt.config, expectation(), samltest.Respond(t, tt.from, tt.answer, samltest.Knobs{}))
		if (err == nil) != (tt.code == "") {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		refused(t, got, err, tt.code, "")
	}
}
