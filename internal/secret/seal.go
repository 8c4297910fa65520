package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// A sealed value is
//
//	version (1 byte) | key id (4 bytes) | nonce (12) | ciphertext and tag
//
// The key id is derived from the master key and tells a value sealed with
// another key from a damaged one.
const (
	sealVersion = 1
	keyIDLen    = 4
	sealHead    = 1 + keyIDLen
)

// The reasons why Open refuses.
var (
	ErrOtherKey = errors.New("sealed with another master key")
	ErrDamaged  = errors.New("the sealed value is damaged, or belongs elsewhere")
)

// Seal encrypts a secret for storage with AES-256-GCM. about says what the
// value belongs to, such as a row's id; the same must be given to Open, so that
// a sealed value copied to another row does not open. The nonces are random:
// one key is good for 2^32 values, far more than a gateway seals.
func (k Key) Seal(plain, about []byte) []byte {
	gcm, id := k.sealer()
	head := append([]byte{sealVersion}, id...)
	return gcm.Seal(head, nil, plain, withHead(head, about)) //nolint:gosec // the AEAD makes the nonce itself and wants none
}

// Open decrypts what Seal made. It returns ErrOtherKey or ErrDamaged, wrapped,
// when it can't.
func (k Key) Open(sealed, about []byte) ([]byte, error) {
	if len(sealed) < sealHead || sealed[0] != sealVersion {
		return nil, fmt.Errorf("open sealed value: %w", ErrDamaged)
	}
	gcm, id := k.sealer()
	head := sealed[:sealHead:sealHead]
	if !bytes.Equal(head[1:], id) {
		return nil, fmt.Errorf("open sealed value: %w", ErrOtherKey)
	}
	plain, err := gcm.Open(nil, nil, sealed[sealHead:], withHead(head, about))
	if err != nil {
		return nil, fmt.Errorf("open sealed value: %w", ErrDamaged)
	}
	return plain, nil
}

func (k Key) sealer() (cipher.AEAD, []byte) {
	block, err := aes.NewCipher(k.Derive(SealKey))
	if err != nil {
		panic("secret: " + err.Error()) // the key has 32 bytes
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("secret: " + err.Error()) // AES has the block size that GCM wants
	}
	return gcm, k.Derive(idPurpose)[:keyIDLen]
}

// withHead binds the version and the key id too.
func withHead(head, about []byte) []byte {
	return append(bytes.Clone(head), about...)
}
