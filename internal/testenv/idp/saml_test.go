package idp_test

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"rollcall/internal/testenv/browser"
	"rollcall/internal/testenv/idp"
)

// samlProviders are the SAML providers that each test of them runs on.
func samlProviders() []struct {
	name  string
	start func(testing.TB, idp.SAMLOptions) *idp.SAML
} {
	return []struct {
		name  string
		start func(testing.TB, idp.SAMLOptions) *idp.SAML
	}{
		{name: "SimpleSAMLphp", start: idp.StartSimpleSAMLphp},
		{name: "samlp", start: idp.StartSAMLP},
	}
}

func TestSAMLProvidersAnswerAsTheServiceProviderIsRegistered(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, account string
		sp            idp.SP
		has, lacks    []string
	}{
		{
			name: "alice", account: "alice",
			has:   []string{"alice@corp.example", ":Assertion ", "engineering", "admins", idp.NameIDEmail, "rsa-sha256"},
			lacks: []string{"EncryptedAssertion", "rsa-sha1"},
		},
		{name: "mallory_claims_another_domain", account: "mallory", has: []string{"ceo@victim.example"}},
		{name: "no_email", account: "noemail", lacks: []string{"@", `Name="email"`}},
		{name: "two_emails", account: "twoemails", has: []string{"tim@corp.example", "ceo@victim.example"}, lacks: []string{idp.NameIDEmail}},
		{name: "unsigned", account: "alice", sp: idp.SP{Sign: idp.SignNothing}, lacks: []string{"SignatureValue"}},
		{name: "sha1", account: "alice", sp: idp.SP{SHA1: true}, has: []string{"rsa-sha1"}},
		{
			name: "encrypted", account: "alice", sp: idp.SP{Encrypt: idp.EncryptCBC},
			has: []string{"EncryptedAssertion", "CipherValue", "-cbc"}, lacks: []string{"alice@"},
		},
		{name: "persistent_name", account: "alice", sp: idp.SP{NameID: idp.NameIDPersistent}, has: []string{idp.NameIDPersistent, ">alice<"}},
	}
	for _, provider := range samlProviders() {
		t.Run(provider.name, func(t *testing.T) {
			t.Parallel()
			running := provider.start(t, idp.SAMLOptions{})
			for _, tt := range cases {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					got := signInBySAML(t, running, tt.sp, tt.account)
					for _, want := range tt.has {
						if !strings.Contains(got, want) {
							t.Errorf("the response has no %q:\n%s", want, got)
						}
					}
					for _, bad := range tt.lacks {
						if strings.Contains(got, bad) {
							t.Errorf("the response has %q:\n%s", bad, got)
						}
					}
				})
			}
		})
	}
}

func TestSAMLProvidersSignWhatTheyAreTold(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                string
		sign                idp.Signed
		response, assertion int
	}{
		{name: "assertion", sign: idp.SignAssertion, assertion: 1},
		{name: "response", sign: idp.SignResponse, response: 1},
		{name: "both", sign: idp.SignBoth, response: 1, assertion: 1},
		{name: "nothing", sign: idp.SignNothing},
	}
	for _, provider := range samlProviders() {
		t.Run(provider.name, func(t *testing.T) {
			t.Parallel()
			running := provider.start(t, idp.SAMLOptions{})
			for _, tt := range tests {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					got := signInBySAML(t, running, idp.SP{Sign: tt.sign}, "alice")
					envelope, assertion, ok := strings.Cut(got, ":Assertion ")
					if !ok {
						t.Fatalf("no assertion:\n%s", got)
					}
					if n := strings.Count(envelope, "SignatureValue>") / 2; n != tt.response {
						t.Errorf("%d signatures of the response, want %d\n%s", n, tt.response, got)
					}
					if n := strings.Count(assertion, "SignatureValue>") / 2; n != tt.assertion {
						t.Errorf("%d signatures of the assertion, want %d\n%s", n, tt.assertion, got)
					}
				})
			}
		})
	}
}

func TestSAMLPEncryptsWithIntegrity(t *testing.T) {
	t.Parallel()
	provider := idp.StartSAMLP(t, idp.SAMLOptions{})
	got := signInBySAML(t, provider, idp.SP{Encrypt: idp.EncryptGCM}, "alice")
	if !strings.Contains(got, "aes256-gcm") || !strings.Contains(got, "rsa-oaep") || strings.Contains(got, "alice@") {
		t.Errorf("the assertion is not encrypted by AES-GCM and RSA-OAEP:\n%s", got)
	}
}

