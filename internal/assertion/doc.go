// Package assertion verifies signed JWT assertions (RFC 7523) against a tenant.Trust: the pinned issuer,
// subject and audience, the key set, and the times.
//
// An assertion passes three gates, in this order:
//
//	shape      size, three parts, an algorithm of the list, no key and no URL of a key in the header
//	signature  by a key of the trust's own set that fits the algorithm
//	claims     issuer, subject, application, tenant, audience, times, each to the letter
//
// What a Refusal says may be shown to the caller once the signature was good (Refusal.Signed): then it
// is the issuer who is told. Before that everybody gets the same answer. Whether an assertion was
// used before is for the caller to find out; Claims has what it takes.
package assertion
