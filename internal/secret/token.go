package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math/big"
	"slices"
	"strings"
)

// Prefix says what a token opens. It stands at the token's start, so that people
// and secret scanners recognise one that leaked.
//
// A new prefix is added here and to Prefixes.
type Prefix string

// The prefixes of tokens.
const (
	SCIM   Prefix = "rcs" // a directory's bearer token
	Client Prefix = "rcc" // a directory's client secret
	Access Prefix = "rca" // an access token that a directory's client got
	// Those of people and of apps; all but AppSecret are bound to a tenant, see NewBound.
	Session   Prefix = "rcx" // the cookie of a session
	Code      Prefix = "rcg" // an authorization code
	Refresh   Prefix = "rcr" // a refresh token
	AppSecret Prefix = "rck" // an app's client secret
	Invite    Prefix = "inv" // the link of an invite, see NewInvite
	Reset     Prefix = "rcw" // the link to set a new password
	// Those of the JSON API, beside the operator's key.
	APIToken Prefix = "rct" // of a tenant's admin; bound to the tenant
	AppKey   Prefix = "rcp" // of an app; bound to the app, see NewBound
)

// Prefixes returns all prefixes.
func Prefixes() []Prefix {
	return []Prefix{SCIM, Client, Access, Session, Code, Refresh, AppSecret, Invite, Reset, APIToken, AppKey}
}

const (
	tokenBytes = 32 // 256 bits
	bodyLen    = 43 // base-62 digits that hold 256 bits
	sumLen     = 6  // base-62 digits that hold a CRC-32
	redacted   = "…"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Token is a bearer secret of the form prefix_BODYSUM: 43 base-62 digits with
// 256 random bits, then six with their CRC-32, by which a scanner tells a
// token from a random text without asking us. It prints as its prefix and an
// ellipsis whatever the verb, in logs and in JSON too.
type Token struct{ text string }

// NewToken makes a token.
func NewToken(p Prefix) Token {
	var b [tokenBytes]byte
	// crypto/rand.Read never fails since Go 1.24: it ends the program instead.
	_, _ = rand.Read(b[:])
	body := digits(new(big.Int).SetBytes(b[:]), bodyLen)
	return Token{string(p) + "_" + body + checksum(body)}
}

// ParseToken reads the text of a token. It reports an error, which does not
// repeat the text, for an unknown prefix, a wrong length or a wrong checksum:
// such a text was never a token and needs no look-up.
func ParseToken(s string) (Token, error) {
	for _, p := range Prefixes() {
		rest, ok := strings.CutPrefix(s, string(p)+"_")
		if !ok {
			continue
		}
		if len(rest) != bodyLen+sumLen || checksum(rest[:bodyLen]) != rest[bodyLen:] {
			return Token{}, errors.New("the token is cut short or mistyped")
		}
		return Token{s}, nil
	}
	return Token{}, errors.New("the text is not one of our tokens")
}

func checksum(body string) string {
	return digits(big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))), sumLen)
}

// digits writes n with exactly width base-62 digits; n must fit.
func digits(n *big.Int, width int) string {
	b := make([]byte, width)
	base, digit := big.NewInt(int64(len(base62))), new(big.Int)
	for i := width - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		b[i] = base62[digit.Int64()]
	}
	return string(b)
}

// Reveal returns the text itself. Call it only to hand the token to its owner.
func (t Token) Reveal() string { return t.text }

// Prefix says what the token opens.
func (t Token) Prefix() Prefix {
	prefix, _, _ := strings.Cut(t.text, "_")
	return Prefix(prefix)
}

// Marked says whether a text begins like one of our tokens. One that does, and that ParseToken refuses,
// was cut short or mistyped.
func Marked(s string) bool {
	prefix, _, ok := strings.Cut(s, "_")
	return ok && slices.Contains(Prefixes(), Prefix(prefix))
}

// Hash returns the SHA-256 of the text, which is all that is stored of it. 256
// random bits need no slow hash: nobody can try them out.
func (t Token) Hash() [32]byte { return Hash(t.text) }

// Hash returns the SHA-256 of a token as it came over the wire.
func Hash(token string) [32]byte { return sha256.Sum256([]byte(token)) }

// Equal compares two hashes in constant time.
func Equal(a, b [32]byte) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }

// String returns the prefix and an ellipsis.
func (t Token) String() string {
	prefix, _, ok := strings.Cut(t.text, "_")
	if !ok {
		return redacted
	}
	return prefix + "_" + redacted
}

// Format implements fmt.Formatter, so that no verb reaches the text.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue implements slog.LogValuer.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText implements encoding.TextMarshaler, so that JSON shows no token
// either: what prints one on purpose calls Reveal.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
