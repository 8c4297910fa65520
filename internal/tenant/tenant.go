package tenant

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Status says whether a tenant's people may use the application.
type Status string

// The states of a tenant.
const (
	Active    Status = "active"
	Suspended Status = "suspended" // nobody signs in; directories are still answered
)

// Tenant is a customer of the application.
type Tenant struct {
	ID     ID
	Slug   string // names the tenant in the CLI and in URLs; unique, never changes
	Name   string
	Status Status
	Roles  RoleSet
	Policy Policy
	// NoAdmin is set when a directory turned off the last admin.
	NoAdmin   bool
	Version   int64
	CreatedAt time.Time
	ChangedAt time.Time
}

// Policy holds what a tenant may choose about the rules. The zero Policy is
// the default of every choice.
type Policy struct {
	// DefaultRole is given to members for whom no source names a role. Empty: the
	// least role of the role set.
	DefaultRole string `json:"default_role,omitempty"`
	// ConfirmAdoption makes an admin confirm each member that a directory takes
	// over, not only admins and contradicted sign-ins.
	ConfirmAdoption bool `json:"confirm_adoption,omitempty"`
	// ProtectLastAdmin refuses a directory's deactivation of the last admin
	// instead of applying it and marking the tenant NoAdmin.
	ProtectLastAdmin bool `json:"protect_last_admin,omitempty"`
	// SSO says whether people must sign in through a connection, Sessions how long sessions last.
	SSO      SSOPolicy     `json:"sso,omitzero"`
	Sessions SessionPolicy `json:"sessions,omitzero"`
	// Contact is whom people ask who were refused, shown to them: an address, a number or a sentence.
	Contact string `json:"contact,omitempty"`
	// SecondFactor says whether people who sign in without an identity provider must show two factors.
	SecondFactor SecondFactor `json:"second_factor,omitempty"`
	// Guests says what the tenant wants when others invite people of its domains.
	Guests Guests `json:"guests,omitempty"`
	// SuspendedAt is since when the tenant is suspended, so that invites do not expire meanwhile; zero: it is not.
	SuspendedAt time.Time `json:"suspended_at,omitzero"`
	// ReviewMonths is how often an access review begins by itself, in months; 0: never.
	ReviewMonths int `json:"review_months,omitempty"`
}

// RoleSet is the ladder of roles of a tenant.
type RoleSet struct {
	Name string `json:"name"`
	// Roles are ordered from the most powerful, which is the admin role, to the
	// least, which is the default.
	Roles []string `json:"roles"`
	// Details say what the roles of a set of the tenant's own mean, by their names.
	Details map[string]RoleDetail `json:"details,omitempty"`
	// Unavailable are roles that can't be given, because the tenant's plan lacks them. Who has one keeps it.
	Unavailable []string `json:"unavailable,omitempty"`
}

// SimpleRoles and ContentRoles are the built-in role sets.
func SimpleRoles() RoleSet { return RoleSet{Name: "simple", Roles: []string{"admin", "user"}} }

// ContentRoles returns the role set for products with editors and readers.
func ContentRoles() RoleSet {
	return RoleSet{Name: "content", Roles: []string{"admin", "editor", "contributor", "viewer"}}
}

// Admin returns the role that may manage the tenant.
func (s RoleSet) Admin() string {
	if len(s.Roles) == 0 {
		return "admin"
	}
	return s.Roles[0]
}

// Least returns the role with the fewest rights.
func (s RoleSet) Least() string {
	if len(s.Roles) == 0 {
		return "user"
	}
	return s.Roles[len(s.Roles)-1]
}

// Has says whether role is one of the set. Roles are case-sensitive.
func (s RoleSet) Has(role string) bool { return slices.Contains(s.Roles, role) }

var (
	slugForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	roleForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
)

// CheckSlug says what is wrong with a slug, or nil: 1 to 63 lower-case letters,
// digits and inner hyphens, as in a host name.
func CheckSlug(s string) error {
	if !slugForm.MatchString(s) {
		return fmt.Errorf("slug %q: use 1 to 63 lower-case letters, digits and inner hyphens", clip(s))
	}
	return nil
}

// Check says what is wrong with a role set, or nil: 2 to 20 different roles of
// lower-case letters, digits, _ and -, with details and bounds that fit them.
func (s RoleSet) Check() error {
	if len(s.Roles) < 2 || len(s.Roles) > 20 {
		return errors.New("a role set has 2 to 20 roles, the most powerful first")
	}
	for i, r := range s.Roles {
		if !roleForm.MatchString(r) {
			return fmt.Errorf("role %q: use up to 40 lower-case letters, digits, _ and -, starting with a letter", clip(r))
		}
		if slices.Contains(s.Roles[:i], r) {
			return fmt.Errorf("role %q stands twice in the role set", r)
		}
	}
	return s.checkDetails()
}
