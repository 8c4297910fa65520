// Package api is the JSON API under /api/v1: what the command line can do, over HTTP, for the operator
// and later for a tenant's admins and for applications.
//
//	request ─► guard: who is it, may they, how often, how large ─► once: Idempotency-Key
//	              └─► huma: parse and validate ─► handler: one roster call ─► JSON, or a problem (RFC 9457)
//
// Each file holds one kind of resource and begins with its table of operations; Door.resources lists
// the files. The OpenAPI 3.1 document at /api/v1/openapi.json is made from the same tables and types,
// so it can't say anything else than what is done. No rule about people is decided here.
//
// Ids are prefixed (mem_…), times are RFC 3339 in UTC, names of fields are those of the command line's
// --json. What is asked for in another tenant than the id's own is not found.
package api
