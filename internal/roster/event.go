package roster

import (
	"encoding/json"
	"time"

	"rollcall/internal/tenant"
)

// EventKind says what happened. Names never change their meaning.
type EventKind string

// The kinds of events.
const (
	MemberCreated     EventKind = "member.created"
	MemberUpdated     EventKind = "member.updated"     // attributes, login or address
	MemberActivated   EventKind = "member.activated"   // gained access
	MemberDeactivated EventKind = "member.deactivated" // lost access: sessions and tokens must end
	MemberRoleChanged EventKind = "member.role_changed"
	MemberRemoved     EventKind = "member.removed"
	MemberRestored    EventKind = "member.restored" // a removed member came back
	MemberAdopted     EventKind = "member.adopted"  // a directory took over a member that others brought
	MemberReleased    EventKind = "member.released" // the directory manages the member no more
	MemberHeld        EventKind = "member.held"     // a directory's "no" is held back, see Hold
	MemberUnheld      EventKind = "member.unheld"   // what was held back was taken back, or refused by an admin
	MemberMerged      EventKind = "member.merged"   // only the tombstone is left; another member goes on in its place
	MemberRefused     EventKind = "member.refused"  // a rule refused what a source wanted; nothing else was written
	GroupCreated      EventKind = "group.created"
	GroupUpdated      EventKind = "group.updated"
	GroupMembers      EventKind = "group.members" // people were added or removed
	GroupRemoved      EventKind = "group.removed"
	TenantCreated     EventKind = "tenant.created"
	TenantSuspended   EventKind = "tenant.suspended"
	TenantResumed     EventKind = "tenant.resumed"
	TenantChanged     EventKind = "tenant.changed"
	TenantNoAdmin     EventKind = "tenant.no_admin"
	TenantMassChange  EventKind = "tenant.mass_change"
	DomainChanged     EventKind = "domain.changed" // by somebody; those below come of DNS and other tenants
	DomainProved      EventKind = "domain.proven"
	DomainWentStale   EventKind = "domain.stale"     // the proof is gone for 72 hours: auto-join stops
	DomainRecovered   EventKind = "domain.recovered" // the proof of a stale domain is there again
	DomainWasLost     EventKind = "domain.lost"      // the proof is gone for 30 days more: the domain is not the tenant's any more
	DomainContested   EventKind = "domain.contested" // another tenant tries to prove a domain that this one holds
	DomainTransferred EventKind = "domain.transferred"
	DomainSubClaimed  EventKind = "domain.sub_claimed" // another tenant holds a name below the domain from now on
	DomainWentPublic  EventKind = "domain.public"      // the lists of public mail now have a domain that the tenant owns
	DirectoryCreated  EventKind = "directory.created"
	DirectoryChanged  EventKind = "directory.changed"
	DirectoryRemoved  EventKind = "directory.removed"
	DirectoryPaused   EventKind = "directory.paused"
	DirectoryResumed  EventKind = "directory.resumed"
	MemberLinked      EventKind = "member.linked"   // a subject of a connection is the member from now on
	MemberUnlinked    EventKind = "member.unlinked" // and is not any more
	SignInRefused     EventKind = "signin.refused"  // nothing else was written
	JoinAsked         EventKind = "join_request.asked"
	JoinWasApproved   EventKind = "join_request.approved"
	JoinWasDeclined   EventKind = "join_request.declined"
	ConflictDecided   EventKind = "conflict.decided"
	SchemaChanged     EventKind = "schema.changed"
	SchemaRemoved     EventKind = "schema.removed"
	SchemaIndexed     EventKind = "schema.indexed" // filters by an attribute are answered by an index from now on
	EntitlementPut    EventKind = "entitlement.changed"
	EntitlementGone   EventKind = "entitlement.removed"
	SessionStarted    EventKind = "session.started" // a member signed in
	SessionEnded      EventKind = "session.ended"
	GrantStarted      EventKind = "grant.started"   // an app signed a member in
	GrantEnded        EventKind = "grant.ended"     // its tokens have ended, the session goes on
	ContactChanged    EventKind = "contact.changed" // how a member is reached; with the turn of the consent to text messages
	ReviewStarted     EventKind = "review.started"  // everybody who is a member is to be kept, or not
	ReviewDecided     EventKind = "review.decided"  // about the member, or, without one, about several who are kept
	ReviewFinished    EventKind = "review.finished"
	CredentialAdded   EventKind = "credential.added"
	CredentialRevoked EventKind = "credential.revoked"
	// CredentialExpiring comes 60, 30, 14, 7 and 1 days ahead, CredentialExpired once.
	CredentialExpiring EventKind = "credential.expiring"
	CredentialExpired  EventKind = "credential.expired"
)

// Actor is who caused an event.
type Actor struct {
	Source Source // directory, admin, operator …
	ID     string // the directory's or admin's id; empty for the operator
}

// Event is a fact, written in the same transaction as the change that it tells of.
type Event struct {
	// Position orders the feed; see Cursor. The store sets it.
	Position Cursor
	At       time.Time
	Kind     EventKind
	Member   MemberID // zero: not about a member
	Group    GroupID  // zero: not about a group
	Actor    Actor
	// Version is that of the member or group after the change.
	Version   int64
	RequestID string // of the HTTP request or the command that caused it; may be empty
	// Data holds what changed: names of attributes, states and roles, never the
	// personal values themselves. A JSON object, or nil.
	Data json.RawMessage
}

// Cursor is a place in a tenant's feed of events. Events are read in the order
// of their cursors and none appears behind a cursor that was already given out.
// The zero Cursor stands before the first event.
type Cursor struct {
	Epoch uint64 // on PostgreSQL the transaction's id, elsewhere 0
	Seq   int64
}

// Before says whether c comes before d.
func (c Cursor) Before(d Cursor) bool {
	return c.Epoch < d.Epoch || c.Epoch == d.Epoch && c.Seq < d.Seq
}

// DirectoryActor makes the Actor of a directory.
func DirectoryActor(id tenant.DirectoryID) Actor {
	return Actor{Source: SourceDirectory, ID: id.String()}
}
