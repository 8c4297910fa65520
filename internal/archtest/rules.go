package archtest

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// doors turn one protocol each into calls of the roster: four let people in, two show them to
// programs, two to people.
var doors = []string{
	"./scim/...", "./sso/...", "./jit/...", "./invites/...",
	"./internal/api/...", "./internal/issuer/...", "./internal/account/...", "./internal/team/...",
}

// databases are the drivers and query builders; everything that speaks SQL or Redis. Not among them
// is database/sql/driver, which holds the interface by which an id says how it is stored.
var databases = []string{
	"database/sql", "github.com/uptrace/bun/...", "github.com/jackc/pgx/...", "modernc.org/sqlite/...",
	"github.com/redis/go-redis/...",
}

// OurRules are the rules of this repository. root is the directory of the checkout.
func OurRules(root string) Rules {
	return Rules{
		Imports:  importRules(),
		Sizes:    SizeRule{Median: 130, Split: 300, Max: 450, Long: longFiles()},
		Words:    wordRules(root),
		BadNames: []string{"util", "utils", "common", "shared", "helper", "helpers", "model", "models", "types", "core", "misc"},
	}
}

// longFiles lists the Go files of more than 300 lines, each with the reason why it is better whole.
func longFiles() map[string]string {
	return map[string]string{}
}

func importRules() []ImportRule { //nolint:funlen // a table
	return []ImportRule{
		{
			From: []string{"./internal/tenant/..."},
			Only: []string{"std", "./internal/tenant/...", "golang.org/x/net/idna", "golang.org/x/net/publicsuffix", "golang.org/x/text/..."},
			Why:  "the domain is plain Go: its rules must be readable and testable without any library",
		},
		{
			From: []string{"./internal/roster/..."},
			Only: []string{"std", "./internal/roster/...", "./internal/tenant/..."},
			Why:  "the domain is plain Go: its rules must be readable and testable without any library",
		},
		{
			From: []string{"./internal/roster/...", "./internal/tenant/..."},
			Deny: []string{"net/http/...", "database/sql", "os", "log"},
			Why:  "the domain has no transport, no storage, no environment; a door or the store has",
		},
		{
			From: doors, Sisters: true, Except: []string{"./jit/..."},
			Why: "doors share the roster and nothing else, so that each can be read, changed and switched off alone",
		},
		{
			From: []string{"./jit/..."},
			Deny: []string{"./scim/...", "./invites/...", "./internal/api/...", "./internal/issuer/...", "./console/..."},
			Why:  "of the other doors jit knows sso's Identity only",
		},
		{
			From: []string{"./console/..."}, Deny: append([]string{"./internal/roster/...", "./storage/..."}, doors...),
			Why: "console renders what the doors tell; it decides and stores nothing",
		},
		{
			From: []string{"./internal/web/..."}, Deny: append([]string{"./console/..."}, doors...),
			Why: "web is what doors are built with; it serves all and knows none",
		},
		{
			From: []string{"./..."}, Except: []string{"./storage/...", "./internal/testenv/..."},
			Deny: databases,
			Why:  "SQL and Redis live in storage, behind roster.Store and the interfaces of the callers",
		},
		{
			From: []string{"./..."}, Except: []string{"./cmd/...", "./storage/...", "./internal/testenv/..."},
			Deny: []string{"./storage/..."},
			Why:  "only the program chooses a store; everybody else takes roster.Store (tests may open one)",
		},
		{
			From: []string{"./storage/..."},
			Deny: append([]string{"net/http/...", "github.com/elimity-com/...", "github.com/scim2/...", "github.com/crewjam/...", "github.com/coreos/...", "github.com/gorilla/...", "./internal/web/...", "./console/..."}, doors...),
			Why:  "storage compiles roster.Predicate and stores members; it knows no protocol and no transport",
		},
		{
			From: []string{"./middleware/..."}, Only: []string{"std", "./middleware/...", "github.com/coreos/go-oidc/...", "github.com/go-jose/...", "golang.org/x/oauth2/..."},
			Why: "applications import it: it brings nothing of the gateway along",
		},
		{
			From: []string{"./examples/..."}, Only: []string{"std", "./examples/...", "./middleware/..."},
			Why: "an example shows what everybody else can do",
		},
		{
			From: []string{"./..."}, Tests: true, Deny: []string{"./cmd/..."},
			Why: "the program is the end of the line; what others need lives in a package of its own",
		},
		{
			From: []string{"./..."}, Except: []string{"./internal/testenv/...", "./storage/storagetest/..."},
			Deny: []string{
				"testing/...", "net/http/httptest", "./internal/testenv/...", "./storage/storagetest/...", "./internal/archtest",
				"github.com/google/go-cmp/...", "pgregory.net/rapid", "github.com/alicebob/miniredis/...", "github.com/rogpeppe/go-internal/...",
			},
			Why: "tools of tests stay out of the program",
		},
	}
}

func wordRules(root string) []WordRule {
	rules := []WordRule{
		{
			Files: func(f File) bool { return f.Test() && !strings.HasPrefix(f.Name, "internal/testenv/") },
			Bad:   regexp.MustCompile(`\b[a-z]+\.(Skip|Skipf|SkipNow)\(`),
			Why:   "a skipped test is a test nobody misses; testenv alone decides, aloud, what can't run here",
		},
		{
			Files: goCode,
			Bad:   regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`), Good: regexp.MustCompile(`TODO\(#\d+\): `),
			Why: "what is left to do is an issue; a note in the code names it: TODO" + "(#12): …",
		},
		{
			Files: func(f File) bool { return path.Ext(f.Name) != ".sum" },
			Bad:   regexp.MustCompile(`(^|[\s"'=(` + "`" + `])/(home|Users)/[a-z]+/`),
			Why:   "a path of somebody's machine means nothing to everybody else",
		},
	}
	// Only paths that are somebody's own: /src is where many a container builds.
	if strings.Count(root, "/") > 1 {
		rules = append(rules, WordRule{
			Bad: regexp.MustCompile(regexp.QuoteMeta(root) + `\b`),
			Why: "a path of this machine means nothing to everybody else",
		})
	}
	return rules
}

// goCode are the Go files in which a comment is a comment; these rules spell the words out.
func goCode(f File) bool {
	return path.Ext(f.Name) == ".go" && !slices.Contains([]string{"internal/archtest/rules.go", "internal/archtest/archtest_test.go"}, f.Name)
}
