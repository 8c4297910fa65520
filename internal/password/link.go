package password

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"rollcall/internal/secret"
)

// LinkLife is how long a link to set a password is good.
const LinkLife = 30 * time.Minute

// Link is what a link to set a password says: whose, and of what moment. It is sealed into the link itself and kept
// nowhere, so that no store holds anything that opens an account, and any program with the master key can make one. It is
// good once because setting the password changes the Mark.
type Link struct {
	Tenant string    `json:"t"`
	Member string    `json:"m"`
	Email  string    `json:"e"` // that it was made for
	Mark   [32]byte  `json:"k"` // of the password that was set then, see roster.Roster.PasswordMark
	Until  time.Time `json:"u"`
}

// ErrLink is the error of a link that was never made, or is too old.
var ErrLink = errors.New("password: the link is none, or too old")

const (
	linkPrefix = string(secret.Reset) + "_"
	maxLink    = 2 << 10 // bytes
)

func linkAbout() []byte { return []byte("password link") }

// Seal makes the text of a link.
func (l Link) Seal(key secret.Key) string {
	raw, err := json.Marshal(l)
	if err != nil {
		panic("password: " + err.Error()) // there is nothing in it that can't be written
	}
	return linkPrefix + base64.RawURLEncoding.EncodeToString(key.Seal(raw, linkAbout()))
}

// OpenLink reads the text of a link: ErrLink for one that was not made with the key, or whose time is over.
func OpenLink(key secret.Key, text string, now time.Time) (Link, error) {
	var l Link
	if len(text) > maxLink || len(text) < len(linkPrefix) || text[:len(linkPrefix)] != linkPrefix {
		return l, ErrLink
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text[len(linkPrefix):])
	if err != nil {
		return l, ErrLink
	}
	raw, err := key.Open(sealed, linkAbout())
	if err != nil || json.Unmarshal(raw, &l) != nil || !now.Before(l.Until) {
		return Link{}, ErrLink
	}
	return l, nil
}
