// Package fair shares one gateway between tenants.
//
//	request, authenticated ─► Limiter: within the rates of its directory and tenant? ─► Queue: its turn? ─► handler
//	                              └─ no: 429, Retry-After                                └─ no: 429, Retry-After
//
// The Queue decides who is served next when more requests came than can be worked on: tenants in
// turn, each tenant's requests in their order. Nobody is held back while there is room. The Limiter
// is a guard against what runs wild; its defaults are far above what any directory asks for.
//
// What a directory is, what it may, and where permits are counted is the caller's to say.
package fair
