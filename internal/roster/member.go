package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// Member is a person in one tenant.
type Member struct {
	ID     MemberID
	Person PersonID // zero until the e-mail address is proven
	// Directory manages the member; zero: none does.
	Directory tenant.DirectoryID
	// Login is the name that the managing directory calls the member by, as sent.
	// Unique within the directory, regardless of case, among those not removed.
	Login string
	// ExternalID is the managing directory's own key for the member, byte for
	// byte. Unique within the directory among those not removed; may be empty.
	ExternalID string
	// Email is the primary address in canonical form (see ParseEmail); empty when
	// nobody named one.
	Email Email
	// Proven says that the tenant owns the address's domain, or that somebody
	// with the right to do so vouched for the person.
	Proven bool
	// Addresses are all e-mail addresses of Attributes, folded, without doubles.
	Addresses []string
	// Aliases are former primary addresses, kept for AliasPeriod.
	Aliases []Alias
	// DirectoryActive is the managing directory's own word, which it reads back
	// whatever others say (R2). True when no directory manages the member.
	DirectoryActive bool
	Attributes      Attributes
	Claims          []Claim
	// Standing is what the rules made of the claims when the member was last
	// written. It does not know whether the tenant is suspended.
	Standing Standing
	// Conflict says why the member waits for an admin; empty: it does not.
	Conflict Code
	// Groups are those the member belongs to, ordered by id. Readers fill it only
	// where they say so.
	Groups    []GroupRef
	Version   int64 // 1 at creation, one more with each change
	CreatedAt time.Time
	ChangedAt time.Time
	RemovedAt time.Time // zero: not removed
}

// AliasPeriod is how long a former address still finds its member.
const AliasPeriod = 30 * 24 * time.Hour

// Alias is a former primary address.
type Alias struct {
	Email Email     `json:"email"`
	Until time.Time `json:"until"`
}

// GroupRef names a group that a member belongs to.
type GroupRef struct {
	ID   GroupID
	Name string
}

// Removed says whether only the tombstone of the member is left (R10).
func (m Member) Removed() bool { return !m.RemovedAt.IsZero() }

// Claim returns the claim of a source, if it made one.
func (m Member) Claim(s Source) (Claim, bool) {
	for _, c := range m.Claims {
		if c.Source == s {
			return c, true
		}
	}
	return Claim{}, false
}

// Group is a set of members of one tenant.
type Group struct {
	ID         GroupID
	Directory  tenant.DirectoryID // zero: kept by hand
	Name       string             // as sent
	NameUnique bool               // no other group of the directory may bear the name, regardless of case
	ExternalID string
	Attributes Attributes
	Version    int64
	CreatedAt  time.Time
	ChangedAt  time.Time
}

// GroupMember is one row of a group.
type GroupMember struct {
	ID    MemberID
	Label string // the display name, or else the login
}
