package tenant

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// UUID is a 128-bit identifier. Those made here are version 7 (RFC 9562 §5.7),
// so that they sort by the time they were made.
type UUID [16]byte

// NewUUID makes a version 7 UUID for the given time, with 74 random bits.
func NewUUID(now time.Time) UUID {
	var u UUID
	// crypto/rand.Read never fails since Go 1.24: it ends the program instead.
	_, _ = rand.Read(u[6:])
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	return u
}

// ParseUUID reads the canonical form of RFC 9562 §4, in any case. It reports an
// error for anything else.
func ParseUUID(s string) (UUID, error) {
	var u UUID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return u, fmt.Errorf("%q is not a UUID", clip(s))
	}
	var digits [32]byte
	n := 0
	for i := range len(s) {
		if s[i] == '-' {
			if i != 8 && i != 13 && i != 18 && i != 23 {
				return u, fmt.Errorf("%q is not a UUID", clip(s))
			}
			continue
		}
		digits[n] = s[i]
		n++
	}
	if _, err := hex.Decode(u[:], digits[:n]); err != nil {
		return UUID{}, fmt.Errorf("%q is not a UUID", clip(s))
	}
	return u, nil
}

func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}

// IsZero says whether u was never set.
func (u UUID) IsZero() bool { return u == UUID{} }

// UUID returns the canonical lower-case form. It is what SCIM shows as id.
func (u UUID) UUID() string {
	var b [36]byte
	hex.Encode(b[:8], u[:4])
	hex.Encode(b[9:13], u[4:6])
	hex.Encode(b[14:18], u[6:8])
	hex.Encode(b[19:23], u[8:10])
	hex.Encode(b[24:], u[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// Value implements driver.Valuer: the canonical form, or NULL for the zero UUID.
func (u UUID) Value() (driver.Value, error) {
	if u.IsZero() {
		return nil, nil //nolint:nilnil // NULL is what an id that was never set is stored as
	}
	return u.UUID(), nil
}

// Scan implements sql.Scanner for the canonical form, 16 raw bytes, and NULL.
func (u *UUID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*u = UUID{}
		return nil
	case string:
		p, err := ParseUUID(v)
		*u = p
		return err
	case []byte:
		if len(v) == 16 {
			copy(u[:], v)
			return nil
		}
		p, err := ParseUUID(string(v))
		*u = p
		return err
	case [16]byte:
		*u = v
		return nil
	}
	return fmt.Errorf("cannot read a UUID from %T", src)
}

// crockford is the alphabet of the prefixed form: no I, L, O or U.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// Format writes the prefixed form of an id, such as mem_01jd…: the prefix, an
// underscore and the 128 bits as 26 base-32 digits, which sort as the ids do.
func Format(prefix string, u UUID) string {
	var b strings.Builder
	b.Grow(len(prefix) + 27)
	b.WriteString(prefix)
	b.WriteByte('_')
	// 130 bits, the first two zero, are written five at a time.
	high, low := binary.BigEndian.Uint64(u[:8]), binary.BigEndian.Uint64(u[8:])
	for i := 125; i >= 0; i -= 5 {
		v := low >> i
		if i >= 64 {
			v = high >> (i - 64)
		} else if i > 59 {
			v |= high << (64 - i)
		}
		b.WriteByte(crockford[v&31])
	}
	return b.String()
}

// Parse reads the prefixed form of an id, or its canonical UUID. The error says
// which form is wanted.
func Parse(prefix, s string) (UUID, error) {
	if u, err := ParseUUID(s); err == nil {
		return u, nil
	}
	var u UUID
	digits, ok := strings.CutPrefix(strings.ToLower(s), prefix+"_")
	if !ok || len(digits) != 26 || digits[0] > '7' {
		return u, fmt.Errorf("%q is not an id of the form %s_… or a UUID", clip(s), prefix)
	}
	for i := range 26 {
		v := strings.IndexByte(crockford, digits[i])
		if v < 0 {
			return UUID{}, fmt.Errorf("%q is not an id of the form %s_… or a UUID", clip(s), prefix)
		}
		for j := range 5 {
			if bit := i*5 + j - 2; bit >= 0 && v>>(4-j)&1 == 1 {
				u[bit/8] |= 1 << (7 - bit%8)
			}
		}
	}
	return u, nil
}

// ID identifies a tenant; it prints as ten_….
type ID struct{ UUID }

// String returns the prefixed form.
func (id ID) String() string { return Format("ten", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *ID) UnmarshalText(b []byte) (err error) {
	id.UUID, err = Parse("ten", string(b))
	return err
}

// DomainID identifies a domain; it prints as dom_….
type DomainID struct{ UUID }

// String returns the prefixed form.
func (id DomainID) String() string { return Format("dom", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id DomainID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *DomainID) UnmarshalText(b []byte) (err error) {
	id.UUID, err = Parse("dom", string(b))
	return err
}

// DirectoryID identifies a directory; it prints as dir_…. URLs carry the plain
// UUID instead, because Okta refuses a base URL with an underscore in it.
type DirectoryID struct{ UUID }

// String returns the prefixed form.
func (id DirectoryID) String() string { return Format("dir", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id DirectoryID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *DirectoryID) UnmarshalText(b []byte) (err error) {
	id.UUID, err = Parse("dir", string(b))
	return err
}

// ParseDirectoryID reads the prefixed form or a UUID.
func ParseDirectoryID(s string) (DirectoryID, error) {
	u, err := Parse("dir", s)
	return DirectoryID{u}, err
}

// AppID identifies an app; its text is the app's client_id.
type AppID struct{ UUID }

// String returns the text form, app_….
func (id AppID) String() string { return Format("app", id.UUID) }

// MarshalText implements encoding.TextMarshaler.
func (id AppID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *AppID) UnmarshalText(b []byte) (err error) {
	id.UUID, err = Parse("app", string(b))
	return err
}

// ParseAppID reads the text form of an AppID.
func ParseAppID(s string) (AppID, error) {
	u, err := Parse("app", s)
	return AppID{u}, err
}

// AppSecretID identifies a client secret of an app.
type AppSecretID struct{ UUID }

// String returns the text form, key_….
func (id AppSecretID) String() string { return Format("key", id.UUID) }

// MarshalText implements encoding.TextMarshaler.
func (id AppSecretID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *AppSecretID) UnmarshalText(b []byte) (err error) {
	id.UUID, err = Parse("key", string(b))
	return err
}

// CredentialID identifies a directory's token; it prints as tok_….
type CredentialID struct{ UUID }

// String returns the prefixed form.
func (id CredentialID) String() string { return Format("tok", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id CredentialID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *CredentialID) UnmarshalText(b []byte) (err error) {
	id.UUID, err = Parse("tok", string(b))
	return err
}

// ParseCredentialID reads the prefixed form or a UUID.
func ParseCredentialID(s string) (CredentialID, error) {
	u, err := Parse("tok", s)
	return CredentialID{u}, err
}
