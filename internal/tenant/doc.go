// Package tenant holds what Rollcall knows of a customer before it knows any
// of the customer's people: the tenant itself, its role set and policies, its
// e-mail domains, its directories and their credentials.
//
// The package is plain Go. It decides nothing about people (package roster
// does) and stores nothing (package storage does).
package tenant
