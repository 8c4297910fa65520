package google

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"rollcall/internal/roster"
	"rollcall/internal/secret"
	"rollcall/internal/tenant"
)

// MaxKeyFile is the longest file that ParseKey reads, in bytes; Google's have some 2,400.
const MaxKeyFile = 16 << 10

// Key is the key of a service account. It never prints its private half.
type Key struct {
	Email    string // of the service account
	ClientID string // what an administrator of Google Workspace delegates scopes to
	ID       string
	private  *rsa.PrivateKey
}

// ParseKey reads the JSON file that Google Cloud makes for a service account's key. Of its URLs none
// is used: where a key is sent is fixed. The error never repeats the file.
func ParseKey(file []byte) (Key, error) {
	var f struct {
		Type     string `json:"type"`
		Email    string `json:"client_email"`
		ClientID string `json:"client_id"`
		KeyID    string `json:"private_key_id"`
		Private  string `json:"private_key"`
	}
	if len(file) > MaxKeyFile {
		return Key{}, errors.New("the file is too long for the key of a service account")
	}
	if err := json.Unmarshal(file, &f); err != nil {
		return Key{}, errors.New("the file is not the JSON of a service account's key; make one in Google Cloud under IAM and admin, Service accounts, Keys")
	}
	if f.Type != "service_account" {
		return Key{}, errors.New(`the file is not of the type "service_account"; make a JSON key in Google Cloud under IAM and admin, Service accounts, Keys`)
	}
	if _, err := mail.ParseAddress(f.Email); err != nil || f.ClientID == "" || len(f.Email) > 320 || len(f.ClientID) > 64 || len(f.KeyID) > 128 {
		return Key{}, errors.New("the file lacks client_email or client_id")
	}
	private, err := parsePrivate(f.Private)
	if err != nil {
		return Key{}, err
	}
	return Key{Email: f.Email, ClientID: f.ClientID, ID: f.KeyID, private: private}, nil
}

func parsePrivate(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the file's private_key is not in PEM form")
	}
	var key any
	var err error
	if block.Type == "RSA PRIVATE KEY" {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	private, ok := key.(*rsa.PrivateKey)
	if err != nil || !ok || private.N.BitLen() < 2048 {
		return nil, errors.New("the file's private_key is not an RSA key of 2048 bits or more")
	}
	return private, nil
}

// scopes are all that is asked for: to read users, groups, and who is in groups.
const scopes = "https://www.googleapis.com/auth/admin.directory.user.readonly" +
	" https://www.googleapis.com/auth/admin.directory.group.readonly" +
	" https://www.googleapis.com/auth/admin.directory.group.member.readonly"

// assertionLife is how long an assertion is good for; an hour is the most that Google takes.
const assertionLife = 10 * time.Minute

// assert signs an assertion (RFC 7523 §3) by which the service account speaks for an administrator.
func (k Key) assert(subject, audience string, now time.Time) (string, error) {
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: k.private, KeyID: k.ID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("sign an assertion: %w", err)
	}
	text, err := jwt.Signed(signer).Claims(map[string]any{
		"iss": k.Email, "sub": subject, "aud": audience, "scope": scopes,
		"iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	}).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign an assertion: %w", err)
	}
	return text, nil
}

// String names the key without its private half.
func (k Key) String() string { return "service account key " + k.ID }

// Format implements fmt.Formatter, so that no verb reaches the private half.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue implements slog.LogValuer.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText implements encoding.TextMarshaler.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Take reads the file of a service account's key for a directory: it returns the file sealed, and notes
// in the settings what of it may be shown. The error is an Invalid one for an admin.
func Take(k secret.Key, id tenant.DirectoryID, file []byte, set *roster.PullSettings) ([]byte, error) {
	key, err := ParseKey(file)
	if err != nil {
		return nil, &roster.Error{Kind: roster.Invalid, Field: "service_account", Detail: "The key of the service account can't be used: " + err.Error() + "."}
	}
	set.ClientEmail, set.ClientID, set.KeyID = key.Email, key.ClientID, key.ID
	return k.Seal(file, about(id)), nil
}

func about(id tenant.DirectoryID) []byte { return []byte("google key of " + id.String()) }
