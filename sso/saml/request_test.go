package saml_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"testing"

	crewjam "github.com/crewjam/saml"
	"github.com/google/go-cmp/cmp"
	dsig "github.com/russellhaering/goxmldsig"

	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

// TestRedirect reads a request as a provider does, and verifies the signature over the octets of the query.
func TestRedirect(t *testing.T) {
	t.Parallel()
	c, _, _ := connection(t)
	key := ours(t, "c")
	c.Keys, c.SignRequests, c.ForceAuthn = []saml.KeyPair{key}, true, true
	c.NameIDFormat = string(crewjam.PersistentNameIDFormat)
	c.IDP.SSOURL += "?tenant=7"
	r, err := saml.NewAuthnRequest(c, samltest.Start(), "state/+ &=1")
	if err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(r.URL, "?tenant=7&")
	signed, signature, found := strings.Cut(query, "&Signature=")
	if !found || r.Form != nil {
		t.Fatalf("no signature in %s", r.URL)
	}
	u, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Query().Get("RelayState"); got != "state/+ &=1" {
		t.Errorf("RelayState is %q", got)
	}
	if got := u.Query().Get("SigAlg"); got != dsig.RSASHA256SignatureMethod {
		t.Errorf("SigAlg is %q", got)
	}
	signature, _ = url.QueryUnescape(signature)
	value, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(signed))
	if err := rsa.VerifyPKCS1v15(&key.Key.PublicKey, crypto.SHA256, sum[:], value); err != nil {
		t.Error(err)
	}
	deflated, err := base64.StdEncoding.DecodeString(u.Query().Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflated)))
	if err != nil {
		t.Fatal(err)
	}
	checkRequest(t, raw, r, c)
}

// TestPost verifies the signature inside of a posted request.
func TestPost(t *testing.T) {
	t.Parallel()
	c, _, _ := connection(t)
	key := ours(t, "c")
	c.Keys, c.SignRequests, c.IDP.Binding = []saml.KeyPair{key}, true, saml.Post
	c.NameIDFormat, c.ForceAuthn = string(crewjam.PersistentNameIDFormat), true
	r, err := saml.NewAuthnRequest(c, samltest.Start(), "state")
	if err != nil {
		t.Fatal(err)
	}
	if r.URL != c.IDP.SSOURL || r.Form.Get("RelayState") != "state" {
		t.Errorf("the form goes to %s with the relay state %q", r.URL, r.Form.Get("RelayState"))
	}
	raw, err := base64.StdEncoding.DecodeString(r.Form.Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	validation := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: append(c.IDP.Certificates[:0:0], key.Certificate)})
	validation.Clock = dsig.NewFakeClockAt(samltest.Start())
	if _, err := validation.Validate(samltest.Parse(t, raw)); err != nil {
		t.Error(err)
	}
	checkRequest(t, raw, r, c)
}

func checkRequest(t *testing.T, raw []byte, r saml.Request, c saml.Config) {
	t.Helper()
	var got crewjam.AuthnRequest
	if err := xml.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	type essence struct{ ID, Issuer, ACS, Destination, Format, Binding string }
	want := essence{r.ID, c.EntityID, c.ACSURL, c.IDP.SSOURL, c.NameIDFormat, saml.Post}
	if d := cmp.Diff(want, essence{got.ID, got.Issuer.Value, got.AssertionConsumerServiceURL, got.Destination, *got.NameIDPolicy.Format, got.ProtocolBinding}); d != "" {
		t.Errorf("AuthnRequest mismatch (-want +got):\n%s", d)
	}
	if !got.IssueInstant.Equal(samltest.Start()) || got.ForceAuthn == nil || !*got.ForceAuthn || len(r.ID) < 40 {
		t.Errorf("issued at %s, ForceAuthn %v, id %s", got.IssueInstant, got.ForceAuthn, r.ID)
	}
}

// TestRequestRefused makes no request that could lead elsewhere or that could not be kept.
func TestRequestRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*saml.Config) string{
		"javascript":             func(c *saml.Config) string { c.IDP.SSOURL = "javascript:alert(1)"; return "" },
		"http":                   func(c *saml.Config) string { c.IDP.SSOURL = "http://idp.example/sso"; return "" },
		"http, loopback, strict": func(c *saml.Config) string { c.IDP.SSOURL = "http://127.0.0.1/sso"; return "" },
		"user in the URL":        func(c *saml.Config) string { c.IDP.SSOURL = "https://a@idp.example/sso"; return "" },
		"no binding":             func(c *saml.Config) string { c.IDP.Binding = ""; return "" },
		"signed without a key":   func(c *saml.Config) string { c.SignRequests = true; return "" },
		"a long relay state":     func(*saml.Config) string { return strings.Repeat("x", saml.MaxRelayState+1) },
	} {
		c, _, _ := connection(t)
		relayState := change(&c)
		if r, err := saml.NewAuthnRequest(c, samltest.Start(), relayState); err == nil {
			t.Errorf("%s: made %s", name, r.URL)
		}
		if wrong := c.Check(samltest.Start()); len(wrong) == 0 && relayState == "" {
			t.Errorf("%s: the connection could be switched on", name)
		}
	}
	c, _, _ := connection(t)
	c.IDP.SSOURL, c.Policy.AllowInsecureLoopback = "http://127.0.0.1:8080/sso", true
	if _, err := saml.NewAuthnRequest(c, samltest.Start(), ""); err != nil {
		t.Errorf("loopback, where it is allowed: %v", err)
	}
}

// TestSPMetadata shows what providers read of us.
func TestSPMetadata(t *testing.T) {
	t.Parallel()
	c, _, _ := connection(t)
	c.Keys, c.SignRequests = []saml.KeyPair{ours(t, "c"), ours(t, "b")}, true
	raw, err := saml.SPMetadata(c)
	if err != nil {
		t.Fatal(err)
	}
	var got crewjam.EntityDescriptor
	if err := xml.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	sp := got.SPSSODescriptors[0]
	if got.EntityID != spID || sp.AssertionConsumerServices[0].Location != acsURL || !*sp.AuthnRequestsSigned || !*sp.WantAssertionsSigned {
		t.Errorf("entity %s, ACS %v, requests signed %v", got.EntityID, sp.AssertionConsumerServices, *sp.AuthnRequestsSigned)
	}
	var uses []string
	for _, k := range sp.KeyDescriptors {
		uses = append(uses, k.Use)
		for _, m := range k.EncryptionMethods {
			uses = append(uses, m.Algorithm[strings.LastIndexByte(m.Algorithm, '#')+1:])
		}
	}
	if d := cmp.Diff([]string{"signing", "signing", "encryption", "aes256-gcm", "aes128-gcm", "rsa-oaep-mgf1p"}, uses); d != "" {
		t.Errorf("keys (-want +got):\n%s", d)
	}
	if strings.Contains(string(raw), "validUntil") {
		t.Error("it ends by itself")
	}
}
