package idp

import (
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"rollcall/internal/testenv/browser"
)

// SAMLOptions tell SAML providers of one kind apart.
type SAMLOptions struct {
	// EntityID is the provider's; "" is "urn:corp.example:idp".
	EntityID string
	// RollOver announces a second certificate in the metadata, the one of SP.NextKey. Not for samlp.
	RollOver bool
	// NotAfter is when the certificates end; zero: in two years.
	NotAfter time.Time
}

// Signed says what a provider signs.
type Signed string

// What can be signed. The zero value is what Entra does.
const (
	SignAssertion Signed = ""
	SignResponse  Signed = "response"
	SignBoth      Signed = "both"
	SignNothing   Signed = "nothing"
)

// Encryption says how a provider encrypts assertions.
type Encryption string

// How assertions can be encrypted; keys always go by RSA-OAEP.
const (
	NotEncrypted Encryption = ""
	EncryptCBC   Encryption = "cbc" // without integrity, as most providers do to this day
	EncryptGCM   Encryption = "gcm" // samlp only
)

// Formats of name identifiers. An account without exactly one address never gets NameIDEmail:
// SimpleSAMLphp makes it transient, samlp persistent.
const (
	NameIDEmail      = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	NameIDPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
)

// SP is what a provider knows of a service provider, and how it answers it.
type SP struct {
	EntityID string
	ACS      string
	// Metadata is the service provider's own document. SimpleSAMLphp reads ACS and certificates from
	// it and nothing from here; samlp doesn't read it.
	Metadata []byte
	Sign     Signed
	// SHA1 makes signatures RSA-SHA1.
	SHA1 bool
	// NextKey signs with the second key. It needs SAMLOptions.RollOver.
	NextKey bool
	Encrypt Encryption
	// Certificate is the service provider's, for Encrypt and SignedRequests.
	Certificate *x509.Certificate
	// SignedRequests refuses requests that Certificate does not verify. SimpleSAMLphp only.
	SignedRequests bool
	// NameID is the format of name identifiers; "" is NameIDEmail.
	NameID string
	// Lifetime is how long assertions are good for; zero: five minutes.
	Lifetime time.Duration
}

// SAML is a running SAML identity provider.
type SAML struct {
	EntityID    string
	MetadataURL string
	// SSOURL takes requests by redirect; samlp also by post.
	SSOURL string
	// Certificates sign: the current one, then with RollOver the next.
	Certificates []*x509.Certificate

	server *server
	// unsolicited returns where a sign-in begins that nobody asked for.
	unsolicited func(sp, account, relayState string) string
	refuse      func(SP) string // what this kind can't do, or ""
}

// Register makes sp known, or changes what was known under its entity id.
func (s *SAML) Register(tb testing.TB, sp SP) {
	tb.Helper()
	if can := s.refuse(sp); can != "" {
		tb.Fatalf("%s %s", s.server.kind, can)
	}
	s.server.showLog(tb)
	document := map[string]any{
		"entity_id": sp.EntityID, "acs": sp.ACS, "metadata": string(sp.Metadata),
		"sign_response":  sp.Sign == SignResponse || sp.Sign == SignBoth,
		"sign_assertion": sp.Sign == SignAssertion || sp.Sign == SignBoth,
		"sha1":           sp.SHA1, "next_key": sp.NextKey, "encryption": sp.Encrypt, "signed_requests": sp.SignedRequests,
		"name_id": NameIDEmail, "lifetime": 300, "certificate": "",
	}
	if sp.NameID != "" {
		document["name_id"] = sp.NameID
	}
	if sp.Lifetime > 0 {
		document["lifetime"] = int(sp.Lifetime.Seconds())
	}
	if sp.Certificate != nil {
		document["certificate"] = base64.StdEncoding.EncodeToString(sp.Certificate.Raw)
	}
	s.server.write(tb, "sps", sp.EntityID, document)
}

// Put adds an account, or changes the one of that name from its next sign-in on.
func (s *SAML) Put(tb testing.TB, a Account) {
	tb.Helper()
	s.server.put(tb, a)
}

// Metadata returns the provider's metadata.
func (s *SAML) Metadata(tb testing.TB) []byte {
	tb.Helper()
	return fetch(tb, s.MetadataURL)
}

// SignIn fills in the login page that b shows and follows to where the provider sends it: with
// browser.Hold the provider's form with the SAMLResponse, else the answer of the ACS.
func (s *SAML) SignIn(b *browser.Browser, account string) *browser.Page {
	return b.Submit(b.Page().FormWith("username", "password"), map[string]string{
		"username": account, "password": Account{Name: account}.Password(),
	})
}

// Unsolicited signs account in at the provider and has it send a response nobody asked for
// (IdP-initiated sign-in).
func (s *SAML) Unsolicited(b *browser.Browser, sp, account, relayState string) *browser.Page {
	page := b.Get(s.unsolicited(sp, account, relayState))
	if page.HasForm("username", "password") {
		return s.SignIn(b, account)
	}
	return page
}

func fetch(tb testing.TB, address string) []byte {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, nil)
	if err != nil {
		tb.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		tb.Fatalf("GET %s: %s %v\n%s", address, response.Status, err, body)
	}
	return body
}

func query(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values.Encode()
}
