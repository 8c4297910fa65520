package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// MemberID identifies a member; it prints as mem_…. SCIM shows its UUID.
type MemberID struct{ tenant.UUID }

// NewMemberID makes an id that sorts by the given time.
func NewMemberID(now time.Time) MemberID { return MemberID{tenant.NewUUID(now)} }

// ParseMemberID reads mem_… or a UUID.
func ParseMemberID(s string) (MemberID, error) {
	u, err := tenant.Parse("mem", s)
	return MemberID{u}, err
}

// String returns the prefixed form.
func (id MemberID) String() string { return tenant.Format("mem", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id MemberID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *MemberID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseMemberID(string(b))
	return err
}

// GroupID identifies a group; it prints as grp_….
type GroupID struct{ tenant.UUID }

// NewGroupID makes an id that sorts by the given time.
func NewGroupID(now time.Time) GroupID { return GroupID{tenant.NewUUID(now)} }

// ParseGroupID reads grp_… or a UUID.
func ParseGroupID(s string) (GroupID, error) {
	u, err := tenant.Parse("grp", s)
	return GroupID{u}, err
}

// String returns the prefixed form.
func (id GroupID) String() string { return tenant.Format("grp", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id GroupID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *GroupID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseGroupID(string(b))
	return err
}

// PersonID identifies a person across tenants; it prints as per_….
type PersonID struct{ tenant.UUID }

// NewPersonID makes an id that sorts by the given time.
func NewPersonID(now time.Time) PersonID { return PersonID{tenant.NewUUID(now)} }

// String returns the prefixed form.
func (id PersonID) String() string { return tenant.Format("per", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id PersonID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *PersonID) UnmarshalText(b []byte) (err error) {
	id.UUID, err = tenant.Parse("per", string(b))
	return err
}
