// Package totp makes and checks the codes of authenticator apps (RFC 6238): six digits, 30 seconds, SHA-1, which is what
// all such apps know.
package totp

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"rollcall/internal/secret"
)

const (
	secretBytes = 20 // RFC 4226 §4, R6
	period      = 30
	// skew is how many steps the app's clock may be off (RFC 6238 §5.2).
	skew = 1
)

// Secret is what an authenticator app and the gateway share.
type Secret struct{ raw []byte }

// New makes a secret.
func New() Secret {
	raw := make([]byte, secretBytes)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	return Secret{raw}
}

func encoding() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

// Text is the secret for who types it into an app, in groups of four letters.
func (s Secret) Text() string {
	text := encoding().EncodeToString(s.raw)
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), " ")
}

// Parse reads what Text wrote.
func Parse(text string) (Secret, error) {
	raw, err := encoding().DecodeString(strings.Join(strings.Fields(strings.ToUpper(text)), ""))
	if err != nil || len(raw) != secretBytes {
		return Secret{}, errors.New("the text is no key of an authenticator app")
	}
	return Secret{raw}, nil
}

// String hides the secret.
func (Secret) String() string { return "…" }

// URI is what apps read from a QR code.
func (s Secret) URI(issuer, account string) string {
	clean := strings.NewReplacer(":", " ").Replace
	label := url.PathEscape(clean(issuer)) + ":" + url.PathEscape(clean(account))
	return "otpauth://totp/" + label + "?" + url.Values{"secret": {encoding().EncodeToString(s.raw)}, "issuer": {clean(issuer)}}.Encode()
}

// Seal closes the secret for the store, about a member: it opens for nobody else.
func (s Secret) Seal(key secret.Key, about string) []byte {
	return key.Seal(s.raw, []byte("totp\x00"+about))
}

// Open reads what Seal wrote about the same member.
func Open(key secret.Key, sealed []byte, about string) (Secret, error) {
	raw, err := key.Open(sealed, []byte("totp\x00"+about))
	if err == nil && len(raw) != secretBytes {
		err = errors.New("it has another length")
	}
	if err != nil {
		return Secret{}, fmt.Errorf("open the secret of an authenticator app: %w", err)
	}
	return Secret{raw}, nil
}

// Code is the code of a time.
func (s Secret) Code(at time.Time) string { return s.code(step(at)) }

func step(at time.Time) int64 { return at.Unix() / period }

func (s Secret) code(step int64) string {
	code, err := hotp.GenerateCodeCustom(encoding().EncodeToString(s.raw), uint64(max(step, 0)), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil { // the secret is base 32 of our making
		return ""
	}
	return code
}

// Check looks at a code that somebody typed, spaces and all. It returns the step that the code is of, which the caller uses
// up: no code of that step or an earlier one is good any more (RFC 6238 §5.2). False for what is none now.
func (s Secret) Check(text string, now time.Time, used int64) (int64, bool) {
	text = strings.Join(strings.Fields(text), "")
	found := int64(0)
	for n := step(now) - skew; n <= step(now)+skew; n++ {
		if subtle.ConstantTimeCompare([]byte(s.code(n)), []byte(text)) == 1 && n > used {
			found = n
		}
	}
	return found, found > 0
}

// QR draws a text as a QR code: a square of size modules, and an SVG path of those that are dark.
func QR(text string) (size int, path string, err error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return 0, "", fmt.Errorf("draw a QR code: %w", err)
	}
	size = code.Bounds().Dx()
	var b strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				_, _ = fmt.Fprintf(&b, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	return size, b.String(), nil
}
