package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// cost is what a hash costs: memory in KiB, passes, and lanes. It is the first of the settings that OWASP's password
// storage cheat sheet names for argon2id.
type cost struct {
	memory, passes uint32
	lanes          uint8
}

func current() cost { return cost{memory: 19 << 10, passes: 2, lanes: 1} }

// The most that a stored hash may ask for, so that nobody who writes one can have us use up the memory.
const (
	maxMemory = 256 << 10
	maxPasses = 16
	maxLanes  = 16
)

const (
	saltBytes = 16
	keyBytes  = 32
)

// turns bounds how many hashes are worked out at once, and so the memory they take: the cores' number, four at the most,
// is 76 MiB. Whoever comes while all are taken waits.
var turns = make(chan struct{}, min(runtime.GOMAXPROCS(0), 4)) //nolint:gochecknoglobals // the memory is the process's

func (c cost) key(text string, salt []byte, n uint32) []byte {
	turns <- struct{}{}
	defer func() { <-turns }()
	return argon2.IDKey([]byte(normal(text)), salt, c.passes, c.memory, c.lanes, n)
}

// Hash makes the hash of a password, in PHC form. It takes tens of milliseconds and 19 MiB of memory; calls wait for each
// other beyond a few at once. The error is one of chance, which never comes.
func Hash(text string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	c := current()
	return c.phc(salt, c.key(text, salt, keyBytes)), nil
}

func (c cost) phc(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.lanes, b.EncodeToString(salt), b.EncodeToString(key))
}

// Verify says whether a password is the one of a hash, and whether the hash should be made anew because it was made at
// another cost than today's. A hash that is none fits no password, and takes as long.
func Verify(hash, text string) (ok, rehash bool) {
	c, salt, key, err := parse(hash)
	if err != nil {
		Pretend(text)
		return false, false
	}
	ok = subtle.ConstantTimeCompare(key, c.key(text, salt, uint32(len(key)))) == 1
	return ok, ok && (c != current() || len(salt) != saltBytes || len(key) != keyBytes)
}

// Pretend takes as long as Verify: for who has no password, so that nobody hears from the time who has one.
func Pretend(text string) { _, _ = Verify(nobodys(), text) }

var nobodys = sync.OnceValue(func() string {
	c := current()
	var none [saltBytes]byte
	return c.phc(none[:], make([]byte, keyBytes))
})

var errHash = errors.New("password: this is no hash")

// parse reads the PHC form.
func parse(hash string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	var lanes uint32
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &lanes); err != nil || n != 3 {
		return c, nil, nil, errHash
	}
	if c.memory < 8*lanes || c.memory > maxMemory || c.passes < 1 || c.passes > maxPasses || lanes < 1 || lanes > maxLanes {
		return c, nil, nil, errHash
	}
	c.lanes = uint8(lanes)
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(salt) > 64 || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errHash
	}
	return c, salt, key, nil
}
