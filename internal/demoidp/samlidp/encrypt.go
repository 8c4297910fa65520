package samlidp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the digest of RSA-OAEP as XML Encryption 1.0 has it
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/beevik/etree"
)

const nsEncrypted = "http://www.w3.org/2001/04/xmlenc#"

// Encrypt returns the EncryptedAssertion that only the certificate's owner can read: AES-256-GCM, with the key
// under RSA-OAEP (XML Encryption 1.1 §5.2.4, §5.5.2).
func Encrypt(assertion *etree.Element, cert *x509.Certificate) (*etree.Element, error) {
	public, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("encrypt an assertion: the certificate's key is not RSA")
	}
	doc := etree.NewDocument()
	doc.SetRoot(assertion.Copy())
	plain, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("encrypt an assertion: %w", err)
	}
	var key [32]byte
	var nonce [12]byte
	_, _ = rand.Read(key[:]) // never fails since Go 1.24, and neither does the next
	_, _ = rand.Read(nonce[:])
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("encrypt an assertion: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("encrypt an assertion: %w", err)
	}
	wrapped, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, public, key[:], nil) //nolint:gosec // as above
	if err != nil {
		return nil, fmt.Errorf("encrypt an assertion: %w", err)
	}
	return encrypted(gcm.Seal(nonce[:], nonce[:], plain, nil), wrapped), nil
}

func encrypted(content, key []byte) *etree.Element {
	el := etree.NewElement("saml:EncryptedAssertion")
	el.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	data := el.CreateElement("xenc:EncryptedData")
	data.CreateAttr("xmlns:xenc", nsEncrypted)
	data.CreateAttr("Type", nsEncrypted+"Element")
	data.CreateElement("xenc:EncryptionMethod").CreateAttr("Algorithm", "http://www.w3.org/2009/xmlenc11#aes256-gcm")
	info := data.CreateElement("ds:KeyInfo")
	info.CreateAttr("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#")
	encryptedKey := info.CreateElement("xenc:EncryptedKey")
	encryptedKey.CreateElement("xenc:EncryptionMethod").CreateAttr("Algorithm", nsEncrypted+"rsa-oaep-mgf1p")
	cipherValue(encryptedKey, key)
	cipherValue(data, content)
	return el
}

func cipherValue(el *etree.Element, b []byte) {
	el.CreateElement("xenc:CipherData").CreateElement("xenc:CipherValue").SetText(base64.StdEncoding.EncodeToString(b))
}
