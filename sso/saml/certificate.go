package saml

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	minRSA = 2048 // bits; NIST SP 800-131A
	maxRSA = 8192 // beyond it a verification costs more than it is worth
)

// ParseCertificates reads certificates from PEM, DER or the bare base64 that admins copy out of metadata. The
// error says what is wrong with the first that can't be read; there is always one certificate without an error.
func ParseCertificates(raw []byte) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for rest := raw; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("read certificates: the PEM block is a %s", quote(block.Type))
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("read certificates: %w", err)
		}
		certs = append(certs, cert)
	}
	if len(certs) > 0 {
		return certs, nil
	}
	if cert, err := x509.ParseCertificate(raw); err == nil {
		return []*x509.Certificate{cert}, nil
	}
	cert, err := parseBase64Certificate(string(raw))
	if err != nil {
		return nil, fmt.Errorf("read certificates: neither PEM, DER nor base64 of DER: %w", err)
	}
	return []*x509.Certificate{cert}, nil
}

func parseBase64Certificate(s string) (*x509.Certificate, error) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return nil, errors.New("not base64")
	}
	return x509.ParseCertificate(der)
}

// Fingerprint returns the SHA-256 of a certificate as providers show it: AB:CD:….
func Fingerprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return strings.TrimSuffix(strings.ReplaceAll(fmt.Sprintf("% X:", sum[:]), " ", ":"), ":")
}

// weak says why signatures of the certificate's key are never accepted; nil if they may be.
func weak(cert *x509.Certificate) *Failure {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSA || bits > maxRSA {
			return fail(CodeAlgorithmRefused, "key_size", "The certificate %s has an RSA key of %d bits; %d to %d are allowed.", Fingerprint(cert), bits, minRSA, maxRSA)
		}
		return nil
	case *ecdsa.PublicKey:
		if bits := key.Params().BitSize; bits < 256 {
			return fail(CodeAlgorithmRefused, "key_size", "The certificate %s has an elliptic curve key of %d bits; 256 are needed.", Fingerprint(cert), bits)
		}
		return nil
	default:
		return fail(CodeAlgorithmRefused, "key_type", "The certificate %s has a key that is neither RSA nor ECDSA.", Fingerprint(cert))
	}
}

// unusable says why signatures by the certificate are not accepted now; nil if they are.
func unusable(cert *x509.Certificate, now time.Time) *Failure {
	switch {
	case now.Before(cert.NotBefore):
		return fail(CodeCertificateExpired, "certificate_not_before", "The certificate %s is not valid before %s.", Fingerprint(cert), stamp(cert.NotBefore))
	case now.After(cert.NotAfter):
		return fail(CodeCertificateExpired, "certificate_not_after", "The certificate %s expired on %s. Bring the provider's new certificate into the connection.", Fingerprint(cert), stamp(cert.NotAfter))
	}
	return weak(cert)
}

// Notice tells that a certificate of a provider ends soon, or has ended.
type Notice struct {
	Fingerprint string
	Subject     string
	NotAfter    time.Time
	// Stage is how many days ahead the notice is due: 30, 14, 3, or 0 for a certificate that has expired.
	// A caller that remembers the last stage told for a fingerprint tells each once.
	Stage int
	// Days are those left, rounded up; 0 or fewer after the end.
	Days int
	// Covered tells that another certificate of the connection lasts longer than 30 days, so that sign-ins
	// go on if the provider already signs with it.
	Covered bool
}

// CertificateNotices returns the notices that are due at now, the certificate that ends first first.
func CertificateNotices(certs []*x509.Certificate, now time.Time) []Notice {
	const day = 24 * time.Hour
	var notices []Notice
	for _, cert := range certs {
		left := cert.NotAfter.Sub(now)
		if left >= 30*day {
			continue
		}
		stage := 0
		for _, ahead := range []int{30, 14, 3} {
			if left >= 0 && left < time.Duration(ahead)*day {
				stage = ahead
			}
		}
		covered := slices.ContainsFunc(certs, func(other *x509.Certificate) bool {
			return other.NotAfter.Sub(now) >= 30*day && !now.Before(other.NotBefore)
		})
		notices = append(notices, Notice{
			Fingerprint: Fingerprint(cert), Subject: quote(cert.Subject.String()), NotAfter: cert.NotAfter.UTC(),
			Stage: stage, Days: int(math.Ceil(left.Hours() / 24)), Covered: covered,
		})
	}
	slices.SortStableFunc(notices, func(a, b Notice) int {
		return cmp.Or(a.NotAfter.Compare(b.NotAfter), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	return notices
}

// fingerprints returns those of all certificates, for diagnostics.
func fingerprints(certs []*x509.Certificate) string {
	all := make([]string, 0, len(certs))
	for _, cert := range certs {
		all = append(all, Fingerprint(cert))
	}
	return strings.Join(all, ", ")
}

// hasCertificate tells whether cert is one of certs, byte for byte.
func hasCertificate(certs []*x509.Certificate, cert *x509.Certificate) bool {
	return slices.ContainsFunc(certs, func(c *x509.Certificate) bool { return bytes.Equal(c.Raw, cert.Raw) })
}
