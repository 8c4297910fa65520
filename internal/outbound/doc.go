// Package outbound fetches what strangers name: key sets and metadata at URLs that a tenant's admin
// typed in. Nobody may use the gateway to look into its own network that way (SSRF), so a Client
//
//   - speaks https only, to public addresses only: a name is resolved once, every address it has must be
//     public, and just those are dialled, where each is looked at again on the way out;
//   - follows no redirects and knows no proxy of the environment;
//   - reads a bounded number of bytes within a bounded time.
//
// Get fetches one document. HTTP is for libraries that speak more of the protocol, such as OAuth's token
// requests: the same rules hold for whatever they ask.
package outbound
