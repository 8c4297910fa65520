package saml_test

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/crewjam/saml/xmlenc"
	"github.com/google/go-cmp/cmp"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

const nsEncrypted = "http://www.w3.org/2001/04/xmlenc#"

// TestEncrypted_S34 decrypts what is signed below, and refuses what is not, however well it is encrypted: everybody
// has our certificate.
func TestEncrypted_S34(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	current, previous := ours(t, "c"), ours(t, "b")
	c.Keys = []saml.KeyPair{current, previous}
	verify := func(k samltest.Knobs) (saml.Assertion, error) {
		return saml.Verify(c, expectation(), samltest.Respond(t, p, a, k))
	}
	for name, key := range map[string]saml.KeyPair{"current": current, "previous": previous} {
		a.SP.Encrypt = key.Certificate
		if got, err := verify(samltest.Knobs{}); err != nil || !got.Encrypted || got.NameID != subject {
			t.Errorf("to the %s key: %v", name, err)
		}
	}
	got, err := verify(samltest.Knobs{Unsigned: true})
	refused(t, got, err, saml.CodeUnsigned, "signature")
	// CVE-2026-2092: a signed assertion is around, and an encrypted one is slipped in.
	got, err = verify(samltest.Knobs{After: func(el *etree.Element) {
		signed := samltest.Tree(t, p, samlidp.Answer{SP: samlidp.SP{EntityID: spID, ACSURL: acsURL}, InResponseTo: requestID, Account: a.Account}, samltest.Knobs{})
		el.AddChild(find(signed, "Assertion"))
	}})
	refused(t, got, err, saml.CodeMalformed, "assertions")
	// Signed by the response, and replaced afterwards.
	other, err := samlidp.Encrypt(p.Assertion(a), current.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	got, err = verify(samltest.Knobs{Sign: samlidp.SignResponse, After: func(el *etree.Element) {
		el.RemoveChild(find(el, "EncryptedAssertion"))
		el.AddChild(other)
	}})
	refused(t, got, err, saml.CodeSignatureInvalid, "signature")
	// What is inside is linted like what is outside.
	got, err = verify(samltest.Knobs{Encrypt: func(el *etree.Element) (*etree.Element, error) {
		find(el, "Subject", "NameID").CreateComment("x")
		return samlidp.Encrypt(el, current.Certificate)
	}})
	refused(t, got, err, saml.CodeMalformed, "comment")
	got, err = verify(samltest.Knobs{Encrypt: func(el *etree.Element) (*etree.Element, error) {
		return samlidp.Encrypt(p.Response(a, el), current.Certificate)
	}})
	refused(t, got, err, saml.CodeMalformed, "root")
}

// TestEncryptionAlgorithms_S34 refuses what lets strangers decrypt by asking, before anything is decrypted.
func TestEncryptionAlgorithms_S34(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	key := ours(t, "c")
	c.Keys = []saml.KeyPair{key}
	by := func(e xmlenc.RSA, block xmlenc.BlockCipher) func(*etree.Element) (*etree.Element, error) {
		e.BlockCipher = block
		return func(el *etree.Element) (*etree.Element, error) {
			doc := etree.NewDocument()
			doc.SetRoot(el)
			plain, err := doc.WriteToBytes()
			if err != nil {
				return nil, err
			}
			data, err := e.Encrypt(key.Certificate, plain, nil)
			encrypted := etree.NewElement("saml:EncryptedAssertion")
			encrypted.AddChild(data)
			return encrypted, err
		}
	}
	for name, encrypt := range map[string]func(*etree.Element) (*etree.Element, error){
		"AES-128-CBC": by(xmlenc.OAEP(), xmlenc.AES128CBC),
		"AES-256-CBC": by(xmlenc.OAEP(), xmlenc.AES256CBC),
		"3DES":        by(xmlenc.OAEP(), xmlenc.TripleDES),
		"PKCS1 v1.5":  by(xmlenc.PKCS1v15(), xmlenc.AES256CBC),
	} {
		got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{Encrypt: encrypt}))
		if f := refused(t, got, err, saml.CodeAlgorithmRefused, "encryption_algorithm"); f == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	a.SP.Encrypt = key.Certificate
	for name, method := range map[string]string{"PKCS1 v1.5 around GCM": "rsa-1_5", "no algorithm": ""} {
		got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{
			After: set("Algorithm", nsEncrypted+method, "EncryptedAssertion", "EncryptedData", "KeyInfo", "EncryptedKey", "EncryptionMethod"),
		}))
		if f := refused(t, got, err, saml.CodeAlgorithmRefused, "encryption_algorithm"); f == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// TestOneErrorForAllDecryptions_S34 compares all that an attacker could learn.
