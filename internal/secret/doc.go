// Package secret makes tokens and keys and keeps them out of sight.
//
// A Token is shown once, to the person who asked for it; the store keeps its
// Hash only. A Key is the gateway's master key: purposes each get a key of
// their own, derived from it, and what must be readable again (a client
// secret, say) is sealed with one of those. Neither type ever prints itself:
// the only way to the text of a token is Reveal.
package secret
