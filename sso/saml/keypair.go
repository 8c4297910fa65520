package saml

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"time"
)

// KeyPair is a key of ours with the certificate by which providers know it. It prints as its fingerprint.
type KeyPair struct {
	Key         *rsa.PrivateKey
	Certificate *x509.Certificate
}

// NewKeyPair makes an RSA key of 3,072 bits and a certificate signed by itself, in the name of an entity id,
// that is valid from now for the given time.
func NewKeyPair(entityID string, now time.Time, life time.Duration) (KeyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key pair: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key pair: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: entityID[:min(len(entityID), 64)]}, // RFC 5280 ub-common-name
		NotBefore:    now.Add(-time.Hour).UTC(),                                // for providers whose clocks are behind
		NotAfter:     now.Add(life).UTC(),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key pair: %w", err)
	}
	return ParseKeyPair(x509.MarshalPKCS1PrivateKey(key), der)
}

// ParseKeyPair reads a key pair: the key as PKCS #8 or PKCS #1, both as PEM or DER. The key has to be RSA, 2,048 to
// 8,192 bits, and the certificate's. Errors don't repeat what was given.
func ParseKeyPair(key, certificate []byte) (KeyPair, error) {
	certs, err := ParseCertificates(certificate)
	if err != nil {
		return KeyPair{}, fmt.Errorf("read a key pair: %w", err)
	}
	if block, _ := pem.Decode(key); block != nil {
		key = block.Bytes
	}
	k := KeyPair{Certificate: certs[0]}
	if parsed, err := x509.ParsePKCS8PrivateKey(key); err == nil {
		k.Key, _ = parsed.(*rsa.PrivateKey)
	} else if k.Key, err = x509.ParsePKCS1PrivateKey(key); err != nil {
		return KeyPair{}, errors.New("read a key pair: the key is neither PKCS #8 nor PKCS #1")
	}
	if err := k.check(); err != nil {
		return KeyPair{}, fmt.Errorf("read a key pair: %w", err)
	}
	return k, nil
}

// Marshal returns the key as PKCS #8 and the certificate, both as DER: what ParseKeyPair reads.
func (k KeyPair) Marshal() (key, certificate []byte, err error) {
	if key, err = x509.MarshalPKCS8PrivateKey(k.Key); err != nil {
		return nil, nil, fmt.Errorf("write a key pair: %w", err)
	}
	return key, k.Certificate.Raw, nil
}

// String returns the certificate's fingerprint.
func (k KeyPair) String() string {
	if k.Certificate == nil {
		return "no key pair"
	}
	return Fingerprint(k.Certificate)
}

// GoString returns what String does, so that no verb prints the key.
func (k KeyPair) GoString() string { return k.String() }

// LogValue returns what String does.
func (k KeyPair) LogValue() slog.Value { return slog.StringValue(k.String()) }

func (k KeyPair) check() error {
	if k.Key == nil || k.Certificate == nil {
		return errors.New("an RSA key and its certificate are needed")
	}
	if bits := k.Key.N.BitLen(); bits < minRSA || bits > maxRSA {
		return fmt.Errorf("the RSA key has %d bits; %d to %d are allowed", bits, minRSA, maxRSA)
	}
	if !k.Key.PublicKey.Equal(k.Certificate.PublicKey) {
		return errors.New("the certificate belongs to another key")
	}
	return nil
}
