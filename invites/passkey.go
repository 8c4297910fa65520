package invites

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rollcall/console"
	"rollcall/internal/passkey"
	"rollcall/internal/roster"
	"rollcall/internal/totp"
)

// ceremonyLife is how long somebody may take over the page before a passkey of it is not taken any more.
const ceremonyLife = 30 * time.Minute

// ceremony is a passkey that may be made on the page: for the member that the person will be.
type ceremony struct {
	Member    string `json:"m"`
	Invite    string `json:"i"`
	Challenge []byte `json:"c"`
}

// newKey offers to make a passkey in place of a password; nil where none can be made.
func (d *Door) newKey(ctx context.Context, h held) (*console.PasskeyForm, error) {
	if d.Passkeys == nil || h.SSO != nil {
		return nil, nil //nolint:nilnil // there is none
	}
	member := roster.NewMemberID(d.Now())
	started, err := d.Passkeys.Register(d.keyOf(h, member))
	if err != nil {
		return nil, err //nolint:wrapcheck // it says what it did
	}
	raw, err := json.Marshal(ceremony{Member: member.String(), Invite: h.Invite.ID.String(), Challenge: started.Challenge})
	if err != nil {
		return nil, fmt.Errorf("keep a challenge: %w", err)
	}
	var b [18]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	id := base64.RawURLEncoding.EncodeToString(b[:])
	if err := d.State.Put(ctx, "passkey\x00"+id, raw, ceremonyLife); err != nil {
		return nil, err //nolint:wrapcheck // it says what it did
	}
	return &console.PasskeyForm{Action: PathAccept, Options: string(started.Options), ID: id}, nil
}

// keyOf is who the passkey is made for.
func (d *Door) keyOf(h held, member roster.MemberID) passkey.User {
	return passkey.User{Of: roster.Membership{Tenant: h.Config.Tenant.ID, Member: member}, Name: string(h.Invite.Email), Display: string(h.Invite.Email)}
}

// withKey takes the passkey that the browser made, with recovery codes for who loses it. The problem says what is wrong with it.
func (d *Door) withKey(ctx context.Context, h held, f form, a *roster.Acceptance) (codes []string, problem string, err error) {
	const again = "No passkey was made. Try again, or choose a password."
	if d.Passkeys == nil {
		return nil, again, nil
	}
	raw, err := d.State.Take(ctx, "passkey\x00"+f.challenge)
	if errors.Is(err, roster.NotFound) {
		return nil, again, nil
	}
	if err != nil {
		return nil, "", err //nolint:wrapcheck // it says what it did
	}
	var c ceremony
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, "", fmt.Errorf("read a challenge: %w", err)
	}
	member, err := roster.ParseMemberID(c.Member)
	if err != nil || c.Invite != h.Invite.ID.String() {
		return nil, again, nil //nolint:nilerr // it was made for another page
	}
	k, err := d.Passkeys.Registered(d.keyOf(h, member), c.Challenge, []byte(f.answer), "made with the invite")
	if errors.Is(err, passkey.ErrRefused) {
		return nil, again, nil
	}
	if err != nil {
		return nil, "", err //nolint:wrapcheck // it says what it did
	}
	codes, a.Recovery = totp.NewRecoveryCodes(c.Member)
	a.Member, a.Passkey, a.Session.Method = member, &k, roster.MethodPasskey
	return codes, "", nil
}
