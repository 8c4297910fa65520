package roster

import (
	"bytes"
	"context"
	"slices"
	"time"
)

// Passkey is a WebAuthn credential of a member.
type Passkey struct {
	ID     []byte // the authenticator's, 1 to 1023 bytes (WebAuthn §4)
	Member MemberID
	Data   []byte // the public key and the counters, see package passkey
	Label  string // the person's name for it
	// UsedAt is when it last signed in; zero: not yet.
	CreatedAt, UsedAt time.Time
}

// TOTP is an authenticator app of a member (RFC 6238).
type TOTP struct {
	Member MemberID
	Sealed []byte // the secret, sealed about the member, see package totp
	// ConfirmedAt is when a code of it was first shown; zero: it is being set up and counts for nothing.
	ConfirmedAt time.Time
	// Step is the latest time step whose code was used: none up to it is good any more.
	Step int64
}

// RecoveryCode is a code for who has lost the other factors. It is good once.
type RecoveryCode struct {
	Hash   [32]byte
	UsedAt time.Time // zero: it is good
}

// Factors is all that a member can prove themselves by to the gateway.
type Factors struct {
	Password      bool
	Passkeys      []Passkey // by creation
	TOTP          TOTP      // zero, or not confirmed: none
	RecoveryCodes int       // codes that are good
}

// Second says whether there is a second factor besides a password or a mailed code.
func (f Factors) Second() bool { return len(f.Passkeys) > 0 || !f.TOTP.ConfirmedAt.IsZero() }

// holds says whether a passkey is among them.
func (f Factors) holds(id []byte) bool {
	return slices.ContainsFunc(f.Passkeys, func(k Passkey) bool { return bytes.Equal(k.ID, id) })
}

// FactorReader reads factors.
type FactorReader interface {
	// Factors is all that a member has; the zero Factors for who has nothing.
	Factors(ctx context.Context, id MemberID) (Factors, error)
	// Passkey finds one by the authenticator's id; NotFound.
	Passkey(ctx context.Context, id []byte) (Passkey, error)
}

// FactorTx writes factors. Whoever writes holds the member's lock.
type FactorTx interface {
	// PutPasskey adds a passkey, or replaces one of the same member. Conflict with Field passkey, at the commit, when
	// another member has it.
	PutPasskey(ctx context.Context, k Passkey) error
	// DropPasskey takes one away; one that is not the member's is no error.
	DropPasskey(ctx context.Context, m MemberID, id []byte) error
	// DropFactors takes all away that a member proves themselves by, the password included.
	DropFactors(ctx context.Context, m MemberID) error
	// PutTOTP sets or replaces the member's authenticator app; DropTOTP takes it away.
	PutTOTP(ctx context.Context, t TOTP) error
	DropTOTP(ctx context.Context, m MemberID) error
	// UseTOTP notes that the code of a step was used. False when one of it, or of a later step, was before.
	UseTOTP(ctx context.Context, m MemberID, step int64) (bool, error)
	// PutRecoveryCodes replaces all of a member's recovery codes.
	PutRecoveryCodes(ctx context.Context, m MemberID, hashes [][32]byte) error
	// UseRecoveryCode uses a code up. False when the member has no such code that is good.
	UseRecoveryCode(ctx context.Context, m MemberID, hash [32]byte) (bool, error)
}
