// Package roster is the heart of Rollcall: who belongs to which tenant, in
// which role, active or not, and by whose word.
//
// Sources (directories, admins, the operator, later invites and sign-ins) make
// claims about members. All claims are kept. Pure functions (Judge) apply the
// rules R1 to R10 to them and say which claim won, by which rule, and which
// would be next. Roster turns one request of a door into one transaction of a
// Store, and writes the event in the same one.
//
// The package imports only the standard library and package tenant. It knows
// no protocol: SCIM's User is a Member here, its userName a Login. The keys of
// Attributes are those of RFC 7643, because the field has no others.
package roster
