package saml_test

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

// document is a provider's metadata; %s are the entity id, the attributes, what is in the role, and the sign-on URL.
func document(attributes, role, sso string) string {
	return fmt.Sprintf(`<?xml version="1.0"?>
<!-- a comment, as Shibboleth has them -->
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="%s"%s>
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol" WantAuthnRequestsSigned="true">
    %s
    <md:SingleLogoutService Binding="x" Location="javascript:alert(1)"/>
    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:mace:shibboleth:1.0:profiles:AuthnRequest" Location="nonsense"/>
    <md:SingleSignOnService Binding="%s" Location="%s"/>
    <md:SingleSignOnService Binding="%s" Location="https://idp.example/redirect"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`, idpID, attributes, role, saml.Post, sso, saml.Redirect)
}

func keyDescriptor(use, cert string) string {
	if use != "" {
		use = ` use="` + use + `"`
	}
	return `<md:KeyDescriptor` + use + `><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + cert + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
}

func encoded(cert *x509.Certificate) string { return base64.StdEncoding.EncodeToString(cert.Raw) }

// TestParseMetadata reads all that a connection needs.
func TestParseMetadata(t *testing.T) {
	t.Parallel()
	a, b := samltest.New(t, idpID, "a").Certificate, samltest.New(t, idpID, "b").Certificate
	weak := samltest.New(t, idpID, "weak").Certificate
	keys := keyDescriptor("signing", "\n"+encoded(a)[:64]+"\n"+encoded(a)[64:]) + keyDescriptor("", encoded(b)) + keyDescriptor("signing", encoded(a)) +
		keyDescriptor("encryption", encoded(samltest.New(t, idpID, "c").Certificate)) + keyDescriptor("signing", "AAAA") + keyDescriptor("signing", encoded(weak))
	got, err := saml.ParseMetadata([]byte(document(` validUntil="2026-03-09T08:00:00Z"`, keys, "https://idp.example/post")), samltest.Start(), saml.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	want := saml.Metadata{
		EntityID: idpID, Certificates: []*x509.Certificate{a, b}, WantAuthnRequestsSigned: true,
		SSO:           []saml.Endpoint{{Binding: saml.Post, URL: "https://idp.example/post"}, {Binding: saml.Redirect, URL: "https://idp.example/redirect"}},
		NameIDFormats: []string{"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
		ValidUntil:    samltest.Start().AddDate(0, 0, 7),
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(saml.Metadata{}, "Warnings"), cmp.Comparer((*x509.Certificate).Equal)); d != "" {
		t.Errorf("ParseMetadata mismatch (-want +got):\n%s", d)
	}
	if len(got.Warnings) != 2 {
		t.Errorf("warnings: %q; want one for each certificate that was left out", got.Warnings)
	}
	if idp := got.IDP(); idp.Binding != saml.Redirect || idp.SSOURL != "https://idp.example/redirect" || len(idp.Certificates) != 2 {
		t.Errorf("the provider became %+v", idp)
	}
}

// TestMetadataRefused tells what is wrong with a document.
func TestMetadataRefused(t *testing.T) {
	t.Parallel()
	key := keyDescriptor("signing", encoded(samltest.New(t, idpID, "a").Certificate))
	good := document("", key, "https://idp.example/post")
	role := good[strings.Index(good, "<md:IDPSSO"):strings.Index(good, "</md:EntityDescriptor>")]
	several := strings.Replace(good, "<md:EntityDescriptor", `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:EntityDescriptor entityID="https://second.example" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">`+role+`</md:EntityDescriptor><md:EntityDescriptor`, 1) + "</md:EntitiesDescriptor>"
	sp, err := saml.SPMetadata(saml.Config{EntityID: spID, ACSURL: acsURL})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, text string
		code       saml.Code
		check      string
		says       string
	}{
		{"none", "", saml.CodeMetadataRefused, "well_formed", ""},
		{"HTML", "<html><body></body></html>", saml.CodeMetadataRefused, "provider", ""},
		{"ours", string(sp), saml.CodeMetadataRefused, "provider", "identity provider"},
		{"DOCTYPE", strings.Replace(good, "<md:", "<!DOCTYPE x><md:", 1), saml.CodeMetadataRefused, "doctype", ""},
		{"1 MiB and more", good + strings.Repeat(" ", saml.MaxMetadata), saml.CodeMetadataRefused, "size", ""},
		{"several providers", several, saml.CodeMetadataRefused, "provider", "https://second.example, " + idpID},
		{"SAML 1.1 only", strings.Replace(good, " urn:oasis:names:tc:SAML:2.0:protocol", "", 1), saml.CodeMetadataRefused, "provider", ""},
		{"no entity id", strings.Replace(good, `entityID="`+idpID+`"`, "", 1), saml.CodeMetadataRefused, "entity_id", ""},
		{"expired", document(` validUntil="2026-03-02T08:00:00Z"`, key, "https://idp.example/post"), saml.CodeMetadataExpired, "valid_until", "2026-03-02T08:00:00Z"},
		{"a time that is none", document(` validUntil="soon"`, key, "https://idp.example/post"), saml.CodeMetadataRefused, "time", ""},
		{"javascript", document("", key, "javascript:alert(1)"), saml.CodeMetadataRefused, "sign_on_url", "javascript:alert(1)"},
		{"data", document("", key, "data:text/html,x"), saml.CodeMetadataRefused, "sign_on_url", ""},
		{"http", document("", key, "http://idp.example/"), saml.CodeMetadataRefused, "sign_on_url", "https"},
		{"http, loopback", document("", key, "http://127.0.0.1/"), saml.CodeMetadataRefused, "sign_on_url", "https"},
		{"no certificate_S12", document("", "", "https://idp.example/post"), saml.CodeMetadataRefused, "certificate", ""},
		{"for encryption only_S12", document("", strings.Replace(key, "signing", "encryption", 1), "https://idp.example/post"), saml.CodeMetadataRefused, "certificate", ""},
		{"one that can't be read_S12", document("", keyDescriptor("", "?"), "https://idp.example/post"), saml.CodeMetadataRefused, "certificate", "can't be read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := saml.ParseMetadata([]byte(tt.text), samltest.Start(), saml.Policy{})
			if f := refused(t, saml.Assertion{}, err, tt.code, tt.check); !strings.Contains(f.Detail, tt.says) {
				t.Errorf("the detail doesn't tell %q: %s", tt.says, f.Detail)
			}
			if got.EntityID != "" || len(got.Certificates) > 0 {
				t.Errorf("refused, and %+v came back", got)
			}
		})
	}
	if _, err := saml.ParseMetadata([]byte(document("", key, "http://localhost:1/")), samltest.Start(), saml.Policy{AllowInsecureLoopback: true}); err != nil {
		t.Errorf("loopback, where it is allowed: %v", err)
	}
}

