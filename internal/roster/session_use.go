package roster

import (
	"context"

	"rollcall/internal/tenant"
)

// TouchSession notes that a live session was used, to the minute.
func (r *Roster) TouchSession(ctx context.Context, id tenant.ID, s SessionID) error {
	return r.Store.Update(ctx, id, func(tx Tx) error { return tx.TouchSession(ctx, s, tx.Now()) })
}

// RotateSession gives a live session a new token, of which only the hash is known
// here, for the role that the member has now. The former one is good for RotationGrace. False when
// another request was faster: its answer brings the browser the token.
func (r *Roster) RotateSession(ctx context.Context, l LiveSession, to [32]byte) (bool, error) {
	done := false
	err := r.Store.Update(ctx, l.Tenant.ID, func(tx Tx) (err error) {
		done, err = tx.RotateSession(ctx, l.Session.ID, l.Session.Hash, to, l.Member.Standing.Role)
		return err
	})
	return done, err
}
