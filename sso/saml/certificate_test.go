package saml_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	dsig "github.com/russellhaering/goxmldsig"

	"rollcall/internal/demoidp/samlidp"
	"rollcall/internal/testenv/samltest"
	"rollcall/sso/saml"
)

// TestNoCertificate_S12 has a connection without a certificate: nothing is accepted, and it can't be switched on.
func TestNoCertificate_S12(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	for name, certs := range map[string][]*x509.Certificate{"nil": nil, "empty": {}, "a nil one": {nil}} {
		bare := c
		bare.IDP.Certificates = certs
		for _, unsigned := range []bool{false, true} {
			got, err := saml.Verify(bare, expectation(), samltest.Respond(t, p, a, samltest.Knobs{Unsigned: unsigned}))
			refused(t, got, err, saml.CodeNotConfigured, "configuration")
		}
		if wrong := bare.Check(samltest.Start()); len(wrong) == 0 {
			t.Errorf("%s: the connection could be switched on", name)
		}
	}
	if wrong := c.Check(samltest.Start()); len(wrong) > 0 {
		t.Errorf("the whole connection can't be switched on: %q", wrong)
	}
}

// TestRollOver_S30 accepts what either of two certificates signed, names it or not, until one is taken away.
func TestRollOver_S30(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	next := samltest.New(t, idpID, "b")
	before, during, after := c, c, c
	during.IDP.Certificates = []*x509.Certificate{next.Certificate, p.Certificate}
	after.IDP.Certificates = []*x509.Certificate{next.Certificate}
	for _, silent := range []bool{false, true} {
		k := samltest.Knobs{NoKeyInfo: silent}
		for _, tt := range []struct {
			name   string
			config saml.Config
			from   samlidp.Provider
			good   bool
		}{
			{"old before", before, p, true},
			{"new before", before, next, false},
			{"old during", during, p, true},
			{"new during", during, next, true},
			{"old after", after, p, false},
			{"new after", after, next, true},
		} {
			got, err := saml.Verify(tt.config, expectation(), samltest.Respond(t, tt.from, a, k))
			if (err == nil) != tt.good {
				t.Errorf("%s, KeyInfo absent %t: %v", tt.name, silent, err)
			}
			if tt.good && got.Certificate != saml.Fingerprint(tt.from.Certificate) {
				t.Errorf("%s: by certificate %s", tt.name, got.Certificate)
			}
			if !tt.good {
				refused(t, got, err, map[bool]saml.Code{false: saml.CodeCertificateUnknown, true: saml.CodeSignatureInvalid}[silent], "")
			}
		}
	}
}

// TestCertificateTimes_S31 refuses what a certificate signed before or after its time, and tells when that is.
func TestCertificateTimes_S31(t *testing.T) {
	t.Parallel()
	start := samltest.Start()
	for _, tt := range []struct {
		name        string
		from, until time.Time
		check, says string
	}{
		{"expired", start.AddDate(-1, 0, 0), start.Add(-time.Second), "certificate_not_after", "2026-03-02T07:59:59Z"},
		{"not yet", start.Add(time.Second), start.AddDate(1, 0, 0), "certificate_not_before", "2026-03-02T08:00:01Z"},
		{"its last second", start.AddDate(-1, 0, 0), start, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, p, a := connection(t)
			p.Certificate = samltest.Certificate(t, p.Key, tt.from, tt.until)
			c.IDP.Certificates = []*x509.Certificate{p.Certificate}
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, samltest.Knobs{}))
			if tt.check == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if f := refused(t, got, err, saml.CodeCertificateExpired, tt.check); !strings.Contains(f.Detail, tt.says) {
				t.Errorf("the detail doesn't name the date %s: %s", tt.says, f.Detail)
			}
			if len(c.Check(start)) == 0 {
				t.Error("the connection could be switched on")
			}
		})
	}
}

