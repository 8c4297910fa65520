package idp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// pair is a key with its self-signed certificate.
type pair struct {
	key         []byte // PEM
	pub         []byte // PEM, PKIX
	certificate []byte // PEM
	parsed      *x509.Certificate
}

// newPair makes an RSA key and a certificate that ends at notAfter; zero: in two years.
func newPair(name string, notAfter time.Time) (pair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return pair{}, fmt.Errorf("make a key: %w", err)
	}
	now := time.Now()
	if notAfter.IsZero() {
		notAfter = now.AddDate(2, 0, 0)
	}
	notBefore := now.Add(-time.Hour)
	if !notBefore.Before(notAfter) {
		notBefore = notAfter.AddDate(-1, 0, 0) // one that has expired had its time
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: notBefore, NotAfter: notAfter,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return pair{}, fmt.Errorf("make a certificate: %w", err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return pair{}, fmt.Errorf("read the certificate: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return pair{}, fmt.Errorf("write the key: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return pair{}, fmt.Errorf("write the public key: %w", err)
	}
	return pair{
		key:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		pub:         pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}),
		certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		parsed:      parsed,
	}, nil
}
