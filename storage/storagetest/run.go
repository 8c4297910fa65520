package storagetest

import (
	"context"
	"testing"

	"rollcall/internal/roster"
	"rollcall/internal/tenant"
)

// Backend is an empty, migrated database.
type Backend struct {
	Store   roster.Store
	Locator roster.Locator
	// Parallel says that several Updates of one tenant run side by side.
	Parallel bool
	// Wall is the second wall between tenants; nil where the database has none.
	Wall Wall
}

// Wall looks at a database as the application's role does, past the store.
type Wall interface {
	// Rows counts what the role sees of a table; with a tenant, in a transaction opened for it.
	Rows(ctx context.Context, table string, id tenant.ID) (int, error)
	// Move tries to make all rows of a table that the role sees another tenant's.
	Move(ctx context.Context, table string, from, to tenant.ID) error
	// Forbidden tries what the role has no right to: to read people, to switch the wall off, to change
	// tables. It returns those of its statements that went through.
	Forbidden(ctx context.Context) []string
	// Plan explains what Members, or else Groups, does with a query, as the role and for the tenant.
	Plan(ctx context.Context, id tenant.ID, groups bool, q roster.Query) (string, error)
}

// Run runs the whole suite. open makes a Backend of the test's own and cleans up after it.
func Run(t *testing.T, open func(t *testing.T) Backend) {
	for _, theme := range []struct {
		name string
		run  func(t *testing.T, open opener)
	}{
		{"members", testMembers},
		{"matches", testMatches},
		{"groups", testGroups},
		{"tenants", testTenants},
		{"credentials", testCredentials},
		{"connections", testConnections},
		{"waiting", testWaiting},
		{"sign-in", testSignIn},
		{"schemas", testSchemas},
		{"tenancy", testTenancy},
		{"constraints", testConstraints},
		{"concurrency", testConcurrency},
		{"feed", testFeed},
		{"exchanges", testExchanges},
		{"sessions", testSessions},
		{"pulls", testPulls},
		{"contacts", testContacts},
		{"reviews", testReviews},
		{"api tokens", testAPITokens},
		{"team", testTeam},
		{"mails", testMails},
		{"invites", testInvites},
		{"factors", testFactors},
		{"paging", testPaging},
		{"tallies", testTallies},
		{"predicates", testPredicates},
		{"apps", testApps},
		{"wall", testWall},
	} {
		t.Run(theme.name, func(t *testing.T) {
			t.Parallel()
			theme.run(t, open)
		})
	}
}

// opener makes a Backend of a test's own.
type opener func(t *testing.T) Backend

// claim is one sentence about a store and its test.
type claim struct {
	name string
	test func(t *testing.T, b Backend)
}

// check runs claims side by side, each on a database of its own.
func check(t *testing.T, open opener, claims []claim) {
	for _, c := range claims {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
}