// TestCertificateNotices_S31 warns 30, 14 and 3 days ahead, and once a certificate has expired.
func TestCertificateNotices_S31(t *testing.T) {
	t.Parallel()
	start := samltest.Start()
	until := start.AddDate(0, 2, 0)
	cert := samltest.Certificate(t, samltest.Key(t, "a"), start, until)
	next := samltest.Certificate(t, samltest.Key(t, "b"), start, until.AddDate(1, 0, 0))
	const day = 24 * time.Hour
	for _, tt := range []struct {
		left    time.Duration
		certs   []*x509.Certificate
		stage   int
		days    int
		covered bool
		none    bool
	}{
		{left: 30 * day, certs: []*x509.Certificate{cert}, none: true},
		{left: 30*day - time.Second, certs: []*x509.Certificate{cert}, stage: 30, days: 30},
		{left: 14 * day, certs: []*x509.Certificate{cert}, stage: 30, days: 14},
		{left: 14*day - time.Second, certs: []*x509.Certificate{next, cert}, stage: 14, days: 14, covered: true},
		{left: 3*day - time.Second, certs: []*x509.Certificate{cert}, stage: 3, days: 3},
		{left: 0, certs: []*x509.Certificate{cert}, stage: 3, days: 0},
		{left: -day, certs: []*x509.Certificate{cert}, stage: 0, days: -1},
	} {
		var want []saml.Notice
		if !tt.none {
			want = []saml.Notice{{
				Fingerprint: saml.Fingerprint(cert), Subject: "CN=idp.example", NotAfter: until,
				Stage: tt.stage, Days: tt.days, Covered: tt.covered,
			}}
		}
		if d := cmp.Diff(want, saml.CertificateNotices(tt.certs, until.Add(-tt.left))); d != "" {
			t.Errorf("%s left (-want +got):\n%s", tt.left, d)
		}
	}
}

// TestForeignCertificate_S32 signs with an attacker's key, whose certificate bears the provider's name.
func TestForeignCertificate_S32(t *testing.T) {
	t.Parallel()
	c, p, a := connection(t)
	evil := samltest.New(t, idpID, "b")
	got, err := saml.Verify(c, expectation(), samltest.Respond(t, evil, a, samltest.Knobs{}))
	f := refused(t, got, err, saml.CodeCertificateUnknown, "certificate")
	if !strings.Contains(f.Detail, saml.Fingerprint(evil.Certificate)) {
		t.Errorf("the detail doesn't name the certificate: %s", f.Detail)
	}
	// The attacker's signature under the provider's certificate.
	evil.Certificate = p.Certificate
	got, err = saml.Verify(c, expectation(), samltest.Respond(t, evil, a, samltest.Knobs{}))
	refused(t, got, err, saml.CodeSignatureInvalid, "signature")
	// A certificate that is none.
	got, err = saml.Verify(c, expectation(), samltest.Respond(t, evil, a, samltest.Knobs{After: func(el *etree.Element) {
		find(el, "Assertion", "Signature", "KeyInfo", "X509Data", "X509Certificate").SetText("AAAA")
	}}))
	refused(t, got, err, saml.CodeSignatureInvalid, "signature")
}

// TestAlgorithms_S33 refuses weak algorithms and keys, though the signatures are good.
func TestAlgorithms_S33(t *testing.T) {
	t.Parallel()
	method := func(s string) samltest.Knobs {
		return samltest.Knobs{After: set("Algorithm", s, "Assertion", "Signature", "SignedInfo", "SignatureMethod")}
	}
	digest := func(s string) samltest.Knobs {
		return samltest.Knobs{After: set("Algorithm", s, "Assertion", "Signature", "SignedInfo", "Reference", "DigestMethod")}
	}
	for _, tt := range []struct {
		name  string
		knobs samltest.Knobs
		key   string
		check string
	}{
		{"RSA-SHA1", samltest.Knobs{Method: dsig.RSASHA1SignatureMethod}, "a", "signature_algorithm"},
		{"ECDSA-SHA1", samltest.Knobs{Method: dsig.ECDSASHA1SignatureMethod}, "curve", "signature_algorithm"},
		{"HMAC-SHA1 with the public key", method("http://www.w3.org/2000/09/xmldsig#hmac-sha1"), "a", "signature_algorithm"},
		{"HMAC-SHA256 with the public key", method("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"), "a", "signature_algorithm"},
		{"RSA-MD5", method("http://www.w3.org/2001/04/xmldsig-more#rsa-md5"), "a", "signature_algorithm"},
		{"none", method(""), "a", "signature_algorithm"},
		{"digest SHA-1", digest("http://www.w3.org/2000/09/xmldsig#sha1"), "a", "digest_algorithm"},
		{"digest MD5", digest("http://www.w3.org/2001/04/xmldsig-more#md5"), "a", "digest_algorithm"},
		{"RSA of 1,024 bits", samltest.Knobs{}, "weak", "key_size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _, a := connection(t)
			p := samltest.New(t, idpID, tt.key)
			c.IDP.Certificates = []*x509.Certificate{p.Certificate}
			got, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, tt.knobs))
			refused(t, got, err, saml.CodeAlgorithmRefused, tt.check)
		})
	}
}

