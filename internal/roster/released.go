package roster

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/tenant"
)

// released takes a member out of the hands of its directory, whose claims go, and
// with them what waited for an admin. The external id stays, without effect, so
// that the directory can be restored.
func released(m Member) Member {
	m.Directory, m.Conflict = tenant.DirectoryID{}, ""
	m.DirectoryActive = true
	m.Claims = withoutClaims(m.Claims, SourceDirectory, SourceDirectoryGroup, SourceDirectoryRoles, SourceHeld)
	return m
}

// heard notes the word of the directory that manages a member. What was held back
// of it is no longer its word.
func heard(m Member, active bool, now time.Time) Member {
	m.DirectoryActive = active
	m.Claims = withClaim(withoutClaims(m.Claims, SourceHeld), Claim{Source: SourceDirectory, By: m.Directory.String(), Here: true, Active: &active, At: now})
	return m
}

// wanted says whether anybody wants the person to be a member. A role, or a "no",
// does not.
func wanted(m Member) bool {
	return slices.ContainsFunc(m.Claims, func(c Claim) bool { return c.Here })
}

// leaveGroups takes a member, as it was read with its groups, out of them. They are others than before
// for who reads them, and so get a new version (RFC 7644 §3.14).
func leaveGroups(ctx context.Context, tx Tx, m Member) error {
	if len(m.Groups) == 0 {
		return nil
	}
	ids := make([]GroupID, len(m.Groups))
	for i, g := range m.Groups {
		ids[i] = g.ID
	}
	return tx.LeaveGroups(ctx, m.ID, ids)
}

func quote(s string) string {
	if len(s) > 64 {
		s = s[:64] + "…"
	}
	return strconv.Quote(s)
}

func list(names []string) string { return strings.Join(names, ", ") }
