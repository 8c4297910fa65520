package jit

import "rollcall/internal/roster"

// Facts is what the tenant has about an identity, all of one moment.
type Facts = roster.SignInFacts

// Decision is what an identity leads to, and why.
type Decision struct {
	roster.SignInPlan
	// Rules are the names of the rules that decided, in the order in which they were asked.
	Rules []string
	// Notes say in sentences for admins what was left out, and why.
	Notes []string
}

// Outcome is a sign-in that went well.
type Outcome struct {
	Decision Decision
	Member   roster.Member
	Session  roster.Session
	// Token is the session's, for the cookie. It is kept nowhere.
	Token string
}
