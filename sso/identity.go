package sso

import (
	"time"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Identity is a person whom an identity provider has vouched for: what a verified SAML assertion or a
// verified ID token says, in one form. Whoever makes one has checked the signature, the audience, the times
// and that the answer belongs to this browser's request; nothing of it is checked again.
//
// It holds what the provider said, unjudged: the address may be none, or foreign.
type Identity struct {
	Tenant tenant.ID
	// Connection is the one that the answer came through, as it was read when the answer was verified.
	// Whether it may still be used is decided in the transaction that lets the person in.
	Connection tenant.Connection
	Method     roster.Method
	// Subject is the provider's own key for the person: the NameID or the sub claim, byte for byte.
	Subject string
	// Issuer is the provider's entity id or issuer URL.
	Issuer string
	Email  string // as sent; empty: none, or not exactly one
	// EmailVouched says that the provider vouches for the address: always in an assertion, in an ID token
	// only with email_verified.
	EmailVouched                     bool
	FirstName, LastName, DisplayName string
	Groups                           []string
	// GroupsUnknown says that the provider did not send the groups, or not all of them, although it should have: what
	// rests on groups is not taken away then.
	GroupsUnknown bool
	// Attributes are all attributes or claims by their names, as texts, for mapping rules and for the page
	// of a test sign-in.
	Attributes map[string][]string
	AuthTime   time.Time // when the person proved who they are, as the provider has it; zero: not said
	IdPSession string    //nolint:revive // the SessionIndex or sid claim of the IdP, as SAML writes it; may be empty
	// NotAfter is when our session must end at the latest, as the provider has it (SessionNotOnOrAfter);
	// zero: it does not say.
	NotAfter time.Time
}
