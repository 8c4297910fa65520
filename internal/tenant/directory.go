package tenant

import "time"

// DirectoryStatus says whether a directory may speak.
type DirectoryStatus string

// The states of a directory.
const (
	DirectoryActive  DirectoryStatus = "active"
	DirectoryPaused  DirectoryStatus = "paused"  // it may read; its writes are asked to come again later
	DirectoryRemoved DirectoryStatus = "removed" // its credentials are dead; can be undone for 30 days
)

// Directory is one SCIM connection of a tenant.
type Directory struct {
	ID       DirectoryID
	Name     string
	Provider Provider
	Status   DirectoryStatus
	Settings DirectorySettings
	// Mappings give roles to the members of groups, the first match wins.
	Mappings  []RoleMapping
	Version   int64
	CreatedAt time.Time
	ChangedAt time.Time
	RemovedAt time.Time
	// MassChangeAt is when the directory was last seen to turn off more people at
	// once than seems right; zero: never, or undone.
	MassChangeAt time.Time
}

// DirectorySettings holds what an admin may choose for a directory. The zero
// value is the default of every choice.
type DirectorySettings struct {
	// Strict turns the three lenient answers off: a replace of a typed value that
	// is not there (RFC 7644 §3.5.2.3 noTarget), a body without schemas
	// (RFC 7643 §3), and unique group names (which the RFC does not ask for).
	Strict bool `json:"strict,omitempty"`
	// RolesAttribute lets the roles attribute of a user name the member's role.
	// It never makes an admin.
	RolesAttribute bool `json:"roles_attribute,omitempty"`
	// Rate is the most requests per second in the long run, and Burst how many may come before it
	// holds. 0: as the gateway has it for all; a negative rate: no limit.
	Rate  int `json:"rate,omitempty"`
	Burst int `json:"burst,omitempty"`
	// LogBodies is until when the provisioning log shows values in bodies; zero: it
	// masks them. Passwords and tokens are never shown.
	LogBodies time.Time `json:"log_bodies,omitzero"`
	// LogDays and LogEntries bound the provisioning log; 0: 30 days, 100,000 entries.
	LogDays    int `json:"log_days,omitempty"`
	LogEntries int `json:"log_entries,omitempty"`
	// Hold holds a mass change back instead of applying it at once.
	Hold bool `json:"hold,omitempty"`
	// HoldLifted is until when nothing is held back, because an admin released all.
	HoldLifted time.Time `json:"hold_lifted,omitzero"`
}

// RoleMapping gives a role to the members of a group. It follows the group's
// id, so that a rename changes nothing.
type RoleMapping struct {
	Group UUID   `json:"group"`
	Role  string `json:"role"`
}
