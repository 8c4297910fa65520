package idp_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/internal/testenv/browser"
	"rollcall/internal/testenv/idp"
)

// The service provider's metadata is read by SimpleSAMLphp itself: ACS and certificate come from it.
func TestSimpleSAMLphpReadsMetadataAndChecksSignedRequests(t *testing.T) {
	t.Parallel()
	provider := idp.StartSimpleSAMLphp(t, idp.SAMLOptions{})
	acs := newACS(t)
	key, certificate := newKey(t)
	metadata := fmt.Sprintf(`<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID=%q>`+
		`<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor>`+
		`<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`+
		`</md:KeyDescriptor><md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location=%q index="0"/>`+
		`</md:SPSSODescriptor></md:EntityDescriptor>`, acs.URL, base64.StdEncoding.EncodeToString(certificate), acs.URL+"/from-metadata")
	provider.Register(t, idp.SP{EntityID: acs.URL, Metadata: []byte(metadata), SignedRequests: true, Encrypt: idp.EncryptCBC})

	unsigned := authnRequest(t, acs.URL, acs.URL+"/from-metadata", provider.SSOURL)
	b := browser.New(t, nil)
	if b.Get(provider.SSOURL + "?" + unsigned).HasForm("username") {
		t.Error("an unsigned request led to the login page")
	}
	// SAML bindings §3.4.4.1: the signature is over the query as it is sent.
	signed := unsigned + "&SigAlg=" + url.QueryEscape("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	b.Get(provider.SSOURL + "?" + signed + "&Signature=" + url.QueryEscape(base64.StdEncoding.EncodeToString(signature)))
	page := provider.SignIn(b, "alice")
	if page.URL.Path != "/from-metadata" || !strings.Contains(page.Text(), "EncryptedAssertion") {
		t.Errorf("a signed request ended at %s:\n%s", page.URL, page.Text())
	}
}

func newKey(t *testing.T) (*rsa.PrivateKey, []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return key, certificate
}
