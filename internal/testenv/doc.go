// Package testenv gives tests a real PostgreSQL database and a real Redis, each test its own.
//
//	store := openStore(t, testenv.Postgres(t))
//
// The servers come from ROLLCALL_TEST_POSTGRES_URL and ROLLCALL_TEST_REDIS_URL, which `make test`
// sets after finding or starting them once for all packages (program cmd/testenv). Without these
// variables, as in a plain `go test ./storage/...`, a test process starts private servers from
// installed binaries; they end with it.
//
// Where a server can't be had, the test is skipped and says so; with CI=true it fails.
package testenv
