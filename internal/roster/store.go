package roster

import (
	"context"
	"time"

	"rollcall/internal/tenant"
)

// Scope limits what is seen to the members and groups that one directory
// manages (R7), without the removed ones; of its members' groups, too, to those that
// it manages. The zero Scope sees the whole tenant,
// removed members included only where a method says so.
type Scope struct{ Directory tenant.DirectoryID }

// Query asks for a page of members or groups.
type Query struct {
	Scope Scope
	Where Predicate // nil: all
	// Order is what to sort by, ties broken by id; what has no value comes last, or
	// first with Desc (RFC 7644 §3.4.2.3). Empty: by id. That is the order of
	// creation, of which ids are made, so ColumnCreated is the same. Texts that
	// begin with the same 256 characters may count as equal.
	Order Field
	Desc  bool
	// Offset rows are passed over. Not together with After.
	Offset int
	// After and AfterKey start behind the row with this id and, in the Order, this
	// Page.LastKey. The row itself may be gone or elsewhere by now.
	After    tenant.UUID
	AfterKey *string
	// Limit is the most rows to return; 0 returns none and is useful with Count.
	Limit int
	// Count asks for Total.
	Count bool
	// WithRemoved shows tombstones as well; only in the zero Scope.
	WithRemoved bool
	// WithGroups fills Member.Groups.
	WithGroups bool
}

// Page is one page of an answer.
type Page[T any] struct {
	Items []T
	Total int  // of all pages, when Query.Count was set
	More  bool // there are rows behind the last item
	// LastKey is what the last item was sorted by, in the store's own form; nil when
	// it has no value or the order is that of ids.
	LastKey *string
}

// Store keeps one or more tenants' rosters. A transaction is opened for one
// tenant and sees no other; the tenant need not exist for reads to answer
// NotFound or nothing.
//
// All methods return errors of this package's kinds where they say so;
// Unavailable when the database can't be reached or is too busy. They are safe
// for concurrent use.
type Store interface {
	// Reader answers single questions; each of its calls sees one committed state,
	// two calls may see two.
	Reader(id tenant.ID) Reader
	// View runs f on one unchanging state of the tenant.
	View(ctx context.Context, id tenant.ID, f func(Reader) error) error
	// Update runs f in a transaction that is committed when f returns nil, and
	// undone otherwise. f may run more than once (serialization, busy database)
	// and must have no side effects outside tx. Writes may be sent as late as at
	// the commit: the error of a broken constraint (Conflict, with Field login,
	// external_id, email or name) is then Update's. Update writes while it holds
	// the tenant's shared lock (see Tx.Exclusive), and only what rests on members and
	// a configuration that are then still as f read them; else f runs again.
	Update(ctx context.Context, id tenant.ID, f func(Tx) error) error
}

// Reader reads one tenant.
type Reader interface {
	TenantReader
	GroupReader
	ExchangeReader
	WaitingReader
	SignInReader
	ResourceReader
	LabelReader
	SessionReader
	PullReader
	InviteReader
	PasswordReader
	FactorReader
	ContactReader
	ReviewReader
	APITokenReader
	TeamReader
	MailReader
	// Member finds a member within the scope; NotFound. In the zero Scope removed
	// members are found as well. withGroups fills Groups.
	Member(ctx context.Context, s Scope, id MemberID, withGroups bool) (Member, error)
	// Members lists members, ordered as the query says.
	Members(ctx context.Context, q Query) (Page[Member], error)
	// Group finds a group within the scope; NotFound.
	Group(ctx context.Context, s Scope, id GroupID) (Group, error)
	// Groups lists groups.
	Groups(ctx context.Context, q Query) (Page[Group], error)
	// Events reads the feed behind a cursor, at most limit, in order.
	Events(ctx context.Context, after Cursor, limit int) ([]Event, error)
	// TurnedOff lists the members, by id and once each, whom an actor deactivated or
	// removed since a time, as the committed events tell; at most limit, 0: all.
	TurnedOff(ctx context.Context, a Actor, since time.Time, limit int) ([]MemberID, error)
	// Admins counts the members that are active, bear the role, and are not except.
	Admins(ctx context.Context, role string, except MemberID) (int, error)
}

// TenantReader reads a tenant's own settings.
type TenantReader interface {
	// Config is the tenant with its domains (by name), directories and connections (by id,
	// removed ones too), all of one moment: that of the transaction in View and Update. Stores keep
	// it in memory and compare its version in the transaction's first round
	// trip, so it costs none of its own when it is not the first call. The
	// slices must not be changed. NotFound.
	Config(ctx context.Context) (tenant.Config, error)
	Credentials(ctx context.Context, id tenant.DirectoryID) ([]tenant.Credential, error) // by id
}

// Match is what a directory's create may match an existing member by (R6).
type Match struct {
	Directory  tenant.DirectoryID
	ExternalID string // empty: not by it
	Login      string
	Email      Email // empty: not by it
}

