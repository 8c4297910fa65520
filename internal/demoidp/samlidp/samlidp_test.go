package samlidp_test

import (
	"crypto/x509"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

const (
	spID   = "https://rollcall.example/saml/con_1/metadata"
	acsURL = "https://rollcall.example/saml/con_1/acs"
)

// start runs a provider and returns a connection that was set up from its metadata, over HTTP.
func start(t *testing.T) (saml.Config, *http.Client) {
	t.Helper()
	p := samltest.New(t, "urn:demo:idp", "a")
	p.SPs = []samlidp.SP{{EntityID: spID, ACSURL: acsURL}}
	p.Accounts = []samlidp.Account{
		{Login: "jane", NameID: "jane-1", Attributes: []samlidp.Attribute{{Name: "email", Values: []string{"jane@corp.example"}}}},
		{Login: "mallory", NameID: "mallory-1", Attributes: []samlidp.Attribute{{Name: "email", Values: []string{"ceo@victim.example"}}}},
	}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	p.SSOURL = server.URL + "/sso"
	handler = p.Handler()
	policy := saml.Policy{AllowInsecureLoopback: true}
	m, err := saml.ParseMetadata([]byte(get(t, server.Client(), server.URL+"/metadata")), samltest.Start(), policy)
	if err != nil {
		t.Fatal(err)
	}
	c := saml.Config{EntityID: spID, ACSURL: acsURL, IDP: m.IDP(), Policy: policy}
	if wrong := c.Check(samltest.Start()); len(wrong) > 0 {
		t.Fatalf("the connection can't be switched on: %q", wrong)
	}
	return c, server.Client()
}

func get(t *testing.T, client *http.Client, u string) string {
	t.Helper()
	response, err := client.Get(u)
	return body(t, response, err)
}

func body(t *testing.T, response *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

var field = regexp.MustCompile(`name="(SAMLRequest|SAMLResponse|RelayState)" value="([^"]*)"`)

// fields returns what a page's form has hidden in it.
func fields(page string) url.Values {
	form := url.Values{}
	for _, m := range field.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	return form
}

// TestSignIn lets a browser choose an account, by either binding, and verifies what comes back.
func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, binding := range []string{saml.Redirect, saml.Post} {
		c, client := start(t)
		c.IDP.Binding = binding
		request, err := saml.NewAuthnRequest(c, samltest.Start(), "state-1")
		if err != nil {
			t.Fatal(err)
		}
		var page string
		if binding == saml.Redirect {
			page = get(t, client, request.URL)
		} else {
			response, err := client.PostForm(request.URL, request.Form)
			page = body(t, response, err)
		}
		if !strings.Contains(page, `value="jane"`) || !strings.Contains(page, `value="mallory"`) {
			t.Fatalf("nobody to choose:\n%s", page)
		}
		form := fields(page)
		form.Set("as", "jane")
		response, err := client.PostForm(strings.TrimSuffix(c.IDP.SSOURL, "sso")+"login", form)
		page = body(t, response, err)
		if !strings.Contains(page, `action="`+acsURL+`"`) || fields(page).Get("RelayState") != "state-1" {
			t.Fatalf("the response goes elsewhere:\n%s", page)
		}
		a, err := saml.Verify(c, saml.Expectation{RequestID: request.ID, Now: samltest.Start()}, fields(page).Get("SAMLResponse"))
		if err != nil {
			t.Fatal(err)
		}
		if email, err := a.Only("email"); a.NameID != "jane-1" || email != "jane@corp.example" {
			t.Errorf("signed in as %q, %q: %v", a.NameID, email, err)
		}
	}
}

// TestKnownBrowser answers without asking.
func TestKnownBrowser(t *testing.T) {
	t.Parallel()
	c, client := start(t)
	c.IDP.SSOURL += "?as=mallory"
	request, err := saml.NewAuthnRequest(c, samltest.Start(), "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := saml.Verify(c, saml.Expectation{RequestID: request.ID, Now: samltest.Start()}, fields(get(t, client, request.URL)).Get("SAMLResponse"))
	if err != nil || a.NameID != "mallory-1" {
		t.Errorf("signed in as %q: %v", a.NameID, err)
	}
}

// TestStrangers are sent away: another service, another ACS URL, and what is no request.
func TestStrangers(t *testing.T) {
	t.Parallel()
	c, client := start(t)
	for name, change := range map[string]func(*saml.Config){
		"another entity id": func(c *saml.Config) { c.EntityID = "https://evil.example" },
		"another ACS URL":   func(c *saml.Config) { c.ACSURL = "https://evil.example/acs" },
	} {
		other := c
		change(&other)
		request, err := saml.NewAuthnRequest(other, samltest.Start(), "")
		if err != nil {
			t.Fatal(err)
		}
		if page := get(t, client, request.URL+"&as=jane"); !strings.Contains(page, "not known here") {
			t.Errorf("%s:\n%s", name, page)
		}
	}
	for _, query := range []string{"", "?SAMLRequest=!", "?SAMLRequest=AAAA", "?SAMLRequest=" + url.QueryEscape("80jNycnXBgA=")} {
		if page := get(t, client, c.IDP.SSOURL+query); strings.Contains(page, "<form") {
			t.Errorf("%q shows a form", query)
		}
	}
}

// TestEncrypted encrypts for who can read it.
func TestEncrypted(t *testing.T) {
	t.Parallel()
	p := samltest.New(t, "urn:demo:idp", "a")
	key, err := saml.NewKeyPair(spID, samltest.Start(), 1<<40)
	if err != nil {
		t.Fatal(err)
	}
	body, err := p.Answer(samlidp.Answer{
		SP: samlidp.SP{EntityID: spID, ACSURL: acsURL, Encrypt: key.Certificate}, InResponseTo: "id-1", Account: samlidp.Account{NameID: "jane-1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := saml.Config{
		EntityID: spID, ACSURL: acsURL, Keys: []saml.KeyPair{key},
		IDP: saml.IDP{EntityID: p.EntityID, Certificates: []*x509.Certificate{p.Certificate}},
	}
	if a, err := saml.Verify(c, saml.Expectation{RequestID: "id-1", Now: samltest.Start()}, body); err != nil || !a.Encrypted {
		t.Errorf("Verify: %v", err)
	}
}
