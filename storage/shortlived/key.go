package shortlived

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// digest stands for a key: of one length, and nothing of a request can be read from it.
type digest [sha256.Size]byte

// digest hashes the parts with their lengths, so that no two keys run into each other.
func (k Key) digest() digest {
	h := sha256.New()
	var size [8]byte
	for _, part := range []string{k.Use, string(k.Tenant.UUID[:]), k.Name} {
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return digest(h.Sum(nil))
}

// redis is the key's name in Redis. Use and tenant stand in the clear for whoever looks at a server.
func (k Key) redis(prefix, kind string) string {
	d := k.digest()
	return prefix + kind + ":" + k.Use + ":" + k.Tenant.UUID.UUID() + ":" + base64.RawURLEncoding.EncodeToString(d[:])
}
