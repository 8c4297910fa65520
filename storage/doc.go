// Package storage keeps the roster in PostgreSQL or in an embedded SQLite file.
//
// There is one implementation and two dialects. Statements are written once, with $1, $2 … for
// their arguments, and differ only where dialect.go says so. They run through a session, which is
// where the databases differ:
//
//	                       PostgreSQL                                SQLite
//	Reader, one statement  one round trip: [set tenant, statement]   one statement
//	Reader, several        … between BEGIN and COMMIT in one trip    in a read transaction
//	View                   repeatable read, begun with first read    read transaction
//	Update                 begun with the first statement; writes    BEGIN IMMEDIATE on the one
//	                       wait and leave together with COMMIT       writing connection
//
// Statements that run for every request are bound and kept prepared. Those that vary (lists with
// predicates) are built by bun and run once. On PostgreSQL the tenant is a setting of the
// transaction that row-level security reads, so a statement that forgot its WHERE would still see
// one tenant only; the migrations say more.
package storage
