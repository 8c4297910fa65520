// Package password checks and hashes what people choose.
//
// The list of common passwords is what leaks of past years have most often, taken from the frequency lists that
// password meters use: those of 8 letters and more, for shorter ones are refused by their length.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// The bounds of a password, in characters (NIST SP 800-63B §5.1.1.2 asks for 8 at least and room for 64).
const (
	MinLength = 8
	MaxLength = 256
)

// Errors that Check returns. Their texts are for the person.
var (
	ErrShort   = fmt.Errorf("Use at least %d characters.", MinLength)                                          //nolint:revive,staticcheck // a sentence for people
	ErrLong    = fmt.Errorf("Use at most %d characters.", MaxLength)                                           //nolint:revive,staticcheck // a sentence for people
	ErrCommon  = errors.New("Many people use this password, so it is tried first. Choose another one.")        //nolint:revive,staticcheck // a sentence for people
	ErrAbout   = errors.New("Do not use your name, your address or the company's name alone.")                 //nolint:revive,staticcheck // a sentence for people
	ErrInvalid = errors.New("The password has a character that can't be used. Use letters, digits and signs.") //nolint:revive,staticcheck // a sentence for people
)

//go:embed common.txt
var commonList string

var common = sync.OnceValue(func() map[string]struct{} {
	all := map[string]struct{}{}
	for s := range strings.Lines(commonList) {
		all[strings.TrimSpace(s)] = struct{}{}
	}
	return all
})

// Check says why a password can't be chosen, or nil. about are texts that it must not be: the address, the name, the
// tenant. No mixture of letters, digits and signs is asked for (NIST SP 800-63B §5.1.1.2).
func Check(text string, about ...string) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return ErrInvalid
	}
	text = normal(text)
	switch n := utf8.RuneCountInString(text); {
	case n < MinLength:
		return ErrShort
	case n > MaxLength:
		return ErrLong
	}
	folded := strings.ToLower(text)
	if _, yes := common()[folded]; yes || dull(folded) {
		return ErrCommon
	}
	for _, a := range about {
		local, _, _ := strings.Cut(a, "@")
		for _, s := range []string{a, local, strings.ReplaceAll(a, " ", "")} {
			if s = strings.ToLower(strings.TrimSpace(s)); len(s) > 2 && strings.Trim(folded, "0123456789!.?-_ ") == s {
				return ErrAbout
			}
		}
	}
	return nil
}

// dull says whether a password is one character, or a run of neighbours such as 23456789.
func dull(s string) bool {
	same, up, down := true, true, true
	runes := []rune(s)
	for i := 1; i < len(runes); i++ {
		same = same && runes[i] == runes[i-1]
		up = up && runes[i] == runes[i-1]+1
		down = down && runes[i] == runes[i-1]-1
	}
	return same || up || down
}

// normal is the one form of a text that can be typed in several ways.
func normal(text string) string { return norm.NFKC.String(text) }

// The cost of a hash: 19 MiB and two passes, as OWASP's Password Storage Cheat Sheet has it for argon2id.
const (
	memoryKiB = 19 << 10
	passes    = 2
	lanes     = 1
	saltLen   = 16
	hashLen   = 32
)

// running bounds how many hashes are worked out at once, and so the memory for them.
var running = make(chan struct{}, 4)

// Hash makes the argon2id hash of a password in PHC form. It takes some 20 ms of one processor.
func Hash(text string) string {
	var salt [saltLen]byte
	_, _ = rand.Read(salt[:]) // never fails since Go 1.24
	sum := derive(normal(text), salt[:], passes, memoryKiB, lanes, hashLen)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes, encode(salt[:]), encode(sum))
}

func derive(text string, salt []byte, passes, memory uint32, lanes uint8, size uint32) []byte {
	running <- struct{}{}
	defer func() { <-running }()
	return argon2.IDKey([]byte(text), salt, passes, memory, lanes, size)
}

func encode(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

// Verify says whether a password has a hash; rehash, whether that was made at another cost than Hash would now. A hash
// that can't be read fits nothing.
func Verify(hash, text string) (ok, rehash bool) {
	parts := strings.Split(hash, "$")
	var version int
	var memory, passes uint32
	var lanes uint8
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || memory == 0 || memory > 1<<20 || passes == 0 || passes > 64 || lanes == 0 {
		return false, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || err2 != nil || len(sum) < hashLen/2 || len(sum) > 4*hashLen {
		return false, false
	}
	got := derive(normal(text), salt, passes, memory, lanes, uint32(len(sum))) //nolint:gosec // bounded above
	return subtle.ConstantTimeCompare(got, sum) == 1, memory != memoryKiB || passes != passesNow
}

const passesNow = passes

// dummy is a hash of nobody's password.
var dummy = sync.OnceValue(func() string { return Hash("nobody knows this one") })

// Waste takes the time of Verify, for who has no password: how long an answer takes says nothing.
func Waste(text string) { _, _ = Verify(dummy(), text) }