func TestOneErrorForAllDecryptions_S34(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	key := ours(t, "c")
	c.Keys = []saml.KeyPair{key}
	a.SP.Encrypt = key.Certificate
	inside := func(path ...string) []string { return append([]string{"EncryptedAssertion", "EncryptedData"}, path...) }
	content, wrapped := inside("CipherData", "CipherValue"), inside("KeyInfo", "EncryptedKey", "CipherData", "CipherValue")
	flip := func(path []string, i int) func(*etree.Element) {
		return func(el *etree.Element) {
			value := find(el, path...)
			raw, err := base64.StdEncoding.DecodeString(value.Text())
			if err != nil {
				t.Error(err)
			}
			raw[(i+len(raw))%len(raw)] ^= 1
			value.SetText(base64.StdEncoding.EncodeToString(raw))
		}
	}
	text := func(path []string, s string) func(*etree.Element) {
		return func(el *etree.Element) { find(el, path...).SetText(s) }
	}
	var want *saml.Failure
	for _, change := range []func(*etree.Element){
		flip(content, 0), flip(content, 100), flip(content, -1), text(content, "AAAA"), text(content, ""), text(content, "?"),
		flip(wrapped, 0), flip(wrapped, -1), text(wrapped, "AAAA"), text(wrapped, ""),
		remove(inside("KeyInfo")...), remove(inside("CipherData")...), remove(inside()...),
		set("Algorithm", "http://www.w3.org/2009/xmlenc11#aes128-gcm", inside("EncryptionMethod")...),
	} {
		got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{After: change}))
		f := refused(t, got, err, saml.CodeEncryption, "decryption")
		f.Diagnostics = nil
		if want == nil {
			want = f
		}
		if d := cmp.Diff(want, f); d != "" {
			t.Errorf("the failures differ:\n%s", d)
		}
	}
	c.Keys = nil
	got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{}))
	refused(t, got, err, saml.CodeEncryption, "no_key")
}

// TestEncryptionForms takes keys beside the data, for several recipients, and all variants of OAEP.
func TestEncryptionForms(t *testing.T) {
	t.Parallel()
	key := ours(t, "c")
	for _, tt := range []struct {
		name, method, digest, mgf string
		size                      int
		hash, mask                crypto.Hash
	}{
		{"mgf1p", nsEncrypted + "rsa-oaep-mgf1p", "", "", 16, crypto.SHA1, crypto.SHA1},
		{"mgf1p with SHA-256", nsEncrypted + "rsa-oaep-mgf1p", nsEncrypted + "sha256", "", 32, crypto.SHA256, crypto.SHA1},
		{"OAEP 1.1", "http://www.w3.org/2009/xmlenc11#rsa-oaep", nsEncrypted + "sha256", "http://www.w3.org/2009/xmlenc11#mgf1sha256", 24, crypto.SHA256, crypto.SHA256},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			c.Keys = []saml.KeyPair{ours(t, "b"), key}
			a.SP.Encrypt = key.Certificate
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{Encrypt: func(el *etree.Element) (*etree.Element, error) {
				content := make([]byte, tt.size)
				if _, err := rand.Read(content); err != nil {
					return nil, err
				}
				wrapped, err := rsa.EncryptOAEPWithOptions(rand.Reader, &key.Key.PublicKey, content, &rsa.OAEPOptions{Hash: tt.hash, MGFHash: tt.mask})
				if err != nil {
					return nil, err
				}
				return beside(el, tt.method, tt.digest, tt.mgf, content, wrapped)
			}}))
			if err != nil || got.NameID != subject {
				t.Errorf("Verify: %v, subject %q", err, got.NameID)
			}
		})
	}
}

// beside encrypts with the keys next to the data, the first of which is for somebody else.
func beside(el *etree.Element, method, digest, mgf string, key, wrapped []byte) (*etree.Element, error) {
	doc := etree.NewDocument()
	doc.SetRoot(el)
	plain, err := doc.WriteToBytes()
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, gcm.NonceSize())
	name := map[int]string{16: "aes128-gcm", 24: "aes192-gcm", 32: "aes256-gcm"}[len(key)]
	if name == "" {
		return nil, errors.New("no such size")
	}
	var text strings.Builder
	text.WriteString(`<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xenc="` + nsEncrypted + `" xmlns:e11="http://www.w3.org/2009/xmlenc11#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">`)
	text.WriteString(`<xenc:EncryptedData><xenc:EncryptionMethod Algorithm="http://www.w3.org/2009/xmlenc11#` + name + `"/><xenc:CipherData><xenc:CipherValue>`)
	text.WriteString(base64.StdEncoding.EncodeToString(gcm.Seal(nonce, nonce, plain, nil)) + `</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`)
	for _, value := range [][]byte{make([]byte, len(wrapped)), wrapped} {
		text.WriteString(`<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="` + method + `">`)
		if digest != "" {
			text.WriteString(`<ds:DigestMethod Algorithm="` + digest + `"/>`)
		}
		if mgf != "" {
			text.WriteString(`<e11:MGF Algorithm="` + mgf + `"/>`)
		}
		text.WriteString(`</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>` + base64.StdEncoding.EncodeToString(value) + `</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`)
	}
	text.WriteString(`</saml:EncryptedAssertion>`)
	out := etree.NewDocument()
	if err := out.ReadFromString(text.String()); err != nil {
		return nil, err
	}
	return out.Root(), nil
}
