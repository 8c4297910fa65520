package roster

import (
	"strconv"
	"strings"

	"rollcall/internal/tenant"
)

// released takes a member out of the hands of its directory, whose claims go.
// The external id stays, without effect, so that the directory can be restored.
func released(m Member) Member {
	m.Directory = tenant.DirectoryID{}
	m.DirectoryActive = true
	m.Claims = withoutClaims(m.Claims, SourceDirectory, SourceDirectoryGroup, SourceDirectoryRoles)
	return m
}

func quote(s string) string {
	if len(s) > 64 {
		s = s[:64] + "…"
	}
	return strconv.Quote(s)
}

func list(names []string) string { return strings.Join(names, ", ") }
