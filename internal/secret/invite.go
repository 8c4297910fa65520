package secret

import (
	"errors"
	"strings"
)

var errInvite = errors.New("this is no token of an invite")

// NewInvite makes the token of an invite of a tenant: inv_, 26 letters and digits with the tenant's id, by which it is
// looked up behind the wall of that tenant and nowhere else, and 256 random bits with their sum. It returns the text,
// for the link, and its hash, which covers all of it.
func NewInvite(tenant [16]byte) (text string, hash [32]byte) {
	body := strings.TrimPrefix(NewToken(Invite).Reveal(), string(Invite)+"_")
	text = string(Invite) + "_" + boundEncoding().EncodeToString(tenant[:]) + body
	return text, Hash(text)
}

// ParseInvite reads what NewInvite made. The error does not repeat the text: it was never such a token and needs no
// look-up.
func ParseInvite(text string) (tenant [16]byte, hash [32]byte, err error) {
	rest, ok := strings.CutPrefix(text, string(Invite)+"_")
	n := boundEncoding().EncodedLen(len(tenant))
	if !ok || len(rest) != n+bodyLen+sumLen {
		return tenant, hash, errInvite
	}
	raw, err := boundEncoding().DecodeString(rest[:n])
	if err != nil || boundEncoding().EncodeToString(raw) != rest[:n] {
		return tenant, hash, errInvite
	}
	if _, err := ParseToken(string(Invite) + "_" + rest[n:]); err != nil {
		return tenant, hash, errInvite
	}
	return [16]byte(raw), Hash(text), nil
}
