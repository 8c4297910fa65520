package roster

import (
	"context"
	"time"
)

// Password is the secret that a member signs in by. It belongs to the member, not to the person: what somebody sets
// behind a link of one tenant opens nothing of another.
type Password struct {
	Member MemberID
	Hash   string // in PHC form, see package password
	SetAt  time.Time
}

// PasswordReader reads passwords.
type PasswordReader interface {
	// Password: NotFound for a member without.
	Password(ctx context.Context, id MemberID) (Password, error)
}

// PasswordTx writes passwords.
type PasswordTx interface {
	// PutPassword sets or replaces a member's password.
	PutPassword(ctx context.Context, p Password) error
	// DropPassword takes it away; a member without is no error.
	DropPassword(ctx context.Context, id MemberID) error
}