// TestMetadataSwap_S36 lets a refresh bring what it may: nothing that would let another provider in.
func TestMetadataSwap_S36(t *testing.T) {
	t.Parallel()
	start := samltest.Start()
	p, q := samltest.New(t, idpID, "a"), samltest.New(t, idpID, "b")
	a, b := p.Certificate, q.Certificate
	old := saml.Metadata{EntityID: idpID, SSO: []saml.Endpoint{{Binding: saml.Redirect, URL: p.SSOURL}}, Certificates: []*x509.Certificate{a}}
	with := func(change func(*saml.Metadata)) saml.Metadata {
		m := old
		change(&m)
		return m
	}
	for _, tt := range []struct {
		name  string
		fresh saml.Metadata
		needs saml.Needs
		what  []saml.What
	}{
		{"the same", old, saml.NeedsNothing, nil},
		{"another entity id", with(func(m *saml.Metadata) { m.EntityID = "https://other.example" }), saml.NeedsNewSetup, []saml.What{saml.ChangedEntityID}},
		{"another entity id, signed", with(func(m *saml.Metadata) { m.EntityID, m.SignedBy = "https://other.example", saml.Fingerprint(a) }), saml.NeedsNewSetup, []saml.What{saml.ChangedEntityID}},
		{"a certificate more", with(func(m *saml.Metadata) { m.Certificates = []*x509.Certificate{a, b} }), saml.NeedsConsent, []saml.What{saml.ChangedCertificateAdded}},
		{"a certificate more, signed", with(func(m *saml.Metadata) {
			m.Certificates, m.SignedBy = []*x509.Certificate{a, b}, saml.Fingerprint(a)
		}), saml.NeedsNothing, []saml.What{saml.ChangedCertificateAdded}},
		{"a certificate more, signed with itself", with(func(m *saml.Metadata) {
			m.Certificates, m.SignedBy = []*x509.Certificate{a, b}, saml.Fingerprint(b)
		}), saml.NeedsConsent, []saml.What{saml.ChangedCertificateAdded}},
		{"only new certificates", with(func(m *saml.Metadata) { m.Certificates = []*x509.Certificate{b} }), saml.NeedsNewSetup, []saml.What{saml.ChangedCertificateAdded, saml.ChangedCertificateRemoved}},
		{"only new certificates, signed", with(func(m *saml.Metadata) {
			m.Certificates, m.SignedBy = []*x509.Certificate{b}, saml.Fingerprint(a)
		}), saml.NeedsConsent, []saml.What{saml.ChangedCertificateAdded, saml.ChangedCertificateRemoved}},
		{"expired", with(func(m *saml.Metadata) { m.ValidUntil = start }), saml.NeedsNewSetup, []saml.What{saml.ChangedExpired}},
		{"valid for longer", with(func(m *saml.Metadata) { m.ValidUntil = start.Add(time.Hour) }), saml.NeedsNothing, nil},
		{"another sign-on URL", with(func(m *saml.Metadata) { m.SSO = []saml.Endpoint{{Binding: saml.Redirect, URL: "https://evil.example"}} }), saml.NeedsConsent, []saml.What{saml.ChangedSSO}},
		{"other wishes", with(func(m *saml.Metadata) { m.WantAuthnRequestsSigned, m.NameIDFormats = true, []string{"x"} }), saml.NeedsNothing, []saml.What{saml.ChangedNameIDFormats, saml.ChangedWantsSigned}},
	} {
		changes := saml.Compare(old, tt.fresh, start)
		var what []saml.What
		for _, c := range changes {
			what = append(what, c.What)
		}
		if d := cmp.Diff(tt.what, what); d != "" || saml.Required(changes) != tt.needs {
			t.Errorf("%s needs %d; want %d; changes (-want +got):\n%s", tt.name, saml.Required(changes), tt.needs, d)
		}
	}
	both := with(func(m *saml.Metadata) { m.Certificates = []*x509.Certificate{a, b} })
	if changes := saml.Compare(both, old, start); len(changes) != 1 || saml.Required(changes) != saml.NeedsNothing || changes[0].What != saml.ChangedCertificateRemoved {
		t.Errorf("a certificate less: %+v", changes)
	}
}

// TestSignedMetadata_S36 tells whose signature is on the document, and reads the signed bytes.
func TestSignedMetadata_S36(t *testing.T) {
	t.Parallel()
	p, q := samltest.New(t, idpID, "a"), samltest.New(t, idpID, "b")
	raw, err := p.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	by := func(raw string, known ...*x509.Certificate) string {
		t.Helper()
		m, err := saml.ParseMetadata([]byte(raw), samltest.Start(), saml.Policy{}, known...)
		if err != nil {
			t.Fatal(err)
		}
		return m.SignedBy
	}
	if got := by(string(raw), q.Certificate, p.Certificate); got != saml.Fingerprint(p.Certificate) {
		t.Errorf("signed by %q", got)
	}
	if got := by(string(raw), q.Certificate); got != "" {
		t.Errorf("signed by an unknown one, and it says %q", got)
	}
	if got := by(string(raw)); got != "" {
		t.Errorf("nobody is known, and it says %q", got)
	}
	if got := by(strings.ReplaceAll(string(raw), p.SSOURL, "https://evil.example/"), p.Certificate); got != "" {
		t.Errorf("changed, and it says %q", got)
	}
}
