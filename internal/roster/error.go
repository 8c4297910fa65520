package roster

// Kind classifies an Error; each protocol maps kinds to its own answers in one
// table. Kind is itself an error, so that errors.Is(err, roster.NotFound) works.
//
// A new kind is added here, to Kinds, and to the mapping table of each door.
type Kind string

// The kinds of errors.
const (
	NotFound     Kind = "not found"    // there is no such thing, or the caller may not see it
	Conflict     Kind = "conflict"     // another one has this name, key or address already
	Invalid      Kind = "invalid"      // the value of Field can't be used
	Stale        Kind = "stale"        // the version it was based on is not the stored one
	Refused      Kind = "refused"      // a rule forbids it; Code says which
	Unauthorized Kind = "unauthorized" // no or bad credential
	Forbidden    Kind = "forbidden"    // the credential is good, but not for this
	TooLarge     Kind = "too large"    // more than the limits allow
	TooMany      Kind = "too many"     // the answer would be larger than the limits allow
	RateLimited  Kind = "rate limited" // come back later
	Unavailable  Kind = "unavailable"  // a store can't be reached now
	Mutability   Kind = "mutability"   // an immutable or read-only attribute would change
	NoTarget     Kind = "no target"    // a path names nothing that is there
	BadFilter    Kind = "bad filter"   // a filter can't be understood
	BadPath      Kind = "bad path"     // a path can't be understood
	BadSyntax    Kind = "bad syntax"   // a body can't be understood
	BadCursor    Kind = "bad cursor"   // a cursor was not made here
	OldCursor    Kind = "old cursor"   // a cursor is no longer good
	Sensitive    Kind = "sensitive"    // a filter would reveal what may not be in a URL
)

// Kinds returns all kinds, for the tests of the mapping tables.
func Kinds() []Kind {
	return []Kind{
		NotFound, Conflict, Invalid, Stale, Refused, Unauthorized, Forbidden, TooLarge, TooMany, RateLimited, Unavailable,
		Mutability, NoTarget, BadFilter, BadPath, BadSyntax, BadCursor, OldCursor, Sensitive,
	}
}

// Error implements error.
func (k Kind) Error() string { return string(k) }

// Error is the one error type of the domain.
type Error struct {
	Kind Kind
	Code Code // the stable reason code, where a rule decided
	// Field names what was wrong, in the caller's words where it has any.
	Field string
	// Detail is written for the customer's admin: what happened and what to
	// change. It is safe to show and holds no personal data of others.
	Detail string
	// Err is for our log only.
	Err error
}

// Error implements error: the kind, the code, the field and the inner error, without Detail's
// wording for admins.
func (e *Error) Error() string {
	s := string(e.Kind)
	if e.Code != "" {
		s += " (" + string(e.Code) + ")"
	}
	if e.Field != "" {
		s += " " + e.Field
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives both the kind and the inner error to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}
