// Package connect sets up a tenant's sign-in connections: it reads the metadata of SAML identity providers, makes and
// seals our keys, looks at metadata again, and turns a stored connection into what packages sso/saml and sso/oidc work
// with.
//
// What is decided about connections, and what is stored, is package roster's. This package holds the master key: private
// keys and client secrets go into the store sealed, and come out through SAML and OIDC only. Nothing shows them.
//
// Metadata at a URL is looked at once a day. It changes nothing by itself unless the document is signed with a
// certificate that is in force, or only leaves certificates out:
//
//	same ──────────────────────────► checked
//	signed by a known certificate ─► applied, told of
//	new certificate or address ────► pending ─ accept ─► applied
//	another provider ──────────────► pending, by hand only
//	unreadable, run out ───────────► failing, told of after two days; what is in force stays
package connect