func TestSimpleSAMLphpRollsOver(t *testing.T) {
	t.Parallel()
	provider := idp.StartSimpleSAMLphp(t, idp.SAMLOptions{EntityID: "urn:corp.example:rolls-over", RollOver: true})
	metadata := string(provider.Metadata(t))
	for i, certificate := range provider.Certificates {
		text := base64.StdEncoding.EncodeToString(certificate.Raw)
		if !strings.Contains(metadata, text) {
			t.Errorf("certificate %d is not in the metadata", i)
		}
		got := signInBySAML(t, provider, idp.SP{NextKey: i == 1}, "alice")
		if !strings.Contains(strings.Join(strings.Fields(got), ""), text) {
			t.Errorf("the response with NextKey %v does not bear certificate %d:\n%s", i == 1, i, got)
		}
	}
}

func TestSAMLProvidersKnowAddedAccounts(t *testing.T) {
	t.Parallel()
	for _, provider := range samlProviders() {
		t.Run(provider.name, func(t *testing.T) {
			t.Parallel()
			running := provider.start(t, idp.SAMLOptions{})
			added := idp.Account{Name: "zoe", Email: []string{"zoe@corp.example"}, More: map[string]any{"department": "R&D"}}
			running.Put(t, added)
			if got := signInBySAML(t, running, idp.SP{}, "zoe"); !strings.Contains(got, "zoe@corp.example") || !strings.Contains(got, "R&amp;D") {
				t.Errorf("zoe is not in the response:\n%s", got)
			}
		})
	}
}

func TestSAMLProvidersSendWhatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	for _, provider := range samlProviders() {
		t.Run(provider.name, func(t *testing.T) {
			t.Parallel()
			running := provider.start(t, idp.SAMLOptions{})
			acs := newACS(t)
			running.Register(t, idp.SP{EntityID: acs.URL, ACS: acs.URL})
			got := running.Unsolicited(browser.New(t, nil), acs.URL, "alice", "/deep").Text()
			if !strings.Contains(got, "RelayState /deep") || !strings.Contains(got, "alice@corp.example") || strings.Contains(got, "InResponseTo") {
				t.Errorf("Unsolicited: %s", got)
			}
		})
	}
}

// signInBySAML signs account in with a browser and returns the response's XML as the ACS got it.
func signInBySAML(t *testing.T, provider *idp.SAML, sp idp.SP, account string) string {
	t.Helper()
	acs := newACS(t)
	sp.EntityID, sp.ACS = acs.URL+"/metadata", acs.URL+"/acs"
	if sp.Encrypt != idp.NotEncrypted {
		sp.Certificate = provider.Certificates[0] // anybody's will do
	}
	provider.Register(t, sp)
	b := browser.New(t, nil)
	b.Get(provider.SSOURL + "?" + authnRequest(t, sp.EntityID, sp.ACS, provider.SSOURL) + "&RelayState=where")
	got := provider.SignIn(b, account).Text()
	if !strings.Contains(got, "RelayState where") {
		t.Fatalf("the ACS was not reached: %s\n%s", b.Page().URL, got)
	}
	return got
}

// newACS is a service provider's ACS that shows what was posted to it.
func newACS(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		xml, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(r.PostFormValue("SAMLResponse")), ""))
		if err != nil || r.Method != http.MethodPost {
			http.Error(w, fmt.Sprint("no response: ", err), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<p>RelayState %s</p><pre>%s</pre>", html.EscapeString(r.PostFormValue("RelayState")), html.EscapeString(string(xml)))
	}))
	t.Cleanup(server.Close)
	return server
}

// authnRequest is an unsigned request for the redirect binding (SAML bindings §3.4).
func authnRequest(t *testing.T, issuer, acs, destination string) string {
	t.Helper()
	xml := fmt.Sprintf(`<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" `+
		`ID="_%s" Version="2.0" IssueInstant=%q Destination=%q AssertionConsumerServiceURL=%q `+
		`ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"><saml:Issuer>%s</saml:Issuer></samlp:AuthnRequest>`,
		rand.Text(), time.Now().UTC().Format(time.RFC3339), destination, acs, issuer)
	var deflated bytes.Buffer
	w, err := flate.NewWriter(&deflated, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(xml)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(deflated.Bytes())}}.Encode()
}
