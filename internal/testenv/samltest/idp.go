package samltest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"rollcall/internal/demoidp/samlidp"
)

// Start is the time at which a provider of New stands still.
func Start() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

// The keys that tests sign and encrypt with. Making one takes a while, so that all tests share them.
var (
	keyA  = sync.OnceValue(func() crypto.Signer { return rsaKey(2048) })
	keyB  = sync.OnceValue(func() crypto.Signer { return rsaKey(2048) })
	keyC  = sync.OnceValue(func() crypto.Signer { return rsaKey(2048) })
	weak  = sync.OnceValue(func() crypto.Signer { return rsaKey(1024) })
	curve = sync.OnceValue(func() crypto.Signer {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return key
	})
)

func rsaKey(bits int) crypto.Signer {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		panic(err)
	}
	return key
}

// Key returns a key by name: "a", "b" and "c" are RSA of 2,048 bits, "weak" of 1,024, "curve" is P-256.
func Key(tb testing.TB, name string) crypto.Signer {
	tb.Helper()
	key, found := map[string]func() crypto.Signer{"a": keyA, "b": keyB, "c": keyC, "weak": weak, "curve": curve}[name]
	if !found {
		tb.Fatalf("there is no key %q", name)
	}
	return key()
}

// Certificate makes a certificate that a key signs itself, valid between two times.
func Certificate(tb testing.TB, key crypto.Signer, from, until time.Time) *x509.Certificate {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(from.Unix()),
		Subject:      pkix.Name{CommonName: "idp.example"},
		NotBefore:    from, NotAfter: until,
		SignatureAlgorithm: x509.UnknownSignatureAlgorithm,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatalf("make a certificate: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatalf("make a certificate: %v", err)
	}
	return cert
}

// New returns a provider that signs with a key of Key's, at Start, with a certificate of a year.
func New(tb testing.TB, entityID, key string) samlidp.Provider {
	tb.Helper()
	k := Key(tb, key)
	return samlidp.Provider{
		EntityID: entityID, SSOURL: entityID + "/sso", Key: k, Now: Start,
		Certificate: Certificate(tb, k, Start().AddDate(0, -6, 0), Start().AddDate(0, 6, 0)),
	}
}

// Knobs change what Respond makes. The zero value is an honest response with a signed assertion.
type Knobs struct {
	Sign     samlidp.Sign
	Unsigned bool
	// Method is the signature's algorithm, for RSA with SHA-256 if empty.
	Method string
	// NoKeyInfo leaves the certificate out of the signatures.
	NoKeyInfo bool
	// Canonicalizer is exclusive if nil.
	Canonicalizer dsig.Canonicalizer
	// Encrypt replaces samlidp.Encrypt.
	Encrypt func(assertion *etree.Element) (*etree.Element, error)

	Assertion func(assertion *etree.Element) // changes it before it is signed
	Response  func(response *etree.Element)  // changes it before it is signed, the assertion inside being signed already
	After     func(response *etree.Element)  // changes what was signed
}

// Respond makes a response as a form has it.
func Respond(tb testing.TB, p samlidp.Provider, a samlidp.Answer, k Knobs) string {
	tb.Helper()
	body, err := samlidp.Encode(Tree(tb, p, a, k))
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

// Tree makes a response.
func Tree(tb testing.TB, p samlidp.Provider, a samlidp.Answer, k Knobs) *etree.Element {
	tb.Helper()
	assertion := p.Assertion(a)
	edit(k.Assertion, assertion)
	if k.Sign != samlidp.SignResponse {
		k.sign(tb, p, assertion)
	}
	encrypt := k.Encrypt
	if encrypt == nil && a.SP.Encrypt != nil {
		encrypt = func(el *etree.Element) (*etree.Element, error) { return samlidp.Encrypt(el, a.SP.Encrypt) }
	}
	if encrypt != nil {
		var err error
		if assertion, err = encrypt(assertion); err != nil {
			tb.Fatal(err)
		}
	}
	response := p.Response(a, assertion)
	edit(k.Response, response)
	if k.Sign != samlidp.SignAssertion {
		k.sign(tb, p, response)
	}
	edit(k.After, response)
	return response
}

func edit(change func(*etree.Element), el *etree.Element) {
	if change != nil {
		change(el)
	}
}

func (k Knobs) sign(tb testing.TB, p samlidp.Provider, el *etree.Element) {
	tb.Helper()
	if k.Unsigned {
		return
	}
	signing, err := dsig.NewSigningContext(p.Key, [][]byte{p.Certificate.Raw})
	if err != nil {
		tb.Fatal(err)
	}
	signing.Canonicalizer = k.Canonicalizer
	if signing.Canonicalizer == nil {
		signing.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	}
	if k.Method != "" {
		if err := signing.SetSignatureMethod(k.Method); err != nil {
			tb.Fatal(err)
		}
	}
	if err := samlidp.SignWith(signing, el); err != nil {
		tb.Fatal(err)
	}
	if k.NoKeyInfo {
		sig := el.SelectElement("Signature")
		sig.RemoveChild(sig.SelectElement("KeyInfo"))
	}
}

// Parse reads XML that is known to be good.
func Parse(tb testing.TB, raw []byte) *etree.Element {
	tb.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(raw); err != nil {
		tb.Fatal(err)
	}
	return doc.Root()
}

// Number names a wrapping attack in tables.
func Number(n int) string { return "XSW" + strconv.Itoa(n) }
