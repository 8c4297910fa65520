package scim

import "rollcall/internal/roster"

type operation struct{}

func parsePatch(body []byte, q quirks, lim Limits) ([]operation, error) { return nil, nil }
func patchUser(m roster.Member, ops []operation, q quirks) (roster.Change, error) {
	return roster.Change{}, nil
}
func patchGroup(g roster.Group, ops []operation, q quirks) (roster.GroupChange, error) {
	return roster.GroupChange{}, nil
}
