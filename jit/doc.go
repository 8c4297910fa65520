// Package jit decides what happens when a person comes back from a tenant's identity provider, and does it:
// just-in-time provisioning.
//
//	Identity ──► facts of the tenant ──► Decide, pure ──► plan ──► one transaction: member, link, event, session
//
// Decide knows no store, and Joiner no rule. The facts are read, and the plan written, in one transaction of
// package roster, so that two first sign-ins at once make one member, and a deactivation beside a sign-in
// leaves no session.
//
// People are keyed by (connection, subject). An address leads to a member only on the first sign-in, only
// within the tenant, only at a domain that this tenant has proven, and only where the member has no other
// live link. Sign-in never makes an admin, never lifts the "no" of another source, and writes nothing when it
// refuses but one event.
package jit
