package totp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// RecoveryCodes is how many codes a person gets for when the other factors are lost.
const RecoveryCodes = 10

// NewRecoveryCodes makes codes with 80 random bits each, and their hashes, which name the member: the same code of another
// one has another hash.
func NewRecoveryCodes(about string) (codes []string, hashes [][32]byte) {
	for range RecoveryCodes {
		var raw [10]byte
		_, _ = rand.Read(raw[:]) // never fails since Go 1.24
		text := strings.ToLower(base32.StdEncoding.EncodeToString(raw[:]))
		code := text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		codes, hashes = append(codes, code), append(hashes, RecoveryHash(code, about))
	}
	return codes, hashes
}

// RecoveryHash is the hash of a code that somebody typed, in whatever case and with whatever between its letters.
func RecoveryHash(text, about string) [32]byte {
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '2' && r <= '7':
			return r
		}
		return -1
	}, text)
	return sha256.Sum256([]byte("recovery\x00" + about + "\x00" + text))
}

// LooksLikeRecovery says whether a text can be a recovery code, and no code of an app.
func LooksLikeRecovery(text string) bool {
	return strings.ContainsAny(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz")
}
