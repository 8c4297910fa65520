package jit

import "rollcall/internal/roster"

// The names of the rules as Decision gives them.
const (
	RuleTenant     = "R1 nobody signs in to a suspended tenant"
	RuleConnection = "JIT an active connection of the tenant vouches"
	RuleSubject    = "JIT people are keyed by connection and subject"
	RuleNo         = roster.RuleNo
	RuleTombstone  = roster.RuleTombstone
	RuleConfirm    = roster.RuleConfirmation
	RuleProof      = roster.RuleProof
	RuleGrace      = "domain lost: linked people may sign in for 7 days"
	RuleAddress    = "JIT the address passes the strict grammar, and the provider vouches for it"
	RuleDomain     = "JIT the address's domain is one that this tenant has proven"
	RuleOnce       = "JIT an address links only where no other live link exists"
	RuleMoved      = "JIT a former address leads nobody in for 30 days"
	RuleOneTenant  = "one tenant per e-mail address"
	RuleInvited    = "R3 an invite for the address: this sign-in accepts it"
	RuleMode       = "JIT auto-join of the domain"
	RuleDeclined   = "R3 an admin's no stands above sign-in"
	RuleVouch      = "awaiting proof: this tenant's own sign-in vouches"
	RuleMapping    = "JIT role and groups follow the mapping at every sign-in"
	RuleWriter     = "R5 sign-in fills only what the directory left empty"
)

// Rules returns all of them, for the documentation's test.
func Rules() []string {
	return []string{
		RuleTenant, RuleConnection, RuleSubject, RuleNo, RuleTombstone, RuleConfirm, RuleProof, RuleGrace, RuleAddress, RuleDomain,
		RuleOnce, RuleMoved, RuleOneTenant, RuleInvited, RuleMode, RuleDeclined, RuleVouch, RuleMapping, RuleWriter, RuleMail,
	}
}
