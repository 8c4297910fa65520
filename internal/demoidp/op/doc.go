// Package op is a small OpenID provider for the demonstration and for tests: it signs in the accounts it was given,
// over real HTTP, with the authorization code flow, PKCE, userinfo and back-channel logout tokens. It is a provider
// as strict as the real ones, unless its Knobs make it lie: each attack on a relying party is a knob.
//
// It keeps everything in memory and asks for no password, so that it must never serve anybody but the demonstration.
package op
