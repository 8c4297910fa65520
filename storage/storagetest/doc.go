// Package storagetest holds the conformance suites that every implementation of a store passes: Run
// for the roster's databases, RunShortLived for what may be lost. One theme stands in one file. A
// new method of a store lands together with its test here, and tenancy.go fails until it does.
package storagetest
