// Package acceptance holds the rules of the roster to account from outside: its
// tests bear the rules' names and drive the real doors over HTTP, on every
// database. It has no code of its own.
package acceptance
