package secret

import (
	"encoding/base32"
	"errors"
	"strings"
)

var errBound = errors.New("this is no token of a tenant")

// NewBound makes a token that names a tenant by its id, so that it is looked up
// behind the wall of that tenant and nowhere else: 26 letters and digits with the id, a dot, and a
// token. It returns the text, to be shown once, and its hash, which covers all of it.
func NewBound(tenant [16]byte, p Prefix) (text string, hash [32]byte) {
	text = boundEncoding().EncodeToString(tenant[:]) + "." + NewToken(p).Reveal()
	return text, Hash(text)
}

// ParseBound reads the text of a token that NewBound made with the prefix. The error does not repeat
// the text: it was never such a token and needs no look-up.
func ParseBound(text string, p Prefix) (tenant [16]byte, hash [32]byte, err error) {
	owner, token, _ := strings.Cut(text, ".")
	if len(owner) != boundEncoding().EncodedLen(len(tenant)) || !strings.HasPrefix(token, string(p)+"_") {
		return tenant, hash, errBound
	}
	raw, err := boundEncoding().DecodeString(owner)
	if err != nil || boundEncoding().EncodeToString(raw) != owner {
		return tenant, hash, errBound
	}
	if _, err := ParseToken(token); err != nil {
		return tenant, hash, errBound
	}
	return [16]byte(raw), Hash(text), nil
}

func boundEncoding() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}
