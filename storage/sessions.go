package storage

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

var errNotYet = errors.New("sessions are not stored yet")

// LiveSession implements roster.SessionReader.
func (r *reader) LiveSession(context.Context, [32]byte, time.Time) (roster.LiveSession, error) {
	return roster.LiveSession{}, errNotYet
}

// LiveSessionByID implements roster.SessionReader.
func (r *reader) LiveSessionByID(context.Context, roster.SessionID, time.Time) (roster.LiveSession, error) {
	return roster.LiveSession{}, errNotYet
}

// LiveGrant implements roster.SessionReader.
func (r *reader) LiveGrant(context.Context, roster.GrantKey, time.Time) (roster.LiveGrant, error) {
	return roster.LiveGrant{}, errNotYet
}

// Session implements roster.SessionReader.
func (r *reader) Session(context.Context, roster.SessionID) (roster.Session, error) {
	return roster.Session{}, errNotYet
}

// Sessions implements roster.SessionReader.
func (r *reader) Sessions(context.Context, roster.SessionQuery) (roster.Page[roster.Session], error) {
	return roster.Page[roster.Session]{}, errNotYet
}

// Grants implements roster.SessionReader.
func (r *reader) Grants(context.Context, roster.SessionID) ([]roster.AppGrant, error) {
	return nil, errNotYet
}

// InsertSession implements roster.SessionTx.
func (t *tx) InsertSession(context.Context, roster.Session) error { return errNotYet }

// EndSessions implements roster.SessionTx.
func (t *tx) EndSessions(context.Context, roster.SessionFilter, roster.SessionEnd) error { return nil }

// TouchSession implements roster.SessionTx.
func (t *tx) TouchSession(context.Context, roster.SessionID, time.Time) error { return errNotYet }

// RotateSession implements roster.SessionTx.
func (t *tx) RotateSession(context.Context, roster.SessionID, [32]byte, [32]byte, string) (bool, error) {
	return false, errNotYet
}

// InsertAppGrant implements roster.SessionTx.
func (t *tx) InsertAppGrant(context.Context, roster.AppGrant) error { return errNotYet }

// LockSession implements roster.SessionTx.
func (t *tx) LockSession(context.Context, roster.SessionID) (roster.LiveSession, error) {
	return roster.LiveSession{}, errNotYet
}

// LockGrant implements roster.SessionTx.
func (t *tx) LockGrant(context.Context, roster.GrantKey) (roster.LiveGrant, error) {
	return roster.LiveGrant{}, errNotYet
}

// UseCode implements roster.SessionTx.
func (t *tx) UseCode(context.Context, roster.GrantID, time.Time) error { return errNotYet }

// InsertRefreshToken implements roster.SessionTx.
func (t *tx) InsertRefreshToken(context.Context, roster.RefreshToken) error { return errNotYet }

// UseRefreshToken implements roster.SessionTx.
func (t *tx) UseRefreshToken(context.Context, [32]byte, [32]byte, time.Time) error { return errNotYet }

// EndGrants implements roster.SessionTx.
func (t *tx) EndGrants(context.Context, roster.GrantFilter, roster.SessionEnd) error {
	return errNotYet
}

// DropSessions implements roster.SessionTx.
func (t *tx) DropSessions(context.Context, time.Time, int) (int, error) { return 0, errNotYet }

// StaleSessions implements roster.SessionLocator.
func (db *DB) StaleSessions(context.Context, time.Time, time.Time) ([]tenant.ID, error) {
	return nil, errNotYet
}

// ClaimLogoutNotices implements roster.SessionLocator.
func (db *DB) ClaimLogoutNotices(context.Context, int, time.Duration) ([]roster.LogoutNotice, error) {
	return nil, errNotYet
}

// DoneLogoutNotice implements roster.SessionLocator.
func (db *DB) DoneLogoutNotice(context.Context, roster.LogoutNotice) error { return errNotYet }

// RetryLogoutNotice implements roster.SessionLocator.
func (db *DB) RetryLogoutNotice(context.Context, roster.LogoutNotice, time.Time) error {
	return errNotYet
}
