package saml

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"testing"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
)

// BenchmarkBare measures what Verify can't be faster than: goxmldsig's verification, RSA alone, and before them the
// reading of the response.
func BenchmarkBare(b *testing.B) {
	p := samltest.New(b, "https://idp.example/saml", "a")
	answer := samlidp.Answer{
		SP: samlidp.SP{EntityID: "https://sp.example", ACSURL: "https://sp.example/acs"}, InResponseTo: "id-1",
		Account: samlidp.Account{NameID: "jane"},
	}
	for i := range 12 {
		answer.Account.Attributes = append(answer.Account.Attributes, samlidp.Attribute{Name: fmt.Sprintf("http://schemas.example/claims/%d", i), Values: []string{"jane@corp.example"}})
	}
	body := samltest.Respond(b, p, answer, samltest.Knobs{})
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		b.Fatal(err)
	}
	response, f := readResponse(raw)
	if f != nil {
		b.Fatal(f)
	}
	assertion := child(response, nsAssertion, "Assertion")
	b.Run("Verify, all of it", func(b *testing.B) {
		c := Config{
			EntityID: "https://sp.example", ACSURL: "https://sp.example/acs",
			IDP: IDP{EntityID: p.EntityID, Certificates: []*x509.Certificate{p.Certificate}},
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Verify(c, Expectation{RequestID: "id-1", Now: samltest.Start()}, body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("scan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if f := scan(raw, ofResponse()); f != nil {
				b.Fatal(f)
			}
		}
	})
	b.Run("scan, parse and lint", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, f := readResponse(raw); f != nil {
				b.Fatal(f)
			}
		}
	})
	b.Run("goxmldsig", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := verifyBy(assertion, p.Certificate); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("RSA", func(b *testing.B) {
		sum := sha256.Sum256(raw)
		value, err := p.Key.Sign(nil, sum[:], crypto.SHA256)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if err := rsa.VerifyPKCS1v15(p.Key.Public().(*rsa.PublicKey), crypto.SHA256, sum[:], value); err != nil {
				b.Fatal(err)
			}
		}
	})
}
