// Package oidc is the wall around OpenID Connect as a relying party speaks it: a tenant's connection sends a
// browser to its identity provider (Begin) and gets it back as verified Claims (Finish), or as a *Failure that
// names the check that failed, or as an *Unavailable that says nothing of the person and may be tried again.
//
// go-oidc verifies signature, issuer, audience and expiry, and x/oauth2 speaks to the token endpoint. What they
// leave to their caller is done here, and what they do is done a second time with a code for each check; only
// what both find good is good:
//
//	callback   method, lengths, no parameter twice, state, the connection it was asked for, iss (RFC 9207)
//	exchange   one code, our verifier (RFC 7636), our secret in the one way that was agreed on
//	header     an algorithm of our own list, no crit, no key and no URL of a key
//	signature  by a key of the issuer's set, which is fetched again for a new key id at most every 30 s
//	claims     each name once, iss, sub, aud, azp, exp, iat, nbf, nonce, auth_time, at_hash; then tid, hd
//	userinfo   asked only for what the ID token lacks, of the same sub, never for what proves anything
//
// Discovery is read by ourselves rather than by go-oidc: its endpoints must be https and public, its algorithms
// are not taken over, and its answer must not stand in errors. Everything leaves through the *http.Client of
// package outbound, which reaches public addresses only.
//
// The package stores nothing. What a door must keep between Begin and Finish, and use once, is Kept; that a
// logout token comes once is the door's to remember too.
package oidc
