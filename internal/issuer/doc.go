// Package issuer is the OpenID provider that applications sign people in with:
// authorization code with PKCE, refresh tokens that rotate, introspection,
// revocation, userinfo, and logout in both directions.
//
// It stands on package op of zitadel/oidc for what programs call, and answers
// browsers itself. It keeps no state of its own: a person is who the live session
// of the browser says, and whatever an app holds is a grant within that session.
//
//	browser ─► /oauth2/authorize ──session?──► code ─────────────► the app
//	               │ none, or not the one asked for                   │
//	               ▼                                                  ▼
//	            /login … sign-in … ─► /oauth2/authorize/continue    /oauth2/token
//	                                                                  │ roster: grant live?
//	                                                                  ▼
//	                                    ID token, access token, refresh token
//
// Tokens for the app alone (codes, refresh tokens) are opaque and name their tenant,
// so that no look-up goes across tenants; their hashes are stored. ID tokens and access tokens
// are signed, and short-lived because nobody can call them back: whoever must know at
// once asks the introspection endpoint, reads the feed of revocations, or listens for
// back-channel logouts.
package issuer