// TestECDSA takes a signature in XML's form, r and s side by side, and in that of ASN.1.
func TestECDSA(t *testing.T) {
	t.Parallel()
	c, _, a := connection(t)
	p := samltest.New(t, idpID, "curve")
	c.IDP.Certificates = []*x509.Certificate{p.Certificate}
	sideBySide := func(el *etree.Element) {
		value := find(el, "Assertion", "Signature", "SignatureValue")
		der, err := base64.StdEncoding.DecodeString(value.Text())
		if err != nil {
			t.Error(err)
		}
		var rs struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &rs); err != nil {
			t.Error(err)
		}
		size := (p.Key.Public().(*ecdsa.PublicKey).Params().BitSize + 7) / 8
		raw := append(rs.R.FillBytes(make([]byte, size)), rs.S.FillBytes(make([]byte, size))...)
		value.SetText(base64.StdEncoding.EncodeToString(raw))
	}
	for name, k := range map[string]samltest.Knobs{"XML": {After: sideBySide}, "ASN.1": {}} {
		if _, err := saml.Verify(c, expectation(), samltest.Respond(t, p, a, k)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestParseCertificates reads what admins have.
func TestParseCertificates(t *testing.T) {
	t.Parallel()
	_, p, _ := connection(t)
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Certificate.Raw})
	bare := base64.StdEncoding.EncodeToString(p.Certificate.Raw)
	for _, tt := range []struct {
		name string
		raw  []byte
		n    int
	}{
		{"PEM", block, 1},
		{"two PEM", slices.Concat(block, block), 2},
		{"DER", p.Certificate.Raw, 1},
		{"base64", []byte(bare), 1},
		{"base64 in lines", []byte("\n " + bare[:64] + "\r\n " + bare[64:] + "\n"), 1},
		{"nothing", nil, 0},
		{"text", []byte("hello"), 0},
		{"a private key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), 0},
	} {
		got, err := saml.ParseCertificates(tt.raw)
		if len(got) != tt.n || (err == nil) != (tt.n > 0) {
			t.Errorf("%s: %d certificates, %v; want %d", tt.name, len(got), err, tt.n)
		}
	}
}

// TestKeyPair makes, writes and reads a key pair, and refuses what doesn't fit together.
func TestKeyPair(t *testing.T) {
	t.Parallel()
	made, err := saml.NewKeyPair(spID, samltest.Start(), 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	key, cert, err := made.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	read, err := saml.ParseKeyPair(key, cert)
	if err != nil || !read.Key.Equal(made.Key) || !read.Certificate.Equal(made.Certificate) {
		t.Errorf("another one was read: %v", err)
	}
	if d := cmp.Diff(samltest.Start().Add(24*time.Hour), read.Certificate.NotAfter, cmpopts.EquateApproxTime(0)); d != "" {
		t.Errorf("NotAfter (-want +got):\n%s", d)
	}
	for name, pair := range map[string][2][]byte{
		"another's certificate": {key, samltest.New(t, idpID, "a").Certificate.Raw},
		"no key":                {nil, cert},
		"no certificate":        {key, nil},
	} {
		if _, err := saml.ParseKeyPair(pair[0], pair[1]); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
