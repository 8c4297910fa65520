package saml_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	dsig "github.com/russellhaering/goxmldsig"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

// TestVerify shows what comes back of an honest response.
func TestVerify(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{}))
	if err != nil {
		t.Fatal(err)
	}
	start := samltest.Start()
	want := saml.Assertion{
		Issuer: idpID, NameID: subject, NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		AuthnInstant: start, AuthnContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
		Attributes:   []saml.Attribute{{Name: "email", Values: []string{email}}, {Name: "groups", Values: []string{"staff", "sales"}}},
		IssueInstant: start, NotOnOrAfter: start.Add(samlidp.Life), ReplayUntil: start.Add(saml.MaxAge), SessionNotOnOrAfter: start.Add(10 * samlidp.Life),
		Signed: saml.SignedAssertion, Certificate: saml.Fingerprint(p.Certificate),
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(saml.Assertion{}, "ID", "SessionIndex", "Facts")); d != "" {
		t.Errorf("Verify mismatch (-want +got):\n%s", d)
	}
	if got.ID == "" || got.SessionIndex == "" || len(got.Facts) == 0 {
		t.Errorf("id %q, session %q, %d facts; want all of them", got.ID, got.SessionIndex, len(got.Facts))
	}
}

// TestVerifyWhatIsSigned_S10 takes what providers sign: the response, the assertion or both.
func TestVerifyWhatIsSigned_S10(t *testing.T) {
	t.Parallel()
	key := ours(t, "c")
	for sign, want := range map[samlidp.Sign]saml.Part{samlidp.SignAssertion: saml.SignedAssertion, samlidp.SignResponse: saml.SignedResponse, samlidp.SignBoth: saml.SignedBoth} {
		for _, encrypted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s encrypted=%t", want, encrypted), func(t *testing.T) {
				t.Parallel()
				c, p, a := connection(t)
				c.Keys = []saml.KeyPair{key}
				if encrypted {
					a.SP.Encrypt = key.Certificate
				}
				got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{Sign: sign}))
				if err != nil {
					t.Fatal(err)
				}
				if got.Signed != want || got.Encrypted != encrypted || got.NameID != subject {
					t.Errorf("signed %s, encrypted %t, subject %s; want %s, %t, %s", got.Signed, got.Encrypted, got.NameID, want, encrypted, subject)
				}
			})
		}
	}
}

// TestVerifyHonestForms takes what differs from provider to provider and means the same.
func TestVerifyHonestForms(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]samltest.Knobs{
		"no KeyInfo":          {NoKeyInfo: true},
		"inclusive C14N 1.0":  {Canonicalizer: dsig.MakeC14N10RecCanonicalizer(), Sign: samlidp.SignResponse},
		"C14N 1.1":            {Canonicalizer: dsig.MakeC14N11Canonicalizer(), Sign: samlidp.SignResponse},
		"RSA-SHA512":          {Method: dsig.RSASHA512SignatureMethod},
		"no Destination":      {Response: unset("Destination")},
		"no issuer outside":   {Response: remove("Issuer")},
		"time without a zone": {Assertion: set("IssueInstant", "2026-03-02T08:00:00")},
		"time with an offset": {Assertion: set("IssueInstant", "2026-03-02T09:00:00.123456+01:00")},
		"NameID indented":     {Assertion: func(el *etree.Element) { find(el, "Subject", "NameID").SetText("\n\t " + subject + "\n") }},
		"NameID in CDATA_S14": {After: func(el *etree.Element) { find(el, "Assertion", "Subject", "NameID").SetCData(subject) }},
		"signature in lines": {After: func(el *etree.Element) {
			value := find(el, "Assertion", "Signature", "SignatureValue")
			s := value.Text()
			value.SetText("\n    " + s[:76] + "\r\n    " + s[76:] + "\n  ")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, k))
			if err != nil {
				t.Fatal(err)
			}
			if got.NameID != subject {
				t.Errorf("NameID is %q; want %q", got.NameID, subject)
			}
		})
	}
}

// TestVerifyStatus tells what the provider says when it didn't sign the person in.
func TestVerifyStatus(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	response := p.Response(a, nil)
	find(response, "Status", "StatusCode").CreateElement("samlp:StatusCode").CreateAttr("Value", "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")
	find(response, "Status").CreateElement("samlp:StatusMessage").SetText("AADSTS50105: not assigned to\x1b[2J a role")
	body, err := samlidp.Encode(response)
	if err != nil {
		t.Fatal(err)
	}
	// etree leaves out what XML can't hold; the cursor's movement comes as a control character of its own.
	got, err := saml.Verify(c, expectation(), body)
	f := refused(t, got, err, saml.CodeStatus, "status")
	if !strings.Contains(f.Detail, "Responder, AuthnFailed (AADSTS50105: not assigned to") || strings.Contains(f.Detail, "\x1b") {
		t.Errorf("the detail doesn't tell what the provider said, or tells too much: %q", f.Detail)
	}
}