// Tx is a transaction on one tenant. It reads its own writes only where a
// method says so: write what you decided, then return.
type Tx interface {
	Reader
	GroupTx
	JobTx
	ExchangeTx
	WaitingTx
	SignInTx
	SchemaTx
	SessionTx
	PullTx
	InviteTx
	PasswordTx
	FactorTx
	ContactTx
	ReviewTx
	APITokenTx
	MailTx
	// Now is the time of the transaction, the same at each call, in UTC and to the
	// millisecond.
	Now() time.Time
	// Exclusive waits until no other Update of this tenant runs and keeps all
	// others out until the end. It must be the first call of f.
	Exclusive(ctx context.Context) error
	// LockMember is Member with its groups, and keeps others from changing it
	// until the end, or has f run again when they did.
	LockMember(ctx context.Context, s Scope, id MemberID) (Member, error)
	// LockMembers is LockMember for several at once, ordered by id; those that the
	// scope does not see are left out. Unlike other reads it sees the group rows
	// that this transaction wrote.
	LockMembers(ctx context.Context, s Scope, ids []MemberID) ([]Member, error)
	// LockMatches finds and locks the members, removed ones included, that have
	// the external id or the login in the directory, or the e-mail as proven primary address
	// or as an alias, expired ones included, anywhere in the tenant. Ordered by id.
	LockMatches(ctx context.Context, m Match) ([]Member, error)
	// InsertMember and UpdateMember write a member, its addresses and the link to its person.
	// UpdateMember needs the member as it was read: Stale when the stored version is another.
	InsertMember(ctx context.Context, m Member) error
	UpdateMember(ctx context.Context, before, after Member) error
	// Person finds or makes the person of a proven address.
	Person(ctx context.Context, e Email) (PersonID, error)
	// AddAddress notes that a proven address belongs to a person as well. When
	// another person has it already, nothing changes: persons are never merged.
	AddAddress(ctx context.Context, id PersonID, e Email) error
	// PersonElsewhere says whether the person is a member, not removed, of another tenant.
	PersonElsewhere(ctx context.Context, e Email) (bool, error)
	// LockGroup is Group, and keeps others from changing it until the end.
	LockGroup(ctx context.Context, s Scope, id GroupID) (Group, error)
	InsertGroup(ctx context.Context, g Group) error
	// UpdateGroup: Stale when the stored version is not before.Version.
	UpdateGroup(ctx context.Context, before, after Group) error
	// DeleteGroup deletes a group and its rows.
	DeleteGroup(ctx context.Context, id GroupID) error
	// AppendEvent writes an event; the store sets Position and At (to Now).
	AppendEvent(ctx context.Context, e Event) error
	// PutTenant, PutDomain, PutDirectory and PutCredential create or replace.
	// PutDomain: Conflict when the domain is to be owned, and another tenant owns it or it is held for one.
	PutTenant(ctx context.Context, t tenant.Tenant) error
	PutDomain(ctx context.Context, d tenant.Domain) error
	PutDirectory(ctx context.Context, d tenant.Directory) error
	PutCredential(ctx context.Context, c tenant.Credential) error
	CredentialTx
	ConnectionTx
}

// Locator answers what must be known before the tenant is.
type Locator interface {
	ExchangeLog
	IndexLocator
	ConnectionLocator
	AppLocator
	AppCredentialLocator
	SessionLocator
	DomainLocator
	PullLocator
	MailLocator
	MembershipLocator
	// CreateTenant: Conflict when the slug is taken.
	CreateTenant(ctx context.Context, t tenant.Tenant) error
	TenantBySlug(ctx context.Context, slug string) (tenant.Tenant, error) // NotFound
	Tenants(ctx context.Context) ([]tenant.Tenant, error)                 // by slug
	// TenantsPage lists at most limit tenants, by slug, that come behind a slug, which need not be anybody's.
	TenantsPage(ctx context.Context, after string, limit int) (Page[tenant.Tenant], error)
	// Credential finds the credential of exactly this directory with this hash, of whatever kind and
	// whether it is usable or not. NotFound.
	Credential(ctx context.Context, id tenant.DirectoryID, hash [32]byte) (Grant, error)
	// KnowsCredential says whether a bearer token of any directory, in force now, has this hash.
	KnowsCredential(ctx context.Context, hash [32]byte) (bool, error)
	// TenantOfDirectory: NotFound.
	TenantOfDirectory(ctx context.Context, id tenant.DirectoryID) (tenant.ID, error)
	// TenantOfDomain finds the tenant to whom a domain belongs, by its name as an A-label in lower case, or else the
	// nearest domain above it: whether that includes sub-domains its configuration tells. NotFound.
	TenantOfDomain(ctx context.Context, name string) (tenant.ID, error)
	// TouchCredential notes that a credential was used, and by which product. It may be written late.
	TouchCredential(ctx context.Context, g Grant, at time.Time, by string) error
	CredentialLocator
}

// Grant is what a credential opens.
type Grant struct {
	Tenant     tenant.Tenant
	Directory  tenant.Directory
	Credential tenant.Credential
	Extensions tenant.Extensions
}
