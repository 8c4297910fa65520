package roster

import (
	"time"

	"rollcall/internal/tenant"
)

// InviteID identifies an invite; it prints as ivt_…. What opens one is its token, inv_….
type InviteID struct{ tenant.UUID }

// NewInviteID makes an id that sorts by the given time.
func NewInviteID(now time.Time) InviteID { return InviteID{tenant.NewUUID(now)} }

// ParseInviteID reads ivt_… or a UUID.
func ParseInviteID(s string) (InviteID, error) {
	u, err := tenant.Parse("ivt", s)
	return InviteID{u}, err
}

// String returns the prefixed form.
func (id InviteID) String() string { return tenant.Format("ivt", id.UUID) }

// MarshalText writes the prefixed form, so that ids in JSON are prefixed.
func (id InviteID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the prefixed form or a UUID.
func (id *InviteID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseInviteID(string(b))
	return err
}