// TestDiagnostics shows what an admin gets to see, and that nobody's attributes are in it.
func TestDiagnostics(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	a.SP.EntityID = "https://other.example/sp"
	want := expectation()
	want.Now = want.Now.Add(30 * time.Second)
	got, err := saml.Verify(c, want, samltest.Respond(t, p, a, samltest.Knobs{}))
	f := refused(t, got, err, saml.CodeAudienceMismatch, "audience")
	if !f.Signed {
		t.Error("the signature was good, and the failure doesn't say so")
	}
	seen := map[string]saml.Fact{}
	for _, fact := range f.Diagnostics {
		seen[fact.Name] = fact
	}
	known := saml.Fingerprint(p.Certificate)
	for _, want := range []saml.Fact{
		{Name: "clock", Seen: "2026-03-02T08:00:00.000Z", Want: "2026-03-02T08:00:30Z"},
		{Name: "certificate", Seen: known, Want: known},
		{Name: "audience", Seen: "https://other.example/sp", Want: spID},
		{Name: "issuer", Seen: idpID, Want: idpID},
		{Name: "recipient", Seen: acsURL, Want: acsURL},
		{Name: "signature_algorithm", Seen: dsig.RSASHA256SignatureMethod},
	} {
		if d := cmp.Diff(want, seen[want.Name]); d != "" {
			t.Errorf("fact mismatch (-want +got):\n%s", d)
		}
	}
	all, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{subject, email, "staff"} {
		if strings.Contains(string(all), secret) {
			t.Errorf("the failure tells %q", secret)
		}
	}
}

// TestOnly_S38 takes a value of which a person has one only if there is one.
func TestOnly_S38(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		values []samlidp.Attribute
		want   string
		code   saml.Code
	}{
		{"one", []samlidp.Attribute{{Name: "email", Values: []string{email}}}, email, ""},
		{"none", nil, "", ""},
		{"empty", []samlidp.Attribute{{Name: "email", Values: []string{""}}}, "", ""},
		{"the same twice", []samlidp.Attribute{{Name: "email", Values: []string{email, email}}}, email, ""},
		{"two, the foreign one first", []samlidp.Attribute{{Name: "email", Values: []string{"ceo@victim.example", email}}}, "", saml.CodeAttributeAmbiguous},
		{"two attributes", []samlidp.Attribute{{Name: "email", Values: []string{email}}, {Name: "email", Values: []string{"ceo@victim.example"}}}, "", saml.CodeAttributeAmbiguous},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			a.Account.Attributes = tt.values
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{}))
			if err != nil {
				t.Fatal(err)
			}
			value, err := got.Only("email")
			refused(t, saml.Assertion{}, err, tt.code, "")
			if value != tt.want {
				t.Errorf("Only returned %q; want %q", value, tt.want)
			}
		})
	}
}

// TestStructuredValues leaves out what is no text, and says so.
func TestStructuredValues(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	body := samltest.Respond(t, p, a, samltest.Knobs{Assertion: func(el *etree.Element) {
		value := find(el, "AttributeStatement", "Attribute", "AttributeValue")
		value.CreateElement("saml:NameID").SetText("nested")
	}})
	got, err := saml.Verify(c, expectation(), body)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"email"}, got.LeftOut); d != "" || len(got.Values("email")) > 0 {
		t.Errorf("left out (-want +got):\n%s and the values are %v", d, got.Values("email"))
	}
}

// TestNothingPrintsPeople keeps an assertion out of logs whatever the verb.
func TestNothingPrintsPeople(t *testing.T) {
	t.Parallel()
	a := saml.Assertion{ID: "_1", NameID: subject, Attributes: []saml.Attribute{{Name: "email", Values: []string{email}}}}
	k := ours(t, "c")
	for _, text := range []string{fmt.Sprint(a), fmt.Sprintf("%+v", a), a.LogValue().String()} {
		if strings.Contains(text, subject) || strings.Contains(text, email) {
			t.Errorf("it prints as %s", text)
		}
	}
	for _, text := range []string{fmt.Sprint(k), fmt.Sprintf("%+v", k), fmt.Sprintf("%#v", k), k.LogValue().String()} {
		if strings.Contains(text, k.Key.D.String()) || text != saml.Fingerprint(k.Certificate) {
			t.Errorf("a key pair prints as %s", text)
		}
	}
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
