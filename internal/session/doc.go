// Package session knows who a browser is: it keeps the token of a session in a cookie, and asks
// the store for the session at every request.
//
//	sign-in ──► live ──► ended: signed out, revoked, expired, or what it rests on is gone
//	             │  ▲
//	      role changes: the next request gets another token,
//	      the former one is good for a few seconds more
//
// A session is live while its row is, its member has access and its tenant is active. Nothing of
// that is remembered here, so that a "no" counts at every replica as soon as it is committed.
package session
