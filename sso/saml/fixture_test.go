package saml_test

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/beevik/etree"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

const (
	idpID     = "https://idp.example/saml"
	spID      = "https://rollcall.example/saml/con_1/metadata"
	acsURL    = "https://rollcall.example/saml/con_1/acs"
	requestID = "id-0123456789abcdef"
	subject   = "jane-7f3a"
	email     = "jane@corp.example"
)

// connection returns a connection, its provider, and the provider's answer about Jane.
func connection(tb testing.TB) (saml.Config, samlidp.Provider, samlidp.Answer) {
	tb.Helper()
	p := samltest.New(tb, idpID, "a")
	c := saml.Config{
		EntityID: spID, ACSURL: acsURL, MetadataURL: spID,
		IDP: saml.IDP{EntityID: idpID, SSOURL: p.SSOURL, Binding: saml.Redirect, Certificates: []*x509.Certificate{p.Certificate}},
	}
	a := samlidp.Answer{
		SP: samlidp.SP{EntityID: spID, ACSURL: acsURL}, InResponseTo: requestID,
		Account: samlidp.Account{NameID: subject, Attributes: []samlidp.Attribute{
			{Name: "email", Values: []string{email}},
			{Name: "groups", Values: []string{"staff", "sales"}},
		}},
	}
	return c, p, a
}

// ours returns a key pair of the connection.
func ours(tb testing.TB, name string) saml.KeyPair {
	tb.Helper()
	key, ok := samltest.Key(tb, name).(*rsa.PrivateKey)
	if !ok {
		tb.Fatalf("key %s is not RSA", name)
	}
	return saml.KeyPair{Key: key, Certificate: samltest.Certificate(tb, key, samltest.Start().AddDate(-1, 0, 0), samltest.Start().AddDate(1, 0, 0))}
}

func expectation() saml.Expectation {
	return saml.Expectation{RequestID: requestID, RequestedAt: samltest.Start(), Now: samltest.Start()}
}

// refused holds a result to a code and, unless it is empty, a check. No code stands for acceptance.
func refused(t *testing.T, a saml.Assertion, err error, code saml.Code, check string) *saml.Failure {
	t.Helper()
	var f *saml.Failure
	switch {
	case err == nil && code == "":
		return nil
	case err == nil:
		t.Fatalf("accepted %s; want %s", a, code)
	case !errors.As(err, &f):
		t.Fatalf("the error is a %T: %v", err, err)
	case f.Code != code || check != "" && f.Check != check:
		t.Fatalf("refused with %s (%s): %s; want %s (%s)", f.Code, f.Check, f.Detail, code, check)
	}
	if a.NameID != "" || a.ID != "" {
		t.Fatalf("refused, and an assertion came back: %s", a)
	}
	return f
}

// find returns the element at a path of local names.
func find(el *etree.Element, path ...string) *etree.Element {
	for _, tag := range path {
		el = el.SelectElement(tag)
	}
	return el
}

// remove takes the element at a path of local names away.
func remove(path ...string) func(*etree.Element) {
	return func(el *etree.Element) {
		parent := find(el, path[:len(path)-1]...)
		parent.RemoveChild(parent.SelectElement(path[len(path)-1]))
	}
}

// set gives the element at a path of local names an attribute.
func set(name, value string, path ...string) func(*etree.Element) {
	return func(el *etree.Element) { find(el, path...).CreateAttr(name, value) }
}

// unset takes an attribute away.
func unset(name string, path ...string) func(*etree.Element) {
	return func(el *etree.Element) { find(el, path...).RemoveAttr(name) }
}

// at tells a time as assertions do, some time after Start.
func at(after time.Duration) string {
	return samltest.Start().Add(after).Format("2006-01-02T15:04:05.000Z")
}
