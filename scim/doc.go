// Package scim is the door through which directories push their people: SCIM
// 2.0 (RFC 7643, RFC 7644) in Rollcall's words.
//
// A request passes the door (route table, credential, limits), is read by the
// engine, becomes one call of the roster, and the answer is rendered:
//
//	            door.go, auth.go, request.go              users.go, groups.go, list.go
//	request ──► directory, credential, limits ──► handler ──► roster or store ──► answer
//	                                               │   ▲                            ▲
//	filter ─► filter*.go ─► roster.Predicate ──────┤   │ roster.Change,             │
//	body   ─► value*.go ─► resource*.go ───────────┤   │ roster.GroupChange    render*.go, project.go
//	PATCH  ─► patch*.go, path*.go ─────────────────┘───┘
//
// The engine is pure. It works on a draft: the stored document as a tree of
// JSON values (value.go), to which a body or the operations of a PATCH assign
// values. Everything that is assigned is first brought into the form that the
// schema has for it (resource_conform.go). A draft that met an error is thrown
// away, so a PATCH is applied in whole or not at all, and operations can be
// applied again when a transaction runs twice.
//
// A group's members are never read: a draft of a group notes steps (add, remove,
// replace, remove all) that the roster carries out row by row. Nothing but a
// request that says so plainly becomes "remove all".
//
// What products send beyond the RFCs is accepted by functions in dialect.go that
// bear the product's name. A strict directory turns those off that could hide a
// mistake. Attributes come from the schemas of elimity-com/scim, compiled into
// look-up tables (attributes.go) at start.
package scim
