// Package account is the door of people whose proof of who they are is given to the gateway itself, because no identity
// provider vouches for them: passwords, mailed codes, passkeys and second factors; and of everybody's own page.
//
//	/login (package sso) ── no connection is the way ──► Local: the same page, whether the address is known or not
//	      │                          ┌────────────────────────┼───────────────────────┐
//	      │                       password                  a mailed code            a passkey
//	      │                          └──────────┬─────────────┴───────────┬───────────┘
//	      │                              second factor, if there is one   │ of a proven domain without SSO, and nobody's
//	      │                                     ▼                         ▼
//	      └─────────────────────────────► roster.SignInLocal         jit: joins, asks, or is refused
//
// Whoever types an address, right or wrong, known or not, sees the same pages in the same time. Guesses are counted by
// account and network; a flood from everywhere asks browsers that never signed in to show a mailed code instead of a
// password, and keeps nobody else out.
package account
