package saml

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"rollcall/internal/samlidp"
	"rollcall/internal/testenv/samltest"
)

// BenchmarkBare measures what Verify can't be faster than: goxmldsig's verification, RSA alone, and before them the
// reading of the response.
func BenchmarkBare(b *testing.B) {
	p := samltest.New(b, "https://idp.example/saml", "a")
	body := samltest.Respond(b, p, samlidp.Answer{Account: samlidp.Account{NameID: "jane"}}, samltest.Knobs{})
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		b.Fatal(err)
	}
	response, f := readResponse(raw)
	if f != nil {
		b.Fatal(f)
	}
	assertion := child(response, nsAssertion, "Assertion")
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
