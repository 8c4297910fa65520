package secret

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// Purpose names what a derived key is for. Two purposes never share a key, so
// that what one part of the program reveals tells nothing of another.
//
// A purpose never changes its text: what was made with its key would be lost.
type Purpose string

// The purposes of derived keys.
const (
	CursorKey     Purpose = "scim cursor hmac"     // signs the cursors that directories page by
	APIKey        Purpose = "api cursor hmac"      // signs the cursors of the JSON API
	TestTicketKey Purpose = "sso test ticket hmac" // signs the links of test sign-ins
	DeviceKey     Purpose = "account device hmac"  // signs the marks of browsers that signed in before
	SealKey       Purpose = "seal at rest"         // seals secrets that are stored; see Key.Seal
	idPurpose     Purpose = "key id"
)

// Key is the master key, from which all others are derived. The zero Key is
// none. It never prints itself.
type Key struct{ bytes *[KeySize]byte }

// NewKey makes a random key.
func NewKey() Key {
	var b [KeySize]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return Key{&b}
}

// ParseKey reads the base64 form of 32 bytes, in the standard or the URL
// alphabet, padded or not. The error says how to make a key and never repeats
// the text.
func ParseKey(s string) (Key, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "=")
	s = strings.NewReplacer("-", "+", "_", "/").Replace(s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil || len(b) != KeySize {
		return Key{}, errors.New("the master key must be 32 bytes in base64; `openssl rand -base64 32` makes one")
	}
	return Key{(*[KeySize]byte)(b)}, nil
}

// KeyFile reads the key kept in a file, in the form that ParseKey reads. When
// there is no such file it makes a key and the file, readable by its owner only;
// of several programs that start together all get the same key. It refuses a
// file that others may read.
func KeyFile(path string) (Key, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKeyFile(path); err != nil {
			return Key{}, fmt.Errorf("make key file: %w", err)
		}
		info, err = os.Stat(path)
	}
	if err != nil {
		return Key{}, fmt.Errorf("find key file: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("key file %s can be read by others: run chmod 600 on it", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("read key file: %w", err)
	}
	k, err := ParseKey(string(b))
	if err != nil {
		return Key{}, fmt.Errorf("key file %s: %w", path, err)
	}
	return k, nil
}

// makeKeyFile writes the whole file under another name first: nobody ever reads
// half a key, and the link fails for all but the first of several programs.
func makeKeyFile(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = io.WriteString(f, NewKey().encode()+"\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (k Key) encode() string { return base64.StdEncoding.EncodeToString(k.bytes[:]) }

// IsZero says whether there is no key.
func (k Key) IsZero() bool { return k.bytes == nil }

// Derive returns the 32-byte key of a purpose (HKDF-SHA-256, RFC 5869). The
// same master key always gives the same. It panics on the zero Key, which the
// program must have refused at its start.
func (k Key) Derive(p Purpose) []byte {
	if k.IsZero() {
		panic("secret: derive from no key")
	}
	b, err := hkdf.Key(sha256.New, k.bytes[:], nil, "rollcall "+string(p), KeySize)
	if err != nil {
		panic("secret: " + err.Error()) // only a length beyond RFC 5869 §2.3 is refused
	}
	return b
}

// String returns an ellipsis.
func (k Key) String() string { return redacted }

// Format implements fmt.Formatter, so that no verb reaches the bytes.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue implements slog.LogValuer.
func (k Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler.
func (k Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }
