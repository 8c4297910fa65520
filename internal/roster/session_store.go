package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// SessionFilter says which sessions are meant: those to which all that is set applies.
// Nothing set means none, unless AllOfTenant is.
type SessionFilter struct {
	Session     SessionID
	Except      SessionID // all but this one; not alone
	Token       [32]byte  // the hash of its current token
	Member      MemberID
	Connection  tenant.ConnectionID
	Subject     string // needs Connection
	IDPSession  string // needs Connection
	Method      Method
	Domain      string // of the member's primary address, in lower case
	Unmanaged   bool   // of members that no directory manages
	ExpiredBy   time.Time
	AllOfTenant bool
	// Spared are members whose sessions go on, whatever else is meant.
	Spared [tenant.MaxBreakGlass]MemberID
}

// IsZero says that the filter means no session.
func (f SessionFilter) IsZero() bool {
	f.Except, f.Spared = SessionID{}, [tenant.MaxBreakGlass]MemberID{}
	return f == SessionFilter{}
}

// SessionEnd says why sessions or grants end and who ended them.
type SessionEnd struct {
	Reason    EndReason
	Actor     Actor
	RequestID string
	// Ended is set to how many ended, once the transaction is committed; nil: nobody asks.
	Ended *int
}

// SessionQuery asks for a page of sessions, newest first.
type SessionQuery struct {
	Filter    SessionFilter // the zero filter means all here
	WithEnded bool          // those that ended, too; one that has expired did so once SweepSessions has come by
	Before    SessionID     // only those behind this one
	Limit     int           // 1 or more
}

// GrantFilter says which grants end: those to which all that is set applies. Nothing
// set means none.
type GrantFilter struct {
	Grant   GrantID
	Session SessionID
	App     tenant.AppID
}

// SessionReader reads sessions and grants. Nothing of what the Live… methods answer is
// remembered anywhere: what was committed before they are called counts. Each is one
// round trip.
type SessionReader interface {
	// LiveSession finds the session that a token with this hash opens: NotFound unless it
	// is Live at now. The member has no Groups.
	LiveSession(ctx context.Context, hash [32]byte, now time.Time) (LiveSession, error)
	// LiveSessionByID is LiveSession for who has only the id, such as that in a signed token.
	LiveSessionByID(ctx context.Context, id SessionID, now time.Time) (LiveSession, error)
	// LiveGrant finds a grant: NotFound unless it is Live at now. The member has its Groups.
	// By a code it is found once the code was used, too: see AppGrant.CodeUsedAt.
	LiveGrant(ctx context.Context, key GrantKey, now time.Time) (LiveGrant, error)
	// Session finds a session, an ended one too; NotFound.
	Session(ctx context.Context, id SessionID) (Session, error)
	// Sessions lists sessions, newest first. Total is not set.
	Sessions(ctx context.Context, q SessionQuery) (Page[Session], error)
	// Grants lists what apps got within a session, by id, ended ones too.
	Grants(ctx context.Context, id SessionID) ([]AppGrant, error)
}

// SessionTx writes sessions and grants.
type SessionTx interface {
	// InsertSession adds a session of a member that this transaction inserted, or holds the
	// lock of; it takes the lock otherwise. NotFound when there is no such member.
	InsertSession(ctx context.Context, s Session) error
	// EndSessions ends the live sessions that the filter means, and so their grants, and
	// writes an event for each and a LogoutNotice and a Revocation for each app that redeemed a grant in it. It is
	// sent late, together with what else the transaction writes, and behind it.
	EndSessions(ctx context.Context, f SessionFilter, e SessionEnd) error
	// TouchSession notes that a session was used; it changes nothing when it was not longer than
	// SeenEvery ago.
	TouchSession(ctx context.Context, id SessionID, at time.Time) error
	// RotateSession gives a session another token, and the role that it is for. False when from is
	// not its current token any more, or it has ended.
	RotateSession(ctx context.Context, id SessionID, from, to [32]byte, role string) (bool, error)
	// InsertAppGrant adds a grant. Its session must be locked: see LockSession.
	InsertAppGrant(ctx context.Context, g AppGrant) error
	// LockSession is LiveSessionByID; until the end nobody can end the session or change the member.
	// NotFound unless it is live.
	LockSession(ctx context.Context, id SessionID) (LiveSession, error)
	// LockGrant finds a grant, live or not, and keeps all others from using or ending it, or what it
	// rests on, until the end. By a refresh token it finds a replaced one, too. NotFound.
	LockGrant(ctx context.Context, key GrantKey) (LiveGrant, error)
	// UseCode notes when the code of a locked grant was used.
	UseCode(ctx context.Context, id GrantID, at time.Time) error
	// InsertRefreshToken adds a token to a locked grant.
	InsertRefreshToken(ctx context.Context, t RefreshToken) error
	// UseRefreshToken notes when a token of a locked grant was replaced and by which.
	UseRefreshToken(ctx context.Context, hash, successor [32]byte, at time.Time) error
	// EndGrants ends grants and leaves their sessions alone; it writes an event and a Revocation for each.
	EndGrants(ctx context.Context, f GrantFilter, e SessionEnd) error
	// DropSessions deletes sessions that ended before a time, at most limit, and returns how many; and
	// what apps got in those that ended before another, later, time.
	DropSessions(ctx context.Context, before, grants time.Time, limit int) (int, error)
}

// SessionLocator answers about the sessions of all tenants.
type SessionLocator interface {
	// StaleSessions lists the tenants with sessions that have expired by now and nobody ended, and
	// those for which DropSessions has something to do, by slug.
	StaleSessions(ctx context.Context, now, before, grants time.Time) ([]tenant.ID, error)
	// ClaimLogoutNotices takes notices that are due, the oldest first, and keeps them from others
	// for the lease; whoever does not answer with Done or Retry by then sees them claimed again.
	// It is cheap when there are none.
	ClaimLogoutNotices(ctx context.Context, limit int, lease time.Duration) ([]LogoutNotice, error)
	// DoneLogoutNotice forgets a notice; one that somebody else has claimed since stays.
	DoneLogoutNotice(ctx context.Context, n LogoutNotice) error
	// RetryLogoutNotice makes a claimed notice due again at a time.
	RetryLogoutNotice(ctx context.Context, n LogoutNotice, due time.Time) error
}
