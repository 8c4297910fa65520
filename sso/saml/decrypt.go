package saml

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // the digest of RSA-OAEP as XML Encryption 1.0 has it; no collision helps there
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/base64"
	"strings"

	"github.com/beevik/etree"
)

// Algorithms of XML Encryption 1.1. CBC and PKCS #1 v1.5 are not among them: each lets a patient stranger
// decrypt by asking ("How to Break XML Encryption", CCS 2011).
const (
	oaepMGF1P = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
	oaep      = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
	aes128GCM = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
	aes192GCM = "http://www.w3.org/2009/xmlenc11#aes192-gcm"
	aes256GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"

	nsEncrypted11 = "http://www.w3.org/2009/xmlenc11#"
)

// keyBytes returns the length of a key of an algorithm that content may be encrypted with; 0 for all others.
func keyBytes(algorithm string) int {
	switch algorithm {
	case aes128GCM:
		return 16
	case aes192GCM:
		return 24
	case aes256GCM:
		return 32
	}
	return 0
}

// hashOf returns the hash function of a DigestMethod or MGF; empty stands for SHA-1 (XML Encryption 1.1 §5.5.2).
func hashOf(algorithm string) crypto.Hash {
	switch algorithm {
	case "", "http://www.w3.org/2000/09/xmldsig#sha1", nsEncrypted11 + "mgf1sha1":
		return crypto.SHA1
	case "http://www.w3.org/2001/04/xmlenc#sha256", nsEncrypted11 + "mgf1sha256":
		return crypto.SHA256
	case "http://www.w3.org/2001/04/xmldsig-more#sha384", nsEncrypted11 + "mgf1sha384":
		return crypto.SHA384
	case "http://www.w3.org/2001/04/xmlenc#sha512", nsEncrypted11 + "mgf1sha512":
		return crypto.SHA512
	}
	return 0
}

// wrapped is a content key as it was encrypted for somebody.
type wrapped struct {
	key       []byte
	hash, mgf crypto.Hash
}

// decrypt returns the assertion inside of an EncryptedAssertion, scanned, parsed and linted like a response. All
// that goes wrong once decryption begins is one and the same failure; algorithms are refused before.
func decrypt(el *etree.Element, keys []*rsa.PrivateKey) (*etree.Element, *Failure) {
	if len(keys) == 0 {
		return nil, fail(CodeEncryption, "no_key", "The assertion is encrypted, and the connection has no key pair.")
	}
	failed := fail(CodeEncryption, "decryption", "The assertion can't be decrypted. See that the provider has the certificate of the connection's metadata.")
	data := child(el, nsEncrypted, "EncryptedData")
	if data == nil {
		return nil, failed
	}
	algorithm := algorithmOf(data)
	size := keyBytes(algorithm)
	if size == 0 {
		return nil, refusedEncryption("content", algorithm)
	}
	candidates, f := wrappedKeys(el, data)
	if f != nil {
		return nil, f
	}
	sealed, ok := cipherValue(data)
	if !ok || len(candidates) == 0 || len(candidates) > 3 {
		return nil, failed
	}
	for _, candidate := range candidates {
		for _, key := range keys {
			if plain := open(sealed, candidate.unwrap(key, size)); plain != nil {
				return readPlain(plain)
			}
		}
	}
	return nil, failed
}

func readPlain(plain []byte) (*etree.Element, *Failure) {
	assertion, f := parse(plain, ofResponse())
	if f != nil {
		return nil, f
	}
	if !named(assertion, nsAssertion, "Assertion") {
		return nil, fail(CodeMalformed, "root", "What was encrypted is not an assertion.")
	}
	return assertion, lintAssertion(assertion)
}

// wrappedKeys returns the encrypted keys, which are beside the data or in its KeyInfo (SAML 2.0 core §2.3.4).
func wrappedKeys(el, data *etree.Element) ([]wrapped, *Failure) {
	found := children(el, nsEncrypted, "EncryptedKey")
	if info := child(data, nsSignature, "KeyInfo"); info != nil {
		found = append(found, children(info, nsEncrypted, "EncryptedKey")...)
	}
	var keys []wrapped
	for _, el := range found {
		w := wrapped{hash: crypto.SHA1, mgf: crypto.SHA1}
		method := child(el, nsEncrypted, "EncryptionMethod")
		algorithm := algorithmOf(el)
		if algorithm != oaepMGF1P && algorithm != oaep {
			return nil, refusedEncryption("key", algorithm)
		}
		if digest := child(method, nsSignature, "DigestMethod"); digest != nil {
			w.hash = hashOf(attribute(digest, "Algorithm"))
		}
		if mgf := child(method, nsEncrypted11, "MGF"); mgf != nil && algorithm == oaep {
			w.mgf = hashOf(attribute(mgf, "Algorithm"))
		}
		if w.hash == 0 || w.mgf == 0 {
			return nil, refusedEncryption("key", algorithm+" with an unknown digest")
		}
		if key, ok := cipherValue(el); ok {
			w.key = key
			keys = append(keys, w)
		}
	}
	return keys, nil
}

// unwrap returns the content key; a random one if it can't be decrypted, so that what follows is the same.
func (w wrapped) unwrap(key *rsa.PrivateKey, size int) []byte {
	substitute := make([]byte, size)
	_, _ = rand.Read(substitute) // never fails since Go 1.24
	content, err := key.Decrypt(nil, w.key, &rsa.OAEPOptions{Hash: w.hash, MGFHash: w.mgf})
	if err != nil || len(content) != size {
		return substitute
	}
	return content
}

// open decrypts AES-GCM: 96 bits of nonce, the text, 128 bits of tag (XML Encryption 1.1 §5.2.4).
func open(sealed, key []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil || len(sealed) < gcm.NonceSize()+gcm.Overhead() {
		return nil
	}
	plain, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], nil)
	if err != nil {
		return nil
	}
	return plain
}

func algorithmOf(el *etree.Element) string {
	if method := child(el, nsEncrypted, "EncryptionMethod"); method != nil {
		return attribute(method, "Algorithm")
	}
	return ""
}

func cipherValue(el *etree.Element) ([]byte, bool) {
	data := child(el, nsEncrypted, "CipherData")
	if data == nil {
		return nil, false
	}
	value, ok := text(child(data, nsEncrypted, "CipherValue"))
	if !ok {
		return nil, false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
	return raw, err == nil && len(raw) > 0
}

func refusedEncryption(of, algorithm string) *Failure {
	return fail(CodeAlgorithmRefused, "encryption_algorithm",
		"The %s is encrypted with %s. Set the provider to AES-GCM, with RSA-OAEP for the key.", of, quote(algorithm))
}
