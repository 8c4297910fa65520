package scim

import "rollcall/internal/roster"

func parseFilter(raw string, kind resourceKind, lim Limits) (roster.Predicate, error) {
	return nil, nil
}
func parseSort(attr string, kind resourceKind) (roster.Field, error) { return roster.Field{}, nil }
